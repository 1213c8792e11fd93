/**
 * What the machine can do at most, measured in the same run as everything else, so that ratios can be read: the micro-kernel of
 * matrix products alone, over one panel of B in the first cache and a block of A in the second, without packing, edges or calls
 * from JavaScript; with multiplications and additions apart, and fused if the engine knows that.
 */
import { ModuleBuilder } from '../../src/backends/wasm/code/assembler.ts'
import { add, call, forUp, i32, local, multiply } from '../../src/backends/wasm/code/instructions.ts'
import { supportsRelaxedSimd } from '../../src/backends/wasm/code/relaxed-simd.ts'
import { blockDepth, blockRows, type MatmulOptions, tileOf } from '../../src/backends/wasm/product/matmul-tile.ts'
import { emitMicroKernel } from '../../src/backends/wasm/product/micro-kernel.ts'
import { type Case, milliseconds } from './harness.ts'

/** Where things lie in a memory of their own. */
const [C, B, A] = [1024, 8192, 65536]

/** A module whose `block` multiplies one block of A, panel by panel, with a panel of B, in a memory of eight pages. */
export function blockModule(options: MatmulOptions) {
  const tile = tileOf(options)
  const { rows, columns, vectors, bytes } = tile
  const module = new ModuleBuilder()
  module.importMemory({ initial: 1 })
  const kernel = emitMicroKernel(module, tile, { rows, vectors, access: 'panel' })
  const code = module.function([], [], 'block')
  const panel = code.local('i32')
  const a = add(i32(A), multiply(local.get(panel), i32(blockDepth * bytes)))
  const [aStep, bStep] = [rows, columns].map((elements) => i32(elements * bytes))
  const operands = [i32(blockDepth), a, i32(0), aStep!, i32(B), bStep!, i32(C), bStep!, i32(0)]
  code.emit(forUp(panel, i32(0), i32(blockRows), rows, call(kernel, ...operands), true))
  module.exportFunction('block', code.index)
  const written = module.encode()
  const instantiate = (): (() => void) => {
    const memory = new WebAssembly.Memory({ initial: 8 })
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(written), { env: { memory } })
    return exports.block as () => void // the module exports this one function
  }
  return { written, instantiate, flops: 2 * blockRows * columns * blockDepth }
}

const variants: readonly (readonly [name: string, options: MatmulOptions])[] = [
  ['roofline-f32', { dtype: 'float32', fma: false }],
  ['roofline-f64', { dtype: 'float64', fma: false }],
  ['roofline-f32-fused', { dtype: 'float32', fma: true }],
  ['roofline-f64-fused', { dtype: 'float64', fma: true }],
]

/** The most that a product can reach on one thread. */
export const roofline: readonly Case[] = variants.map(([name, options]) => ({
  name,
  run(emit) {
    if (options.fma && !supportsRelaxedSimd()) return
    const { instantiate, flops } = blockModule(options)
    emit(name, flops / milliseconds(instantiate(), 1000) / 1e6, 'GFLOP/s')
  },
}))
