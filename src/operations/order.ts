/** Order along an axis: sorted elements, the indices that sort, the largest, the middle. NaN counts as larger than every number. */

import type { Sort, TopK } from '../../types/contract/order.ts'
import type { Axes, Reduce } from '../../types/contract/reduce.ts'
import type { DType } from '../../types/dtype.ts'
import type { Floats, Numbers } from '../../types/element.ts'
import { sentence } from '../../types/sentence.ts'
import { tooFew } from '../../types/sentences/selections.ts'
import type { Shape } from '../../types/shape.ts'
import type { Check, Ok, Tensor } from '../../types/tensor.ts'
import { showShape } from '../core/abstract.ts'
import { ShapeError } from '../core/errors.ts'
import type { Value } from '../core/value.ts'
import { operate, operateOne } from '../operation.ts'
import { add, ne, scale, select } from '../primitives/elementwise.ts'
import * as sorting from '../primitives/sorting.ts'
import { iota, moveAxis, reshape, reverse, sliceAxis, transpose } from '../primitives/structural.ts'
import { typed } from '../typed.ts'
import { countAlong } from './axes.ts'
import { normalAxis } from './broadcasting.ts'
import { floatOperand, numericOperand } from './operand.ts'
import { reduce } from './reduce.ts'

/** Options of `sort` and `argsort`. */
export interface SortOptions {
  /** From the largest to the smallest; equal elements keep their order all the same. */
  readonly descending?: boolean
}

/**
 * The elements in ascending order along an axis (the last, if none is given), NaN last; the gradient follows the elements.
 * @throws ShapeError if the axis is out of range.
 * @example
 * import { sort, tensor } from 'conformable'
 * console.log(sort(tensor([3, 1, 2]))) // [1, 2, 3]
 */
export function sort<S extends Shape, D extends DType, const A extends number = -1>(
  x: Numbers<'sort', S, D>,
  axis?: Check<Sort<S, A>, A>,
  options: SortOptions = {},
): Tensor<S, D> {
  const { descending = false } = options
  const value = numericOperand('sort', x)
  const place = normalAxis('sort', (axis as number | undefined) ?? -1, value.shape) // what the contract lets through
  return typed(operateOne('sort', [place, descending], [value], (v) => sorted([v], place, descending)[0]!))
}

/**
 * The int32 indices that sort along an axis (the last, if none is given): `takeAlongAxis(x, argsort(x), -1)` is sorted. Equal
 * elements keep their order.
 * @throws ShapeError if the axis is out of range.
 * @example
 * import { argsort, tensor } from 'conformable'
 * console.log(argsort(tensor([3, 1, 2]))) // [1, 2, 0]
 */
export function argsort<S extends Shape, D extends DType, const A extends number = -1>(
  x: Numbers<'argsort', S, D>,
  axis?: Check<Sort<S, A, 'argsort'>, A>,
  options: SortOptions = {},
): Tensor<S, 'int32'> {
  const { descending = false } = options
  const value = numericOperand('argsort', x)
  const place = normalAxis('argsort', (axis as number | undefined) ?? -1, value.shape) // what the contract lets through
  const body = (v: Value): Value => sorted([v, iota(v.shape, 'int32', place)], place, descending)[1]!
  return typed(operateOne('argsort', [place, descending], [value], body))
}

/**
 * The k largest elements along an axis (the last, if none is given), in descending order, and their indices.
 * @returns `[values, indices]`.
 * @throws ShapeError if the axis is out of range or shorter than k.
 * @example
 * import { tensor, topK } from 'conformable'
 * const [values, indices] = topK(tensor([3, 1, 2]), 2)
 * console.log(indices) // [0, 2]
 */
export function topK<S extends Shape, D extends DType, const K extends number, const A extends number = -1>(
  x: Numbers<'topK', S, D>,
  k: Check<TopK<S, K, A>, K>,
  axis?: A,
): [values: Tensor<Ok<TopK<S, K, A>>, D>, indices: Tensor<Ok<TopK<S, K, A>>, 'int32'>] {
  const value = numericOperand('topK', x)
  const place = normalAxis('topK', axis ?? -1, value.shape)
  const count = k as number // what the contract lets through
  if (!Number.isInteger(count) || count < 0 || count > value.shape[place]!) {
    throw new ShapeError(sentence(tooFew, { k: count, axis: axis ?? -1, x: value.shape, size: value.shape[place]! }))
  }
  const body = (v: Value): Value[] =>
    sorted([v, iota(v.shape, 'int32', place)], place, true).map((part) => sliceAxis(part, place, 0, count))
  return typed(operate('topK', [place, count], [value], body))
}

/**
 * The middle element over axes: one, a list, or all if none is given; the mean of the two middle ones of an even number.
 * NaN if one is among the elements.
 * @param keepDims keeps each reduced dimension as 1.
 * @throws ShapeError if an axis is out of range, given twice, or empty; DTypeError for integers.
 * @example
 * import { median, tensor } from 'conformable'
 * console.log(median(tensor([1, 10, 2, 4]))) // 3
 */
export function median<
  S extends Shape,
  D extends DType,
  const A extends Axes = undefined,
  const K extends boolean = false,
>(
  x: Floats<'median', S, D>,
  axes?: Check<Reduce<S, A, K, 'median'>, A>,
  keepDims?: K,
): Tensor<Ok<Reduce<S, A, K, 'median'>>, D> {
  return reduce('median', floatOperand('median', x), axes, keepDims, medianOver)
}

/** Operands ordered along an axis by the first. Descending: the reverse of the reversed operands sorted, so equals keep their order. */
function sorted(operands: readonly Value[], axis: number, descending: boolean): readonly Value[] {
  const last = operands[0]!.shape.length - 1
  const turned = (x: Value): Value => (descending ? reverse(x, [last]) : x)
  const results = sorting.sort(operands.map((x) => turned(moveAxis(x, axis, last))))
  return results.map((x) => moveAxis(turned(x), last, axis))
}

function medianOver(x: Value, axes: readonly number[]): Value {
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))
  const shape = kept.map((axis) => x.shape[axis]!)
  const count = countAlong(x.shape, axes)
  if (count === 0)
    throw new ShapeError(`median: there is no element over axes [${axes.join(', ')}] of ${showShape(x.shape)}`)
  const rows = reshape(transpose(x, [...kept, ...axes]), [...shape, count])
  const [ordered] = sorting.sort([rows])
  const element = (i: number): Value => reshape(sliceAxis(ordered!, kept.length, i, i + 1), shape)
  const middle = add(scale(element(Math.floor((count - 1) / 2)), 0.5), scale(element(Math.floor(count / 2)), 0.5))
  const last = element(count - 1)
  return select(ne(last, last), last, middle)
}
