/**
 * What a second thread gains: how many times as fast large steps are with two threads. Two devices, one with a second thread, take
 * turns of some milliseconds, so that both are warm and meet the same weather; so do one and two threads that share nothing.
 */
import { type CpuDevice, wasmDevice } from '../../src/backends/wasm/device.ts'
import { exp, fromTypedArray, jit, matmul, mul, square, sum, type Tensor, tanh, to } from '../../src/index.ts'
import { neighbour } from './beside.ts'
import { imageStep, imageTraining } from './convolution.ts'
import { type Case, medianOf, noise } from './harness.ts'
import { compiledStep, training } from './network.ts'
import { gradient, operands } from './transformer.ts'

/** Milliseconds of a turn, how many rounds there are, and how many of them warm up. */
const [TURN, ROUNDS, WARM] = [20, 45, 20] as const

/** Milliseconds of a call, by those of one turn. */
function turn(call: () => void): number {
  let [calls, elapsed] = [0, 0]
  for (const start = performance.now(); elapsed < TURN; calls++) {
    call()
    elapsed = performance.now() - start
  }
  return elapsed / calls
}

const matrix = (n: number, seed: number) => fromTypedArray(noise(n * n, seed), [n, n])

const productOf =
  (n: number) =>
  (device: CpuDevice): (() => void) => {
    const [a, b] = to([matrix(n, 1), matrix(n, 2)] as const, device)
    const f = jit((x: Square, y: Square) => matmul(x, y))
    return () => void f(a, b)
  }

/** Makes the call of each workload on a device. */
const workloads: Readonly<Record<string, (device: CpuDevice) => () => void>> = {
  'matmul-f32-256': productOf(256),
  'matmul-f32-512': productOf(512),
  'matmul-f32-1024': productOf(1024),
  'fused-tanh-exp-1000000-donated': (device) => {
    let x: Tensor<readonly [number]> = to(fromTypedArray(noise(1e6, 1), [1e6]), device)
    const f = jit((v: Tensor<readonly [number]>) => tanh(mul(v, exp(mul(v, -0.5)))), { donate: [0] })
    return () => {
      x = f(x)
    }
  },
  'sums-of-rows-1000': (device) => {
    const [x, f] = [to(matrix(1000, 1), device), jit((v: Square) => sum(square(v), 1))]
    return () => void f(x)
  },
  'mlp-train-step-donated': (device) => {
    let { p, s, x, y } = to(training(), device)
    const step = compiledStep(true)
    return () => {
      const next = step(p, s, x, y)
      p = next.p
      s = next.s
    }
  },
  'cnn-train-step-donated': (device) => {
    let { p, s, x, y } = to(imageTraining(), device)
    const step = jit(imageStep, { donate: [0, 1] })
    return () => {
      const next = step(p, s, x, y)
      p = next.p
      s = next.s
    }
  },
  'transformer-forward+backward': (device) => {
    const [args, compiled] = [to(operands(), device), jit(gradient)]
    return () => void compiled(...args)
  },
}

type Square = Tensor<readonly [number, number]>

/**
 * For each workload the time with one thread over that with two, and the most that two threads of this machine could gain in the
 * same seconds: medians over rounds in which everything has its turn, and of the fastest turns, which nothing else disturbed.
 */
export const threads: readonly Case[] = Object.entries(workloads).map(([name, make]) => ({
  name: `threads-${name}`,
  async run(emit) {
    const [one, two] = [wasmDevice(), wasmDevice()]
    await two.useThreads(2)
    const [alone, shared, { run, busy, stop }] = [make(one), make(two), neighbour()]
    const rounds = Array.from({ length: ROUNDS }, () => {
      const times = { alone: turn(alone), shared: turn(shared), undisturbed: turn(run), beside: 0 }
      busy(true)
      times.beside = turn(run)
      busy(false)
      return times
    }).slice(WARM)
    await two.useThreads(1)
    await stop()
    const fastest = (key: 'alone' | 'shared'): number => Math.min(...rounds.map((times) => times[key]))
    emit(`threads-${name}-gain`, medianOf(rounds.map((times) => times.alone / times.shared)), '×')
    emit(`threads-${name}-gain-fastest`, fastest('alone') / fastest('shared'), '×')
    emit(`threads-${name}-gain-possible`, medianOf(rounds.map((t) => (2 * t.undisturbed) / t.beside)), '×')
  },
}))
