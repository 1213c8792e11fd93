/**
 * Convolutions 3 × 3 over 64 images of 28 × 28 with both gradients, and one training step of a small convolutional network
 * (two convolutions with maxima of 2 × 2, one dense layer, Adam): the peers' workload.
 */

import { relu, softmaxCrossEntropy } from '../../layers/index.ts'
import { adam, type StateOf } from '../../optimisers/index.ts'
import {
  add,
  componentArray,
  conv2d,
  fromTypedArray,
  grad,
  inspect,
  jit,
  matmul,
  maxPool2d,
  mean,
  mul,
  reshape,
  sum,
  type Tensor,
  valueAndGrad,
  zeros,
} from '../../src/index.ts'
import { type Case, milliseconds, noise, once } from './harness.ts'

const BATCH = 64

const array = <const S extends readonly number[]>(shape: S, seed: number, scale = 1): Tensor<S> =>
  fromTypedArray(
    noise(
      shape.reduce((a, b) => a * b, 1),
      seed,
      scale,
    ),
    shape,
  )

type Image = Tensor<readonly [64, 28, 28, number]>
type Kernel = Tensor<readonly [3, 3, number, number]>

/** Σ y · conv(x, w), whose gradients are the other two forms. */
const form = (x: Image, w: Kernel, y: Image) => sum(mul(conv2d(x, w, { padding: 'same' }) as Image, y))

const layers: readonly Case[] = (
  [
    [16, 16],
    [16, 32],
    [32, 32],
    [32, 64],
    [64, 64],
  ] as const
).map(([channelsIn, channelsOut]) => {
  const name = `conv-3x3-${channelsIn}-${channelsOut}`
  return {
    name,
    run(emit) {
      const x: Image = array([BATCH, 28, 28, channelsIn], 1)
      const w: Kernel = array([3, 3, channelsIn, channelsOut], 2)
      const y: Image = array([BATCH, 28, 28, channelsOut], 3)
      const flops = 2 * BATCH * 28 * 28 * 9 * channelsIn * channelsOut
      const forward = jit((a: Image, b: Kernel) => conv2d(a, b, { padding: 'same' }))
      const [input, kernel] = [jit(grad(form, 0)), jit(grad(form, 1))]
      const speed = (step: () => void): number => flops / milliseconds(step, 5) / 1e6
      emit(
        name,
        speed(() => void forward(x, w)),
        'GFLOP/s',
      )
      emit(
        `${name}-input-gradient`,
        speed(() => void input(x, w, y)),
        'GFLOP/s',
      )
      emit(
        `${name}-kernel-gradient`,
        speed(() => void kernel(x, w, y)),
        'GFLOP/s',
      )
    },
  }
})

const rule = adam({ learningRate: 1e-3 })

/** The inputs of a step. */
export function imageTraining() {
  const p = componentArray({
    k1: array([3, 3, 1, 16], 1, 0.3),
    c1: zeros([16]),
    k2: array([3, 3, 16, 32], 2, 0.1),
    c2: zeros([32]),
    w: array([1568, 10], 3, 0.03),
    b: zeros([10]),
  })
  const labels = Int32Array.from({ length: BATCH }, (_, i) => (i * 7) % 10)
  return { p, s: rule.init(p), x: array([BATCH, 28, 28, 1], 4), y: fromTypedArray(labels, [BATCH]) }
}

type P = ReturnType<typeof imageTraining>['p']
type S = StateOf<typeof rule, P>
type Labels = Tensor<readonly [64], 'int32'>

const loss = (p: P, x: Tensor<readonly [64, 28, 28, 1]>, y: Labels) => {
  const first = maxPool2d(relu(add(conv2d(x, p.k1, { padding: 'same' }), p.c1)), 2)
  const second = maxPool2d(relu(add(conv2d(first, p.k2, { padding: 'same' }), p.c2)), 2)
  return mean(softmaxCrossEntropy(add(matmul(reshape(second, [BATCH, 1568]), p.w), p.b), y))
}

/** One step of training. */
export const imageStep = (p: P, s: S, x: Tensor<readonly [64, 28, 28, 1]>, y: Labels) => {
  const [value, gradient] = valueAndGrad(loss)(p, x, y)
  const [next, state] = rule.step(gradient, s, p)
  return { p: next, s: state, value }
}

const network: Case = {
  name: 'cnn-train-step',
  run(emit) {
    const compiled = jit(imageStep)
    let { p, s, x, y } = imageTraining()
    const train = () => {
      const next = compiled(p, s, x, y)
      p = next.p
      s = next.s
    }
    emit('cnn-train-step-first-call', once(train), 'ms')
    emit('cnn-train-step', 1000 / milliseconds(train, 10), 'steps/s')
    const { arenaBytes, lowerBoundBytes } = inspect(imageStep, p, s, x, y)
    emit('cnn-train-step-arena', arenaBytes, 'bytes')
    emit('cnn-train-step-arena-lower-bound', lowerBoundBytes, 'bytes')
  },
}

/** Single layers, and the training step. */
export const convolution: readonly Case[] = [...layers, network]
