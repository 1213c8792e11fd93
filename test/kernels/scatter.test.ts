/**
 * `scatterAdd` as machines of many threads do it: in columns where the entries are few, else sorted by counting, merged by rank and
 * added up run by run. Equal to the reference, and to the order of one thread to the bit.
 */
import { describe, expect, it } from 'vitest'
import { lowerProgram } from '../../src/kernels/compile.ts'
import { mul } from '../../src/primitives/elementwise.ts'
import { scatterAdd } from '../../src/primitives/indexing.ts'
import { transpose } from '../../src/primitives/structural.ts'
import { check, programOf } from './check.ts'
import { interpret } from './interpret.ts'

interface Case {
  readonly at: readonly number[]
  readonly updates: readonly number[]
  readonly axis: number
  readonly size: number
  readonly batch?: number
}

const cases: readonly (readonly [string, Case])[] = [
  ['no entries', { at: [0], updates: [0, 3], axis: 0, size: 4 }],
  ['few entries', { at: [5], updates: [5, 3], axis: 0, size: 4 }],
  ['few entries in the middle', { at: [2, 3], updates: [4, 2, 3, 5], axis: 1, size: 3 }],
  ['63 entries', { at: [63], updates: [63], axis: 0, size: 9 }],
  ['64 entries', { at: [64], updates: [64, 2], axis: 0, size: 9 }],
  ['one place', { at: [70], updates: [70, 2], axis: 0, size: 1 }],
  ['more places than entries', { at: [65], updates: [65], axis: 0, size: 200 }],
  ['entries of two axes', { at: [9, 11], updates: [2, 9, 11, 3], axis: 1, size: 5 }],
  ['batches', { at: [3, 70], updates: [3, 2, 70, 2], axis: 2, size: 6, batch: 1 }],
  ['256 entries', { at: [256], updates: [256], axis: 0, size: 50 }],
  ['257 entries', { at: [257], updates: [257], axis: 0, size: 50 }],
  ['two merges', { at: [513], updates: [513, 2], axis: 0, size: 90 }],
  ['three merges', { at: [1030], updates: [1030], axis: 0, size: 7 }],
]

const program = ({ at, updates, axis, size, batch = 0 }: Case, dtype: 'float32' | 'int32') =>
  programOf(
    [
      { shape: at, dtype: 'int32' },
      { shape: updates, dtype },
    ],
    (index, x) => [scatterAdd(index, x, axis, size, batch)],
  )

const inputsOf = ({ at, updates, size }: Case) => {
  const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)
  return [
    // Some are out of range.
    Int32Array.from({ length: count(at) }, (_, i) => ((i * 7919) % (size + 2)) - 1),
    Float32Array.from({ length: count(updates) }, (_, i) => Math.sin(i) * 10 ** (i % 5)),
  ] as const
}

describe.each(cases)('%s', (_, one) => {
  it('equals the reference', () => {
    const [at, updates] = inputsOf(one)
    check(program(one, 'int32'), [at, Int32Array.from(updates)], { sharesRows: false })
  })
  it('has the bits of one thread', () => {
    const compiled = program(one, 'float32')
    const inputs = inputsOf(one)
    const [alone, together] = [true, false].map((sharesRows) =>
      interpret(lowerProgram(compiled, { sharesRows }), inputs),
    )
    expect(together).toEqual(alone)
  })
})

it('updates that are computed on the way', () => {
  const f = programOf(
    [
      { shape: [80], dtype: 'int32' },
      { shape: [3, 80], dtype: 'float64' },
    ],
    (index, x) => [scatterAdd(index, transpose(mul(x, x), [1, 0]), 0, 5)],
  )
  check(f, undefined, { sharesRows: false })
})
