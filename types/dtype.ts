/**
 * Element types. `float16` is not here yet; `bool` is stored one byte per element.
 */

/** What one element of a tensor is. */
export type DType = 'float32' | 'float64' | 'int32' | 'uint32' | 'bool'

/** Element types that have a derivative. */
export type FloatDType = 'float32' | 'float64'

/** Whole numbers, signed and unsigned. */
export type IntegerDType = 'int32' | 'uint32'

/** Element types that can be added and multiplied: all but `bool`. */
export type NumericDType = FloatDType | IntegerDType

/** dtype → the JS typed array that `read` returns. */
interface TypedArrays {
  readonly float32: Float32Array
  readonly float64: Float64Array
  readonly int32: Int32Array
  readonly uint32: Uint32Array
  readonly bool: Uint8Array
}

/** dtype → the JS value that `item` returns. */
interface Elements {
  readonly float32: number
  readonly float64: number
  readonly int32: number
  readonly uint32: number
  readonly bool: boolean
}

/** The JS typed array that holds elements of dtype `D` (`bool`: bytes 0 and 1). */
export type TypedArrayOf<D extends DType> = TypedArrays[D]

/** The JS value of one element of dtype `D`. */
export type ElementOf<D extends DType> = Elements[D]
