/**
 * Dense arrays for the reference evaluation of primitives: row-major; floats of either precision are computed in float64,
 * so that `evaluate` of each primitive is the oracle of every back end.
 */
import type { DType } from '../../types/dtype.ts'
import type { Abstract } from './abstract.ts'
import { sizeOf } from './abstract.ts'

/** Elements of a reference array: float64 for both float dtypes, 32-bit integers, 0 or 1 for `bool`. */
export type ReferenceData = Float64Array | Int32Array | Uint32Array

/** A reference array. */
export interface Ndarray extends Abstract {
  readonly data: ReferenceData
}

/** A zero-filled reference array of the given shape and dtype. */
export const zerosLike = ({ shape, dtype }: Abstract): Ndarray => ({
  shape,
  dtype,
  data: referenceData(dtype, sizeOf(shape)),
})

/** Zero-filled reference elements. */
export function referenceData(dtype: DType, length: number): ReferenceData {
  if (dtype === 'float32' || dtype === 'float64') return new Float64Array(length)
  return dtype === 'uint32' ? new Uint32Array(length) : new Int32Array(length)
}
