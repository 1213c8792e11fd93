/**
 * x^y = 2^(y log₂ x), in float64 the logarithm in two parts with some 20 bits more than the format, so that large exponents cost no
 * digits; float32 is computed in float64 (`power-in-double.ts`).
 *
 * |x| = 2^n m, √(3/4) ≤ m < √3; c = 1 or 3/2, whichever is near; s = (m - c)/(m + c), log₂ m = log₂ c + 2/(3 ln 2) s (3 + s² + r),
 * r = s⁴ P(s²). Parts called `head` have half a significand, so that their products are exact without a fused multiply-add.
 * Source: FreeBSD msun e_pow.c (Sun Microsystems, 1993).
 */
import type { Expression } from '../code/assembler.ts'
import { type BinaryMaths, byPairs, compute, type Vector } from './context.ts'
import { exponentialOfSmall, scaled } from './exponential.ts'
import { decompose, normalised } from './logarithm.ts'
import { powerInDouble } from './power-in-double.ts'

/** P in s²: relative to the logarithm 2^-71.3. */
const logarithm = [
  0.5999999999999946, 0.42857142857851893, 0.3333333298297513, 0.272728121865636, 0.23066090344831117,
  0.20697011298017604,
]

/** 2/(3 ln 2) rounded, then in two parts. */
const scale = [0.9617966939259756, 0.9617967009544373, -7.028461650952758e-9]

/** log₂ 3/2 in two parts. */
const logThreeHalves = [0.5849624872207642, 1.350039202129749e-8]

/** ln 2 rounded, then in two parts. */
const logTwo = [Math.LN2, 0.6931471824645996, -1.904654299957768e-9]

/** The bits of √(3/4), rounded down. */
const least = 0x3febb67ae8584caan

/** Exponents beyond these act like them; they are even. */
const largestExponent = { float32: 2 ** 32, float64: 2 ** 64 } as const

/** Results beyond 2^±overflow are 0 or infinite. */
const overflow = 1100

/** x^y as in IEEE 754: x^0 = 1^y = 1, also for NaN; a negative base needs a whole exponent, else NaN. */
export const pow: BinaryMaths = (context, xOperand, yOperand) =>
  compute(context, (v) => {
    const x = v.bind(xOperand)
    const y = v.bind(yOperand)
    const magnitude = v.bind(v.abs(x))
    const bounded = v.bind(v.clamp(y, -largestExponent[v.dtype], largestExponent[v.dtype]))
    const general = (v.dtype === 'float32' ? powerInDouble : power)(v, magnitude, bounded)
    const unsigned = v.bind(ofExtremeBase(v, magnitude, y, v.bind(general)))
    return exceptions(v, x, y, v.bind(v.xor(unsigned, v.and(v.signOf(x), isOdd(v, y)))))
  })

/** |x|^y in float64 for a finite positive |x| and a bounded y. */
function power(v: Vector, magnitude: Expression, y: Expression): Expression {
  const base = logarithmOf(v, magnitude)
  const yHead = v.bind(v.head(y))
  const product = v.bind(v.mul(yHead, base.head))
  const rest = v.bind(v.fma(v.sub(y, yHead), base.head, v.mul(y, base.rest)))
  const high = v.bind(v.clamp(product, -overflow, overflow))
  const low = v.bind(v.and(rest, v.lt(v.abs(product), v.constant(overflow))))
  return powerOfTwo(v, high, low)
}

/** 2^(high + low). */
function powerOfTwo(v: Vector, high: Expression, low: Expression): Expression {
  const [rounded, first, second] = logTwo.map(v.constant) as Three // see there
  const shifter = v.constant(v.format.shifter + 2 * v.format.bias)
  const shifted = v.bind(v.add(v.clamp(v.add(high, low), -overflow, overflow), shifter))
  const fraction = v.bind(v.sub(high, v.sub(shifted, shifter)))
  const head = v.bind(v.head(v.add(fraction, low)))
  const main = v.bind(v.mul(head, first))
  const rest = v.bind(v.fma(v.sub(low, v.sub(head, fraction)), rounded, v.mul(head, second)))
  const r = v.bind(v.add(main, rest))
  const lost = v.sub(rest, v.sub(r, main))
  return scaled(v, exponentialOfSmall(v, r, lost), shifted)
}

type Three = [Expression, Expression, Expression]

/** log₂ of a positive number as head + rest. */
function logarithmOf(v: Vector, magnitude: Expression): { head: Expression; rest: Expression } {
  const { number, scale: denormal } = normalised(v, magnitude)
  const { exponent, mantissa } = decompose(v, number, least)
  const n = v.bind(v.sub(exponent, denormal))
  const m = v.bind(mantissa)
  const upper = v.bind(v.ge(m, v.constant(Math.sqrt(1.5))))
  const { head, rest } = seriesOf(v, m, v.bind(v.add(v.constant(1), v.and(upper, v.constant(0.5)))))
  const [scaleRounded, scaleHead, scaleRest] = scale.map(v.constant) as Three // see there
  const [offset, offsetRest] = logThreeHalves.map((part) => v.bind(v.and(upper, v.constant(part)))) as [
    Expression,
    Expression,
  ] // see there
  const main = v.bind(v.mul(scaleHead, head))
  const small = v.bind(v.add(v.fma(rest, scaleRounded, v.mul(scaleRest, head)), offsetRest))
  const sum = v.bind(v.head(v.add(v.add(v.add(main, small), offset), n)))
  return { head: sum, rest: v.bind(v.sub(small, v.sub(v.sub(v.sub(sum, n), offset), main))) }
}

/** s (3 + s² + r) as head + rest, s = (m - c)/(m + c). */
function seriesOf(v: Vector, m: Expression, c: Expression): { head: Expression; rest: Expression } {
  const difference = v.bind(v.sub(m, c))
  const sum = v.bind(v.add(m, c))
  const inverse = v.bind(v.div(v.constant(1), sum))
  const s = v.bind(v.mul(difference, inverse))
  const sHead = v.bind(v.head(s))
  const sumHead = v.bind(v.head(sum))
  const sumRest = v.sub(m, v.sub(sumHead, c))
  const numerator = v.fnma(sHead, sumRest, v.fnma(sHead, sumHead, difference))
  const sRest = v.bind(v.mul(inverse, numerator))
  const z = v.bind(v.mul(s, s))
  const r = v.bind(v.fma(v.mul(z, z), byPairs(v, z, logarithm), v.mul(sRest, v.add(sHead, s))))
  const square = v.bind(v.mul(sHead, sHead))
  const factor = v.bind(v.head(v.add(v.add(v.constant(3), square), r)))
  const factorRest = v.sub(r, v.sub(v.sub(factor, v.constant(3)), square))
  const main = v.bind(v.mul(sHead, factor))
  const small = v.bind(v.fma(sRest, factor, v.mul(factorRest, s)))
  const head = v.bind(v.head(v.add(main, small)))
  return { head, rest: v.bind(v.sub(small, v.sub(head, main))) }
}

/** 0 and infinity where |x| is 0 or infinite, else `general`. */
function ofExtremeBase(v: Vector, magnitude: Expression, y: Expression, general: Expression): Expression {
  const zero = v.constant(0)
  const infinity = v.constant(Number.POSITIVE_INFINITY)
  const zeroBase = v.bind(v.eq(magnitude, zero))
  const extreme = v.or(zeroBase, v.eq(magnitude, infinity))
  return v.select(extreme, v.and(infinity, v.xor(v.ge(y, zero), zeroBase)), general)
}

/** NaN for roots of negative numbers and operands that are NaN, but x^0 = 1^y = 1. */
function exceptions(v: Vector, x: Expression, y: Expression, value: Expression): Expression {
  const one = v.constant(1)
  const negative = v.and(v.lt(x, v.constant(0)), v.gt(x, v.constant(Number.NEGATIVE_INFINITY)))
  const root = v.and(negative, v.ne(v.trunc(y), y))
  const real = v.select(root, v.constant(Number.NaN), value)
  const sum = v.bind(v.add(x, y))
  const unknown = v.or(v.ne(x, x), v.ne(y, y))
  const certain = v.or(v.eq(y, v.constant(0)), v.eq(x, one))
  return v.select(certain, one, v.select(unknown, sum, real))
}

/** A mask: y is whole and y/2 is not. */
function isOdd(v: Vector, y: Expression): Expression {
  const half = v.bind(v.mul(y, v.constant(0.5)))
  return v.and(v.eq(v.trunc(y), y), v.ne(v.trunc(half), half))
}
