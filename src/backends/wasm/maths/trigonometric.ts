/**
 * Sine, cosine and tangent.
 *
 * x = k π/2 + r with |r| ≤ π/4 and k whole; sin r and cos r are polynomials in r², and k mod 4 says which is meant. π/2 stands in
 * four parts, the first three so short that their products with k are exact (Cody and Waite, 1980); the one rounding before
 * the last is made good. Larger arguments go through `reduceHuge`, so that every finite argument keeps its digits.
 */
import type { Expression } from '../code/assembler.ts'
import { compute, horner, type Numbers, type ShortMaths, type UnaryMaths, type Vector } from './context.ts'
import { type Reduced, reduceHuge } from './huge-argument.ts'

/** π/2 in four parts; those of float32 allow |k| ≤ 2^13, those of float64 2^20. */
const quarterTurn: Numbers = {
  float32: [1.5703125, 0.0004837512969970703, 7.549533620476723e-8, 2.5633440682570896e-12],
  float64: [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32],
}

/** The largest argument that is reduced by those parts. */
const nearLimit = { float32: 12867, float64: 1647099 } as const

/** (sin r/r - 1)/r² in r², relative to sin r: 2^-28.0 and 2^-58.0. */
const sineCoefficients: Numbers = {
  float32: [-0.166666552, 0.0083321901, -0.000195184053],
  float64: [
    -0.16666666666666632, 0.008333333333322455, -0.00019841269829813467, 2.755731368760436e-6, -2.505075672089324e-8,
    1.5896682306493466e-10,
  ],
}

/** (cos r - 1 + r²/2)/r⁴ in r², relative to cos r: 2^-33.0 and 2^-63.9. */
const cosineCoefficients: Numbers = {
  float32: [0.0416666456, -0.00138873095, 2.44323273e-5],
  float64: [
    0.041666666666666595, -0.0013888888888873307, 2.4801587288965162e-5, -2.755731420304044e-7, 2.0875703132064957e-9,
    -1.1358616526330305e-11,
  ],
}

/** sin x; NaN for infinities. */
export const sin: UnaryMaths = (context, x) =>
  compute(context, (v) => {
    const { rest, quadrant } = reduce(v, v.bind(x))
    return turned(v, rest, quadrant)
  })

/** cos x = sin(x + π/2); NaN for infinities. */
export const cos: UnaryMaths = (context, x) =>
  compute(context, (v) => {
    const { rest, quadrant } = reduce(v, v.bind(x))
    return turned(v, rest, v.bind(v.integerAdd(quadrant, v.bits(1n))))
  })

/** tan x: sin r/cos r, or -cos r/sin r after an odd number of quarter turns; NaN for infinities. */
export const tan: UnaryMaths = (context, x) =>
  compute(context, (v) => {
    const { rest, quadrant } = reduce(v, v.bind(x))
    return tangentOf(v, rest, quadrant)
  })

/** The three without the reduction of huge arguments, which they leave to the whole function: the other lanes are the same there. */
export const shortSin: ShortMaths = /* @__PURE__ */ nearOnly((v, { rest, quadrant }) => turned(v, rest, quadrant))
/** See `shortSin`. */
export const shortCos: ShortMaths = /* @__PURE__ */ nearOnly((v, { rest, quadrant }) =>
  turned(v, rest, v.bind(v.integerAdd(quadrant, v.bits(1n)))),
)
/** See `shortSin`. */
export const shortTan: ShortMaths = /* @__PURE__ */ nearOnly((v, { rest, quadrant }) => tangentOf(v, rest, quadrant))

function nearOnly(value: (v: Vector, reduced: Reduced) => Expression): ShortMaths {
  return (context, whole, operand) =>
    compute(context, (v) => {
      const x = v.bind(operand)
      const { rest, quadrant } = reduceNear(v, x)
      const y = v.variable(value(v, { rest: v.bind(rest), quadrant }))
      v.whenAny(isHuge(v, x), () => y.set(whole(x)))
      return y.value
    })
}

/** tan(r + quadrant π/2) for bound operands, |r| ≤ π/4. */
function tangentOf(v: Vector, r: Expression, quadrant: Expression): Expression {
  const { sine, cosine } = sineAndCosine(v, r)
  const odd = v.bind(isOdd(v, quadrant))
  const ratio = v.div(v.select(odd, cosine, sine), v.select(odd, sine, cosine))
  return v.xor(ratio, v.signOf(odd))
}

/** sin(r + quadrant π/2) for bound operands, |r| ≤ π/4. */
function turned(v: Vector, r: Expression, quadrant: Expression): Expression {
  const { sine, cosine } = sineAndCosine(v, r)
  const sign = v.shiftLeft(v.and(quadrant, v.bits(2n)), v.dtype === 'float32' ? 30 : 62)
  return v.xor(v.select(v.bind(isOdd(v, quadrant)), cosine, sine), sign)
}

const isOdd = (v: Vector, whole: Expression): Expression => v.integerEq(v.and(whole, v.bits(1n)), v.bits(1n))

/** sin r and cos r for a bound |r| ≤ π/4; sin keeps the sign of r = -0. */
export function sineAndCosine(v: Vector, r: Expression): { sine: Expression; cosine: Expression } {
  const z = v.bind(v.mul(r, r))
  const sine = v.fma(v.mul(r, z), horner(v, z, sineCoefficients), r)
  const parabola = v.fnma(z, v.constant(0.5), v.constant(1))
  return {
    sine: v.bind(v.withSign(sine, r)),
    cosine: v.bind(v.fma(v.mul(z, z), horner(v, z, cosineCoefficients), parabola)),
  }
}

function reduce(v: Vector, x: Expression): Reduced {
  const near = reduceNear(v, x)
  const rest = v.variable(near.rest)
  const quadrant = v.variable(near.quadrant)
  const huge = v.bind(isHuge(v, x))
  v.whenAny(huge, () => {
    const far = reduceHuge(v, x)
    rest.set(v.select(huge, far.rest, rest.value))
    quadrant.set(v.select(huge, far.quadrant, quadrant.value))
  })
  return { rest: rest.value, quadrant: quadrant.value }
}

/** A mask of the finite arguments beyond `nearLimit`. */
function isHuge(v: Vector, x: Expression): Expression {
  const magnitude = v.bind(v.abs(x))
  const beyond = v.gt(magnitude, v.constant(nearLimit[v.dtype]))
  return v.and(beyond, v.lt(magnitude, v.constant(Number.POSITIVE_INFINITY)))
}

type FourParts = [Expression, Expression, Expression, Expression]

/** Right up to `nearLimit`; NaN for infinities. */
function reduceNear(v: Vector, x: Expression): Reduced {
  const [first, second, third, fourth] = quarterTurn[v.dtype].map(v.constant) as FourParts // see there
  const shifter = v.constant(v.format.shifter)
  const shifted = v.bind(v.fma(x, v.constant(2 / Math.PI), shifter))
  const k = v.bind(v.sub(shifted, shifter))
  const leading = v.bind(v.fnma(k, first, x))
  const r = v.bind(v.fnma(k, second, leading))
  const lost = v.sub(v.mul(k, second), v.sub(leading, r))
  return { rest: v.sub(r, v.fma(k, fourth, v.fma(k, third, lost))), quadrant: shifted }
}
