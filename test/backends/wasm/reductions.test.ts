/** Reductions: every way they are done, their accuracy, NaN and empty ones. */
import { describe, expect, it } from 'vitest'
import { allocate, type StorageArray } from '../../../src/core/dtype.ts'
import type { Local, Loop, Node, ReduceName, Statement } from '../../../src/kernels/language/kernel.ts'
import type { DType } from '../../../types/dtype.ts'
import { apply, input, load, loopOf, nest, output, planned, store } from './building.ts'
import { runRoutine } from './run-routine.ts'

type Way = 'across lanes' | 'in lanes' | 'scalar'
const ways: readonly Way[] = ['across lanes', 'in lanes', 'scalar']

/** A reduction of each row of [rows, length]; `in lanes` takes the rows as lanes. */
function reduceRows(
  way: Way,
  operation: ReduceName,
  data: StorageArray,
  dtype: DType,
  rows: number,
  length: number,
  change: (x: Node) => Node = (x) => x,
): StorageArray {
  const [x, y] = [input(0, dtype, rows * length), output(0, dtype, rows)]
  const [i, k] = [loopOf(rows, way === 'in lanes'), loopOf(length, way === 'across lanes')]
  const local: Local = { id: 0, dtype }
  const value = change(
    load(x, [
      [i, length],
      [k, 1],
    ]),
  )
  const reduce: Statement = { kind: 'reduce', loops: [k], local, operation, value }
  const kernel = nest([i], reduce, store(y, [[i, 1]], { kind: 'local', dtype, local }))
  return runRoutine(planned([x], [y], kernel), [data])[0]!
}

it('0 is more than -0 from lane to lane', () => {
  for (const dtype of ['float32', 'float64'] as const) {
    for (const length of [2, 4, 5, 9, 16, 37]) {
      for (const [even, odd] of [
        [0, -0],
        [-0, 0],
      ] as const) {
        const data = allocate(dtype, length).map((_: number, i: number) => (i % 2 === 0 ? even : odd))
        expect(reduceRows('across lanes', 'max', data, dtype, 1, length)[0]).toBe(0)
        expect(reduceRows('across lanes', 'min', data, dtype, 1, length)[0]).toBe(-0)
      }
    }
  }
})

it('float32 extrema beside float64, in two lanes: what stands in the others does not count', () => {
  const wide = (x: Node): Node => apply('convert', 'float64', [x])
  const apart = (x: Node): Node => apply('convert', 'float32', [apply('div', 'float64', [wide(x), wide(x)])])
  const data = Float32Array.from({ length: 3 * 7 }, (_, i) => i + 1)
  expect(Array.from(reduceRows('across lanes', 'max', data, 'float32', 3, 7, apart))).toEqual([1, 1, 1])
  data[9] = 0
  expect(Array.from(reduceRows('across lanes', 'min', data, 'float32', 3, 7, apart))).toEqual([1, Number.NaN, 1])
})

describe.each(ways)('%s', (way) => {
  it.each([0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33, 64, 100, 1000])('sums of %i numbers', (length) => {
    for (const dtype of ['float32', 'float64', 'int32', 'uint32'] as const) {
      for (const rows of [1, 3, 4, 9]) {
        const data = allocate(dtype, rows * length).map((_: number, i: number) => (i * 7919) % 1009)
        const sums = reduceRows(way, 'sum', data, dtype, rows, length)
        for (let row = 0; row < rows; row++) {
          const part = Array.from(data).slice(row * length, (row + 1) * length)
          expect(sums[row]).toBe(part.reduce((sum, x) => sum + x, 0))
        }
      }
    }
  })

  it('extrema, of which NaN is one', () => {
    for (const dtype of ['float32', 'float64'] as const) {
      const data = allocate(dtype, 5 * 13).map((_: number, i: number) => Math.cos(i))
      data[13 + 7] = Number.NaN
      data[2 * 13 + 3] = Number.POSITIVE_INFINITY
      const row = (n: number): number[] => Array.from(data).slice(13 * n, 13 * (n + 1))
      const [most, least] = (['max', 'min'] as const).map((name) => reduceRows(way, name, data, dtype, 5, 13))
      for (let n = 0; n < 5; n++) {
        expect(most![n]).toBe(Math.max(...row(n)))
        expect(least![n]).toBe(Math.min(...row(n)))
      }
    }
  })

  it.each([1, 2, 3, 4, 5, 9, 16, 17, 37])('extrema of %i numbers, wherever NaN stands', (length) => {
    for (const dtype of ['float32', 'float64'] as const) {
      // a row for each place of NaN, the last without one
      const data = allocate(dtype, (length + 1) * length).map((_: number, i: number) => Math.cos(i))
      for (let place = 0; place < length; place++) data[place * (length + 1)] = Number.NaN
      for (const name of ['max', 'min'] as const) {
        const last = Math[name](...Array.from(data).slice(-length))
        expect(Array.from(reduceRows(way, name, data, dtype, length + 1, length))).toEqual([
          ...Array(length).fill(Number.NaN),
          last,
        ])
      }
    }
  })

  it('of nothing: the neutral element', () => {
    const empty = (dtype: DType, name: ReduceName) => reduceRows(way, name, allocate(dtype, 0), dtype, 2, 0)[1]
    expect([empty('float32', 'sum'), empty('float64', 'max'), empty('float32', 'min')]).toEqual([
      0,
      -Infinity,
      Infinity,
    ])
    expect([empty('int32', 'max'), empty('int32', 'min')]).toEqual([-(2 ** 31), 2 ** 31 - 1])
    expect([empty('uint32', 'max'), empty('uint32', 'min')]).toEqual([0, 2 ** 32 - 1])
  })

  it('infinite sums stay infinite, NaN stays NaN', () => {
    for (const dtype of ['float32', 'float64'] as const) {
      const sum = (position: number, value: number) => {
        const data = allocate(dtype, 200).fill(1)
        data[position] = value
        return reduceRows(way, 'sum', data, dtype, 2, 100)[0]
      }
      expect([sum(7, Infinity), sum(50, -Infinity), sum(3, Number.NaN)]).toEqual([Infinity, -Infinity, Number.NaN])
    }
  })

  it('float32: 1e7 times 0.1', () => {
    const tenth = Math.fround(0.1)
    const data = new Float32Array(1e7).fill(tenth)
    const [sum] = reduceRows(way, 'sum', data, 'float32', 1, 1e7)
    expect(Math.abs(sum! - 1e7 * tenth) / (1e7 * tenth)).toBeLessThan(1e-7)
  })

  it('float64: the error does not grow with the length', () => {
    const data = new Float64Array(3e6).fill(0.1)
    const [sum] = reduceRows(way, 'sum', data, 'float64', 1, 3e6)
    expect(Math.abs(sum! - 3e5) / 3e5).toBeLessThan(2e-16 * 4)
  })

  it('of expressions', () => {
    const data = Float64Array.from({ length: 3 * 77 }, (_, i) => Math.sin(i))
    const square = (x: Node): Node => apply('mul', 'float64', [x, x])
    const sums = reduceRows(way, 'sum', data, 'float64', 3, 77, square)
    for (let row = 0; row < 3; row++) {
      const exact = data.slice(77 * row, 77 * (row + 1)).reduce((sum, x) => sum + x * x, 0)
      expect(Math.abs(sums[row]! - exact)).toBeLessThan(1e-13)
    }
  })
})

describe('several loops', () => {
  const shape = [4, 5, 6] as const
  const data = Float64Array.from({ length: 120 }, (_, i) => Math.cos(i * i))
  const exact = data.reduce((sum, x) => sum + x, 0)

  it.each([0, 1, 2, 3])('with loop %i in lanes', (vector) => {
    const loops: Loop[] = shape.map((extent, i) => loopOf(extent, i === vector))
    const [x, y] = [input(0, 'float64', 120), output(0, 'float64', 1)]
    const local: Local = { id: 0, dtype: 'float64' }
    const strides = [30, 6, 1]
    const value = load(
      x,
      loops.map((loop, i) => [loop, strides[i]!] as const),
    )
    const body: Statement[] = [
      { kind: 'reduce', loops, local, operation: 'sum', value },
      store(y, [], { kind: 'local', dtype: 'float64', local }),
    ]
    const [sum] = runRoutine(planned([x], [y], ...body), [data])[0]!
    expect(Math.abs(sum! - exact)).toBeLessThan(1e-13)
  })
})
