/**
 * `npm run bench -- --device webgpu [--small] [name …]`: products, training steps, the transformer's block and loops on the GPU. Calls
 * return before they are done, so a sample is a batch of calls whose last result is read once. `--small`: small products and a
 * few calls, for rendering in software.
 */
import { fromTypedArray, jit, matmul, type Tensor, to, type WebGpuDevice, webgpu } from '../../src/index.ts'
import { imageStep, imageTraining } from './convolution.ts'
import { type Case, firstOnGpu, gpuSizes, isSmall, millisecondsOnGpu, noise } from './harness.ts'
import { compiledStep, training } from './network.ts'
import { productTiles } from './product-tiles.ts'
import { block, gradient, operands } from './transformer.ts'
import { loops } from './webgpu-loops.ts'

let opened: Promise<WebGpuDevice> | undefined

/** The GPU, opened by the first case that needs it. */
function gpu(): Promise<WebGpuDevice> {
  opened ??= webgpu()
  return opened
}

const products: readonly Case[] = gpuSizes.map((n) => ({
  name: `matmul-f32-${n}`,
  async run(emit) {
    const square = (seed: number): Tensor<readonly [number, number]> => fromTypedArray(noise(n * n, seed), [n, n])
    const [a, b] = to([square(1), square(2)] as const, await gpu())
    // Finalizers do not run within a batch, so each call takes the result of the one before.
    const compiled = jit((x: typeof a, y: typeof b, _: typeof a) => matmul(x, y), { donate: [2] })
    let last = to(square(3), await gpu())
    const step = () => {
      last = compiled(a, b, last)
      return last
    }
    emit(`matmul-f32-${n}`, (2 * n ** 3) / (await millisecondsOnGpu(step)) / 1e6, 'GFLOP/s')
  },
}))

/** Steps of training, each from the parameters that the last one gave. */
const trained = <P, S, X, Y>(
  name: string,
  start: () => { p: P; s: S; x: X; y: Y },
  compiled: (p: P, s: S, x: X, y: Y) => { p: P; s: S; value: Tensor<readonly []> },
): Case => ({
  name,
  async run(emit) {
    let { p, s, x, y } = to(start(), await gpu())
    const step = () => {
      const next = compiled(p, s, x, y)
      p = next.p
      s = next.s
      return next.value
    }
    emit(`${name}-first-call`, await firstOnGpu(step), 'ms')
    emit(name, 1000 / (await millisecondsOnGpu(step)), 'steps/s')
  },
})

const blocks: readonly Case[] = (
  [
    ['transformer-forward', jit(block)],
    ['transformer-forward+backward', (...args) => backward(...args)[0]],
  ] as readonly (readonly [string, (...args: ReturnType<typeof operands>) => { read(): Promise<unknown> }])[]
).map(([name, compiled]) => ({
  name,
  async run(emit) {
    const [p, x] = to(operands(), await gpu())
    const step = () => compiled(p, x)
    emit(`${name}-first-call`, await firstOnGpu(step), 'ms')
    emit(name, await millisecondsOnGpu(step), 'ms')
  },
}))

const backward = jit(gradient)

/** The cases of the GPU. */
export const onWebGpu: readonly Case[] = [
  ...products,
  trained('mlp-train-step', training, compiledStep(false)),
  trained('mlp-train-step-donated', training, compiledStep(true)),
  trained('cnn-train-step', imageTraining, jit(imageStep)),
  ...blocks,
  ...loops(isSmall, gpu, millisecondsOnGpu),
  productTiles,
]
