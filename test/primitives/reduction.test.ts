import { describe, expect, it } from 'vitest'
import type { Value } from '../../src/core/value.ts'
import { sum } from '../../src/primitives/broadcast.ts'
import * as r from '../../src/primitives/reduction.ts'
import { reshape } from '../../src/primitives/structural.ts'
import type { Operation } from '../helpers/cases.ts'
import { compareCases } from '../helpers/cases.ts'
import { array, elements, evaluate } from '../helpers/reference.ts'
import { thrown } from '../helpers/thrown.ts'

type Attributes = Readonly<Record<string, unknown>>

const axesOf = (x: Value, { axis }: Attributes): number[] => {
  const all = x.shape.map((_, i) => i)
  if (axis === null) return all
  const listed = (Array.isArray(axis) ? axis : [axis]) as number[] // the file's attribute is a number or a list of them
  return listed.map((i) => (i < 0 ? i + x.shape.length : i)).sort((a, b) => a - b)
}

const reduction =
  (reduce: (x: Value, axes: readonly number[]) => Value): Operation =>
  ([x], attributes) => {
    const axes = axesOf(x, attributes)
    const kept = x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
    const result = reduce(x, axes)
    return [attributes.keepdims === true ? reshape(result, kept) : result]
  }

const running =
  (run: (x: Value, axis: number) => Value): Operation =>
  ([x], attributes) => [run(x, axesOf(x, attributes)[0])]

describe('against golden values', () => {
  compareCases('reduce', 1e-13, {
    sum: reduction(sum),
    max: reduction(r.reduceMax),
    min: reduction(r.reduceMin),
    prod: reduction(r.product),
    cumsum: running(r.cumsum),
    cumprod: running(r.cumulativeProduct),
    cummax: running(r.cumulativeMax),
  })
})

const infinity = Number.POSITIVE_INFINITY

describe('reductions', () => {
  it('over nothing give the neutral element', () => {
    const empty = array([2, 0], [])
    expect(elements((x) => sum(x, [1]), empty)).toEqual([0, 0])
    expect(elements((x) => r.product(x, [1]), empty)).toEqual([1, 1])
    expect(elements((x) => r.reduceMax(x, [1]), empty)).toEqual([-infinity, -infinity])
    expect(elements((x) => r.reduceMin(x, [1]), empty)).toEqual([infinity, infinity])
    expect(elements((x) => r.reduceMax(x, [0]), array([0], [], 'int32'))).toEqual([-2147483648])
    expect(elements((x) => r.reduceMin(x, [0]), array([0], [], 'uint32'))).toEqual([4294967295])
    expect(elements((x) => r.reduceAnd(x, [0]), array([0], [], 'bool'))).toEqual([1])
    expect(elements((x) => r.reduceOr(x, [0]), array([0], [], 'bool'))).toEqual([0])
  })

  it('propagate NaN', () => {
    expect(elements((x) => r.reduceMax(x, [0]), array([2], [Number.NaN, 1]))).toEqual([Number.NaN])
    expect(elements((x) => r.reduceMin(x, [0]), array([2], [1, Number.NaN]))).toEqual([Number.NaN])
  })

  it('of conditions', () => {
    const x = array([2, 2], [1, 0, 1, 1], 'bool')
    expect(elements((b) => r.reduceAnd(b, [1]), x)).toEqual([0, 1])
    expect(elements((b) => r.reduceOr(b, [1]), x)).toEqual([1, 1])
  })

  it('of integers wrap around', () => {
    expect(elements((x) => sum(x, [0]), array([2], [2147483647, 1], 'int32'))).toEqual([-2147483648])
  })

  it('sum a million tenths to the last digits', () => {
    const [{ data }] = evaluate((x) => sum(x, [0]), array([1e6], new Float64Array(1e6).fill(0.1)))
    expect(Math.abs(data[0] - 1e5)).toBeLessThan(1e-9)
  })

  it('run backwards', () => {
    const x = array([3], [1, 2, 3])
    expect(elements((v) => r.cumsum(v, 0, true), x)).toEqual([6, 5, 3])
    expect(elements((v) => r.cumulativeProduct(v, 0, true), x)).toEqual([6, 6, 3])
    expect(elements((v) => r.cumulativeMax(v, 0, true), array([3], [1, 5, 2], 'int32'))).toEqual([5, 5, 2])
  })
})

describe('sentences', () => {
  it('no such axis', () => {
    expect(thrown(() => elements((x) => sum(x, [2]), array([2, 3], [])))).toBe(
      'ShapeError: sum: [2, 3] has no axis 2. Its axes are 0 to 1.',
    )
    expect(thrown(() => elements((x) => r.cumsum(x, 0), array([], [])))).toBe(
      'ShapeError: cumsum: [] has no axis 0. It is a scalar.',
    )
  })

  it('axes twice, or out of order', () => {
    expect(thrown(() => elements((x) => r.reduceMax(x, [1, 1]), array([2, 3], [])))).toBe(
      'ShapeError: reduceMax: axes [1, 1] of [2, 3] name one twice.',
    )
    expect(thrown(() => elements((x) => r.reduceMin(x, [1, 0]), array([2, 3], [])))).toBe(
      'ShapeError: reduceMin: axes [1, 0] of [2, 3] must increase.',
    )
  })

  it('conditions cannot be summed', () => {
    expect(thrown(() => elements((x) => sum(x, [0]), array([2], [], 'bool')))).toBe(
      'DTypeError: sum: defined for numeric elements, not for bool[2]. Convert first with convert(x, dtype).',
    )
  })
})
