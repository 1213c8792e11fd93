/**
 * ln x and ln(1 + x).
 *
 * x = 2^n m with √½ ≤ m < √2; f = m - 1, s = f/(2 + f), ln m = ln((1 + s)/(1 - s)) = 2s + s R(s²), evaluated as
 * f - (f²/2 - s (f²/2 + R)), where what is rounded is small. Source of this form: FreeBSD msun e_log.c (Sun Microsystems, 1993).
 */
import type { Expression } from '../code/assembler.ts'
import { compute, estrin, type Numbers, type ShortMaths, type UnaryMaths, type Vector } from './context.ts'
import { logTwoParts } from './exponential.ts'

/** R/s² in s², relative to ln m: 2^-35.2 and 2^-59.5. */
const logarithm: Numbers = {
  float32: [0.666666627, 0.400009722, 0.284987956, 0.24278681],
  float64: [
    0.6666666666666735, 0.39999999999409336, 0.2857142874369408, 0.22222198427903456, 0.18183572422158403,
    0.15313830218527683, 0.1479828011624314,
  ],
}

/** The bits of √½, rounded down. */
export const rootHalf = { float32: 0x3f3504f3n, float64: 0x3fe6a09e667f3bcdn } as const

/** ln x: right for denormal x; -infinity at ±0, NaN below. */
export const log: UnaryMaths = (context, operand) =>
  compute(context, (v) => {
    const x = v.bind(operand)
    return specialCases(v, x, x, v.bind(positiveLogarithm(v, x)))
  })

/** ln x of normal positive numbers; the others are left to the whole function, which gives these the same bits. */
export const shortLog: ShortMaths = (context, whole, operand) =>
  compute(context, (v) => {
    const x = v.bind(operand)
    const y = v.variable(normalLogarithm(v, x))
    v.whenAny(v.ne(x, v.clamp(x, v.format.smallestNormal, v.format.largest)), () => y.set(whole(x)))
    return y.value
  })

/** ln x for a bound x that is finite and positive. */
export function positiveLogarithm(v: Vector, x: Expression): Expression {
  const { number, scale } = normalised(v, x)
  const { exponent, mantissa } = decompose(v, number, rootHalf[v.dtype])
  return assemble(v, v.bind(v.sub(exponent, scale)), v.bind(v.sub(mantissa, v.constant(1))))
}

/** ln x for a bound x that is normal and positive. */
export function normalLogarithm(v: Vector, x: Expression): Expression {
  const { exponent, mantissa } = decompose(v, x, rootHalf[v.dtype])
  return assemble(v, exponent, v.bind(v.sub(mantissa, v.constant(1))))
}

/** ln(1 + x), relatively accurate near 0: what rounding 1 + x loses is added to m - 1. */
export const log1p: UnaryMaths = (context, operand) =>
  compute(context, (v) => {
    const one = v.constant(1)
    const x = v.bind(operand)
    const u = v.bind(v.add(one, x))
    const back = v.bind(v.sub(u, one))
    const lost = v.add(v.sub(one, v.sub(u, back)), v.sub(x, back)) // Knuth's exact sum
    const { exponent, mantissa, exponentBits } = decompose(v, u, rootHalf[v.dtype])
    // 2^-n; for the largest n that would be -infinity, and what was lost there does not count
    const inverse = v.greater(v.integerSub(v.bits(v.format.one), exponentBits), 0)
    const f = v.bind(v.fma(lost, inverse, v.sub(mantissa, one)))
    const y = v.bind(v.withSign(assemble(v, exponent, f), x))
    return specialCases(v, x, u, y)
  })

/** A bound x, denormals multiplied by 2^scale: the product is normal. */
export function normalised(v: Vector, x: Expression): { number: Expression; scale: Expression } {
  const scale = v.dtype === 'float32' ? 25 : 54
  const tiny = v.bind(v.lt(x, v.constant(v.format.smallestNormal)))
  return {
    number: v.bind(v.select(tiny, v.mul(x, v.constant(2 ** scale)), x)),
    scale: v.and(tiny, v.constant(scale)),
  }
}

/**
 * x = 2^n m for a bound, normal, positive x, the least m given by its bits (between ½ and 1): n as a float, m, and n
 * at the place of the exponent.
 */
export function decompose(v: Vector, x: Expression, least: bigint) {
  const { fractionBits, bias, one, exponentMask, signBit } = v.format
  const relative = v.bind(v.integerSub(x, v.bits(least)))
  const biased = v.shiftRight(v.integerAdd(relative, v.bits(one)), fractionBits)
  const exponentBits = v.bind(v.and(relative, v.bits(exponentMask | signBit)))
  return {
    exponent: v.bind(wholeToFloat(v, biased, bias)),
    mantissa: v.integerSub(x, exponentBits),
    exponentBits,
  }
}

/** k - offset as a float; the whole number 0 ≤ k < 2^fractionBits stands in the bits of a lane. */
export function wholeToFloat(v: Vector, k: Expression, offset: number): Expression {
  const { fractionBits, one } = v.format
  const unit = one + (BigInt(fractionBits) << BigInt(fractionBits)) // the bits of 2^fractionBits, whose low bits count ones
  return v.sub(v.or(k, v.bits(unit)), v.constant(2 ** fractionBits + offset))
}

/** n ln 2 + ln(1 + f). */
function assemble(v: Vector, n: Expression, f: Expression): Expression {
  const [first, second] = logTwoParts[v.dtype] as [number, number] // two parts, see there
  const s = v.bind(v.div(f, v.add(f, v.constant(2))))
  const z = v.bind(v.mul(s, s))
  const half = v.bind(v.mul(v.mul(f, f), v.constant(0.5)))
  const remainder = v.mul(z, estrin(v, z, logarithm))
  const small = v.fma(s, v.add(half, remainder), v.mul(n, v.constant(second)))
  return v.fma(n, v.constant(first), v.sub(f, v.sub(half, small)))
}

/** y, but infinity where x is; -infinity where the argument u of the logarithm is 0, NaN where it is less or NaN. */
function specialCases(v: Vector, x: Expression, u: Expression, y: Expression): Expression {
  const infinity = v.constant(Number.POSITIVE_INFINITY)
  const zero = v.constant(0)
  const finite = v.select(v.eq(x, infinity), infinity, y)
  const real = v.select(v.ge(u, zero), finite, v.constant(Number.NaN))
  return v.select(v.eq(u, zero), v.constant(Number.NEGATIVE_INFINITY), real)
}
