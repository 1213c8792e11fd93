/** Trigonometric functions and their inverses, element by element. (`atan2`, of two operands, stands with arithmetic.) */
import type { DType } from '../../types/dtype.ts'
import type { Floats } from '../../types/element.ts'
import type { Shape } from '../../types/shape.ts'
import type { Tensor } from '../../types/tensor.ts'
import type { Value } from '../core/value.ts'
import { constantLike } from '../primitives/broadcast.ts'
import * as elementwise from '../primitives/elementwise.ts'
import * as transcendental from '../primitives/transcendental.ts'
import { floatUnary } from './operand.ts'
import { withDerivative } from './with-derivative.ts'

/**
 * The sine of an angle in radians, element by element.
 * @example
 * import { sin, tensor } from 'conformable'
 * console.log(sin(tensor([0, 1]))) // [0, 0.841471]
 */
export function sin<S extends Shape, D extends DType>(x: Floats<'sin', S, D>): Tensor<S, D> {
  return floatUnary('sin', transcendental.sin, x)
}

/**
 * The cosine of an angle in radians, element by element.
 * @example
 * import { cos, tensor } from 'conformable'
 * console.log(cos(tensor([0, 1]))) // [1, 0.5403023]
 */
export function cos<S extends Shape, D extends DType>(x: Floats<'cos', S, D>): Tensor<S, D> {
  return floatUnary('cos', transcendental.cos, x)
}

/**
 * The tangent of an angle in radians, element by element.
 * @example
 * import { tan, tensor } from 'conformable'
 * console.log(tan(tensor([0, 1]))) // [0, 1.557408]
 */
export function tan<S extends Shape, D extends DType>(x: Floats<'tan', S, D>): Tensor<S, D> {
  return floatUnary('tan', transcendental.tan, x)
}

/**
 * The angle in [−π/2, π/2] whose sine is x, element by element: atan2(x, √(1 − x²)); NaN outside [−1, 1].
 * @example
 * import { asin, tensor } from 'conformable'
 * console.log(asin(tensor([0, 1]))) // [0, 1.570796]
 */
export function asin<S extends Shape, D extends DType>(x: Floats<'asin', S, D>): Tensor<S, D> {
  return floatUnary('asin', arcSine, x)
}

/**
 * The angle in [0, π] whose cosine is x, element by element: atan2(√(1 − x²), x); NaN outside [−1, 1].
 * @example
 * import { acos, tensor } from 'conformable'
 * console.log(acos(tensor([1, 0]))) // [0, 1.570796]
 */
export function acos<S extends Shape, D extends DType>(x: Floats<'acos', S, D>): Tensor<S, D> {
  return floatUnary('acos', arcCosine, x)
}

/**
 * The angle in (−π/2, π/2) whose tangent is x, element by element.
 * @example
 * import { atan, tensor } from 'conformable'
 * console.log(atan(tensor([0, 1]))) // [0, 0.7853982]
 */
export function atan<S extends Shape, D extends DType>(x: Floats<'atan', S, D>): Tensor<S, D> {
  return floatUnary('atan', (v) => transcendental.atan2(v, constantLike(v, 1)), x)
}

const arcSine = withDerivative('asin', (x) => transcendental.atan2(x, otherSide(x)), slopeOfSine)

const arcCosine = withDerivative(
  'acos',
  (x) => transcendental.atan2(otherSide(x), x),
  (x) => elementwise.neg(slopeOfSine(x)),
)

/** asin′(x) = 1/√(1 − x²), and its derivative x/√(1 − x²)³, which does not cancel near 0. */
function slopeOfSine(x: Value): Value {
  const formula = (v: Value): Value => elementwise.div(constantLike(v, 1), otherSide(v))
  return withDerivative('asin', formula, (v) => elementwise.mul(v, elementwise.integerPower(formula(v), 3)))(x)
}

/** √(1 − x²) as √((1 − x)(1 + x)), which keeps its digits beside ±1. */
function otherSide(x: Value): Value {
  const one = constantLike(x, 1)
  return transcendental.sqrt(elementwise.mul(elementwise.sub(one, x), elementwise.add(one, x)))
}
