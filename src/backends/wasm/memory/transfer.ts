/** Elements copied into the memory and out of it. */
import type { DType } from '../../../../types/dtype.ts'
import type { StorageArray } from '../../../core/dtype.ts'
import { copyElements } from './copy-elements.ts'
import type { DeviceMemory } from './memory.ts'
import { resultArray } from './result-array.ts'

/** Elements from which an array may be had for less than `slice` takes. */
const MANY = 2 ** 16

/** The number of an element's place in the memory. (A shift: the engine divides by what may be 4 or 8 with a division.) */
const placeOf = (dtype: DType, address: number): number => address >>> (dtype === 'float64' ? 3 : 2)

/** Copies elements into the memory. */
export function copyIn(memory: DeviceMemory, data: StorageArray, dtype: DType, address: number): void {
  copyElements(memory.viewOf(dtype), data, placeOf(dtype, address))
}

/** Elements of the memory where they stand, until the memory grows. */
export function viewIn(memory: DeviceMemory, dtype: DType, address: number, elements: number): StorageArray {
  const start = placeOf(dtype, address)
  return memory.viewOf(dtype).subarray(start, start + elements)
}

/** A copy of elements of the memory. */
export function copyOut(memory: DeviceMemory, dtype: DType, address: number, elements: number): StorageArray {
  const start = placeOf(dtype, address)
  const view = memory.viewOf(dtype)
  if (elements < MANY) return view.slice(start, start + elements)
  const data = resultArray(dtype, elements)
  copyElements(data, view.subarray(start, start + elements), 0)
  return data
}
