/** Axes exchanged: every dtype, all permutations of three axes, sizes around those of the blocks; alone and inside expressions. */
import { describe, expect, it } from 'vitest'
import { allocate, dtypes, type StorageArray } from '../../../src/core/dtype.ts'
import type { Node, PlannedRoutine } from '../../../src/kernels/language/kernel.ts'
import type { DType } from '../../../types/dtype.ts'
import { interpret } from '../../kernels/interpret.ts'
import { apply, constant, input, load, loopOf, nest, output, planned, store } from './building.ts'
import { runRoutine } from './run-routine.ts'

const permutations = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const

const shapes = [
  { shape: [1, 4, 9] },
  { shape: [3, 5, 8] },
  { shape: [4, 4, 4] },
  { shape: [2, 17, 6] },
  { shape: [5, 9, 21] },
] as const

/** y[i, j, k] = f(x[permuted]) with the last loop in lanes, and a second load that lies along the result. */
function exchange(dtype: DType, shape: readonly number[], order: readonly number[], wide: boolean): PlannedRoutine {
  const size = shape.reduce((a, b) => a * b, 1)
  const [x, z] = [input(0, dtype, size), input(1, dtype, size)]
  const [y, other] = [output(0, dtype, size), output(1, 'float64', size)]
  const loops = shape.map((extent, i) => loopOf(extent, i === 2))
  const dense = [shape[1]! * shape[2]!, shape[2]!, 1]
  const strides = order.map((_, axis) => {
    const position = order.indexOf(axis)
    return order.slice(position + 1).reduce((product, later) => product * shape[later]!, 1)
  })
  const along = loops.map((loop, i) => [loop, dense[i]!] as const)
  const across = loops.map((loop, i) => [loop, strides[i]!] as const)
  const value = combined(dtype, load(x, across), load(z, along))
  const body = [store(y, along, value), ...(wide ? [store(other, along, constant('float64', 2))] : [])]
  return planned([x, z], wide ? [y, other] : [y], nest(loops, ...body))
}

const combined = (dtype: DType, a: Node, b: Node): Node => apply(dtype === 'bool' ? 'xor' : 'add', dtype, [a, b])

const numbers = (dtype: DType, length: number, factor: number): StorageArray =>
  allocate(dtype, length).map((_: number, i: number) => (dtype === 'bool' ? (i * factor) % 2 : (i * factor) % 1000))

describe.each(dtypes)('%s', (dtype) => {
  it.each(shapes)('$shape in all orders', ({ shape }) => {
    const size = shape[0] * shape[1] * shape[2]
    const inputs = [numbers(dtype, size, 7), numbers(dtype, size, 13)]
    for (const order of permutations) {
      for (const wide of [false, true]) {
        const routine = exchange(dtype, shape, order, wide)
        const expected = interpret(routine, inputs)
        expect(runRoutine(routine, inputs).map((data) => Array.from(data))).toEqual(
          expected.map((data) => Array.from(data)),
        )
      }
    }
  })
})
