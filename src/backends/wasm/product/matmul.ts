/**
 * Matrix multiplication as functions of a WebAssembly module, emitted on demand.
 *
 *   C[i, j] (+)= Σₖ A[i, k] · B[k, j]      0 ≤ i < M, 0 ≤ j < N, 0 ≤ k < K
 *
 * Loop order of Goto & van de Geijn, outside in: blocks of columns (2048), of depth (256: B packed), of rows (120: A packed),
 * panels of columns, panels of rows (`macro-kernel.ts`), depth (`micro-kernel.ts`). An operand whose elements already lie as
 * the micro-kernel reads them is not packed when the other side is too short to repay the copy. One row or one column is a
 * case for `matrix-vector.ts`.
 *
 * Source: Goto & van de Geijn 2008, "Anatomy of high-performance matrix multiplication", doi:10.1145/1356052.1356053.
 */
import type { Expression, FunctionBuilder, Local, ModuleBuilder } from '../code/assembler.ts'
import {
  add,
  call,
  forUp,
  i32,
  increment,
  local,
  multiply,
  op,
  sequence,
  smaller,
  subtract,
  when,
} from '../code/instructions.ts'
import { emitMacroKernel } from './macro-kernel.ts'
import {
  blockColumns,
  blockDepth,
  blockRows,
  type MatmulDtype,
  type MatmulOptions,
  type Tile,
  tileOf,
} from './matmul-tile.ts'
import { emitPack } from './packing.ts'

const { get, set } = local

/** Bytes at the start of the workspace for one tile of C. */
const cornerBytes = 256

/** Alignment of the parts of the workspace: a cache line. */
const alignment = 64

/** The most rows of A (columns of B) for which the other operand is read where it lies. */
const fewRows = 24
const fewColumns = 32

/** Rows or columns beyond the last whole panel, of any tile. */
const panelSlack = 8

/**
 * The bytes of workspace that a product of a size needs (for either value of `fma`).
 *
 * It grows with the blocks, not with the operands: at most 2.3 MB for float32 and 4.5 MB for float64, but for one row or
 * column, where it holds the two vectors.
 */
export const matmulWorkspaceBytes = (dtype: MatmulDtype, M: number, N: number, K: number): number => {
  const bytes = dtype === 'float32' ? 4 : 8
  const depth = Math.min(K, blockDepth)
  const packedA = (Math.min(M, blockRows) + panelSlack) * depth * bytes
  const packedB = (Math.min(N, blockColumns) + panelSlack) * depth * bytes
  const vectors = (K + Math.max(M, N)) * bytes
  return 2 * alignment + cornerBytes + (M === 1 || N === 1 ? vectors : packedA + packedB)
}

/** The parameters of the function that `emitBlocks` adds, by their local index. */
const operand = {
  rows: 0,
  columns: 1,
  depth: 2,
  a: 3,
  aRow: 4,
  aColumn: 5,
  b: 6,
  bRow: 7,
  bColumn: 8,
  c: 9,
  cRow: 10,
  accumulate: 11,
  work: 12,
} as const

const operands: readonly Local[] = Object.values(operand)

/** The next address that is a multiple of the alignment. */
const aligned = (address: Expression): Expression => op('i32.and', add(address, i32(alignment - 1)), i32(-alignment))

/** The packed and unpacked ways through the loops, as indices of functions: what all products of one dtype share. */
export type MatmulParts = {
  readonly tile: Tile
  readonly packA: number
  readonly packB: number
  readonly panel: number
  readonly rows: number
}

/** Adds the shared functions to a module. */
export const emitMatmulParts = (module: ModuleBuilder, options: MatmulOptions): MatmulParts => {
  const tile = tileOf(options)
  return {
    tile,
    packA: emitPack(module, tile, tile.rows),
    packB: emitPack(module, tile, tile.columns),
    panel: emitMacroKernel(module, tile, 'panel'),
    rows: emitMacroKernel(module, tile, 'rows'),
  }
}

/** What is done with parts of C that are finished, while they are in cache. */
type Finish = {
  /** The function `(firstRow, endRow, firstColumn, endColumn, …)`. */
  readonly index: number
  /** How many i32 it takes after the bounds. */
  readonly extras: number
  /** Columns of one part. */
  readonly chunk: number
}

/**
 * Adds to a module the function
 * `(M, N, K, A, rowStrideA, columnStrideA, B, rowStrideB, columnStrideB, C, rowStrideC, accumulate, work, …)`, the loops over
 * blocks, and answers its index; at the end stand the extra parameters of `finish`.
 *
 * All are i32: sizes in elements, M and N ≥ 2, K ≥ 1; addresses and strides in bytes. A is [M, K] and B is [K, N] by any
 * strides, so each may be transposed, part of a larger matrix, or broadcast (stride 0); C is [M, N] with adjacent columns and
 * does not overlap them or the workspace. `accumulate` ≠ 0 adds to C. `work` is the address, a multiple of 64, of
 * `matmulWorkspaceBytes(dtype, M, N, K)` bytes. Nothing is read outside A and B, nothing written outside C and the workspace.
 * Sums run in the order of k within lanes, the same at every call of the same size. Batches are a loop around it.
 */
export const emitBlocks = (module: ModuleBuilder, parts: MatmulParts, finish: Finish | null): number => {
  const { tile } = parts
  const parameters = operands.length + (finish?.extras ?? 0)
  const code = module.function(Array(parameters).fill('i32'), [], `matmul blocks ${tile.vector}`)
  const state = blockState(code)
  const { column, level, row, width, height, thickness } = state
  const overRows = sequence(
    set(height, chunk(operand.rows, row, blockRows)),
    prepareA(parts, state),
    set(state.target, at(operand.c, [row, operand.cRow], [column, i32(tile.bytes)])),
    finish === null ? multiplyBlock(parts, state) : multiplyAndFinish(code, parts, state, finish),
  )
  const overDepth = sequence(
    set(thickness, chunk(operand.depth, level, blockDepth)),
    set(state.adds, op('i32.or', get(operand.accumulate), op('i32.ne', get(level), i32(0)))),
    prepareB(parts, state),
    forUp(row, i32(0), get(operand.rows), blockRows, overRows, true),
  )
  const overColumns = sequence(
    set(width, chunk(operand.columns, column, blockColumns)),
    forUp(level, i32(0), get(operand.depth), blockDepth, overDepth, true),
  )
  code.emit(choosePacking(tile, state), forUp(column, i32(0), get(operand.columns), blockColumns, overColumns, true))
  return code.index
}

/** The state of the loops, in local variables. */
const blockState = (code: FunctionBuilder) => {
  const i32s = (count: number) => code.locals('i32', count)
  // The first column, depth and row of the blocks at hand, and their sizes.
  const [column, level, row, width, height, thickness] = i32s(6)
  // Whether operands are copied, and room for the copies.
  const [packsA, packsB, workA, workB] = i32s(4)
  // The blocks of A and B as the micro-kernel reads them: address, step in depth, way from panel to panel.
  const [a, aStep, aAdvance, b, bStep, bAdvance] = i32s(6)
  // The columns of B that are read at `b` (others are at workB), the block of C, and whether C holds part of the sum.
  const [whole, target, adds] = i32s(3)
  return {
    ...{ column, level, row, width, height, thickness, packsA, packsB, workA, workB },
    ...{ a, aStep, aAdvance, b, bStep, bAdvance, whole, target, adds },
  }
}

type Blocks = ReturnType<typeof blockState>

/** What is left of a size, at most `limit`. */
const chunk = (size: Local, done: Local, limit: number): Expression =>
  smaller(subtract(get(size), get(done)), i32(limit))

/** The address of an element: start + Σ index · stride. */
const at = (start: Local, ...steps: readonly (readonly [Local, Local | Expression])[]): Expression =>
  steps.reduce(
    (address, [index, stride]) => add(address, multiply(get(index), typeof stride === 'number' ? get(stride) : stride)),
    get(start),
  )

/**
 * Packs unless the operand lies as the micro-kernel reads it and the other one is too short to repay the copy. The micro-kernel
 * counts by its way through B, so a B that is broadcast along the depth is packed.
 */
const choosePacking = ({ bytes }: Tile, { packsA, packsB, workA, workB }: Blocks): Expression => {
  const strides = (stride: Local) => op('i32.ne', get(stride), i32(bytes))
  const many = (size: Local, few: number) => op('i32.gt_u', get(size), i32(few))
  const isBroadcast = op('i32.eqz', get(operand.bRow))
  const scattered = op('i32.and', strides(operand.aRow), strides(operand.aColumn))
  const packedRows = add(smaller(get(operand.rows), i32(blockRows)), i32(panelSlack))
  const packedDepth = multiply(smaller(get(operand.depth), i32(blockDepth)), i32(bytes))
  return sequence(
    set(packsA, op('i32.or', many(operand.columns, fewColumns), scattered)),
    set(packsB, op('i32.or', op('i32.or', many(operand.rows, fewRows), strides(operand.bColumn)), isBroadcast)),
    set(workA, add(get(operand.work), i32(cornerBytes))),
    set(workB, aligned(add(get(workA), multiply(packedRows, packedDepth)))),
  )
}

/** Makes the block of B ready: packed, or as it lies but for the columns that do not fill a vector. */
const prepareB = ({ tile, packB }: MatmulParts, state: Blocks): Expression => {
  const { column, level, width, thickness, packsB, workB, b, bStep, bAdvance, whole } = state
  const pack = (source: Expression, columns: Expression) =>
    call(packB, source, get(operand.bColumn), get(operand.bRow), columns, get(thickness), get(workB))
  const rest = subtract(get(width), get(whole))
  const packed = sequence(
    pack(get(b), get(width)),
    set(b, get(workB)),
    set(bStep, i32(tile.columns * tile.bytes)),
    set(bAdvance, multiply(get(thickness), get(bStep))),
    set(whole, get(width)),
  )
  const asItLies = sequence(
    set(bStep, get(operand.bRow)),
    set(bAdvance, i32(tile.columns * tile.bytes)),
    set(whole, op('i32.and', get(width), i32(-tile.lanes))),
    when(rest, pack(add(get(b), multiply(get(whole), i32(tile.bytes))), rest)),
  )
  return sequence(
    set(b, at(operand.b, [level, operand.bRow], [column, operand.bColumn])),
    when(get(packsB), packed, asItLies),
  )
}

/** Makes the block of A ready: packed, or as it lies. */
const prepareA = ({ tile, packA }: MatmulParts, state: Blocks): Expression => {
  const { level, row, height, thickness, packsA, workA, a, aStep, aAdvance } = state
  const packed = sequence(
    call(packA, get(a), get(operand.aRow), get(operand.aColumn), get(height), get(thickness), get(workA)),
    set(a, get(workA)),
    set(aStep, i32(tile.rows * tile.bytes)),
    set(aAdvance, multiply(get(thickness), get(aStep))),
  )
  const asItLies = sequence(
    set(aStep, get(operand.aColumn)),
    set(aAdvance, multiply(get(operand.aRow), i32(tile.rows))),
  )
  return sequence(
    set(a, at(operand.a, [row, operand.aRow], [level, operand.aColumn])),
    when(get(packsA), packed, asItLies),
  )
}

/** Tiles of the block: columns of C at `c` from columns of B at the start of panels. */
const tilesOf = ({ tile, panel, rows }: MatmulParts, state: Blocks) => {
  const { height, thickness, packsA, a, aStep, aAdvance, adds } = state
  const left = [thickness, a, operand.aRow, aStep, aAdvance].map(get)
  const rest = [get(operand.cRow), get(adds), get(operand.work)]
  const isPanel = op('i32.or', get(packsA), op('i32.eq', get(operand.aRow), i32(tile.bytes)))
  return (columns: Expression, right: readonly Expression[], c: Expression): Expression => {
    const values = [get(height), columns, ...left, ...right, c, ...rest]
    return when(isPanel, call(panel, ...values), call(rows, ...values))
  }
}

/** The block of C: the columns read at `b`, then those that had to be packed. */
const multiplyBlock = (parts: MatmulParts, state: Blocks): Expression => {
  const { whole, b, bStep, bAdvance, target } = state
  const tiles = tilesOf(parts, state)
  return sequence(
    when(get(whole), tiles(get(whole), [b, bStep, bAdvance].map(get), get(target))),
    multiplyRest(parts, state),
  )
}

/** The columns that had to be packed because they do not fill a vector. */
const multiplyRest = (parts: MatmulParts, state: Blocks): Expression => {
  const { width, whole, workB, target } = state
  const { bytes, columns } = parts.tile
  const remaining = subtract(get(width), get(whole))
  const right = [get(workB), i32(columns * bytes), i32(0)]
  const c = add(get(target), multiply(get(whole), i32(bytes)))
  return when(remaining, tilesOf(parts, state)(remaining, right, c))
}

/** The block of C in chunks of columns; each that is finished is handed on before the next one displaces it. */
const multiplyAndFinish = (code: FunctionBuilder, parts: MatmulParts, state: Blocks, finish: Finish): Expression => {
  const { column, level, row, width, height, thickness, whole, b, bStep, bAdvance, target } = state
  const { bytes, columns } = parts.tile
  const [start, count, panels, c] = code.locals('i32', 4)
  const left = (size: Local) => subtract(get(size), get(start))
  const extras = Array.from({ length: finish.extras }, (_, i) => get(operands.length + i))
  const isLast = op('i32.eq', add(get(level), get(thickness)), get(operand.depth))
  const firstColumn = add(get(column), get(start))
  const endColumn = add(get(column), smaller(get(width), add(get(start), i32(finish.chunk))))
  const turn = sequence(
    set(count, smaller(left(whole), i32(finish.chunk))),
    when(get(count), tilesOf(parts, state)(get(count), [panels, bStep, bAdvance].map(get), get(c))),
    when(isLast, call(finish.index, get(row), add(get(row), get(height)), firstColumn, endColumn, ...extras)),
    increment(panels, multiply(get(bAdvance), i32(finish.chunk / columns))),
    increment(c, i32(finish.chunk * bytes)),
  )
  return sequence(
    multiplyRest(parts, state),
    set(panels, get(b)),
    set(c, get(target)),
    forUp(start, i32(0), get(width), finish.chunk, turn, true),
  )
}
