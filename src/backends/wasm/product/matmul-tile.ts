/**
 * The register tile of a matrix multiplication and the block sizes around it.
 *
 * A tile of `rows × columns` sums lives in vector registers while the depth runs. Of the 16 registers of x86-64 one is
 * reserved by V8, so with a fused multiply-add 6 × 2 vectors of sums fit beside 2 of B and 1 of A; a separate product
 * needs one more, hence 5 × 2 (6 × 2 spills and halves the speed, measured). Blocks: a B panel of `depth × columns` stays
 * in the first cache, the A block of `blockRows × blockDepth` in the second.
 *
 * Source: Goto & van de Geijn 2008, "Anatomy of high-performance matrix multiplication", doi:10.1145/1356052.1356053.
 */
import type { Expression } from '../code/assembler.ts'
import { op } from '../code/instructions.ts'

/** The dtypes that are multiplied here. */
export type MatmulDtype = 'float32' | 'float64'

/** What to multiply, and whether with the fused multiply-add of relaxed SIMD. */
export type MatmulOptions = { readonly dtype: MatmulDtype; readonly fma: boolean }

/** The tile and the names of the instructions of its dtype. */
export type Tile = {
  readonly fma: boolean
  /** Bytes of an element. */
  readonly bytes: 4 | 8
  /** Elements of a vector. */
  readonly lanes: 4 | 2
  readonly rows: 5 | 6
  /** Vectors in a row of the tile. */
  readonly vectors: 2
  /** Elements in a row of the tile. */
  readonly columns: 8 | 4
  readonly scalar: 'f32' | 'f64'
  readonly vector: 'f32x4' | 'f64x2'
  readonly splat: 'v128.load32_splat' | 'v128.load64_splat'
}

/** The rows of a block of A; a multiple of both 5 and 6. */
export const blockRows = 120
/** The depth of a block. */
export const blockDepth = 256
/** The columns of a block of B. */
export const blockColumns = 2048

/** The tile for a dtype. */
export const tileOf = ({ dtype, fma }: MatmulOptions): Tile => {
  const rows = fma ? 6 : 5
  return dtype === 'float32'
    ? {
        fma,
        rows,
        vectors: 2,
        bytes: 4,
        lanes: 4,
        columns: 8,
        scalar: 'f32',
        vector: 'f32x4',
        splat: 'v128.load32_splat',
      }
    : {
        fma,
        rows,
        vectors: 2,
        bytes: 8,
        lanes: 2,
        columns: 4,
        scalar: 'f64',
        vector: 'f64x2',
        splat: 'v128.load64_splat',
      }
}

/** a · b + sum on vectors, fused if the tile is. */
export const multiplyAdd = ({ fma, vector }: Tile, a: Expression, b: Expression, sum: Expression): Expression =>
  fma ? op(`${vector}.relaxed_madd`, a, b, sum) : op(`${vector}.add`, sum, op(`${vector}.mul`, a, b))

/** a · b + sum on scalars. */
export const multiplyAddScalar = ({ scalar }: Tile, a: Expression, b: Expression, sum: Expression): Expression =>
  op(`${scalar}.add`, sum, op(`${scalar}.mul`, a, b))
