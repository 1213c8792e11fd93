/** Conventions: what the gradient is where the derivative does not exist, or where a formula would give NaN. */
import { describe, expect, it } from 'vitest'
import type { Value } from '../../src/core/value.ts'
import { constantLike, full, sum } from '../../src/primitives/broadcast.ts'
import * as e from '../../src/primitives/elementwise.ts'
import { gather } from '../../src/primitives/indexing.ts'
import * as r from '../../src/primitives/reduction.ts'
import { sort } from '../../src/primitives/sorting.ts'
import { iota } from '../../src/primitives/structural.ts'
import * as t from '../../src/primitives/transcendental.ts'
import type { GoldenNumber } from '../helpers/golden.ts'
import { golden, numbers } from '../helpers/golden.ts'
import { array, elements } from '../helpers/reference.ts'
import { gradient } from './derivatives.ts'

const total = (x: Value): Value =>
  sum(
    x,
    x.shape.map((_, axis) => axis),
  )

const gradientAt = (f: (x: Value) => Value, x: Iterable<number>): number[] => {
  const at = [...x]
  return elements((v) => gradient(([w]) => total(f(w)))([v]), array([at.length], at))
}

interface Convention {
  readonly op: string
  readonly x: readonly GoldenNumber[]
  readonly grad_jax: readonly GoldenNumber[]
  readonly grad_torch: readonly GoldenNumber[]
}

const conventions = golden<Convention>('conventions').cases

/** Operations of the golden file, and whose convention is ours. */
const shared: Readonly<Record<string, readonly ['grad_jax' | 'grad_torch', (x: Value) => Value]>> = {
  'max (tie)': ['grad_jax', (x) => r.reduceMax(x, [0])],
  'maximum(x, 1.5) (tie)': ['grad_jax', (x) => e.max(x, constantLike(x, 1.5))],
  abs: ['grad_torch', e.abs],
  relu: ['grad_jax', (x) => e.select(e.gt(x, constantLike(x, 0)), x, constantLike(x, 0))],
  sqrt: ['grad_jax', t.sqrt],
  'sort (tie), weighted 1, 2, 3': [
    'grad_jax',
    (x) => e.mul(sort([x])[0], e.add(iota([3], x.dtype, 0), constantLike(x, 1))),
  ],
  'cummax (tie)': ['grad_jax', (x) => r.cumulativeMax(x, 0)],
  'pow(x, 0)': ['grad_jax', (x) => t.pow(x, constantLike(x, 0))],
  'pow(x, 2)': ['grad_jax', (x) => t.pow(x, constantLike(x, 2))],
  'x where x > 0 else 0, through sqrt (double where)': [
    'grad_jax',
    (x) => {
      const inside = e.gt(x, constantLike(x, 0))
      return e.select(inside, t.sqrt(e.select(inside, x, constantLike(x, 1))), constantLike(x, 0))
    },
  ],
  'where(x > 0, sqrt(x), 0) (single where)': [
    'grad_jax',
    (x) => e.select(e.gt(x, constantLike(x, 0)), t.sqrt(x), constantLike(x, 0)),
  ],
  floor: ['grad_jax', e.floor],
  'mod(x, 1)': ['grad_jax', (x) => e.rem(x, constantLike(x, 1))],
  'atan2(x, x)': ['grad_jax', (x) => t.atan2(x, x)],
}

describe('conventions of other libraries that are ours', () => {
  it.each(Object.entries(shared))('%s', (name, [whose, f]) => {
    const known = conventions.find(({ op }) => op === name)!
    expect(gradientAt(f, numbers(known.x))).toEqual([...numbers(known[whose])])
  })
})

const zeroLike = (x: Value): Value => constantLike(x, 0)

describe('conventions of our own', () => {
  it('ties of two operands share equally', () => {
    expect(gradientAt((x) => e.min(x, constantLike(x, 1)), [1, 0, 2])).toEqual([0.5, 1, 0])
    expect(gradientAt((x) => e.max(x, x), [1])).toEqual([1])
  })

  it('ties of a reduction share equally, whatever their number', () => {
    expect(gradientAt((x) => r.reduceMin(x, [0]), [1, 2, 1, 1, 1])).toEqual([0.25, 0, 0.25, 0.25, 0.25])
    expect(gradientAt((x) => r.reduceMax(x, [0]), [Number.POSITIVE_INFINITY, 0])).toEqual([1, 0])
  })

  it('|x| has slope 0 and no curvature at 0', () => {
    expect(gradientAt((x) => gradient(([v]) => total(e.abs(v)))([x])[0], [0, 1])).toEqual([0, 0])
  })

  it('step functions have slope 0 at their steps', () => {
    for (const f of [e.sign, e.floor, e.ceil, e.round]) expect(gradientAt(f, [0, 1, 0.5])).toEqual([0, 0, 0])
  })

  it('whole powers are polynomials at 0', () => {
    expect(gradientAt((x) => e.integerPower(x, 1), [0])).toEqual([1])
    expect(gradientAt((x) => e.integerPower(x, 0), [0])).toEqual([0])
    expect(gradientAt((x) => gradient(([v]) => total(e.integerPower(v, 2)))([x])[0], [0])).toEqual([2])
  })

  it('powers of 0 have the one-sided slope in the base', () => {
    expect(gradientAt((x) => t.pow(x, constantLike(x, 1)), [0])).toEqual([1])
    expect(gradientAt((x) => t.pow(x, constantLike(x, 0.5)), [0])).toEqual([Number.POSITIVE_INFINITY])
    expect(gradientAt((x) => gradient(([v]) => total(t.pow(v, constantLike(v, 2))))([x])[0], [0])).toEqual([2])
  })

  it('powers of 0 have slope 0 in a positive exponent', () => {
    expect(gradientAt((y) => t.pow(zeroLike(y), y), [1, 0.5])).toEqual([0, 0])
    expect(gradientAt((y) => t.pow(constantLike(y, 2), y), [0])).toEqual([Math.LN2])
  })

  it('mixed derivatives of powers at exponent 0: ∂²(a^b)/∂a∂b = 1/a', () => {
    const mixed = (b: Value): Value => gradient(([a]) => total(t.pow(a, b)))([constantLike(b, 4)])[0]
    expect(gradientAt(mixed, [0])).toEqual([0.25])
  })

  it('an index out of range passes its gradient to the end it was clamped to', () => {
    const far = (x: Value): Value => gather(x, full([2], 'int32', 9), 0)
    expect(gradientAt(far, [1, 2, 3])).toEqual([0, 0, 2])
  })

  it('saturated functions have finite derivatives', () => {
    for (const f of [t.tanh, t.logistic, t.softplus]) {
      expect(gradientAt(f, [-800, 800]).every(Number.isFinite)).toBe(true)
      const bend = gradientAt((x) => gradient(([v]) => total(f(v)))([x])[0], [-800, 800])
      expect(bend.map(Math.abs)).toEqual([0, 0])
    }
  })
})
