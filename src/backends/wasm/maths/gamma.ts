/**
 * ln|Γ(x)| and its derivative ψ(x), for all real x.
 *
 * Small arguments are moved to an interval of length 1 by Γ(x + 1) = x Γ(x); there a polynomial gives ln Γ or ψ over the
 * distance to its zero, so that no digit is lost beside the zero. Large ones go by the asymptotic series of Stirling, negative
 * ones by reflection. Only the lanes that need a part are given it, but all lanes wait: these functions are slow.
 */
import type { Expression } from '../code/assembler.ts'
import { compute, estrin, horner, type Numbers, type UnaryMaths, type Vector } from './context.ts'
import { positiveLogarithm } from './logarithm.ts'
import { sineAndCosine } from './trigonometric.ts'

/** ln Γ(2 + t)/t in t, |t| ≤ 1/2: 2^-25.9 and 2^-56.0. */
const logGammaCoefficients: Numbers = {
  float32: [
    0.422784328, 0.322467029, -0.06735228, 0.0205807351, -0.00738615869, 0.00289173238, -0.00118595921, 0.000501518545,
    -0.000253618811, 0.000122361191,
  ],
  float64: [
    0.42278433509846713, 0.3224670334241133, -0.0673523010531949, 0.020580808427765784, -0.0073855510290131085,
    0.0028905103318252684, -0.001192753897904366, 0.0005096694961801644, -0.00022315503889294537, 9.945792137230356e-5,
    -4.492304606139386e-5, 2.0503780193455194e-5, -9.460708834065435e-6, 4.392234436108842e-6, -1.9576739607235587e-6,
    9.034441909902859e-7, -6.147513449971923e-7, 2.938167293498232e-7, 2.819488641974024e-8,
  ],
}

/** x times the remainder of Stirling's formula in 1/x², x ≥ 8.5: 2^-38.8 and 2^-70.3. */
const stirlingCoefficients: Numbers = {
  float32: [0.0833333358, -0.00277824258, 0.000807048404],
  float64: [
    0.08333333333333333, -0.002777777777767842, 0.0007936507871290662, -0.0005952361194441137, 0.0008414323091034464,
    -0.001889075367720036, 0.005053179365591263,
  ],
}

/** ψ(x)/(x - zero) in x - 3/2, 1 ≤ x ≤ 2: 2^-26.5 and 2^-54.3. */
const digammaCoefficients: Numbers = {
  float32: [
    0.951055884, -0.423627526, 0.240540847, -0.148397312, 0.0950390995, -0.0620784983, 0.0402369276, -0.0256669056,
    0.0199325252, -0.0165860113, 0.00637366762,
  ],
  float64: [
    0.9510558760318328, -0.42362742128146047, 0.24054248424078736, -0.14840492305391834, 0.09498872445282866,
    -0.06192213327158108, 0.04076083394471128, -0.026975796847935118, 0.017907248193249164, -0.011908215074691177,
    0.007927024118882072, -0.0052800194199851295, 0.0035180794811070235, -0.002344633313299549, 0.0015635724237617794,
    -0.0010423767896839407, 0.0006899503912424354, -0.00045944637170531645, 0.00032687065089822664,
    -0.00021931951918322825, 9.162615578773828e-5, -5.882974592482762e-5, 0.00012238823494177257, -8.315992484635643e-5,
  ],
}

/** (ln x - 1/2x - ψ(x)) x² in 1/x², x ≥ 10: 2^-39.9 and 2^-70.3. */
const asymptoticCoefficients: Numbers = {
  float32: [0.0833333358, -0.00833384506, 0.00395593327],
  float64: [
    0.08333333333333331, -0.008333333333292317, 0.003968253936620679, -0.004166654894865929, 0.007573380560786954,
    -0.0208244511005941, 0.0671175481948168,
  ],
}

/** The positive zero of ψ in two parts. */
const digammaZero: Numbers = {
  float32: [1.4616321325302124, 1.243815006546356e-8],
  float64: [1.4616321449683622, 9.549995429965697e-17],
}

/** Below this ln|Γ(-x)| and ln Γ(x) are the same number. */
const tiny = { float32: 1e-10, float64: 1e-20 } as const

/** ln|Γ(x)|; infinite at 0, the negative whole numbers and ±infinity. */
export const logGamma: UnaryMaths = (context, operand) =>
  compute(context, (v) => {
    const x = v.bind(operand)
    const magnitude = v.bind(v.abs(x))
    const y = v.variable(positiveLogGamma(v, magnitude))
    const negative = v.bind(v.le(x, v.constant(0)))
    v.whenAny(negative, () => {
      const { distance, whole } = fraction(v, magnitude)
      const product = v.mul(magnitude, v.abs(distance.sine))
      const reflected = v.sub(positiveLogarithm(v, v.bind(v.div(v.constant(Math.PI), product))), y.value)
      const beyondTiny = v.gt(magnitude, v.constant(tiny[v.dtype]))
      y.set(v.select(v.and(negative, beyondTiny), reflected, y.value))
      y.set(v.select(v.and(negative, whole), v.constant(Number.POSITIVE_INFINITY), y.value))
    })
    return y.value
  })

/** ψ(x) = d/dx ln|Γ(x)|; ∓infinity at ±0, NaN at the negative whole numbers. */
export const digamma: UnaryMaths = (context, operand) =>
  compute(context, (v) => {
    const x = v.bind(operand)
    const magnitude = v.bind(v.abs(x))
    const y = v.variable(positiveDigamma(v, magnitude))
    const negative = v.bind(v.le(x, v.constant(0)))
    v.whenAny(negative, () => {
      const { distance, whole } = fraction(v, magnitude)
      const cotangent = v.mul(v.constant(Math.PI), v.div(distance.cosine, distance.sine))
      const inverse = v.bind(v.div(v.constant(1), magnitude))
      const regular = v.select(whole, v.constant(Number.NaN), v.add(y.value, v.add(inverse, cotangent)))
      const atZero = v.neg(v.withSign(inverse, x))
      y.set(v.select(negative, v.select(v.eq(x, v.constant(0)), atZero, regular), y.value))
    })
    return y.value
  })

/** ln Γ(x) for a bound x > 0; NaN stays. */
function positiveLogGamma(v: Vector, x: Expression): Expression {
  const belowHalf = v.bind(v.lt(x, v.constant(0.5)))
  const below = v.bind(v.lt(x, v.constant(1.5)))
  const above = v.bind(v.ge(x, v.constant(8.5)))
  const { base, product } = loweredProduct(v, x)
  const lowT = v.select(belowHalf, x, v.sub(x, v.constant(1)))
  const t = v.bind(v.select(below, lowT, v.sub(base, v.constant(2))))
  const lowProduct = v.select(belowHalf, v.mul(x, v.add(x, v.constant(1))), x)
  const argument = v.select(above, x, v.select(below, lowProduct, product))
  const logarithm = v.bind(positiveLogarithm(v, v.bind(argument)))
  // what cancels is rounded least: the logarithm against the linear term
  const linear = v.fma(t, v.constant(logGammaCoefficients[v.dtype][0]!), v.xor(logarithm, v.signOf(below)))
  const near = v.fma(v.mul(t, t), estrin(v, t, withoutFirst(logGammaCoefficients)), linear)
  return v.select(above, stirling(v, x, logarithm), near)
}

/** (Σ c_k x^k - c₀)/x. */
const withoutFirst = ({ float32, float64 }: Numbers): Numbers => ({
  float32: float32.slice(1),
  float64: float64.slice(1),
})

/** base = x - n in (3/2, 5/2] and product = (x - 1)(x - 2)…(x - n) for 5/2 < x < 17/2; x and 1 up to 5/2. */
function loweredProduct(v: Vector, x: Expression): { base: Expression; product: Expression } {
  const base = v.variable(x)
  const product = v.variable(v.constant(1))
  for (let step = 0; step < 6; step++) {
    const over = v.bind(v.gt(base.value, v.constant(2.5)))
    base.set(v.sub(base.value, v.and(over, v.constant(1))))
    product.set(v.mul(product.value, v.select(over, base.value, v.constant(1))))
  }
  return { base: base.value, product: product.value }
}

/** (x - 1/2)(ln x - 1) + (ln 2π - 1)/2 + …, given ln x. */
function stirling(v: Vector, x: Expression, logarithm: Expression): Expression {
  const inverse = v.bind(v.div(v.constant(1), x))
  const series = v.mul(inverse, horner(v, v.bind(v.mul(inverse, inverse)), stirlingCoefficients))
  const constant = v.constant(0.4189385332046727)
  return v.fma(v.sub(x, v.constant(0.5)), v.sub(logarithm, v.constant(1)), v.add(constant, series))
}

/** ψ(x) for a bound x ≥ 0; NaN stays. */
function positiveDigamma(v: Vector, x: Expression): Expression {
  const [zero, rest] = digammaZero[v.dtype] as [number, number] // two parts, see there
  const below = v.bind(v.lt(x, v.constant(1)))
  const { base, sum } = loweredSum(v, x)
  const point = v.select(below, v.sub(x, v.constant(0.5)), v.sub(base, v.constant(1.5)))
  const difference = v.select(below, v.sub(x, v.constant(zero - 1)), v.sub(base, v.constant(zero)))
  const correction = v.select(below, v.div(v.constant(-1), x), sum)
  const distance = v.sub(difference, v.constant(rest))
  const near = v.fma(distance, estrin(v, v.bind(point), digammaCoefficients), correction)
  const infinite = v.eq(x, v.constant(Number.POSITIVE_INFINITY))
  const far = v.select(infinite, x, asymptotic(v, x))
  return v.select(v.ge(x, v.constant(10)), far, near)
}

/** base = x - n in (1, 2] and sum = 1/(x - 1) + … + 1/(x - n), over one denominator, for 2 < x < 10; x and 0 up to 2. */
function loweredSum(v: Vector, x: Expression): { base: Expression; sum: Expression } {
  const base = v.variable(x)
  const numerator = v.variable(v.constant(0))
  const denominator = v.variable(v.constant(1))
  for (let step = 0; step < 8; step++) {
    const over = v.bind(v.gt(base.value, v.constant(2)))
    base.set(v.sub(base.value, v.and(over, v.constant(1))))
    const factor = v.bind(v.select(over, base.value, v.constant(1)))
    numerator.set(v.fma(numerator.value, factor, v.and(over, denominator.value)))
    denominator.set(v.mul(denominator.value, factor))
  }
  return { base: base.value, sum: v.div(numerator.value, denominator.value) }
}

/** ln x - 1/2x - 1/x² (1/12 - …). */
function asymptotic(v: Vector, x: Expression): Expression {
  const inverse = v.bind(v.div(v.constant(1), x))
  const z = v.bind(v.mul(inverse, inverse))
  const series = v.fma(z, horner(v, z, asymptoticCoefficients), v.mul(inverse, v.constant(0.5)))
  return v.sub(positiveLogarithm(v, x), series)
}

/** sin πd and cos πd for the distance d of a bound x ≥ 0 to the nearest whole number, and whether it is 0. */
function fraction(v: Vector, x: Expression) {
  const nearest = v.bind(v.nearest(x))
  const d = v.bind(v.sub(x, nearest))
  const size = v.bind(v.abs(d))
  const outer = v.bind(v.gt(size, v.constant(0.25)))
  const inner = v.select(outer, v.sub(v.constant(0.5), size), size)
  const { sine, cosine } = sineAndCosine(v, v.bind(v.mul(inner, v.constant(Math.PI))))
  return {
    distance: {
      sine: v.bind(v.withSign(v.select(outer, cosine, sine), d)),
      cosine: v.bind(v.select(outer, sine, cosine)),
    },
    whole: v.bind(v.eq(x, nearest)),
  }
}
