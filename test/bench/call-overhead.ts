/** What the CPU device adds to a program of no work: a call with three small tensors, by the size of each; donated or not. */
import { wasmDevice } from '../../src/backends/wasm/device.ts'
import { traceClosed } from '../../src/core/trace.ts'
import { add, mul } from '../../src/primitives/elementwise.ts'
import { type Case, milliseconds } from './harness.ts'

/** Nanoseconds of one call of a b + c, operands copied in and the result copied out. */
export const callOverhead: readonly Case[] = [1, 8, 64, 252].map((length) => ({
  name: `call-overhead-${length}`,
  run(emit) {
    const device = wasmDevice()
    const type = { shape: [length], dtype: 'float64' } as const
    const program = traceClosed('test', ([a, b, c]) => [add(mul(a!, b!), c!)], [type, type, type])
    const make = () => device.upload(type, new Float64Array(length).fill(0.5))
    const [a, b] = [make(), make()]
    let c = make()
    const plain = milliseconds(() => void device.execute(program, [a, b, c]), 10_000)
    emit(`call-overhead-${length}`, 1e6 * plain, 'ns')
    const donate = { donate: [2] }
    const donated = milliseconds(() => {
      c = device.execute(program, [a, b, c], donate)[0]!
    }, 10_000)
    emit(`call-overhead-${length}-donated`, 1e6 * donated, 'ns')
  },
}))
