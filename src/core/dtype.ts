/** Facts about element types at run time. Booleans are stored as 32-bit 0 or 1 on every device (WGSL has no smaller storage type). */
import type { DType } from '../../types/dtype.ts'

/** How a device keeps the elements of each dtype; `bool` is an `Int32Array` of 0 and 1. */
export type StorageArray = Float32Array | Float64Array | Int32Array | Uint32Array

/** Every element type, in the order of `facts`. */
export const dtypes: readonly DType[] = ['float32', 'float64', 'int32', 'uint32', 'bool']

/** True for `float32` and `float64`, the types that have derivatives. */
export const isFloat = (dtype: DType): dtype is 'float32' | 'float64' => dtype === 'float32' || dtype === 'float64'

/** True for `int32` and `uint32`. */
export const isInteger = (dtype: DType): dtype is 'int32' | 'uint32' => dtype === 'int32' || dtype === 'uint32'

/** Bytes of one stored element: 8 for `float64`, else 4. */
export const bytesOf = (dtype: DType): 4 | 8 => (dtype === 'float64' ? 8 : 4)

/** A zero-filled storage array of `length` elements. */
export function allocate(dtype: DType, length: number): StorageArray {
  switch (dtype) {
    case 'float32':
      return new Float32Array(length)
    case 'float64':
      return new Float64Array(length)
    case 'uint32':
      return new Uint32Array(length)
    default:
      return new Int32Array(length)
  }
}

/** A storage array over `length` elements of `buffer` that start at byte `offset`. */
export function viewOf(dtype: DType, buffer: ArrayBufferLike, offset: number, length: number): StorageArray {
  switch (dtype) {
    case 'float32':
      return new Float32Array(buffer, offset, length)
    case 'float64':
      return new Float64Array(buffer, offset, length)
    case 'uint32':
      return new Uint32Array(buffer, offset, length)
    default:
      return new Int32Array(buffer, offset, length)
  }
}
