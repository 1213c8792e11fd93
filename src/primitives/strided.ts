/**
 * Strided reads of reference arrays. Transposition, slicing, broadcasting and reversal are the same walk: element i of the
 * result lies at `offset + Σ index[axis] * stride[axis]` of the source.
 */
import { abstract, sizeOf, stridesOf } from '../core/abstract.ts'
import type { Ndarray } from '../core/ndarray.ts'
import { referenceData } from '../core/ndarray.ts'

/** The positions that a strided walk visits, in row-major order of `shape`. */
export function positionsOf(shape: readonly number[], strides: readonly number[], offset = 0): Int32Array {
  let positions = Int32Array.of(offset)
  for (let axis = 0; axis < shape.length; axis++) positions = extended(positions, shape[axis], strides[axis])
  return positions
}

/** The elements of `x` at the given positions, as an array of the given shape. */
export function readAt(x: Ndarray, positions: Int32Array, shape: readonly number[]): Ndarray {
  const data = referenceData(x.dtype, positions.length)
  for (let i = 0; i < positions.length; i++) data[i] = x.data[positions[i]]
  return { ...abstract(shape, x.dtype), data }
}

/** `x` with its axes in another order: axis i of the result is axis `permutation[i]` of `x`. */
export function permuted(x: Ndarray, permutation: readonly number[]): Ndarray {
  const strides = stridesOf(x.shape)
  const shape = permutation.map((axis) => x.shape[axis])
  const walk = positionsOf(
    shape,
    permutation.map((axis) => strides[axis]),
  )
  return readAt(x, walk, shape)
}

/** The elements with the given axes moved last, so that each group to be reduced is one contiguous row. */
export function rows(x: Ndarray, axes: readonly number[]): { readonly data: Ndarray['data']; readonly length: number } {
  const kept = without(x.shape, axes)
  const { data } = permuted(x, [...kept, ...axes])
  return { data, length: sizeOf(axes.map((axis) => x.shape[axis])) }
}

/** The positions of `shape`'s axes that are not in `axes`, in order. */
export const without = (shape: readonly number[], axes: readonly number[]): number[] =>
  shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))

function extended(positions: Int32Array, size: number, stride: number): Int32Array<ArrayBuffer> {
  const result = new Int32Array(positions.length * size)
  for (let i = 0; i < positions.length; i++) {
    for (let j = 0; j < size; j++) result[i * size + j] = positions[i] + j * stride
  }
  return result
}
