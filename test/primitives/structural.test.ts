import { describe, expect, it } from 'vitest'
import { Segment } from '../../src/core/primitive.ts'
import { broadcast, full } from '../../src/primitives/broadcast.ts'
import { assemble, view } from '../../src/primitives/segments.ts'
import * as s from '../../src/primitives/structural.ts'
import { compareCases } from '../helpers/cases.ts'
import { array, elements, evaluate } from '../helpers/reference.ts'
import { thrown } from '../helpers/thrown.ts'

/** An attribute of a golden case that is a list of whole numbers, as its file says. */
const list = (attribute: unknown): number[] => attribute as number[]

describe('against golden values', () => {
  compareCases(
    'index',
    0,
    {
      slice: ([x], { start, end, stride }) => [s.slice(x, list(start), list(end), list(stride))],
      flip: ([x], { axis }) => [s.reverse(x, list(axis))],
      pad: ([x], { widths, value }) => {
        const counts = widths as [number, number][] // one pair for each axis
        const low = counts.map(([before]) => before)
        const high = counts.map(([, after]) => after)
        return [s.pad(x, full([], x.dtype, Number(value)), low, high)]
      },
      concat: (inputs, { axis }) => [s.concat(inputs, Number(axis))],
      broadcast_to: ([x], { shape }) => [broadcast(x, list(shape), [1, 2])],
      transpose: ([x], { perm }) => [s.transpose(x, list(perm))],
      reshape: ([x], { shape }) => [s.reshape(x, list(shape))],
    },
    ({ op, attrs }) => op !== 'pad' || attrs?.mode === 'constant',
  )
})

const x = array([2, 3], [1, 2, 3, 4, 5, 6])

describe('rearrangements', () => {
  it('iota counts along its axis', () => {
    expect(elements(() => s.iota([2, 3], 'int32', 1))).toEqual([0, 1, 2, 0, 1, 2])
    expect(elements(() => s.iota([2, 3], 'float64', 0))).toEqual([0, 0, 0, 1, 1, 1])
  })

  it('pad puts elements between too', () => {
    expect(elements((v) => s.pad(v, full([], 'float64', 9), [1, 0], [0, 1], [0, 1]), x)).toEqual([
      9, 9, 9, 9, 9, 9, 1, 9, 2, 9, 3, 9, 4, 9, 5, 9, 6, 9,
    ])
    expect(elements((v) => s.pad(v, full([], 'float64', 9), [1], [1], [3]), array([0], []))).toEqual([9, 9])
  })

  it('slice may be empty, and may skip', () => {
    expect(evaluate((v) => s.slice(v, [1, 1], [1, 3]), x)[0].shape).toEqual([0, 2])
    expect(elements((v) => s.slice(v, [0, 0], [2, 3], [1, 2]), x)).toEqual([1, 3, 4, 6])
  })

  it('moveAxis keeps the order of the others', () => {
    expect(evaluate((v) => s.moveAxis(v, 2, 0), array([2, 3, 4], []))[0].shape).toEqual([4, 2, 3])
    expect(evaluate((v) => s.moveAxis(v, 0, 1), array([2, 3, 4], []))[0].shape).toEqual([3, 2, 4])
  })

  it('what changes nothing is left out', () => {
    const same = evaluate(
      (v) => [
        s.reshape(v, [2, 3]),
        s.transpose(v, [0, 1]),
        s.slice(v, [0, 0], [2, 3]),
        s.reverse(v, []),
        s.concat([v], 0),
        broadcast(v, [2, 3], [0, 1]),
      ],
      x,
    )
    for (const result of same) expect(result).toBe(x)
  })
})

describe('the flat vector', () => {
  const flat = array([6], [1, 2, 3, 4, 5, 6])

  it('view is a segment under a shape', () => {
    expect(evaluate((v) => view(v, 2, [2, 2]), flat)[0]).toEqual(array([2, 2], [3, 4, 5, 6]))
    expect(evaluate((v) => view(v, 6, [0]), flat)[0].shape).toEqual([0])
  })

  it('assemble writes segments, zeros elsewhere', () => {
    const segments = array([2, 1], [7, 8])
    expect(elements((v) => assemble([new Segment(3, v), new Segment(0, v)], 6), segments)).toEqual([7, 8, 0, 7, 8, 0])
  })
})

describe('sentences', () => {
  it('reshape', () => {
    expect(thrown(() => elements((v) => s.reshape(v, [4]), x))).toBe(
      'ShapeError: reshape: [2, 3] has 6 elements, [4] has 4. The numbers of elements must agree.',
    )
    expect(thrown(() => elements((v) => s.reshape(v, [2, 1.5]), x))).toBe(
      'ShapeError: reshape: [2, 1.5] is not a shape. Sizes are whole numbers from 0.',
    )
  })

  it('transpose', () => {
    expect(thrown(() => elements((v) => s.transpose(v, [1]), x))).toBe(
      'ShapeError: transpose: [2, 3] has 2 axes, but the permutation has 1 entries. Give one for each axis.',
    )
  })

  it('slice', () => {
    for (const [what, start, limit, stride] of [
      ['start', [0], [2, 3], [1, 1]],
      ['limit', [0, 0], [2], [1, 1]],
      ['stride', [0, 0], [2, 3], [1]],
    ] as const) {
      expect(thrown(() => elements((v) => s.slice(v, start, limit, stride), x))).toBe(
        `ShapeError: slice: [2, 3] has 2 axes, but ${what} has 1 entries. Give one for each axis.`,
      )
    }
    expect(thrown(() => elements((v) => s.slice(v, [0, 1], [2, 4]), x))).toBe(
      'ShapeError: slice: 1:4:1 on axis 1 does not fit [2, 3]. Needed: 0 ≤ start ≤ limit ≤ 3, stride ≥ 1.',
    )
  })

  it('pad', () => {
    expect(thrown(() => elements((v) => s.pad(v, full([], 'float64', 0), [0, -1], [0, 0]), x))).toBe(
      'ShapeError: pad: float64[2, 3] cannot get -1 elements of padding. Use slice to cut elements off.',
    )
    for (const [what, low, high, interior] of [
      ['low', [0], [0, 0], [0, 0]],
      ['high', [0, 0], [0], [0, 0]],
      ['interior', [0, 0], [0, 0], [0]],
    ] as const) {
      expect(thrown(() => elements((v) => s.pad(v, full([], 'float64', 0), low, high, interior), x))).toBe(
        `ShapeError: pad: [2, 3] has 2 axes, but ${what} has 1 entries. Give one for each axis.`,
      )
    }
    expect(thrown(() => elements((v) => s.pad(v, full([1], 'float64', 0), [0, 1], [0, 0]), x))).toBe(
      'ShapeError: pad: the padding value is float64[1], not a scalar of float64.',
    )
  })

  it('concat', () => {
    expect(thrown(() => elements((a, b) => s.concat([a, b], 0), x, array([2, 2], [])))).toBe(
      'ShapeError: concat: float64[2, 3] and float64[2, 2] cannot be joined along axis 0. All other sizes and the dtype must agree.',
    )
  })

  it('broadcast', () => {
    expect(thrown(() => elements((v) => broadcast(v, [3, 2], [0, 1]), x))).toBe(
      'ShapeError: broadcast: float64[2, 3] does not fit into [3, 2] at axes [0, 1]. Each of its axes needs an axis of the same size there.',
    )
  })

  it('view and assemble', () => {
    expect(thrown(() => elements((v) => view(v, 4, [3]), array([6], [])))).toBe(
      'ShapeError: view: [3] at 4 … 7 does not lie in float64[6]. A view is a segment of a vector.',
    )
    expect(thrown(() => elements((v) => view(v, -1, [3]), array([6], [])))).toBe(
      'ShapeError: view: [3] at -1 … 2 does not lie in float64[6]. A view is a segment of a vector.',
    )
    expect(thrown(() => elements((v) => assemble([new Segment(0, v), new Segment(2, v)], 9), array([3], [])))).toBe(
      'ShapeError: assemble: the segment float64[3] at 2 overlaps the one that ends at 3. Add them up first.',
    )
    expect(thrown(() => elements((v) => assemble([new Segment(7, v)], 9), array([3], [])))).toBe(
      'ShapeError: assemble: the segments end at 10, behind the end of a vector of 9.',
    )
  })
})
