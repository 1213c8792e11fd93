/** Parts of a tensor: by position, and by tensors of indices. */

import type { OneHot, Take } from '../../types/contract/gather.ts'
import type { Slice } from '../../types/contract/slice.ts'
import type { DType } from '../../types/dtype.ts'
import type { Indices } from '../../types/element.ts'
import { sentence } from '../../types/sentence.ts'
import { sliceEmpty } from '../../types/sentences/selections.ts'
import type { Shape } from '../../types/shape.ts'
import type { Check, Ok, Tensor } from '../../types/tensor.ts'
import { ArgumentError, ShapeError } from '../core/errors.ts'
import type { Value } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import { broadcast, constantLike } from '../primitives/broadcast.ts'
import { convert } from '../primitives/conversion.ts'
import { add, eq, lt, select } from '../primitives/elementwise.ts'
import { gather as gathered } from '../primitives/indexing.ts'
import * as structural from '../primitives/structural.ts'
import { typed, untyped } from '../typed.ts'
import { normalAxis } from './broadcasting.ts'
import { indexOperand, sizesOperand } from './operand.ts'

/**
 * The elements `start ≤ i < stop` along one axis, by steps. Negative positions count from the end, a stop beyond the end means
 * the end. (`dynamicSlice` takes a start that is a tensor.)
 * @param stop the end of the axis if not given.
 * @param step at least 1.
 * @throws ShapeError if nothing is left or the start lies outside.
 * @example
 * import { slice, tensor } from 'conformable'
 * console.log(slice(tensor([1, 2, 3, 4, 5]), 0, 1, -1)) // [2, 3, 4]
 */
export function slice<
  S extends Shape,
  D extends DType,
  const X extends number,
  const A extends number,
  const B extends number,
  const C extends number = 1,
>(
  x: Tensor<S, D>,
  axis: Check<Slice<S, X, A, B, C>, X>,
  start: A,
  stop?: B,
  step?: C,
): Tensor<Ok<Slice<S, X, A, B, C>>, D> {
  const value = untyped(x, 'slice')
  const place = normalAxis('slice', axis as number, value.shape) // what the contract lets through
  const size = value.shape[place]!
  const end = stop ?? size
  const stride = step ?? 1
  const first = start < 0 ? start + size : start
  const limit = Math.min(end < 0 ? end + size : end, size)
  if (![first, limit, stride].every(Number.isInteger) || stride < 1) {
    throw new ArgumentError(
      `slice: start, stop and step are whole numbers, the step at least 1; got ${start}, ${end}, ${stride}.`,
    )
  }
  if (first < 0 || limit <= first) {
    throw new ShapeError(sentence(sliceEmpty, { start, stop: end, axis: axis as number, x: value.shape }))
  }
  return typed(
    operateOne('slice', [place, first, limit, stride], [value], (v) => sliced(v, place, first, limit, stride)),
  )
}

/**
 * The slices of x at the given indices along an axis (the first, if none is given), which is replaced by the shape of the
 * indices. Negative indices count from the end; others out of range are clamped to it.
 * @param indices int32.
 * @throws ShapeError if the axis is out of range; DTypeError if the indices are not int32.
 * @example
 * import { take, tensor } from 'conformable'
 * console.log(take(tensor([[1, 2], [3, 4]]), tensor([1, 1, 0], 'int32'), 0)) // [[3, 4], [3, 4], [1, 2]]
 */
export function take<S extends Shape, I extends Shape, D extends DType, E extends DType, const A extends number = 0>(
  x: Tensor<S, D>,
  indices: Indices<'take', I, E>,
  axis?: Check<Take<S, I, A>, A>,
): Tensor<Ok<Take<S, I, A>>, D> {
  const value = untyped(x, 'take')
  const index = indexOperand('take', indices)
  const place = normalAxis('take', (axis as number | undefined) ?? 0, value.shape) // what the contract lets through
  const size = value.shape[place]!
  return typed(operateOne('take', place, [value, index], (v, i) => gathered(v, fromFront(i, size), place)))
}

/**
 * Rows of the identity: 1 at the index, 0 elsewhere, along a new last dimension. An index out of range gives zeros.
 * @param count the size of that dimension.
 * @param dtype `float32` if not given.
 * @throws DTypeError if the indices are not int32.
 * @example
 * import { oneHot, tensor } from 'conformable'
 * console.log(oneHot(tensor([2, 0], 'int32'), 3)) // [[0, 0, 1], [1, 0, 0]]
 */
export function oneHot<S extends Shape, const N extends number, E extends DType>(
  indices: Indices<'oneHot', S, E>,
  count: N,
): Tensor<Ok<OneHot<S, N>>, 'float32'>
export function oneHot<S extends Shape, const N extends number, D extends DType, E extends DType>(
  indices: Indices<'oneHot', S, E>,
  count: N,
  dtype: D,
): Tensor<Ok<OneHot<S, N>>, D>
export function oneHot(indices: unknown, count: number, dtype: DType = 'float32'): unknown {
  const index = indexOperand('oneHot', indices)
  const [size] = sizesOperand('oneHot', [count])
  const rank = index.shape.length
  const body = (i: Value): Value => {
    const shape = [...i.shape, size!]
    const spread = broadcast(
      i,
      shape,
      i.shape.map((_, axis) => axis),
    )
    return convert(eq(spread, structural.iota(shape, 'int32', rank)), dtype)
  }
  return operateOne('oneHot', [size, dtype], [index], body)
}

/** Indices from the front: negative ones count from the end. */
export function fromFront(index: Value, size: number): Value {
  const negative = lt(index, constantLike(index, 0))
  return select(negative, add(index, constantLike(index, size)), index)
}

/** A part of one axis, by steps. */
export function sliced(x: Value, axis: number, start: number, limit: number, stride: number): Value {
  const from = x.shape.map((_, other) => (other === axis ? start : 0))
  const to = x.shape.map((dim, other) => (other === axis ? limit : dim))
  return structural.slice(
    x,
    from,
    to,
    x.shape.map((_, other) => (other === axis ? stride : 1)),
  )
}
