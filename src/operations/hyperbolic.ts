/** Hyperbolic functions and their inverses, element by element, in forms that neither cancel near 0 nor overflow early. */
import type { FloatDType } from '../../types/dtype.ts'
import type { Shape } from '../../types/shape.ts'
import type { Tensor } from '../../types/tensor.ts'
import type { Value } from '../core/value.ts'
import { constantLike } from '../primitives/broadcast.ts'
import { add, div, gt, lt, mul, neg, scale, select, sub } from '../primitives/elementwise.ts'
import { expm1, log, log1p, sqrt, tanh as tanhOf } from '../primitives/transcendental.ts'
import { floatUnary } from './operand.ts'

/**
 * The hyperbolic sine (eˣ − e⁻ˣ)/2, element by element, with all digits near 0.
 * @example
 * import { sinh, tensor } from 'conformable'
 * console.log(sinh(tensor([0, 1]))) // [0, 1.175201]
 */
export function sinh<S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> {
  return floatUnary('sinh', hyperbolicSine, x)
}

/**
 * The hyperbolic cosine (eˣ + e⁻ˣ)/2, element by element, as 1 + 2 sinh²(x/2).
 * @example
 * import { cosh, tensor } from 'conformable'
 * console.log(cosh(tensor([0, 1]))) // [1, 1.543081]
 */
export function cosh<S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> {
  return floatUnary('cosh', hyperbolicCosine, x)
}

/**
 * The hyperbolic tangent, element by element, in [−1, 1].
 * @example
 * import { tanh, tensor } from 'conformable'
 * console.log(tanh(tensor([0, 1]))) // [0, 0.7615942]
 */
export function tanh<S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> {
  return floatUnary('tanh', tanhOf, x)
}

/**
 * The inverse of sinh, ln(x + √(x² + 1)), element by element, with all digits near 0 and for large x.
 * @example
 * import { asinh, tensor } from 'conformable'
 * console.log(asinh(tensor([0, 1]))) // [0, 0.8813736]
 */
export function asinh<S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> {
  return floatUnary('asinh', inverseSine, x)
}

/**
 * The inverse of cosh, ln(x + √(x² − 1)), element by element; NaN below 1.
 * @example
 * import { acosh, tensor } from 'conformable'
 * console.log(acosh(tensor([1, 2]))) // [0, 1.316958]
 */
export function acosh<S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> {
  return floatUnary('acosh', inverseCosine, x)
}

/**
 * The inverse of tanh, (ln(1 + x) − ln(1 − x))/2, element by element; ±∞ at ±1, NaN beyond.
 * @example
 * import { atanh, tensor } from 'conformable'
 * console.log(atanh(tensor([0, 0.5]))) // [0, 0.5493062]
 */
export function atanh<S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> {
  return floatUnary('atanh', inverseTangent, x)
}

/** (expm1(x) − expm1(−x))/2: both terms have the sign of x, so nothing cancels. */
const hyperbolicSine = (x: Value): Value => scale(sub(expm1(x), expm1(neg(x))), 0.5)

function hyperbolicCosine(x: Value): Value {
  const half = hyperbolicSine(scale(x, 0.5))
  return add(scale(mul(half, half), 2), constantLike(x, 1))
}

/** From here on asinh(x) and acosh(x) are ln 2x to the last bit, and x² would soon overflow. */
const LARGE = 2 ** 28

/** Odd: for m = |x| ln(1 + m + m²/(1 + √(m² + 1))). */
function inverseSine(x: Value): Value {
  const negative = lt(x, constantLike(x, 0))
  const magnitude = select(negative, neg(x), x)
  const result = beyond(magnitude, (m) => {
    const one = constantLike(m, 1)
    const squared = mul(m, m)
    return log1p(add(m, div(squared, add(one, sqrt(add(squared, one))))))
  })
  return select(negative, neg(result), result)
}

/** With t = x − 1: ln(1 + t + √(t (t + 2))). */
const inverseCosine = (x: Value): Value =>
  beyond(x, (m) => {
    const t = sub(m, constantLike(m, 1))
    return log1p(add(t, sqrt(mul(t, add(t, constantLike(t, 2))))))
  })

const inverseTangent = (x: Value): Value => scale(sub(log1p(x), log1p(neg(x))), 0.5)

/** f(x), and ln 2x where x is large; the branch not taken sees a harmless 1. */
function beyond(x: Value, f: (x: Value) => Value): Value {
  const large = gt(x, constantLike(x, LARGE))
  const one = constantLike(x, 1)
  const logarithm = add(log(select(large, x, one)), constantLike(x, Math.LN2))
  return select(large, logarithm, f(select(large, one, x)))
}
