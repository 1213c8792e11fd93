/**
 * e^x and e^x - 1.
 *
 * x = k ln 2 + r with |r| ≤ ln 2/2 and k whole; e^r - 1 = r + r² q(r), q a polynomial; e^x = 2^k e^r. ln 2 stands in two
 * parts, the first so short that its products with k are exact (Cody and Waite, Software Manual for the Elementary
 * Functions, 1980). 2^k is multiplied in two steps, so that results may be denormal or infinite.
 */
import type { Expression } from '../code/assembler.ts'
import { compute, estrin, evenOdd, type Numbers, type UnaryMaths, type Vector } from './context.ts'

/** ln 2 in two parts. */
export const logTwoParts: Numbers = {
  float32: [0.693145751953125, 1.428606765330187e-6],
  float64: [0.6931471803691238, 1.9082149292705877e-10],
}

/** q in r for e^x, relative to e^x: 2^-27.8 and (the same as below) 2^-61.5. */
const exponential: Numbers = {
  float32: [0.5, 0.166664883, 0.0416655503, 0.00837229192, 0.00140357704],
  float64: [
    0.5, 0.16666666666666677, 0.041666666666666685, 0.008333333333321806, 0.0013888888888894597, 0.0001984126988531152,
    2.48015872756038e-5, 2.755724518072624e-6, 2.755733352533379e-7, 2.5108678859604352e-8, 2.0892398998606967e-9,
  ],
}

/** q in r for e^x - 1, relative to the smaller of e^r and |e^r - 1|: 2^-28.2 and 2^-61.5. */
const exponentialMinusOne: Numbers = {
  float32: [0.5, 0.166666359, 0.0416665114, 0.0083415173, 0.00139305589, 0.000150366046],
  float64: exponential.float64,
}

/** Where the results are 0, -1 and infinity to the last bit. */
const limits = {
  float32: { zero: -105, minusOne: -20, infinity: 90 },
  float64: { zero: -746, minusOne: -40, infinity: 711 },
} as const

/** e^x: denormal below the normal results, 0 and infinity beyond. */
export const exp: UnaryMaths = (context, operand) =>
  compute(context, (v) => {
    const { zero, infinity } = limits[v.dtype]
    const { shifted, high, low } = reduce(v, v.bind(v.clamp(operand, zero, infinity)), 2 * v.format.bias)
    return scaled(v, exponentialOfSmall(v, v.bind(v.sub(high, low))), shifted)
  })

/** Where e^(-x²) is 0 to the last bit, and by how much it is computed too large, so that nothing is denormal before the end. */
const ofGaussian = { float32: { zero: 10.3, lift: 64 }, float64: { zero: 27.4, lift: 512 } } as const

/** e^(-x²); the rounding error of x² is made good, since the exponential magnifies it. */
export const gaussian: UnaryMaths = (context, operand) =>
  compute(context, (v) => {
    const { zero, lift } = ofGaussian[v.dtype]
    const x = v.bind(v.clamp(operand, -zero, zero))
    const head = v.bind(v.head(x))
    const rest = v.mul(v.sub(x, head), v.add(x, head))
    return v.mul(decay(v, v.bind(v.mul(head, head)), lift, rest), v.constant(2 ** -lift))
  })

/** Where 1/(1 + e^-x) is 0 to the last bit, where it is 1, and c. */
const ofLogistic = {
  float32: { zero: -105, one: 60, exponent: -32 },
  float64: { zero: -746, one: 500, exponent: -128 },
} as const

/** 1/(1 + e^-x) = c/(c + c e^-x), c a power of two so small that c e^-x is a normal number on either side. */
export const logistic: UnaryMaths = (context, operand) =>
  compute(context, (v) => {
    const { zero, one, exponent } = ofLogistic[v.dtype]
    const c = v.constant(2 ** exponent)
    const decayed = decay(v, v.bind(v.clamp(operand, zero, one)), exponent)
    return v.div(c, v.add(c, decayed))
  })

/** e^x for a bound x whose e^x is a normal number. */
export function normalExponential(v: Vector, x: Expression): Expression {
  const { shifted, high, low } = reduce(v, x, v.format.bias)
  return v.mul(exponentialOfSmall(v, v.bind(v.sub(high, low))), v.powerOfTwo(shifted))
}

/** e^(r + correction) for a bound |r| ≤ ln 2/2 and a tiny correction. */
export function exponentialOfSmall(v: Vector, r: Expression, correction?: Expression): Expression {
  const square = v.mul(r, r)
  const polynomial = evenOdd(v, r, exponential)
  const tail = correction ? v.add(v.fma(square, polynomial, correction), r) : v.fma(square, polynomial, r)
  return v.add(tail, v.constant(1))
}

/**
 * e^-(x + rest) 2^exponent for a bound x and a tiny rest, where that is a normal number: k is taken in with the exponent, so one
 * multiplication less than `scaled`.
 */
function decay(v: Vector, x: Expression, exponent: number, rest?: Expression): Expression {
  const [first, second] = logTwoParts[v.dtype] as [number, number] // two parts, see above
  const shifter = v.format.shifter + exponent
  const shifted = v.bind(v.fnma(x, v.constant(Math.LOG2E), v.constant(shifter)))
  const k = v.bind(v.sub(shifted, v.constant(shifter)))
  const high = v.fma(k, v.constant(first), x)
  const r = v.bind(v.fma(k, v.constant(second), rest ? v.add(high, rest) : high))
  const lost = v.fnma(v.mul(r, r), evenOdd(v, r, alternating), r) // 1 - e^-r
  return v.integerAdd(v.sub(v.constant(1), lost), v.powerOfTwo(shifted))
}

/** q(-r). */
const alternating: Numbers = {
  float32: exponential.float32.map((c, i) => (i % 2 === 0 ? c : -c)),
  float64: exponential.float64.map((c, i) => (i % 2 === 0 ? c : -c)),
}

/** 2^k y, normal, denormal or infinite; `shifted` holds k + 2 bias in its low bits. */
export function scaled(v: Vector, y: Expression, shifted: Expression): Expression {
  const half = v.bind(v.shiftRight(shifted, 1))
  return v.mul(v.mul(y, v.powerOfTwo(half)), v.powerOfTwo(v.integerSub(shifted, half)))
}

/**
 * e^x - 1, relatively accurate everywhere: with 2^k = s t it is t (s r + s r² q(r) + (s - 1/t)), where nothing cancels that
 * was rounded.
 */
export const expm1: UnaryMaths = (context, operand) =>
  compute(context, (v) => {
    const { minusOne, infinity } = limits[v.dtype]
    const x = v.bind(operand)
    const { shifted, r, tail } = reduceTwice(v, v.bind(v.clamp(x, minusOne, infinity)), 2 * v.format.bias)
    const half = v.bind(v.shiftRight(shifted, 1))
    const s = v.bind(v.powerOfTwo(half))
    const t = v.bind(v.powerOfTwo(v.integerSub(shifted, half)))
    const inverse = v.integerSub(v.bits(2n * v.format.one), t)
    const sum = v.fma(s, tail, v.fma(s, r, v.sub(s, inverse)))
    return v.withSign(v.mul(sum, t), x)
  })

/** x = k ln 2 + (high - low); the low bits of `shifted` hold k + offset. */
function reduce(v: Vector, x: Expression, offset: number) {
  const [first, second] = logTwoParts[v.dtype] as [number, number] // two parts, see above
  const shifter = v.format.shifter + offset
  const shifted = v.bind(v.fma(x, v.constant(Math.LOG2E), v.constant(shifter)))
  const k = v.bind(v.sub(shifted, v.constant(shifter)))
  return {
    shifted,
    high: v.bind(v.fnma(k, v.constant(first), x)),
    low: v.bind(v.mul(k, v.constant(second))),
  }
}

/** As `reduce`; tail = e^(high - low) - 1 - r for the rounded r = high - low. */
function reduceTwice(v: Vector, x: Expression, offset: number) {
  const { shifted, high, low } = reduce(v, x, offset)
  const r = v.bind(v.sub(high, low))
  const lost = v.sub(v.sub(high, r), low)
  return { shifted, r, tail: v.bind(v.fma(v.mul(r, r), estrin(v, r, exponentialMinusOne), lost)) }
}
