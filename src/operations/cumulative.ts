/** Running sums, products, maxima and log-sum-exps along an axis; the shape is kept. */
import type { Cumulative } from '../../types/contract/reduce.ts'
import type { DType } from '../../types/dtype.ts'
import type { Floats, Numbers } from '../../types/element.ts'
import type { Shape } from '../../types/shape.ts'
import type { Check, Tensor } from '../../types/tensor.ts'
import type { Value } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import * as reduction from '../primitives/reduction.ts'
import { typed } from '../typed.ts'
import { normalAxis } from './broadcasting.ts'
import { logSumOf } from './combine.ts'
import { floatOperand, numericOperand } from './operand.ts'

/**
 * Element i is the sum of the elements up to i along the axis; from i on, if `reverse`.
 * @throws ShapeError if the axis is out of range.
 * @example
 * import { cumsum, tensor } from 'conformable'
 * console.log(cumsum(tensor([1, 2, 3]), 0)) // [1, 3, 6]
 */
export function cumsum<S extends Shape, D extends DType, const A extends number>(
  x: Numbers<'cumsum', S, D>,
  axis: Check<Cumulative<S, A, 'cumsum'>, A>,
  reverse = false,
): Tensor<S, D> {
  return running('cumsum', numericOperand('cumsum', x), axis, reverse, reduction.cumsum)
}

/**
 * Element i is the product of the elements up to i along the axis; from i on, if `reverse`. The derivatives are right at zeros.
 * @throws ShapeError if the axis is out of range.
 * @example
 * import { cumprod, tensor } from 'conformable'
 * console.log(cumprod(tensor([1, 2, 3]), 0)) // [1, 2, 6]
 */
export function cumprod<S extends Shape, D extends DType, const A extends number>(
  x: Numbers<'cumprod', S, D>,
  axis: Check<Cumulative<S, A, 'cumprod'>, A>,
  reverse = false,
): Tensor<S, D> {
  return running('cumprod', numericOperand('cumprod', x), axis, reverse, reduction.cumulativeProduct)
}

/**
 * Element i is the largest of the elements up to i along the axis; from i on, if `reverse`. NaN wins from where it stands.
 * @throws ShapeError if the axis is out of range.
 * @example
 * import { cummax, tensor } from 'conformable'
 * console.log(cummax(tensor([1, 3, 2]), 0)) // [1, 3, 3]
 */
export function cummax<S extends Shape, D extends DType, const A extends number>(
  x: Numbers<'cummax', S, D>,
  axis: Check<Cumulative<S, A, 'cummax'>, A>,
  reverse = false,
): Tensor<S, D> {
  return running('cummax', numericOperand('cummax', x), axis, reverse, reduction.cumulativeMax)
}

/**
 * Element i is ln Σ eˣ of the elements up to i along the axis; from i on, if `reverse`. Without overflow or underflow.
 * @throws ShapeError if the axis is out of range.
 * @example
 * import { cumlogsumexp, tensor } from 'conformable'
 * console.log(cumlogsumexp(tensor([-1000, 0, 1000]), 0)) // [-1000, 0, 1000]
 */
export function cumlogsumexp<S extends Shape, D extends DType, const A extends number>(
  x: Floats<'cumlogsumexp', S, D>,
  axis: Check<Cumulative<S, A, 'cumlogsumexp'>, A>,
  reverse = false,
): Tensor<S, D> {
  return running('cumlogsumexp', floatOperand('cumlogsumexp', x), axis, reverse, (v, place, backwards) =>
    reduction.cumulative(v, place, backwards, logSumOf, Number.NEGATIVE_INFINITY),
  )
}

function running<R>(
  name: string,
  x: Value,
  given: unknown,
  reverse: boolean,
  body: (x: Value, axis: number, reverse: boolean) => Value,
): R {
  const axis = normalAxis(name, given as number, x.shape) // what the contract lets through
  return typed<R>(operateOne(name, [axis, reverse], [x], (v) => body(v, axis, reverse)))
}
