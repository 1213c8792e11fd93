/**
 * Hyperbolic functions and their inverses, element by element, in forms that neither cancel near 0 nor overflow early,
 * in value and derivatives.
 */
import type { DType } from '../../types/dtype.ts'
import type { Floats } from '../../types/element.ts'
import type { Shape } from '../../types/shape.ts'
import type { Tensor } from '../../types/tensor.ts'
import type { Value } from '../core/value.ts'
import { constantLike } from '../primitives/broadcast.ts'
import { add, div, gt, lt, mul, neg, scale, select, sub } from '../primitives/elementwise.ts'
import { expm1, log, log1p, sqrt, tanh as tanhOf } from '../primitives/transcendental.ts'
import { lengthOf } from './combine.ts'
import { floatUnary } from './operand.ts'
import { withDerivative } from './with-derivative.ts'

/**
 * The hyperbolic sine (eˣ − e⁻ˣ)/2, element by element, with all digits near 0.
 * @example
 * import { sinh, tensor } from 'conformable'
 * console.log(sinh(tensor([0, 1]))) // [0, 1.175201]
 */
export function sinh<S extends Shape, D extends DType>(x: Floats<'sinh', S, D>): Tensor<S, D> {
  return floatUnary('sinh', hyperbolicSine, x)
}

/**
 * The hyperbolic cosine (eˣ + e⁻ˣ)/2, element by element, as 1 + 2 sinh²(x/2).
 * @example
 * import { cosh, tensor } from 'conformable'
 * console.log(cosh(tensor([0, 1]))) // [1, 1.543081]
 */
export function cosh<S extends Shape, D extends DType>(x: Floats<'cosh', S, D>): Tensor<S, D> {
  return floatUnary('cosh', hyperbolicCosine, x)
}

/**
 * The hyperbolic tangent, element by element, in [−1, 1].
 * @example
 * import { tanh, tensor } from 'conformable'
 * console.log(tanh(tensor([0, 1]))) // [0, 0.7615942]
 */
export function tanh<S extends Shape, D extends DType>(x: Floats<'tanh', S, D>): Tensor<S, D> {
  return floatUnary('tanh', tanhOf, x)
}

/**
 * The inverse of sinh, ln(x + √(x² + 1)), element by element, with all digits near 0 and for large x.
 * @example
 * import { asinh, tensor } from 'conformable'
 * console.log(asinh(tensor([0, 1]))) // [0, 0.8813736]
 */
export function asinh<S extends Shape, D extends DType>(x: Floats<'asinh', S, D>): Tensor<S, D> {
  return floatUnary('asinh', inverseSine, x)
}

/**
 * The inverse of cosh, ln(x + √(x² − 1)), element by element; NaN below 1.
 * @example
 * import { acosh, tensor } from 'conformable'
 * console.log(acosh(tensor([1, 2]))) // [0, 1.316958]
 */
export function acosh<S extends Shape, D extends DType>(x: Floats<'acosh', S, D>): Tensor<S, D> {
  return floatUnary('acosh', inverseCosine, x)
}

/**
 * The inverse of tanh, (ln(1 + x) − ln(1 − x))/2, element by element; ±∞ at ±1, NaN beyond.
 * @example
 * import { atanh, tensor } from 'conformable'
 * console.log(atanh(tensor([0, 0.5]))) // [0, 0.5493062]
 */
export function atanh<S extends Shape, D extends DType>(x: Floats<'atanh', S, D>): Tensor<S, D> {
  return floatUnary('atanh', inverseTangent, x)
}

/** (expm1(x) − expm1(−x))/2: both terms have the sign of x, so nothing cancels. */
const sineFormula = (x: Value): Value => scale(sub(expm1(x), expm1(neg(x))), 0.5)

/** 1 + 2 sinh²(x/2), whose first two derivatives do not cancel. */
function cosineFormula(x: Value): Value {
  const half = sineFormula(scale(x, 0.5))
  return add(scale(mul(half, half), 2), constantLike(x, 1))
}

const hyperbolicSine = withDerivative('sinh', sineFormula, cosineFormula)

const hyperbolicCosine = withDerivative('cosh', cosineFormula, hyperbolicSine)

/** From here on asinh(x) and acosh(x) are ln 2x to the last bit, and x² would soon overflow. */
const LARGE = 2 ** 28

/** Odd: for m = |x| ln(1 + m + m²/(1 + √(m² + 1))). Its derivative is 1/√(x² + 1). */
const inverseSine = withDerivative(
  'asinh',
  (x) => {
    const negative = lt(x, constantLike(x, 0))
    const magnitude = select(negative, neg(x), x)
    const result = beyond(magnitude, (m) => {
      const one = constantLike(m, 1)
      const squared = mul(m, m)
      return log1p(add(m, div(squared, add(one, sqrt(add(squared, one))))))
    })
    return select(negative, neg(result), result)
  },
  (x) => reciprocal(lengthOf(x, constantLike(x, 1))),
)

/** With t = x − 1: ln(1 + t + √(t (t + 2))). Its derivative is 1/√(x² − 1). */
const inverseCosine = withDerivative(
  'acosh',
  (x) =>
    beyond(x, (m) => {
      const t = sub(m, constantLike(m, 1))
      return log1p(add(t, sqrt(mul(t, add(t, constantLike(t, 2))))))
    }),
  (x) => {
    const one = constantLike(x, 1)
    return reciprocal(mul(sqrt(sub(x, one)), sqrt(add(x, one))))
  },
)

/** (ln(1 + x) − ln(1 − x))/2. Its derivative is 1/(1 − x²). */
const inverseTangent = withDerivative(
  'atanh',
  (x) => scale(sub(log1p(x), log1p(neg(x))), 0.5),
  withDerivative('atanh', reciprocalOfRest, (x) => {
    const slope = reciprocalOfRest(x)
    return scale(mul(x, mul(slope, slope)), 2)
  }),
)

/** 1/(1 − x²), with all digits beside ±1. */
function reciprocalOfRest(x: Value): Value {
  const one = constantLike(x, 1)
  return reciprocal(mul(sub(one, x), add(one, x)))
}

const reciprocal = (x: Value): Value => div(constantLike(x, 1), x)

/** f(x), and ln 2x where x is large; the branch not taken sees a harmless 1. */
function beyond(x: Value, f: (x: Value) => Value): Value {
  const large = gt(x, constantLike(x, LARGE))
  const one = constantLike(x, 1)
  const logarithm = add(log(select(large, x, one)), constantLike(x, Math.LN2))
  return select(large, logarithm, f(select(large, one, x)))
}
