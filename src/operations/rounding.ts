/** Rounding, bounds, and the floats that are no numbers. */
import type { DType } from '../../types/dtype.ts'
import type { Floats, Numbers } from '../../types/element.ts'
import type { Shape } from '../../types/shape.ts'
import type { Tensor } from '../../types/tensor.ts'
import { isFloat } from '../core/dtype.ts'
import type { Value } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import { constantLike } from '../primitives/broadcast.ts'
import * as elementwise from '../primitives/elementwise.ts'
import { extreme } from '../primitives/reduction.ts'
import { typed } from '../typed.ts'
import { broadcastTo, type Operand, operands } from './broadcasting.ts'
import { floatUnary, numericOperand } from './operand.ts'

/**
 * The largest whole number ≤ x, element by element; its derivative is 0.
 * @example
 * import { floor, tensor } from 'conformable'
 * console.log(floor(tensor([1.5, -1.5]))) // [1, -2]
 */
export function floor<S extends Shape, D extends DType>(x: Floats<'floor', S, D>): Tensor<S, D> {
  return floatUnary('floor', elementwise.floor, x)
}

/**
 * The smallest whole number ≥ x, element by element; its derivative is 0.
 * @example
 * import { ceil, tensor } from 'conformable'
 * console.log(ceil(tensor([1.5, -1.5]))) // [2, -1]
 */
export function ceil<S extends Shape, D extends DType>(x: Floats<'ceil', S, D>): Tensor<S, D> {
  return floatUnary('ceil', elementwise.ceil, x)
}

/**
 * The nearest whole number, halves to the even one, element by element; its derivative is 0.
 * @example
 * import { round, tensor } from 'conformable'
 * console.log(round(tensor([0.5, 1.5, 2.4]))) // [0, 2, 2]
 */
export function round<S extends Shape, D extends DType>(x: Floats<'round', S, D>): Tensor<S, D> {
  return floatUnary('round', elementwise.round, x)
}

/**
 * The whole part, rounded towards 0, element by element; its derivative is 0.
 * @example
 * import { tensor, trunc } from 'conformable'
 * console.log(trunc(tensor([1.5, -1.5]))) // [1, -1]
 */
export function trunc<S extends Shape, D extends DType>(x: Floats<'trunc', S, D>): Tensor<S, D> {
  return floatUnary('trunc', elementwise.trunc, x)
}

/**
 * x kept within bounds, element by element: min(max(x, low), high). The derivative is 1 inside, 0 outside and 1/2 on a bound.
 * @param low a number or scalar; −Infinity for none.
 * @param high a number or scalar; Infinity for none.
 * @example
 * import { clip, tensor } from 'conformable'
 * console.log(clip(tensor([-2, 0.5, 3]), -1, 1)) // [-1, 0.5, 1]
 */
export function clip<S extends Shape, D extends DType>(
  x: Numbers<'clip', S, D>,
  low: number | Tensor<readonly [], NoInfer<D>>,
  high: number | Tensor<readonly [], NoInfer<D>>,
): Tensor<S, D> {
  const value = numericOperand('clip', x)
  const [, least, most] = operands('clip', [value, bound(low, value), bound(high, value)])
  return typed(
    operateOne('clip', undefined, [value, least!, most!], (v, a, b) =>
      elementwise.min(elementwise.max(v, broadcastTo(a, v.shape)), broadcastTo(b, v.shape)),
    ),
  )
}

/**
 * True where x is not a number, element by element.
 * @example
 * import { isNaN, tensor } from 'conformable'
 * console.log(isNaN(tensor([1, NaN, Infinity]))) // [false, true, false]
 */
// biome-ignore lint/suspicious/noShadowRestrictedNames: the name that users of NumPy, JAX and PyTorch know
export function isNaN<S extends Shape, D extends DType>(x: Floats<'isNaN', S, D>): Tensor<S, 'bool'> {
  return floatUnary('isNaN', (v) => elementwise.ne(v, v), x)
}

/**
 * True where x is neither infinite nor NaN, element by element.
 * @example
 * import { isFinite, tensor } from 'conformable'
 * console.log(isFinite(tensor([1, NaN, Infinity]))) // [true, false, false]
 */
// biome-ignore lint/suspicious/noShadowRestrictedNames: the name that users of NumPy, JAX and PyTorch know
export function isFinite<S extends Shape, D extends DType>(x: Floats<'isFinite', S, D>): Tensor<S, 'bool'> {
  return floatUnary('isFinite', (v) => elementwise.lt(elementwise.abs(v), constantLike(v, Number.POSITIVE_INFINITY)), x)
}

/**
 * True where x is ∞ or −∞, element by element.
 * @example
 * import { isInfinite, tensor } from 'conformable'
 * console.log(isInfinite(tensor([1, NaN, Infinity]))) // [false, false, true]
 */
export function isInfinite<S extends Shape, D extends DType>(x: Floats<'isInfinite', S, D>): Tensor<S, 'bool'> {
  return floatUnary(
    'isInfinite',
    (v) => elementwise.eq(elementwise.abs(v), constantLike(v, Number.POSITIVE_INFINITY)),
    x,
  )
}

/** An infinite bound of integers is the end of their range. */
function bound(given: Operand, { dtype }: Value): Operand {
  if (isFloat(dtype) || typeof given !== 'number' || Number.isFinite(given) || Number.isNaN(given)) return given
  return extreme(dtype, given > 0 ? 1 : -1)
}
