/** Functions of one tensor, element by element: sign, powers, exponentials and logarithms. */
import type { DType } from '../../types/dtype.ts'
import type { Floats, Numbers } from '../../types/element.ts'
import type { Shape } from '../../types/shape.ts'
import type { Tensor } from '../../types/tensor.ts'
import type { Value } from '../core/value.ts'
import { constantLike } from '../primitives/broadcast.ts'
import * as elementwise from '../primitives/elementwise.ts'
import * as transcendental from '../primitives/transcendental.ts'
import { floatUnary, numericUnary } from './operand.ts'

/**
 * The opposite −x, element by element; unsigned numbers wrap around.
 * @example
 * import { neg, tensor } from 'conformable'
 * console.log(neg(tensor([1, -2]))) // [-1, 2]
 */
export function neg<S extends Shape, D extends DType>(x: Numbers<'neg', S, D>): Tensor<S, D> {
  return numericUnary('neg', elementwise.neg, x)
}

/**
 * The magnitude |x|, element by element. Its derivative is sign(x), so 0 at 0.
 * @example
 * import { abs, tensor } from 'conformable'
 * console.log(abs(tensor([1, -2]))) // [1, 2]
 */
export function abs<S extends Shape, D extends DType>(x: Numbers<'abs', S, D>): Tensor<S, D> {
  return numericUnary('abs', elementwise.abs, x)
}

/**
 * The sign −1, 0 or 1, element by element; its derivative is 0 everywhere.
 * @example
 * import { sign, tensor } from 'conformable'
 * console.log(sign(tensor([3, 0, -2]))) // [1, 0, -1]
 */
export function sign<S extends Shape, D extends DType>(x: Numbers<'sign', S, D>): Tensor<S, D> {
  return numericUnary('sign', elementwise.sign, x)
}

/**
 * The square x², element by element.
 * @example
 * import { square, tensor } from 'conformable'
 * console.log(square(tensor([3, -2]))) // [9, 4]
 */
export function square<S extends Shape, D extends DType>(x: Numbers<'square', S, D>): Tensor<S, D> {
  return numericUnary('square', (v) => elementwise.mul(v, v), x)
}

/**
 * The square root √x, element by element: NaN below 0; the derivative 1/(2√x) is infinite at 0.
 * @example
 * import { sqrt, tensor } from 'conformable'
 * console.log(sqrt(tensor([4, 2]))) // [2, 1.414214]
 */
export function sqrt<S extends Shape, D extends DType>(x: Floats<'sqrt', S, D>): Tensor<S, D> {
  return floatUnary('sqrt', transcendental.sqrt, x)
}

/**
 * The reciprocal square root 1/√x, element by element; infinite at 0.
 * @example
 * import { rsqrt, tensor } from 'conformable'
 * console.log(rsqrt(tensor([4, 2]))) // [0.5, 0.7071068]
 */
export function rsqrt<S extends Shape, D extends DType>(x: Floats<'rsqrt', S, D>): Tensor<S, D> {
  return floatUnary('rsqrt', (v) => reciprocalOf(transcendental.sqrt(v)), x)
}

/**
 * The reciprocal 1/x, element by element; infinite at 0.
 * @example
 * import { reciprocal, tensor } from 'conformable'
 * console.log(reciprocal(tensor([4, -2]))) // [0.25, -0.5]
 */
export function reciprocal<S extends Shape, D extends DType>(x: Floats<'reciprocal', S, D>): Tensor<S, D> {
  return floatUnary('reciprocal', reciprocalOf, x)
}

/**
 * The exponential eˣ, element by element.
 * @example
 * import { exp, tensor } from 'conformable'
 * console.log(exp(tensor([0, 1]))) // [1, 2.718282]
 */
export function exp<S extends Shape, D extends DType>(x: Floats<'exp', S, D>): Tensor<S, D> {
  return floatUnary('exp', transcendental.exp, x)
}

/**
 * eˣ − 1, element by element, with all digits near 0.
 * @example
 * import { expm1, tensor } from 'conformable'
 * console.log(expm1(tensor([0, 1e-6]))) // [0, 0.000001]
 */
export function expm1<S extends Shape, D extends DType>(x: Floats<'expm1', S, D>): Tensor<S, D> {
  return floatUnary('expm1', transcendental.expm1, x)
}

/**
 * The power 2ˣ, element by element.
 * @example
 * import { exp2, tensor } from 'conformable'
 * console.log(exp2(tensor([3, 0.5]))) // [8, 1.414214]
 */
export function exp2<S extends Shape, D extends DType>(x: Floats<'exp2', S, D>): Tensor<S, D> {
  return floatUnary('exp2', (v) => transcendental.pow(constantLike(v, 2), v), x)
}

/**
 * The natural logarithm ln x, element by element: −∞ at 0, NaN below.
 * @example
 * import { log, tensor } from 'conformable'
 * console.log(log(tensor([1, 10]))) // [0, 2.302585]
 */
export function log<S extends Shape, D extends DType>(x: Floats<'log', S, D>): Tensor<S, D> {
  return floatUnary('log', transcendental.log, x)
}

/**
 * ln(1 + x), element by element, with all digits near 0.
 * @example
 * import { log1p, tensor } from 'conformable'
 * console.log(log1p(tensor([0, 1e-6]))) // [0, 9.999995e-7]
 */
export function log1p<S extends Shape, D extends DType>(x: Floats<'log1p', S, D>): Tensor<S, D> {
  return floatUnary('log1p', transcendental.log1p, x)
}

/**
 * The logarithm to base 2, element by element: log₂ x = ln x / ln 2.
 * @example
 * import { log2, tensor } from 'conformable'
 * console.log(log2(tensor([8, 10]))) // [3, 3.321928]
 */
export function log2<S extends Shape, D extends DType>(x: Floats<'log2', S, D>): Tensor<S, D> {
  return floatUnary('log2', (v) => elementwise.div(transcendental.log(v), constantLike(v, Math.LN2)), x)
}

/**
 * The logarithm to base 10, element by element: log₁₀ x = ln x / ln 10.
 * @example
 * import { log10, tensor } from 'conformable'
 * console.log(log10(tensor([1000, 2]))) // [3, 0.30103]
 */
export function log10<S extends Shape, D extends DType>(x: Floats<'log10', S, D>): Tensor<S, D> {
  return floatUnary('log10', (v) => elementwise.div(transcendental.log(v), constantLike(v, Math.LN10)), x)
}

const reciprocalOf = (x: Value): Value => elementwise.div(constantLike(x, 1), x)
