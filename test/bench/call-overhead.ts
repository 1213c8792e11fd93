/** What a call adds to a program of no work: a jitted function of three small tensors, by the size of each; donated or not. */
import { add, full, jit, mul, type Tensor } from '../../src/index.ts'
import { type Case, milliseconds } from './harness.ts'

type Vector = Tensor<readonly [number], 'float64'>

/** Nanoseconds of one call of a b + c, operands copied in and the result copied out. */
export const callOverhead: readonly Case[] = [1, 8, 64, 252].map((length) => ({
  name: `call-overhead-${length}`,
  run(emit) {
    const body = (a: Vector, b: Vector, c: Vector): Vector => add(mul(a, b), c)
    const make = (): Vector => full([length], 0.5, 'float64')
    const [a, b] = [make(), make()]
    let c = make()
    const call = jit(body)
    emit(`call-overhead-${length}`, 1e6 * milliseconds(() => void call(a, b, c), 10_000), 'ns')
    const donating = jit(body, { donate: [2] })
    const donated = milliseconds(() => {
      c = donating(a, b, c)
    }, 10_000)
    emit(`call-overhead-${length}-donated`, 1e6 * donated, 'ns')
  },
}))
