/** Reductions: sums, means, products, extremes and spreads over axes, which disappear or are kept as 1. */
import type { ArgReduce, Axes, Reduce } from '../../types/contract/reduce.ts'
import type { DType } from '../../types/dtype.ts'
import type { Conditions, Floats, Numbers } from '../../types/element.ts'
import type { Shape } from '../../types/shape.ts'
import type { Check, Ok, Tensor } from '../../types/tensor.ts'
import { showShape } from '../core/abstract.ts'
import { ShapeError } from '../core/errors.ts'
import type { Value } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import * as basic from '../primitives/broadcast.ts'
import * as reduction from '../primitives/reduction.ts'
import * as sorting from '../primitives/sorting.ts'
import { reshape } from '../primitives/structural.ts'
import { typed } from '../typed.ts'
import { axesOf, countAlong, keptDims } from './axes.ts'
import { normalAxis } from './broadcasting.ts'
import { boolOperand, floatOperand, numericOperand } from './operand.ts'
import { deviationOver, logSumExpOver, meanOver, type Spread, varianceOver } from './spread.ts'

/**
 * The sum over axes: one, a list, or all if none is given.
 * @param keepDims keeps each summed dimension as 1.
 * @throws ShapeError if an axis is out of range or given twice.
 * @example
 * import { sum, tensor } from 'conformable'
 * console.log(sum(tensor([[1, 2], [3, 4]]), 0)) // [4, 6]
 */
export function sum<
  S extends Shape,
  D extends DType,
  const A extends Axes = undefined,
  const K extends boolean = false,
>(
  x: Numbers<'sum', S, D>,
  axes?: Check<Reduce<S, A, K, 'sum'>, A>,
  keepDims?: K,
): Tensor<Ok<Reduce<S, A, K, 'sum'>>, D> {
  return reduce('sum', numericOperand('sum', x), axes, keepDims, basic.sum)
}

/**
 * The arithmetic mean over axes: one, a list, or all if none is given; NaN over nothing.
 * @param keepDims keeps each reduced dimension as 1.
 * @throws ShapeError if an axis is out of range or given twice; DTypeError for integers: `mean(convert(x, 'float32'))`.
 * @example
 * import { mean, tensor } from 'conformable'
 * console.log(mean(tensor([[1, 2], [3, 4]]), 1)) // [1.5, 3.5]
 */
export function mean<
  S extends Shape,
  D extends DType,
  const A extends Axes = undefined,
  const K extends boolean = false,
>(
  x: Floats<'mean', S, D>,
  axes?: Check<Reduce<S, A, K, 'mean'>, A>,
  keepDims?: K,
): Tensor<Ok<Reduce<S, A, K, 'mean'>>, D> {
  return reduce('mean', floatOperand('mean', x), axes, keepDims, meanOver)
}

/**
 * The product over axes: one, a list, or all if none is given; 1 over nothing. Its derivatives are right at zeros, too.
 * @param keepDims keeps each reduced dimension as 1.
 * @throws ShapeError if an axis is out of range or given twice.
 * @example
 * import { prod, tensor } from 'conformable'
 * console.log(prod(tensor([[1, 2], [3, 4]]), 1)) // [2, 12]
 */
export function prod<
  S extends Shape,
  D extends DType,
  const A extends Axes = undefined,
  const K extends boolean = false,
>(
  x: Numbers<'prod', S, D>,
  axes?: Check<Reduce<S, A, K, 'prod'>, A>,
  keepDims?: K,
): Tensor<Ok<Reduce<S, A, K, 'prod'>>, D> {
  return reduce('prod', numericOperand('prod', x), axes, keepDims, reduction.product)
}

/**
 * The largest element over axes: one, a list, or all if none is given. NaN wins; ties share the gradient equally.
 * @param keepDims keeps each reduced dimension as 1.
 * @throws ShapeError if an axis is out of range, given twice, or empty.
 * @example
 * import { max, tensor } from 'conformable'
 * console.log(max(tensor([[1, 5], [3, 4]]), 1)) // [5, 4]
 */
export function max<
  S extends Shape,
  D extends DType,
  const A extends Axes = undefined,
  const K extends boolean = false,
>(
  x: Numbers<'max', S, D>,
  axes?: Check<Reduce<S, A, K, 'max'>, A>,
  keepDims?: K,
): Tensor<Ok<Reduce<S, A, K, 'max'>>, D> {
  return reduce('max', numericOperand('max', x), axes, keepDims, extremeOf('max', reduction.reduceMax))
}

/**
 * The smallest element over axes: one, a list, or all if none is given. NaN wins; ties share the gradient equally.
 * @param keepDims keeps each reduced dimension as 1.
 * @throws ShapeError if an axis is out of range, given twice, or empty.
 * @example
 * import { min, tensor } from 'conformable'
 * console.log(min(tensor([[1, 5], [3, 4]]), 1)) // [1, 3]
 */
export function min<
  S extends Shape,
  D extends DType,
  const A extends Axes = undefined,
  const K extends boolean = false,
>(
  x: Numbers<'min', S, D>,
  axes?: Check<Reduce<S, A, K, 'min'>, A>,
  keepDims?: K,
): Tensor<Ok<Reduce<S, A, K, 'min'>>, D> {
  return reduce('min', numericOperand('min', x), axes, keepDims, extremeOf('min', reduction.reduceMin))
}

/**
 * The variance over axes: the mean of (x − mean)², computed in two passes, so that it does not cancel.
 * @param options `correction` c divides by n − c: 0 (the default) as NumPy and JAX, 1 for the unbiased estimate, PyTorch's
 * default.
 * @throws ShapeError if an axis is out of range or given twice; DTypeError for integers.
 * @example
 * import { tensor, variance } from 'conformable'
 * console.log(variance(tensor([1, 2, 3, 4]))) // 1.25
 */
export function variance<
  S extends Shape,
  D extends DType,
  const A extends Axes = undefined,
  const K extends boolean = false,
>(
  x: Floats<'variance', S, D>,
  axes?: Check<Reduce<S, A, K, 'variance'>, A>,
  keepDims?: K,
  options: Spread = {},
): Tensor<Ok<Reduce<S, A, K, 'variance'>>, D> {
  const { correction = 0 } = options
  const body = (v: Value, over: readonly number[]): Value => varianceOver(v, over, correction)
  return reduce('variance', floatOperand('variance', x), axes, keepDims, body, correction)
}

/**
 * The standard deviation over axes: the root of the variance. Its gradient is 0 where all elements are equal.
 * @param options `correction` as in `variance`.
 * @throws ShapeError if an axis is out of range or given twice; DTypeError for integers.
 * @example
 * import { std, tensor } from 'conformable'
 * console.log(std(tensor([1, 2, 3, 4]), 0, false, { correction: 1 })) // 1.290994
 */
export function std<
  S extends Shape,
  D extends DType,
  const A extends Axes = undefined,
  const K extends boolean = false,
>(
  x: Floats<'std', S, D>,
  axes?: Check<Reduce<S, A, K, 'std'>, A>,
  keepDims?: K,
  options: Spread = {},
): Tensor<Ok<Reduce<S, A, K, 'std'>>, D> {
  const { correction = 0 } = options
  const body = (v: Value, over: readonly number[]): Value => deviationOver(v, over, correction)
  return reduce('std', floatOperand('std', x), axes, keepDims, body, correction)
}

/**
 * ln Σ eˣ over axes, without overflow. Where all elements are −∞ the value is −∞ and the gradient 0.
 * @param keepDims keeps each reduced dimension as 1.
 * @throws ShapeError if an axis is out of range or given twice; DTypeError for integers.
 * @example
 * import { logsumexp, tensor } from 'conformable'
 * console.log(logsumexp(tensor([1000, 1000]))) // 1000.693
 */
export function logsumexp<
  S extends Shape,
  D extends DType,
  const A extends Axes = undefined,
  const K extends boolean = false,
>(
  x: Floats<'logsumexp', S, D>,
  axes?: Check<Reduce<S, A, K, 'logsumexp'>, A>,
  keepDims?: K,
): Tensor<Ok<Reduce<S, A, K, 'logsumexp'>>, D> {
  return reduce('logsumexp', floatOperand('logsumexp', x), axes, keepDims, logSumExpOver)
}

/**
 * True where any element over the axes is true; false over nothing.
 * @example
 * import { any, tensor } from 'conformable'
 * console.log(any(tensor([[true, false], [false, false]]), 1)) // [true, false]
 */
export function any<
  S extends Shape,
  D extends DType,
  const A extends Axes = undefined,
  const K extends boolean = false,
>(
  x: Conditions<'any', S, D>,
  axes?: Check<Reduce<S, A, K, 'any'>, A>,
  keepDims?: K,
): Tensor<Ok<Reduce<S, A, K, 'any'>>, 'bool'> {
  return reduce('any', boolOperand('any', x), axes, keepDims, reduction.reduceOr)
}

/**
 * True where all elements over the axes are true; true over nothing.
 * @example
 * import { all, tensor } from 'conformable'
 * console.log(all(tensor([[true, true], [true, false]]), 1)) // [true, false]
 */
export function all<
  S extends Shape,
  D extends DType,
  const A extends Axes = undefined,
  const K extends boolean = false,
>(
  x: Conditions<'all', S, D>,
  axes?: Check<Reduce<S, A, K, 'all'>, A>,
  keepDims?: K,
): Tensor<Ok<Reduce<S, A, K, 'all'>>, 'bool'> {
  return reduce('all', boolOperand('all', x), axes, keepDims, reduction.reduceAnd)
}

/**
 * The index of the first largest element along an axis, which disappears; without an axis, in the flattened tensor.
 * The first NaN wins.
 * @throws ShapeError if the axis is out of range or empty.
 * @example
 * import { argmax, tensor } from 'conformable'
 * console.log(argmax(tensor([[1, 5], [4, 3]]), 1)) // [1, 0]
 */
export function argmax<S extends Shape, D extends DType, const A extends number | undefined = undefined>(
  x: Numbers<'argmax', S, D>,
  axis?: Check<ArgReduce<S, A>, A>,
): Tensor<Ok<ArgReduce<S, A>>, 'int32'> {
  return place('argmax', numericOperand('argmax', x), axis, sorting.argmax)
}

/**
 * The index of the first smallest element along an axis, which disappears; without an axis, in the flattened tensor.
 * The first NaN wins.
 * @throws ShapeError if the axis is out of range or empty.
 * @example
 * import { argmin, tensor } from 'conformable'
 * console.log(argmin(tensor([[1, 5], [4, 3]]), 1)) // [0, 1]
 */
export function argmin<S extends Shape, D extends DType, const A extends number | undefined = undefined>(
  x: Numbers<'argmin', S, D>,
  axis?: Check<ArgReduce<S, A, 'argmin'>, A>,
): Tensor<Ok<ArgReduce<S, A, 'argmin'>>, 'int32'> {
  return place('argmin', numericOperand('argmin', x), axis, sorting.argmin)
}

type Body = (x: Value, axes: readonly number[]) => Value

/** Reduces over the user's axes; `statics` are the further JavaScript values that the body uses. */
export function reduce<R>(
  name: string,
  x: Value,
  given: unknown,
  keepDims: boolean | undefined,
  body: Body,
  statics: unknown = null,
): R {
  const axes = axesOf(name, given as Axes, x.shape) // what the contract lets through
  const run = (v: Value): Value => (keepDims === true ? keptDims(body(v, axes), v.shape, axes) : body(v, axes))
  return typed<R>(operateOne(name, [axes, keepDims === true, statics], [x], run))
}

const extremeOf =
  (name: string, body: Body): Body =>
  (x, axes) => {
    if (countAlong(x.shape, axes) > 0) return body(x, axes)
    throw new ShapeError(`${name}: there is no element over axes [${axes.join(', ')}] of ${showShape(x.shape)}`)
  }

function place<R>(name: string, x: Value, given: unknown, body: (x: Value, axis: number) => Value): R {
  if (given === undefined) {
    return typed<R>(
      operateOne(name, null, [x], (v) => body(reshape(v, [countAlong(v.shape, axesOf(name, undefined, v.shape))]), 0)),
    )
  }
  const axis = normalAxis(name, given as number, x.shape) // what the contract lets through
  return typed<R>(operateOne(name, axis, [x], (v) => body(v, axis)))
}
