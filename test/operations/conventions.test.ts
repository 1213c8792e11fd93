/** Gradients at ties and kinks: ours, each inside what test/golden/conventions.json calls admissible. */
import * as c from 'conformable'
import { describe, expect, it } from 'vitest'
import { golden } from '../helpers/golden.ts'

type Vector = c.Tensor<readonly [number], 'float64'>
type Result = c.Tensor<any, 'float64'>

const gradient = (f: (x: Vector) => Result, x: readonly number[]): number[] =>
  Array.from(
    c
      .grad((v: Vector): c.Scalar<'float64'> => c.sum(f(v)))(c.tensor(x, 'float64'))
      .readSync(),
  )

/** The name in the file, the function, our choice. */
const rows: readonly (readonly [string, (x: Vector) => Result, readonly number[]])[] = [
  ['max (tie)', (x) => c.max(x), [0.5, 0, 0.5]],
  ['maximum(x, 1.5) (tie)', (x) => c.maximum(x, 1.5), [0.5, 1]],
  ['abs', c.abs, [0, -1]],
  ['relu', (x) => c.maximum(x, 0), [0.5, 1]],
  ['clip(-1, 2)', (x) => c.clip(x, -1, 2), [0.5, 0.5]],
  ['sqrt', c.sqrt, [Number.POSITIVE_INFINITY, 0.25]],
  ['norm2 at 0', (x) => c.norm(x), [0, 0]],
  ['sort (tie), weighted 1, 2, 3', (x) => c.mul(c.sort(x), c.tensor([1, 2, 3], 'float64')), [2, 1, 3]],
  ['cummax (tie)', (x) => c.cummax(x, 0), [2, 1, 0]],
  ['pow(x, 0)', (x) => c.pow(x, 0), [0, 0]],
  ['pow(x, 2)', (x) => c.pow(x, 2), [0, -2]],
  [
    'x where x > 0 else 0, through sqrt (double where)',
    (x) => c.where(c.greater(x, 0), c.sqrt(c.where(c.greater(x, 0), x, 1)), 0),
    [0, 0.25],
  ],
  ['logsumexp of all -infinity', (x) => c.logsumexp(x), [0, 0]],
  ['floor', c.floor, [0, 0]],
  ['mod(x, 1)', (x) => c.mod(x, 1), [1, 1]],
  ['std of a constant vector', (x) => c.std(x), [0, 0]],
]

describe('conventions', () => {
  it.each(rows)('%s', (name, f, expected) => {
    const [one] = golden<{ op: string; x: (number | string)[] }>('conventions').cases.filter(({ op }) => op === name)
    const found = gradient(f, one!.x.map(Number))
    found.forEach((g, i) => {
      expect(g, `${found}`).toBeCloseTo(expected[i]!, 12)
    })
  })

  it('softmax of one -infinity has no NaN', () => {
    const weights = c.tensor([1, 2, 3], 'float64')
    const found = gradient((x) => c.mul(c.softmax(x), weights), [0, Number.NEGATIVE_INFINITY, 1])
    expect(found[0]).toBeCloseTo(-0.39322386648296365, 14)
    expect(found[1]).toBeCloseTo(0, 14)
    expect(found[2]).toBeCloseTo(0.3932238664829637, 14)
  })
})
