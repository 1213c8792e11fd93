/**
 * Reductions on WebGPU at every size at which they are shared out in another way: by one thread, by the lanes of a team, by
 * several teams of a workgroup, along rows and across columns, whole and in chunks. Compared with the reference; tolerance 1e-5 of the
 * largest element (at least 1), integers equal.
 */
import { describe, expect, it } from 'vitest'
import { isFloat } from '../../../src/core/dtype.ts'
import type { Ndarray } from '../../../src/core/ndarray.ts'
import type { Value } from '../../../src/core/value.ts'
import { broadcast, sum } from '../../../src/primitives/broadcast.ts'
import { add, div, mul, sub } from '../../../src/primitives/elementwise.ts'
import { reduceMax, reduceMin } from '../../../src/primitives/reduction.ts'
import { argmax, argmin } from '../../../src/primitives/sorting.ts'
import { exp } from '../../../src/primitives/transcendental.ts'
import type { DType } from '../../../types/dtype.ts'
import { onReference } from '../../helpers/backends.ts'
import { distance, fill } from '../../helpers/golden.ts'
import { array, programOf } from '../../helpers/reference.ts'
import { gpu, onWebGpu } from '../../helpers/webgpu.ts'

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

const noise = (shape: readonly number[], dtype: DType = 'float32', seed = 1): Ndarray => {
  const numbers = fill(sizeOf(shape), seed, -9, 9)
  return array([...shape], numbers.map(dtype === 'int32' ? Math.trunc : Math.fround), dtype)
}

async function agree(f: (...values: Value[]) => readonly Value[], ...inputs: readonly Ndarray[]): Promise<void> {
  const program = programOf((...values) => [...f(...values)], inputs)
  const expected = onReference(program, inputs)
  const results = await onWebGpu(program, inputs)
  results.forEach(({ data, shape }, i) => {
    expect(shape).toEqual(expected[i].shape)
    const error = distance(data, expected[i].data)
    expect(error, `result ${i}`).toBeLessThanOrEqual(isFloat(expected[i].dtype) ? 1e-5 : 0)
  })
}

/** Every reduction along axes, of expressions that are part of its kernel. */
const reductions = (x: Value, axes: readonly number[]): readonly Value[] => [
  sum(mul(x, x), axes),
  reduceMax(add(x, x), axes),
  reduceMin(x, axes),
]

describe('over everything', () => {
  const sizes = [0, 1, 2, 31, 63, 64, 65, 127, 128, 129, 255, 256, 257, 8191, 8192, 8193, 70_001]
  it.each(sizes)('%i numbers', (n) => agree((x) => reductions(x, [0]), noise([n])))
  it.each([1, 65, 8193, 70_001])('places of the extremes of %i numbers', async (n) => {
    for (const dtype of ['float32', 'int32'] as const)
      await agree((x) => [argmax(x, 0), argmin(x, 0), sum(x, [0])], noise([n], dtype))
  })
  it('NaN and infinities come through every stage', async () => {
    const n = 40_000
    for (const special of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const x = noise([n])
      x.data[33_333] = special
      await agree((v) => [sum(v, [0]), reduceMax(v, [0]), reduceMin(v, [0]), argmax(v, 0)], x)
    }
  })
  it('the sum of 1e7 times 0.1 has a relative error of at most 1e-6', async () => {
    const device = await gpu()
    const n = 1e7
    const type = { shape: [n], dtype: 'float32' } as const
    const program = programOf((x) => [sum(x, [0])], [type])
    const [total] = device.execute(program, [device.upload(type, new Float32Array(n).fill(0.1))])
    const [value] = await device.read(total)
    expect(Math.abs(value / (n * Math.fround(0.1)) - 1)).toBeLessThanOrEqual(1e-6)
  })
  it('more workgroups than one row of the grid has', async () => {
    const device = await gpu()
    const n = 65_535 * 256 + 1
    const type = { shape: [n], dtype: 'int32' } as const
    const program = programOf((x) => [sum(x, [0]), reduceMax(x, [0]), add(x, x)], [type])
    const numbers = Int32Array.from({ length: n }, (_, i) => i % 10)
    const [total, most, twice] = device.execute(program, [device.upload(type, numbers)])
    expect([...(await device.read(total)), ...(await device.read(most))]).toEqual([75_496_320, 9])
    const doubled = await device.read(twice)
    expect([...doubled.slice(-3)]).toEqual([...numbers.slice(-3)].map((each) => 2 * each))
    expect(doubled[65_535 * 64 + 5]).toBe(2 * numbers[65_535 * 64 + 5])
  })
  it('twice the same bits', async () => {
    const x = noise([50_001])
    const program = programOf((v) => [sum(exp(v), [0])], [x])
    expect(await onWebGpu(program, [x])).toEqual(await onWebGpu(program, [x]))
  })
})

describe('along rows', () => {
  const shapes = [
    [1, 33],
    [3, 31],
    [5, 32],
    [13, 65],
    [257, 40],
    [7, 257],
    [129, 129],
    [2, 9000],
    [3, 20_001],
    [0, 5],
    [5, 0],
  ]
  it.each(shapes)('%i × %i', (rows, columns) => agree((x) => reductions(x, [1]), noise([rows, columns])))
  it('batches of matrices, the middle axis', () => agree((x) => reductions(x, [1]), noise([5, 70, 9])))
})

describe('across columns', () => {
  const shapes = [
    [33, 1],
    [31, 3],
    [64, 10],
    [257, 33],
    [1000, 65],
    [3000, 8],
    [9001, 5],
    [20_001, 3],
    [70, 300],
  ]
  it.each(shapes)('%i × %i', (rows, columns) => agree((x) => reductions(x, [0]), noise([rows, columns])))
  it('images: the axes before the channels', () => agree((x) => reductions(x, [0, 1, 2]), noise([9, 30, 31, 5])))
  it('images: the axes around the channels', () => agree((x) => reductions(x, [0, 2, 3]), noise([4, 3, 40, 41])))
})

/** exp(x − max x) / Σ exp(x − max x). */
function softmax(x: Value, axis: number): Value {
  const { shape } = x
  const others = shape.map((_, i) => i).filter((i) => i !== axis)
  const shifted = exp(sub(x, broadcast(reduceMax(x, [axis]), shape, others)))
  return div(shifted, broadcast(sum(shifted, [axis]), shape, others))
}

/** (x − mean) / variance, of two sums. */
function standardised(x: Value, axis: number): Value {
  const { shape } = x
  const others = shape.map((_, i) => i).filter((i) => i !== axis)
  const count = sum(add(sub(x, x), exp(sub(x, x))), [axis])
  const centred = sub(x, broadcast(div(sum(x, [axis]), count), shape, others))
  return div(centred, broadcast(div(sum(mul(centred, centred), [axis]), count), shape, others))
}

describe('rows that are reduced and written', () => {
  const shapes = [
    [1, 20_000],
    [3, 17_001],
    [40, 1000],
    [300, 33],
    [1000, 10],
    [129, 64],
  ]
  it.each(shapes)('softmax and standardisation of %i × %i', (rows, columns) =>
    agree((x) => [softmax(x, 1), standardised(x, 1)], noise([rows, columns])),
  )
  it.each([
    [500, 3],
    [40, 70],
    [9000, 2],
  ])('the same down the columns of %i × %i', (rows, columns) =>
    agree((x) => [softmax(x, 0), standardised(x, 0)], noise([rows, columns])),
  )
})
