/**
 * Digits: near 0 value and three derivatives have a full relative accuracy, in both precisions; far from 0 there is no NaN. Truths
 * are the formulas of the derivatives, evaluated where they do not cancel.
 */
import * as c from 'conformable'
import { describe, expect, it } from 'vitest'
import { erfc as trueErfc } from '../../src/primitives/special.ts'

type Loose = c.Tensor<any, any>
type Orders = readonly [number, number, number, number]

/** [f, f′, f″, f‴] at a point. */
function orders(f: (x: Loose) => Loose, x: number, dtype: 'float32' | 'float64'): number[] {
  const derivative = (g: (v: Loose) => Loose) => (v: Loose) => c.jvp(g, [v], [c.onesLike(v)])[1]
  const all = [f]
  for (let order = 0; order < 3; order++) all.push(derivative(all[order]!))
  return all.map((g) => Number(c.jit(g)(c.scalar(x, dtype)).itemSync()))
}

const TINY = 2 ** -20 // about 1e-6, exact in float32
const x = TINY
const g = 2 / Math.sqrt(Math.PI)

/** To terms of relative size x⁴, far below the precision. (softplus‴ = σ′(1 − 2σ) cancels: right to 1e-16 only, not looked at.) */
const near: readonly (readonly [string, (x: Loose) => Loose, Orders])[] = [
  ['sin', c.sin, [Math.sin(x), Math.cos(x), -Math.sin(x), -Math.cos(x)]],
  ['tan', c.tan, [Math.tan(x), 1 + x * x, 2 * x + (8 / 3) * x ** 3, 2 + 8 * x * x]],
  ['asin', c.asin, [Math.asin(x), 1 + (x * x) / 2, x + 1.5 * x ** 3, 1 + 4.5 * x * x]],
  ['acos', c.acos, [Math.acos(x), -1 - (x * x) / 2, -x - 1.5 * x ** 3, -1 - 4.5 * x * x]],
  ['atan', c.atan, [Math.atan(x), 1 - x * x, -2 * x + 4 * x ** 3, -2 + 12 * x * x]],
  ['sinh', c.sinh, [Math.sinh(x), Math.cosh(x), Math.sinh(x), Math.cosh(x)]],
  ['cosh', c.cosh, [Math.cosh(x), Math.sinh(x), Math.cosh(x), Math.sinh(x)]],
  ['tanh', c.tanh, [Math.tanh(x), 1 - x * x, -2 * x + (8 / 3) * x ** 3, -2 + 8 * x * x]],
  ['asinh', c.asinh, [Math.asinh(x), 1 - (x * x) / 2, -x + 1.5 * x ** 3, -1 + 4.5 * x * x]],
  ['atanh', c.atanh, [Math.atanh(x), 1 + x * x, 2 * x + 4 * x ** 3, 2 + 12 * x * x]],
  ['expm1', c.expm1, [Math.expm1(x), Math.exp(x), Math.exp(x), Math.exp(x)]],
  ['log1p', c.log1p, [Math.log1p(x), 1 / (1 + x), -((1 + x) ** -2), 2 * (1 + x) ** -3]],
  ['erf', c.erf, [g * (x - x ** 3 / 3), g * (1 - x * x), -2 * g * (x - x ** 3), -2 * g * (1 - 3 * x * x)]],
  ['erfc', c.erfc, [1 - g * x, -g * (1 - x * x), 2 * g * (x - x ** 3), 2 * g * (1 - 3 * x * x)]],
  ['softplus', c.softplus, [Math.log(2) + x / 2 + (x * x) / 8, 0.5 + x / 4, 0.25 - (x * x) / 16, Number.NaN]],
  ['hypot(x, 1)', (v) => c.hypot(v, 1), [1 + (x * x) / 2, x - x ** 3 / 2, 1 - 1.5 * x * x, -3 * x + 7.5 * x ** 3]],
  [
    'x tanh x',
    (v) => c.mul(v, c.tanh(v)),
    [x * Math.tanh(x), 2 * x - (4 / 3) * x ** 3, 2 - 4 * x * x, -8 * x + 16 * x ** 3],
  ],
]

describe.each([
  ['float64', 4e-15],
  ['float32', 1e-6],
] as const)('near 0 in %s', (dtype, tolerance) => {
  it.each(near)('%s', (_, f, truth) => {
    orders(f, x, dtype).forEach((found, order) => {
      if (Number.isNaN(truth[order]!)) return
      expect(Math.abs(found / truth[order]! - 1), `order ${order}: ${found}`).toBeLessThanOrEqual(tolerance)
    })
  })
})

/** Defined everywhere. */
const far: readonly (readonly [string, (x: Loose) => Loose])[] = [
  ['exp', c.exp],
  ['expm1', c.expm1],
  ['exp2', c.exp2],
  ['sin', c.sin],
  ['cos', c.cos],
  ['tan', c.tan],
  ['atan', c.atan],
  ['sinh', c.sinh],
  ['cosh', c.cosh],
  ['tanh', c.tanh],
  ['asinh', c.asinh],
  ['erf', c.erf],
  ['erfc', c.erfc],
  ['sigmoid', c.sigmoid],
  ['softplus', c.softplus],
  ['square', c.square],
  ['reciprocal', c.reciprocal],
  ['abs', c.abs],
  ['clip', (v) => c.clip(v, -1, 1)],
  ['softmax', (v) => c.at(c.softmax(c.stack([v, c.zerosLike(v)])), 0)],
  ['logSoftmax', (v) => c.at(c.logSoftmax(c.stack([v, c.zerosLike(v)])), 0)],
  ['logsumexp', (v) => c.logsumexp(c.stack([v, c.zerosLike(v)]))],
  ['logaddexp', (v) => c.logaddexp(v, 0)],
  ['hypot', (v) => c.hypot(v, 1)],
  ['std', (v) => c.std(c.stack([v, c.zerosLike(v)]))],
  ['norm', (v) => c.norm(c.stack([v, c.zerosLike(v)]))],
]

/** Defined for positive numbers. */
const positive: readonly (readonly [string, (x: Loose) => Loose])[] = [
  ['log', c.log],
  ['log2', c.log2],
  ['log10', c.log10],
  ['log1p', c.log1p],
  ['sqrt', c.sqrt],
  ['rsqrt', c.rsqrt],
  ['acosh', c.acosh],
  ['logGamma', c.logGamma],
  ['digamma', c.digamma],
  ['pow(x, 2.5)', (v) => c.pow(v, 2.5)],
]

describe.each(['float64', 'float32'] as const)('no NaN at ±100 in %s', (dtype) => {
  it.each(far)('%s', (_, f) => {
    // e^100 is beyond float32, and infinite there.
    for (const point of [100, -100]) expect(orders(f, point, dtype).filter(Number.isNaN)).toEqual([])
  })

  it.each(positive)('%s, at 100', (_, f) => {
    expect(orders(f, 100, dtype).every(Number.isFinite)).toBe(true)
  })
})

describe.each([
  ['float64', 4 * 2 ** -52, 26],
  ['float32', 4 * 2 ** -23, 8.9],
] as const)('erfc in %s', (dtype, tolerance, last) => {
  it('has all its digits on either side, and its limits', () => {
    const points = Array.from({ length: 701 }, (_, i) => Math.fround(-6 + ((last + 6) * i) / 700))
    const values = c.erfc(c.tensor(points, dtype)).readSync()
    points.forEach((x, i) => {
      expect(Math.abs(values[i]! / trueErfc(x) - 1)).toBeLessThan(tolerance)
    })
    expect([...c.erfc(c.tensor([Infinity, -Infinity, NaN, 0], dtype)).readSync()]).toEqual([0, 2, NaN, 1])
  })
})
