/** Elements and blocks at positions that are tensors: known when the program runs. Positions out of range are clamped. */

import type { TakeAlongAxis } from '../../types/contract/gather.ts'
import type { DynamicSlice, DynamicUpdate, ScatterAdd } from '../../types/contract/scatter.ts'
import type { DType } from '../../types/dtype.ts'
import type { Indices, Numbers } from '../../types/element.ts'
import type { CheckDTypes } from '../../types/operands.ts'
import { sentence } from '../../types/sentence.ts'
import {
  blockTooLarge,
  indicesDiffer,
  sizesCount,
  updateRank,
  updatesDiffer,
} from '../../types/sentences/selections.ts'
import type { Shape } from '../../types/shape.ts'
import type { Check, Ok, Tensor } from '../../types/tensor.ts'
import { sameShape, showAbstract, showShape } from '../core/abstract.ts'
import { DTypeError, ShapeError } from '../core/errors.ts'
import type { Value } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import * as block from '../primitives/dynamic-slice.ts'
import * as indexed from '../primitives/indexing.ts'
import { moveAxis } from '../primitives/structural.ts'
import { typed, untyped } from '../typed.ts'
import { literal, normalAxis, operands } from './broadcasting.ts'
import { fromFront } from './indexing.ts'
import { difference } from './join.ts'
import { indexOperand, numericOperand, sizesOperand } from './operand.ts'

/** The start of a block along one axis: a number or an int32 scalar. */
export type Start = number | Tensor<readonly [], 'int32'>

/**
 * One element of each line along an axis: `out[…, j, …] = x[…, indices[…, j, …], …]`. Negative indices count from the end, others
 * out of range are clamped.
 * @param indices int32, of the shape of x except along the axis.
 * @throws ShapeError if the shapes do not fit or the axis is out of range; DTypeError if the indices are not int32.
 * @example
 * import { takeAlongAxis, tensor } from 'conformable'
 * console.log(takeAlongAxis(tensor([[1, 2], [3, 4]]), tensor([[1], [0]], 'int32'), 1)) // [[2], [3]]
 */
export function takeAlongAxis<
  S extends Shape,
  I extends Shape,
  D extends DType,
  E extends DType,
  const A extends number,
>(
  x: Tensor<S, D>,
  indices: Indices<'takeAlongAxis', I, E>,
  axis: Check<TakeAlongAxis<S, I, A>, A>,
): Tensor<Ok<TakeAlongAxis<S, I, A>>, D> {
  const value = untyped(x, 'takeAlongAxis')
  const index = indexOperand('takeAlongAxis', indices)
  const given = axis as number // what the contract lets through
  const place = normalAxis('takeAlongAxis', given, value.shape)
  requireAgreement(value.shape, index.shape, place, given)
  const last = value.shape.length - 1
  const size = value.shape[place]!
  const body = (v: Value, i: Value): Value => {
    const lines = indexed.gather(moveAxis(v, place, last), fromFront(moveAxis(i, place, last), size), last, last)
    return moveAxis(lines, last, place)
  }
  return typed(operateOne('takeAlongAxis', place, [value, index], body))
}

/**
 * Updates added into zeros at indices along an axis (the first, if none is given); equal indices accumulate. The transpose of
 * `take`: sums over segments, gradients of embeddings. Negative indices count from the end, others out of range are clamped.
 * @param indices int32; from the axis on, the updates begin with their shape.
 * @param size the size of the axis in the result.
 * @throws ShapeError if the shapes do not fit or the axis is out of range; DTypeError if the indices are not int32.
 * @example
 * import { scatterAdd, tensor } from 'conformable'
 * console.log(scatterAdd(tensor([2, 0, 2], 'int32'), tensor([1, 10, 100]), 4)) // [10, 0, 101, 0]
 */
export function scatterAdd<
  I extends Shape,
  U extends Shape,
  D extends DType,
  E extends DType,
  const N extends number,
  const A extends number = 0,
>(
  indices: Indices<'scatterAdd', I, E>,
  updates: Check<ScatterAdd<I, U, N, A>, Numbers<'scatterAdd', U, D>>,
  size: N,
  axis?: A,
): Tensor<Ok<ScatterAdd<I, U, N, A>>, D> {
  const index = indexOperand('scatterAdd', indices)
  const value = numericOperand('scatterAdd', updates)
  const place = normalAxis('scatterAdd', axis ?? 0, value.shape)
  const [rows] = sizesOperand('scatterAdd', [size])
  if (!sameShape(value.shape.slice(place, place + index.shape.length), index.shape)) {
    throw new ShapeError(sentence(updatesDiffer, { updates: value.shape, indices: index.shape, axis: axis ?? 0 }))
  }
  const body = (i: Value, v: Value): Value => indexed.scatterAdd(fromFront(i, rows!), v, place, rows!)
  return typed(operateOne('scatterAdd', [place, rows], [index, value], body))
}

/**
 * A block of x at a place that may be computed. Starts are moved so that the block lies inside.
 * @param starts the first position along each axis: numbers or int32 scalars.
 * @param sizes the size of the block along each axis.
 * @throws ShapeError if there is not one start and one size for each dimension, or the block is larger than x.
 * @example
 * import { dynamicSlice, scalar, tensor } from 'conformable'
 * console.log(dynamicSlice(tensor([1, 2, 3, 4]), [scalar(1, 'int32')], [2])) // [2, 3]
 */
export function dynamicSlice<S extends Shape, D extends DType, const Z extends readonly number[]>(
  x: Tensor<S, D>,
  starts: readonly Start[],
  sizes: Check<DynamicSlice<S, Z>, Z>,
): Tensor<Z, D> {
  const value = untyped(x, 'dynamicSlice')
  const lengths = sizesOperand('dynamicSlice', sizes as readonly number[]) // what the contract lets through
  const rank = value.shape.length
  if (lengths.length !== rank) {
    throw new ShapeError(sentence(sizesCount, { count: lengths.length, x: value.shape, rank }))
  }
  requireInside('dynamicSlice', lengths, value)
  const places = startOperands('dynamicSlice', starts, value)
  return typed(
    operateOne('dynamicSlice', lengths, [value, ...places], (v, ...first) => block.dynamicSlice(v, first, lengths)),
  )
}

/**
 * x with a block replaced by the update, at a place that may be computed. Starts are moved so that the block lies inside.
 * @param starts the first position along each axis: numbers or int32 scalars.
 * @throws ShapeError if the ranks differ, there is not one start for each dimension, or the update is larger than x; DTypeError if
 * the dtypes differ.
 * @example
 * import { dynamicUpdateSlice, tensor } from 'conformable'
 * console.log(dynamicUpdateSlice(tensor([1, 2, 3, 4]), tensor([0, 0]), [1])) // [1, 0, 0, 4]
 */
export function dynamicUpdateSlice<S extends Shape, U extends Shape, D extends DType, E extends DType>(
  x: Tensor<S, D>,
  update: Check<DynamicUpdate<S, U>, CheckDTypes<'dynamicUpdateSlice', S, D, U, E>>,
  starts: readonly Start[],
): Tensor<S, D> {
  const [value, part] = operands('dynamicUpdateSlice', [x, update])
  const rank = value!.shape.length
  if (part!.shape.length !== rank) {
    throw new ShapeError(sentence(updateRank, { update: part!.shape, x: value!.shape }))
  }
  requireInside('dynamicUpdateSlice', part!.shape, value!)
  const places = startOperands('dynamicUpdateSlice', starts, value!)
  return typed(
    operateOne('dynamicUpdateSlice', undefined, [value!, part!, ...places], (v, u, ...first) =>
      block.dynamicUpdate(v, u, first),
    ),
  )
}

function startOperands(name: string, starts: readonly Start[], x: Value): Value[] {
  if (starts.length !== x.shape.length) {
    throw new ShapeError(
      `${name}: ${starts.length} starts given for shape ${showShape(x.shape)} of rank ${x.shape.length}`,
    )
  }
  return starts.map((start) => {
    if (typeof start === 'number') return literal(name, start, 'int32')
    const value = untyped(start, name)
    if (value.shape.length === 0 && value.dtype === 'int32') return value
    throw new DTypeError(`${name}: a start is a number or an int32 scalar, got ${showAbstract(value)}`)
  })
}

function requireInside(name: string, sizes: readonly number[], x: Value): void {
  const axis = sizes.findIndex((size, i) => size > x.shape[i]!)
  if (axis < 0) return
  throw new ShapeError(
    sentence(blockTooLarge, { op: name, block: sizes, x: x.shape, m: sizes[axis]!, n: x.shape[axis]! }),
  )
}

function requireAgreement(x: readonly number[], index: readonly number[], place: number, axis: number): void {
  const why = difference(x, index, place)
  if (why === null) return
  throw new ShapeError(sentence(indicesDiffer, { op: 'takeAlongAxis', indices: index, x, axis, why }))
}
