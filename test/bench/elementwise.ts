/**
 * Fused element-wise chains, functions and a reduction: GB/s, each input and output counted once; beside them copies of an array
 * into one that is there (the bound of what is disposed of) and into a new one (the bound of what is not).
 */
import { gelu } from '../../layers/index.ts'
import { add, dispose, exp, fromTypedArray, jit, mul, square, sub, sum, type Tensor, tanh } from '../../src/index.ts'
import { type Case, milliseconds, noise } from './harness.ts'

type Vector = Tensor<readonly [number]>

const cheap = (x: Vector, y: Vector): Vector => add(sub(add(mul(x, y), mul(x, 0.5)), mul(y, 0.25)), 1)
const costly = (x: Vector, y: Vector): Vector => add(tanh(mul(x, y)), exp(mul(x, -0.5)))

const sizes = [1e5, 1e6, 1e7]

/** The chains of the peers' benchmark. */
export const elementwise: readonly Case[] = sizes.map((n) => ({
  name: `fused-${n}`,
  run(emit) {
    const [x, y] = [1, 2].map((seed): Vector => fromTypedArray(noise(n, seed), [n]))
    const run = (f: (...args: Vector[]) => unknown, args: Vector[]) => {
      const compiled = jit(f)
      return milliseconds(() => void compiled(...args), 3)
    }
    const runDisposed = (f: (...args: Vector[]) => Vector, args: Vector[]) => {
      const compiled = jit(f)
      return milliseconds(() => dispose(compiled(...args)), 3)
    }
    emit(`fused-cheap-${n}`, (12 * n) / run((a, b) => cheap(a!, b!), [x!, y!]) / 1e6, 'GB/s')
    emit(`fused-tanh-exp-${n}`, (12 * n) / run((a, b) => costly(a!, b!), [x!, y!]) / 1e6, 'GB/s')
    emit(`exp-${n}`, (8 * n) / run((a) => exp(a!), [x!]) / 1e6, 'GB/s')
    emit(`gelu-${n}`, (8 * n) / run((a) => gelu(a!), [x!]) / 1e6, 'GB/s')
    emit(`fused-cheap-${n}-disposed`, (12 * n) / runDisposed((a, b) => cheap(a!, b!), [x!, y!]) / 1e6, 'GB/s')
    emit(`fused-tanh-exp-${n}-disposed`, (12 * n) / runDisposed((a, b) => costly(a!, b!), [x!, y!]) / 1e6, 'GB/s')
    emit(`exp-${n}-disposed`, (8 * n) / runDisposed((a) => exp(a!), [x!]) / 1e6, 'GB/s')
    emit(`gelu-${n}-disposed`, (8 * n) / runDisposed((a) => gelu(a!), [x!]) / 1e6, 'GB/s')
    const [from, to] = [noise(n, 1), new Float32Array(n)]
    emit(`copy-${n}`, (8 * n) / milliseconds(() => to.set(from), 3) / 1e6, 'GB/s')
    emit(`copy-fresh-${n}`, (8 * n) / milliseconds(() => void from.slice(), 3) / 1e6, 'GB/s')
    emit(`sum-of-squares-${n}`, (4 * n) / run((a) => sum(square(a!)), [x!]) / 1e6, 'GB/s')
  },
}))
