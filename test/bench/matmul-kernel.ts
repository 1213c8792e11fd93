/**
 * The speed of the raw WebAssembly matrix multiplication, without allocation or dispatch: one JSON line for each case,
 * { name, value, unit }. Each value is the best of many short runs after warming up, since other load only slows.
 *
 * Run: npx tsx --conditions=source test/bench/matmul-kernel.ts
 */
import { ModuleBuilder } from '../../src/backends/wasm/code/assembler.ts'
import { supportsRelaxedSimd } from '../../src/backends/wasm/code/relaxed-simd.ts'
import { matmulWorkspaceBytes } from '../../src/backends/wasm/product/matmul.ts'
import type { MatmulOptions } from '../../src/backends/wasm/product/matmul-tile.ts'
import { emitWholeProduct } from '../helpers/whole-product.ts'

type Size = readonly [M: number, N: number, K: number]
type Layout = 'NN' | 'NT' | 'TN' | 'TT'

const squares: readonly Size[] = [4, 8, 16, 32, 64, 128, 256, 512, 1024].map((n) => [n, n, n])

/** Layers of small networks: a batch times a weight, then the two products of its gradient. */
const layers: readonly (readonly [Layout, Size])[] = [
  ['NT', [32, 128, 784]],
  ['NN', [32, 784, 128]],
  ['TN', [128, 784, 32]],
  ['NT', [128, 10, 128]],
  ['NT', [128, 128, 784]],
  ['TN', [10, 128, 128]],
]

/** Bandwidth-bound products; their unit is bytes of the matrix. */
const vectors: readonly (readonly [Layout, Size])[] = [
  ['NN', [1024, 1, 1024]],
  ['NN', [1, 1024, 1024]],
  ['NN', [4096, 1, 4096]],
  ['NN', [1, 4096, 4096]],
  ['NN', [50, 1, 50]],
]

const memory = new WebAssembly.Memory({ initial: 4096 })

/** A function that runs a case as often as told. */
const prepare = (options: MatmulOptions) => {
  const module = new ModuleBuilder()
  module.importMemory({ initial: 1 })
  module.exportFunction('matmul', emitWholeProduct(module, options))
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.encode()), { env: { memory } })
  // The module exports this one function.
  const matmul = exports.matmul as (...parameters: number[]) => void
  const bytes = options.dtype === 'float32' ? 4 : 8
  return ([M, N, K]: Size, layout: Layout) => {
    const a = 4096
    const b = a + M * K * bytes + 64
    const c = b + K * N * bytes + 64
    const work = c + M * N * bytes + 64
    if (work + matmulWorkspaceBytes(options.dtype, M, N, K) > memory.buffer.byteLength) throw new Error('bench: memory')
    const fill = options.dtype === 'float32' ? new Float32Array(memory.buffer) : new Float64Array(memory.buffer)
    for (let i = a / bytes; i < c / bytes; i++) fill[i] = (i % 17) / 17
    const [aRow, aColumn] = layout[0] === 'N' ? [K * bytes, bytes] : [bytes, M * bytes]
    const [bRow, bColumn] = layout[1] === 'N' ? [N * bytes, bytes] : [bytes, K * bytes]
    return (times: number) => {
      for (let i = 0; i < times; i++) matmul(M, N, K, a, aRow, aColumn, b, bRow, bColumn, c, N * bytes, 0, work)
    }
  }
}

/** The least seconds of one call, over 40 runs of about a millisecond or of one call. */
const secondsOf = (run: (times: number) => void, flops: number): number => {
  const times = Math.max(1, Math.round(2e7 / (flops + 2000)))
  // Enough calls for the optimising compiler, and milliseconds for it to finish in its own thread.
  run(Math.max(30, 5 * times))
  let least = Infinity
  for (let i = 0; i < 40; i++) {
    const start = performance.now()
    run(times)
    least = Math.min(least, performance.now() - start)
  }
  return least / 1000 / times
}

const print = (name: string, value: number, unit: string): void =>
  console.log(JSON.stringify({ name, value: Number(value.toPrecision(4)), unit }))

const variants = supportsRelaxedSimd() ? [false, true] : [false]
for (const fma of variants) {
  for (const dtype of ['float32', 'float64'] as const) {
    const run = prepare({ dtype, fma })
    const kind = `${dtype} ${fma ? 'fused' : 'separate'}`
    for (const [layout, size] of [...squares.map((size) => ['NN', size] as const), ...layers]) {
      const flops = 2 * size[0] * size[1] * size[2]
      print(`matmul ${kind} ${layout} ${size.join('×')}`, flops / secondsOf(run(size, layout), flops) / 1e9, 'GFLOP/s')
    }
    for (const [layout, size] of vectors) {
      const flops = 2 * size[0] * size[1] * size[2]
      const bytes = (flops / 2) * (dtype === 'float32' ? 4 : 8)
      print(`matrix-vector ${kind} ${size.join('×')}`, bytes / secondsOf(run(size, layout), flops) / 1e9, 'GB/s')
    }
  }
}
