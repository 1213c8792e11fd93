import { describe, expect, it } from 'vitest'
import { ModuleBuilder } from '../../../src/backends/wasm/code/assembler.ts'
import { supportsRelaxedSimd } from '../../../src/backends/wasm/code/relaxed-simd.ts'
import { matmulWorkspaceBytes } from '../../../src/backends/wasm/product/matmul.ts'
import type { MatmulDtype, MatmulOptions } from '../../../src/backends/wasm/product/matmul-tile.ts'
import { emitWholeProduct } from '../../helpers/whole-product.ts'

type Matmul = (...parameters: number[]) => void
type Floats = Float32Array | Float64Array

const bytesOf = (options: MatmulOptions): Uint8Array<ArrayBuffer> => {
  const module = new ModuleBuilder()
  module.importMemory({ initial: 1 })
  module.exportFunction('matmul', emitWholeProduct(module, options))
  return module.encode()
}

const pages = 256
const memory = new WebAssembly.Memory({ initial: pages })
const memoryBytes = pages * 65536

const instantiate = (options: MatmulOptions): Matmul => {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytesOf(options)), { env: { memory } })
  // The module exports this one function.
  return instance.exports.matmul as Matmul
}

const dtypes: readonly MatmulDtype[] = ['float32', 'float64']
const runnable: readonly MatmulOptions[] = dtypes.flatMap((dtype) =>
  supportsRelaxedSimd() ? [false, true].map((fma) => ({ dtype, fma })) : [{ dtype, fma: false }],
)

const elementBytes = (dtype: MatmulDtype): 4 | 8 => (dtype === 'float32' ? 4 : 8)
const floats = (dtype: MatmulDtype, address: number, length: number): Floats =>
  dtype === 'float32'
    ? new Float32Array(memory.buffer, address, length)
    : new Float64Array(memory.buffer, address, length)

/** A generator of numbers in [−1, 1), the same at every run (xorshift, Marsaglia 2003). */
let state = 2463534242
const random = (): number => {
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  return state / 2 ** 31
}

/** How an operand lies in memory, in elements. */
type Lie = 'rows' | 'columns' | 'part' | 'part of transpose' | 'scattered' | 'one row' | 'one column'

const stridesOf = (lie: Lie, rows: number, columns: number): Strides =>
  (
    ({
      rows: [columns, 1],
      columns: [1, rows],
      part: [columns + 5, 1],
      'part of transpose': [1, rows + 3],
      scattered: [2 * columns + 7, 2],
      'one row': [0, 1],
      'one column': [1, 0],
    }) as const
  )[lie]

type Case = {
  readonly M: number
  readonly N: number
  readonly K: number
  readonly a?: Lie
  readonly b?: Lie
  readonly accumulate?: boolean
  readonly gap?: number
}

/** Elements from the first to the last of a matrix, inclusive. */
const extent = (rows: number, columns: number, [row, column]: Strides): number =>
  rows === 0 || columns === 0 ? 0 : (rows - 1) * row + (columns - 1) * column + 1

const canary = 12345.5

/** Addresses for the operands of one case: C, B, the workspace, and A at the end of the memory, or A and B exchanged. */
const placeOperands = (bytes: readonly [a: number, b: number, c: number, work: number], last: 'A' | 'B') => {
  const [a, b, c, work] = bytes
  const cAddress = 64 + 8
  const middle = cAddress + c + 64 + 16
  // The workspace is misaligned on purpose.
  const workAddress = middle + (last === 'A' ? b : a) + 64 + 4
  const end = memoryBytes - (last === 'A' ? a : b)
  if (workAddress + work + 64 > end) throw new Error('test: the memory is too small for this case')
  return { cAddress, workAddress, aAddress: last === 'A' ? end : middle, bAddress: last === 'A' ? middle : end }
}

/**
 * Multiplies one case and compares with a naive loop in float64. C lies between canaries, with `gap` elements between its
 * rows; one operand ends the memory, so that a read beyond it traps; what lies before and between the elements is NaN, so
 * that its use would be seen in C.
 */
const check = (matmul: Matmul, dtype: MatmulDtype, example: Case) => {
  const { M, N, K, a = 'rows', b = 'rows', accumulate = false, gap = 0 } = example
  const size = elementBytes(dtype)
  const [aStrides, bStrides, cRow] = [stridesOf(a, M, K), stridesOf(b, K, N), N + gap]
  const lengths = [extent(M, K, aStrides), extent(K, N, bStrides), extent(M, N, [cRow, 1])] as const
  const workBytes = matmulWorkspaceBytes(dtype, M, N, K)
  const place = placeOperands(
    [size * lengths[0], size * lengths[1], size * lengths[2], workBytes],
    (M + N + K) % 2 === 0 ? 'A' : 'B',
  )
  const { aAddress, bAddress, cAddress, workAddress } = place
  const before = new Uint8Array(memory.buffer, 0, cAddress).fill(0xa5)
  const after = new Uint8Array(memory.buffer, workAddress + workBytes, 64).fill(0xa5)
  const A = floats(dtype, aAddress, lengths[0]).fill(NaN)
  const B = floats(dtype, bAddress, lengths[1]).fill(NaN)
  const aroundC = floats(dtype, cAddress, lengths[2] + 8).fill(canary)
  const C = floats(dtype, cAddress, lengths[2])
  fillMatrix(A, M, K, aStrides)
  fillMatrix(B, K, N, bStrides)
  if (accumulate) fillMatrix(C, M, N, [cRow, 1])
  const start = accumulate ? Float64Array.from(C) : new Float64Array(lengths[2])
  matmul(
    ...[M, N, K],
    ...[aAddress, aStrides[0] * size, aStrides[1] * size],
    ...[bAddress, bStrides[0] * size, bStrides[1] * size],
    ...[cAddress, cRow * size, accumulate ? 1 : 0, workAddress],
  )
  const unit = dtype === 'float32' ? 2 ** -24 : 2 ** -53
  const worst = worstError({ M, N, K, A, aStrides, B, bStrides, C, cRow, start }) / (unit * (K + 2))
  fillMatrix(C, M, N, [cRow, 1], () => canary)
  const intact =
    aroundC.every((value) => value === canary) &&
    before.every((value) => value === 0xa5) &&
    after.every((value) => value === 0xa5)
  return { accurate: worst <= 1 ? true : worst, intact }
}

type Strides = readonly [number, number]
type Problem = {
  readonly M: number
  readonly N: number
  readonly K: number
  readonly A: Floats
  readonly aStrides: Strides
  readonly B: Floats
  readonly bStrides: Strides
  readonly C: Floats
  readonly cRow: number
  readonly start: Float64Array
}

/** The greatest |C − exact| / Σ|a b|; at most (K + 1) u by Higham 2002, section 3.1, in any order of summation. */
const worstError = ({ M, N, K, A, aStrides, B, bStrides, C, cRow, start }: Problem): number => {
  let worst = 0
  for (let i = 0; i < M; i++) {
    for (let j = 0; j < N; j++) {
      let sum = start[i * cRow + j]
      let magnitude = Math.abs(sum)
      for (let k = 0; k < K; k++) {
        const product = A[i * aStrides[0] + k * aStrides[1]] * B[k * bStrides[0] + j * bStrides[1]]
        sum += product
        magnitude += Math.abs(product)
      }
      const error = Math.abs(C[i * cRow + j] - sum)
      // Not `<`: NaN must count as the greatest error.
      if (!(error <= worst * magnitude)) worst = Number.isNaN(error) ? Infinity : error / magnitude
    }
  }
  return worst
}

const fillMatrix = (
  matrix: Floats,
  rows: number,
  columns: number,
  [row, column]: Strides,
  value: () => number = random,
): void => {
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) matrix[i * row + j * column] = value()
}

const good = { accurate: true, intact: true }

describe.each(runnable)('matmul $dtype, fma $fma', ({ dtype, fma }) => {
  const matmul = instantiate({ dtype, fma })
  const expectGood = (example: Case) => expect(check(matmul, dtype, example), JSON.stringify(example)).toEqual(good)

  it('is right for all sizes 1…17, with transpositions and accumulation in turn', () => {
    const lies: readonly Lie[] = ['rows', 'columns']
    let turn = 0
    for (let M = 1; M <= 17; M++) {
      for (let N = 1; N <= 17; N++) {
        for (let K = 1; K <= 17; K++) {
          const accumulate = (turn & 4) !== 0
          expectGood({ M, N, K, a: lies[turn & 1], b: lies[(turn >> 1) & 1], accumulate, gap: turn % 3 })
          turn = (turn * 5 + 3) & 0xffff
        }
      }
    }
  })

  const sizes: readonly (readonly [number, number, number])[] = [
    [64, 64, 64],
    [61, 67, 300],
    [33, 65, 64],
    [32, 64, 33],
    [31, 9, 257],
    [121, 70, 33],
    [130, 10, 513],
    [5, 130, 7],
    [2, 2, 1000],
    [250, 3, 20],
    [3, 250, 20],
  ]
  const lies: readonly Lie[] = ['rows', 'columns', 'part', 'part of transpose', 'scattered']

  it.each(sizes)('is right for %d × %d × %d in every layout', (M, N, K) => {
    for (const a of lies) {
      for (const b of lies) {
        expectGood({ M, N, K, a, b, gap: 3, accumulate: a === b })
      }
    }
  })

  it('is right beyond the blocks of columns, of rows and of depth', () => {
    expectGood({ M: 37, N: 2051, K: 260 })
    expectGood({ M: 7, N: 2055, K: 259, b: 'part', gap: 2, accumulate: true })
    expectGood({ M: 245, N: 66, K: 520, a: 'columns', b: 'columns' })
  })

  it.each(lies)('is right for matrix times vector, %s', (lie) => {
    for (const [rows, depth] of [
      [1, 1],
      [1, 77],
      [3, 5],
      [4, 8],
      [9, 33],
      [50, 2],
      [2, 50],
      [131, 129],
      [9, 700],
      [66, 513],
    ] as const) {
      for (const accumulate of [false, true]) {
        for (const vector of ['rows', 'columns', 'scattered'] as const) {
          expectGood({ M: rows, N: 1, K: depth, a: lie, b: vector, accumulate })
          expectGood({ M: rows, N: 1, K: depth, a: lie, b: vector, accumulate, gap: 2 })
          expectGood({ M: 1, N: rows, K: depth, a: vector, b: lie, accumulate, gap: 1 })
        }
      }
    }
  })

  it.each(['rows', 'columns', 'scattered'] as const)(
    'long sums times a vector do not lose their last terms, %s',
    (lie) => {
      const size = elementBytes(dtype)
      const [rows, K] = [5, 2 ** 16]
      const aStrides = stridesOf(lie, rows, K)
      const [aAddress, bAddress, workAddress] = [1 << 13, (1 << 13) + size * 3 * rows * K, 3 << 22]
      const A = floats(dtype, aAddress, extent(rows, K, aStrides))
      const B = floats(dtype, bAddress, K)
      const C = floats(dtype, 0, rows)
      const bStrides = [1, 1] as const
      fillMatrix(A, rows, K, aStrides, () => 1 + random())
      fillMatrix(B, K, 1, bStrides, () => 1 + random())
      const strides = [aAddress, aStrides[0] * size, aStrides[1] * size, bAddress, size, size]
      matmul(rows, 1, K, ...strides, 0, size, 0, workAddress)
      const start = new Float64Array(rows)
      const worst = worstError({ M: rows, N: 1, K, A, aStrides, B, bStrides, C, cRow: 1, start })
      expect(worst / (dtype === 'float32' ? 2 ** -24 : 2 ** -53)).toBeLessThan(dtype === 'float32' ? 20 : 600)
    },
  )

  it('accepts broadcast operands, of stride 0', () => {
    for (const [M, N, K] of [
      [6, 9, 8],
      [40, 70, 30],
      [1, 9, 20],
      [9, 1, 20],
    ] as const) {
      expectGood({ M, N, K, a: 'one row' })
      expectGood({ M, N, K, a: 'one column' })
      expectGood({ M, N, K, b: 'one row' })
      expectGood({ M, N, K, b: 'one column' })
    }
  })

  it('gives zeros for no depth, nothing for no rows or columns', () => {
    for (const accumulate of [false, true]) {
      for (const [M, N, K] of [
        [3, 5, 0],
        [1, 5, 0],
        [5, 1, 0],
        [0, 5, 3],
        [5, 0, 3],
        [0, 0, 0],
      ] as const) {
        expectGood({ M, N, K, accumulate, gap: 2 })
      }
    }
  })

  it('overwrites NaN in C unless it accumulates', () => {
    for (const [M, N] of [
      [7, 9],
      [1, 9],
      [9, 1],
      [6, 8],
    ]) {
      const C = floats(dtype, 0, M * N).fill(NaN)
      const size = elementBytes(dtype)
      floats(dtype, 4096, 100).fill(1)
      matmul(M, N, 3, 4096, 3 * size, size, 4096, N * size, size, 0, N * size, 0, 65536)
      expect([...C].every((value) => value === 3)).toBe(true)
    }
  })

  it('gives the same bits at every call', () => {
    const run = () => {
      state = 99
      check(matmul, dtype, { M: 1, N: 1, K: 1 })
      const size = elementBytes(dtype)
      const A = floats(dtype, 1 << 20, 4000)
      for (let i = 0; i < A.length; i++) A[i] = random()
      matmul(37, 41, 97, 1 << 20, 97 * size, size, (1 << 20) + 64, 41 * size, size, 0, 41 * size, 0, 4 << 20)
      return floats(dtype, 0, 37 * 41).slice()
    }
    expect(run()).toEqual(run())
  })
})

const where = supportsRelaxedSimd() ? 'known here, so it is compared above' : 'unknown here, so it is validated only'

describe(`the variant with fused multiply-add (relaxed SIMD is ${where})`, () => {
  it.each(dtypes)('%s: the engine accepts its bytes exactly if it knows relaxed SIMD', (dtype) => {
    expect(WebAssembly.validate(bytesOf({ dtype, fma: true }))).toBe(supportsRelaxedSimd())
    expect(WebAssembly.validate(bytesOf({ dtype, fma: false }))).toBe(true)
  })

  it('comes beside the other in one module', () => {
    const module = new ModuleBuilder()
    module.importMemory({ initial: 1 })
    for (const dtype of dtypes) module.exportFunction(dtype, emitWholeProduct(module, { dtype, fma: false }))
    expect(WebAssembly.validate(module.encode())).toBe(true)
  })
})

describe('matmulWorkspaceBytes', () => {
  it('is bounded by the blocks', () => {
    expect(matmulWorkspaceBytes('float32', 1e6, 1e6, 1e6)).toBeLessThan(2.4e6)
    expect(matmulWorkspaceBytes('float64', 1e6, 1e6, 1e6)).toBeLessThan(4.8e6)
    expect(matmulWorkspaceBytes('float64', 2, 2, 2)).toBeLessThan(1024)
    expect(matmulWorkspaceBytes('float32', 1, 10, 20)).toBeLessThan(1024)
  })
})
