/** The same elements under another shape: reshaped, their axes reordered, dimensions of size 1 added or dropped, repeated. */

import type { BroadcastTo } from '../../types/contract/broadcast.ts'
import type { MoveAxis, SwapAxes } from '../../types/contract/move-axis.ts'
import type { Permute, Transpose } from '../../types/contract/permute.ts'
import type { Realize } from '../../types/contract/realize.ts'
import type { Flatten, Reshape } from '../../types/contract/reshape.ts'
import type { ExpandDims, Squeeze } from '../../types/contract/squeeze.ts'
import type { DType } from '../../types/dtype.ts'
import { sentence } from '../../types/sentence.ts'
import { rankTwo } from '../../types/sentences/axes.ts'
import { flattenFails, noPermutation, notOne, permuteCount } from '../../types/sentences/movements.ts'
import type { Shape } from '../../types/shape.ts'
import type { Check, Ok, Tensor } from '../../types/tensor.ts'
import { sizeOf } from '../core/abstract.ts'
import { ShapeError } from '../core/errors.ts'
import type { Value } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import * as structural from '../primitives/structural.ts'
import { typed, untyped } from '../typed.ts'
import { normalAxis, broadcastTo as stretch } from './broadcasting.ts'
import { broadcastTarget, matchSizes, reshapeTarget } from './target-shape.ts'

/**
 * The same elements, in the same order, under another shape.
 * @param shape as many elements as before; one dimension may be −1 and is worked out. A name such as 'batch' stands for the size
 * that x has at the same place.
 * @throws ShapeError if the numbers of elements differ.
 * @example
 * import { reshape, tensor } from 'conformable'
 * console.log(reshape(tensor([1, 2, 3, 4]), [2, -1])) // [[1, 2], [3, 4]]
 */
export function reshape<S extends Shape, D extends DType, const T extends Shape>(
  x: Tensor<S, D>,
  shape: Check<Reshape<S, T>, T>,
): Tensor<Ok<Reshape<S, T>>, D> {
  const value = untyped(x, 'reshape')
  return reshaped('reshape', value, reshapeTarget(value.shape, shape as Shape)) // what the contract lets through
}

/**
 * All but the first `keep` dimensions (none, if not given) joined into one.
 * @throws ShapeError if x has fewer dimensions.
 * @example
 * import { flatten, tensor } from 'conformable'
 * console.log(flatten(tensor([[1, 2], [3, 4]]))) // [1, 2, 3, 4]
 */
export function flatten<S extends Shape, D extends DType, const K extends 0 | 1 | 2 | 3 = 0>(
  x: Tensor<S, D>,
  keep?: Check<Flatten<S, K>, K>,
): Tensor<Ok<Flatten<S, K>>, D> {
  const value = untyped(x, 'flatten')
  const kept = (keep as number | undefined) ?? 0 // what the contract lets through
  const { shape } = value
  if (kept > shape.length) throw new ShapeError(sentence(flattenFails, { keep: kept, x: shape }))
  return reshaped('flatten', value, [...shape.slice(0, kept), sizeOf(shape.slice(kept))])
}

/**
 * The axes in another order: dimension i of the result is dimension `axes[i]` of x.
 * @throws ShapeError if `axes` is not a permutation of the axes of x.
 * @example
 * import { permute, zeros } from 'conformable'
 * console.log(permute(zeros([1, 2, 3]), [2, 0, 1]).shape) // [3, 1, 2]
 */
export function permute<S extends Shape, D extends DType, const P extends readonly number[]>(
  x: Tensor<S, D>,
  axes: Check<Permute<S, P>, P>,
): Tensor<Ok<Permute<S, P>>, D> {
  const value = untyped(x, 'permute')
  return reordered('permute', value, permutationOf(axes as readonly number[], value.shape)) // what the contract lets through
}

/**
 * The last two axes exchanged: the transpose of a matrix, or of each matrix of a stack.
 * @throws ShapeError if x has fewer than two dimensions.
 * @example
 * import { tensor, transpose } from 'conformable'
 * console.log(transpose(tensor([[1, 2], [3, 4]]))) // [[1, 3], [2, 4]]
 */
export function transpose<S extends Shape, D extends DType>(
  x: Check<Transpose<S>, Tensor<S, D>>,
): Tensor<Ok<Transpose<S>>, D> {
  const value = untyped(x as Tensor<S, D>, 'transpose') // what the contract lets through
  const rank = value.shape.length
  if (rank < 2) throw new ShapeError(sentence(rankTwo, { op: 'transpose', x: value.shape }))
  const axes = value.shape.map((_, axis) => axis)
  return reordered('transpose', value, [...axes.slice(0, -2), rank - 1, rank - 2])
}

/**
 * One axis taken out and put back so that it stands at `to` of the result; the others keep their order.
 * @throws ShapeError if an axis is out of range.
 * @example
 * import { moveAxis, zeros } from 'conformable'
 * console.log(moveAxis(zeros([1, 2, 3]), 0, -1).shape) // [2, 3, 1]
 */
export function moveAxis<S extends Shape, D extends DType, const F extends number, const T extends number>(
  x: Tensor<S, D>,
  from: Check<MoveAxis<S, F, T>, F>,
  to: T,
): Tensor<Ok<MoveAxis<S, F, T>>, D> {
  const value = untyped(x, 'moveAxis')
  const source = normalAxis('moveAxis', from as number, value.shape) // what the contract lets through
  const target = normalAxis('moveAxis', to, value.shape)
  const rest = value.shape.map((_, axis) => axis).filter((axis) => axis !== source)
  return reordered('moveAxis', value, rest.toSpliced(target, 0, source))
}

/**
 * Two axes exchanged.
 * @throws ShapeError if an axis is out of range.
 * @example
 * import { swapAxes, zeros } from 'conformable'
 * console.log(swapAxes(zeros([1, 2, 3]), 0, 2).shape) // [3, 2, 1]
 */
export function swapAxes<S extends Shape, D extends DType, const A extends number, const B extends number>(
  x: Tensor<S, D>,
  a: Check<SwapAxes<S, A, B>, A>,
  b: B,
): Tensor<Ok<SwapAxes<S, A, B>>, D> {
  const value = untyped(x, 'swapAxes')
  const first = normalAxis('swapAxes', a as number, value.shape) // what the contract lets through
  const second = normalAxis('swapAxes', b, value.shape)
  const axes = value.shape.map((_, axis) => (axis === first ? second : axis === second ? first : axis))
  return reordered('swapAxes', value, axes)
}

/**
 * A dimension of size 1 dropped; without an axis, all of them.
 * @throws ShapeError if the axis is out of range or its size is not 1.
 * @example
 * import { squeeze, tensor } from 'conformable'
 * console.log(squeeze(tensor([[1, 2]]), 0)) // [1, 2]
 */
export function squeeze<S extends Shape, D extends DType, const A extends number | undefined = undefined>(
  x: Tensor<S, D>,
  axis?: Check<Squeeze<S, A>, A>,
): Tensor<Ok<Squeeze<S, A>>, D> {
  const value = untyped(x, 'squeeze')
  if (axis === undefined)
    return reshaped(
      'squeeze',
      value,
      value.shape.filter((dim) => dim !== 1),
    )
  const place = normalAxis('squeeze', axis as number, value.shape) // what the contract lets through
  if (value.shape[place] !== 1)
    throw new ShapeError(sentence(notOne, { axis: axis as number, x: value.shape, size: value.shape[place]! }))
  return reshaped('squeeze', value, value.shape.toSpliced(place, 1))
}

/**
 * A dimension of size 1 inserted so that it stands at `axis` of the result.
 * @throws ShapeError if the axis is out of range.
 * @example
 * import { expandDims, tensor } from 'conformable'
 * console.log(expandDims(tensor([1, 2]), -1).shape) // [2, 1]
 */
export function expandDims<S extends Shape, D extends DType, const A extends number>(
  x: Tensor<S, D>,
  axis: Check<ExpandDims<S, A>, A>,
): Tensor<Ok<ExpandDims<S, A>>, D> {
  const value = untyped(x, 'expandDims')
  const place = normalAxis('expandDims', axis as number, [...value.shape, 1]) // what the contract lets through
  return reshaped('expandDims', value, value.shape.toSpliced(place, 0, 1))
}

/**
 * Repeated to a larger shape: dimensions of size 1 stretch, and dimensions may be added in front.
 * @param shape a name such as 'batch' stands for the size that x has at the same place, counted from the last.
 * @throws ShapeError if x does not stretch to the shape.
 * @example
 * import { broadcastTo, tensor } from 'conformable'
 * console.log(broadcastTo(tensor([1, 2]), [2, 2])) // [[1, 2], [1, 2]]
 */
export function broadcastTo<S extends Shape, D extends DType, const T extends Shape>(
  x: Tensor<S, D>,
  shape: Check<BroadcastTo<S, T>, T>,
): Tensor<Ok<BroadcastTo<S, T>>, D> {
  const value = untyped(x, 'broadcastTo')
  const target = broadcastTarget(value.shape, shape as Shape) // what the contract lets through
  return typed(operateOne('broadcastTo', target, [value], (v) => stretch(v, target)))
}

/**
 * The same tensor under a more precise type: checks that its sizes are those of `shape`, where a name takes any size and the
 * same name the same size.
 * @throws ShapeError if a size differs.
 * @example
 * import { ones, realize } from 'conformable'
 * const rows: number = 2
 * console.log(realize(ones([rows, 2]), [2, 2])) // [[1, 1], [1, 1]]
 */
export function realize<S extends Shape, D extends DType, const T extends Shape>(
  x: Tensor<S, D>,
  shape: Check<Realize<S, T>, T>,
): Tensor<T, D> {
  matchSizes(untyped(x, 'realize').shape, shape as T) // what the contract lets through
  return typed(x)
}

const reshaped = <R>(name: string, x: Value, shape: readonly number[]): R =>
  typed<R>(operateOne(name, shape, [x], (v) => structural.reshape(v, shape)))

const reordered = <R>(name: string, x: Value, axes: readonly number[]): R =>
  typed<R>(operateOne(name, axes, [x], (v) => structural.transpose(v, axes)))

/** The axes counted from the front, if they are a permutation. */
function permutationOf(axes: readonly number[], shape: readonly number[]): readonly number[] {
  if (axes.length !== shape.length) {
    throw new ShapeError(sentence(permuteCount, { count: axes.length, x: shape, rank: shape.length }))
  }
  const places = axes.map((axis) => (axis < 0 ? axis + shape.length : axis))
  if (shape.every((_, axis) => places.includes(axis))) return places
  throw new ShapeError(sentence(noPermutation, { axes, x: shape }))
}
