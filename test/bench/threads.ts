/** What a second thread gains: how many times as fast large steps are with two threads, measured in turns. */
import { cpu, exp, fromTypedArray, jit, matmul, mul, square, sum, type Tensor, tanh } from '../../src/index.ts'
import { imageStep, imageTraining } from './convolution.ts'
import { type Case, medianOf, noise } from './harness.ts'
import { compiledStep, training } from './network.ts'
import { gradient, operands } from './transformer.ts'

const ROUNDS = 5
const SECONDS = 0.1

/** Milliseconds of a call, after some that warm up. */
function time(call: () => void): number {
  for (let i = 0; i < 5; i++) call()
  let [calls, elapsed] = [0, 0]
  for (const start = performance.now(); elapsed < 1000 * SECONDS; calls++) {
    call()
    elapsed = performance.now() - start
  }
  return elapsed / calls
}

const matrix = (n: number, seed: number) => fromTypedArray(noise(n * n, seed), [n, n])

/** Makes the call of each workload. */
const workloads: Readonly<Record<string, () => () => void>> = {
  'matmul-f32-256': () => {
    const [a, b, f] = [matrix(256, 1), matrix(256, 2), jit((x: Square, y: Square) => matmul(x, y))]
    return () => void f(a, b)
  },
  'matmul-f32-1024': () => {
    const [a, b, f] = [matrix(1024, 1), matrix(1024, 2), jit((x: Square, y: Square) => matmul(x, y))]
    return () => void f(a, b)
  },
  'fused-tanh-exp-1000000-donated': () => {
    let x: Tensor<readonly [number]> = fromTypedArray(noise(1e6, 1), [1e6])
    const f = jit((v: Tensor<readonly [number]>) => tanh(mul(v, exp(mul(v, -0.5)))), { donate: [0] })
    return () => {
      x = f(x)
    }
  },
  'sums-of-rows-1000': () => {
    const [x, f] = [matrix(1000, 1), jit((v: Square) => sum(square(v), 1))]
    return () => void f(x)
  },
  'mlp-train-step-donated': () => {
    let { p, s, x, y } = training()
    const step = compiledStep(true)
    return () => {
      const next = step(p, s, x, y)
      p = next.p
      s = next.s
    }
  },
  'cnn-train-step-donated': () => {
    let { p, s, x, y } = imageTraining()
    const step = jit(imageStep, { donate: [0, 1] })
    return () => {
      const next = step(p, s, x, y)
      p = next.p
      s = next.s
    }
  },
  'transformer-forward+backward': () => {
    const [args, compiled] = [operands(), jit(gradient)]
    return () => void compiled(...args)
  },
}

type Square = Tensor<readonly [number, number]>

/** One figure for each workload: the time with one thread over that with two. */
export const threads: readonly Case[] = Object.entries(workloads).map(([name, make]) => ({
  name: `threads-${name}`,
  async run(emit) {
    const call = make()
    const ratios: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      await cpu({ threads: 1 })
      const alone = time(call)
      await cpu({ threads: 2 })
      ratios.push(alone / time(call))
    }
    await cpu({ threads: 1 })
    emit(`threads-${name}-gain`, medianOf(ratios), '×')
  },
}))
