import { describe, expect, it } from 'vitest'
import type { Value } from '../../src/core/value.ts'
import { full } from '../../src/primitives/broadcast.ts'
import { dynamicSlice, dynamicUpdate } from '../../src/primitives/dynamic-slice.ts'
import { add } from '../../src/primitives/elementwise.ts'
import { gather, scatterAdd } from '../../src/primitives/indexing.ts'
import { argmax, argmin, argsort, sort } from '../../src/primitives/sorting.ts'
import { iota, reshape, slice, transpose } from '../../src/primitives/structural.ts'
import { compareCases } from '../helpers/cases.ts'
import { array, elements, evaluate } from '../helpers/reference.ts'
import { thrown } from '../helpers/thrown.ts'

/** The entries of a vector of starts as scalars. */
const scalars = (starts: Value): Value[] =>
  Array.from({ length: starts.shape[0] }, (_, i) => reshape(slice(starts, [i], [i + 1]), []))

/** An attribute of a golden case that is a list of whole numbers, as its file says. */
const list = (attribute: unknown): number[] => attribute as number[]

const onAxis =
  (f: (x: Value) => Value) =>
  (x: Value, axis: unknown): Value =>
    axis === 0 ? transpose(f(transpose(x, [1, 0])), [1, 0]) : f(x)

describe('against golden values', () => {
  compareCases('index', 1e-15, {
    scatter_add: ([x, index, updates], { axis }) => [add(x, scatterAdd(index, updates, Number(axis), x.shape[0]))],
    segment_sum: ([x, index], { segments }) => [scatterAdd(index, x, 0, Number(segments))],
    dynamic_slice: ([x, start], { size }) => [dynamicSlice(x, scalars(start), list(size))],
    dynamic_update_slice: ([x, update, start]) => [dynamicUpdate(x, update, scalars(start))],
    sort: ([x], { axis }) => [onAxis((v) => sort([v])[0])(x, axis)],
    argsort: ([x], { axis }) => [onAxis(argsort)(x, axis)],
    diagonal: ([x]) => {
      const index = iota([3], 'int32', 0)
      return [gather(slice(x, [0, 0], [3, 3]), reshape(index, [3, 1]), 1, 1)].map((v) => reshape(v, [3]))
    },
  })
  compareCases(
    'index',
    0,
    { take: ([x, index], { axis }) => [gather(x, index, Number(axis))] },
    // Negative indices of that file count from the end; the public operation turns them into positive ones.
    ({ inputs }) => inputs.indices?.data?.every((index) => Number(index) >= 0) === true,
  )
  compareCases(
    'index',
    0,
    { take_along_axis: ([x, index]) => [gather(x, index, 1, 1)] },
    ({ attrs }) => attrs?.axis === 1,
  )
  compareCases(
    'reduce',
    0,
    {
      argmax: ([x], { axis }) => [argmax(x, Number(axis) + (Number(axis) < 0 ? 3 : 0))],
      argmin: ([x], { axis }) => [argmin(x, Number(axis) + (Number(axis) < 0 ? 3 : 0))],
    },
    ({ attrs }) => attrs?.axis !== null,
  )
})

describe('indices out of range are clamped', () => {
  const index = array([3], [-1, 1, 9], 'int32')
  it('by gather', () => {
    expect(elements((x, i) => gather(x, i, 0), array([3], [1, 2, 3]), index)).toEqual([1, 2, 3])
  })
  it('by scatterAdd', () => {
    expect(elements((i, u) => scatterAdd(i, u, 0, 3), index, array([3], [1, 2, 3]))).toEqual([1, 2, 3])
  })
  it('by dynamicSlice and dynamicUpdate', () => {
    const start = array([], [7], 'int32')
    expect(elements((x, i) => dynamicSlice(x, [i], [2]), array([3], [1, 2, 3]), start)).toEqual([2, 3])
    expect(elements((x, u, i) => dynamicUpdate(x, u, [i]), array([3], [1, 2, 3]), array([1], [9]), start)).toEqual([
      1, 2, 9,
    ])
  })
})

describe('gather and scatterAdd with batch axes', () => {
  const x = array(
    [2, 3, 2],
    Array.from({ length: 12 }, (_, i) => i),
  )
  const index = array([2, 2], [0, 1, 1, 0], 'int32')

  it('gather', () => {
    const [result] = evaluate((v, i) => gather(v, i, 2, 1), x, index)
    expect(result).toEqual(array([2, 3, 2], [0, 1, 2, 3, 4, 5, 7, 6, 9, 8, 11, 10]))
  })

  it('scatterAdd', () => {
    const [result] = evaluate((i, u) => scatterAdd(i, u, 2, 2, 1), index, x)
    expect(result).toEqual(array([2, 3, 2], [0, 1, 2, 3, 4, 5, 7, 6, 9, 8, 11, 10]))
  })

  it('scalar indices drop the axis', () => {
    expect(elements((v, i) => gather(v, i, 1), x, array([], [2], 'int32'))).toEqual([4, 5, 10, 11])
    expect(evaluate((i, u) => scatterAdd(i, u, 1, 3), array([], [2], 'int32'), array([2, 2], [1, 2, 3, 4]))[0]).toEqual(
      array([2, 3, 2], [0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 3, 4]),
    )
  })

  it('no index, no element', () => {
    expect(evaluate((v, i) => gather(v, i, 1), x, array([0], [], 'int32'))[0].shape).toEqual([2, 0, 2])
    expect(elements((i, u) => scatterAdd(i, u, 0, 2), array([0], [], 'int32'), array([0], []))).toEqual([0, 0])
  })
})

describe('sort', () => {
  it('is stable, puts NaN last and carries payloads', () => {
    const keys = array([2, 4], [2, Number.NaN, 1, 2, 0, -0, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY])
    const payload = array([2, 4], [0, 1, 2, 3, 4, 5, 6, 7], 'int32')
    const [sorted, carried] = evaluate((k, p) => sort([k, p]), keys, payload)
    expect([...sorted.data]).toEqual([1, 2, 2, Number.NaN, Number.NEGATIVE_INFINITY, 0, -0, Number.POSITIVE_INFINITY])
    expect([...carried.data]).toEqual([2, 0, 3, 1, 6, 4, 5, 7])
  })

  it('of unsigned integers and of nothing', () => {
    expect(elements((x) => sort([x])[0], array([3], [4294967295, 0, 2147483648], 'uint32'))).toEqual([
      0, 2147483648, 4294967295,
    ])
    expect(evaluate((x) => sort([x])[0], array([2, 0], []))[0].shape).toEqual([2, 0])
  })
})

describe('argmax and argmin', () => {
  it('give the first of equals, and the first NaN', () => {
    const x = array([2, 3], [1, 3, 3, Number.NaN, 5, Number.NaN])
    expect(elements((v) => argmax(v, 1), x)).toEqual([1, 0])
    expect(elements((v) => argmin(v, 0), x)).toEqual([1, 0, 1])
  })
})

describe('sentences', () => {
  const x = array([2, 3], [])
  const index = array([2], [], 'int32')

  it('gather', () => {
    expect(thrown(() => elements((v, i) => gather(v, i, 0), x, array([2], [])))).toBe(
      "DTypeError: gather: indices are int32, not float64. Convert them with convert(index, 'int32').",
    )
    expect(thrown(() => elements((v, i) => gather(v, i, 1, 1), x, array([3], [], 'int32')))).toBe(
      'ShapeError: gather: [2, 3] and indices [3] differ in their 1 batch axes, or axis 1 is one of them.',
    )
    expect(thrown(() => elements((v, i) => gather(v, i, 0), array([0], []), index))).toBe(
      'ShapeError: gather: axis 0 of [0] is empty; there is nothing to index.',
    )
  })

  it('scatterAdd', () => {
    expect(thrown(() => elements((i, u) => scatterAdd(i, u, 0, 4), index, array([3], [])))).toBe(
      'ShapeError: scatterAdd: updates [3] for indices [2] at axis 0. From that axis on, the updates begin with the shape of the indices.',
    )
  })

  it('dynamicSlice', () => {
    const start = full
    expect(thrown(() => elements((v) => dynamicSlice(v, [start([], 'int32', 0)], [1, 1]), x))).toBe(
      'ShapeError: dynamicSlice: [2, 3] has 2 axes, but the list of starts has 1 entries. Give one for each axis.',
    )
    expect(
      thrown(() => elements((v) => dynamicSlice(v, [start([], 'int32', 0), start([], 'int32', 0)], [3, 1]), x)),
    ).toBe('ShapeError: dynamicSlice: a block [3, 1] does not fit into float64[2, 3].')
    expect(
      thrown(() => elements((v) => dynamicSlice(v, [start([], 'float64', 0), start([], 'int32', 0)], [1, 1]), x)),
    ).toBe('ShapeError: dynamicSlice: a start is float64[], not a scalar of int32.')
  })

  it('sort and argmax', () => {
    expect(thrown(() => elements((v) => sort([v])[0], array([], [])))).toBe(
      'ShapeError: sort: float64[] is a scalar; there is no axis to sort along.',
    )
    expect(thrown(() => evaluate((v, w) => sort([v, w]), x, index))).toBe(
      'ShapeError: sort: the keys are [2, 3], a payload is [2]. All operands of a sort have one shape.',
    )
    expect(thrown(() => elements((v) => argmax(v, 0), array([0, 2], [])))).toBe(
      'ShapeError: argmax: axis 0 of [0, 2] is empty.',
    )
  })
})
