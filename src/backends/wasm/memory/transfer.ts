/** Elements copied into the memory and out of it. (Loops of our own are no faster, not even for one element.) */
import type { DType } from '../../../../types/dtype.ts'
import { bytesOf, type StorageArray } from '../../../core/dtype.ts'
import type { DeviceMemory } from './memory.ts'
import { resultArray } from './result-array.ts'

/** Elements from which an array may be had for less than `slice` takes. */
const MANY = 2 ** 16

/** Copies elements into the memory. */
export function copyIn(memory: DeviceMemory, data: StorageArray, dtype: DType, address: number): void {
  memory.viewOf(dtype).set(data, address / bytesOf(dtype))
}

/** Copies elements of the memory into an array of their dtype. */
export function copyTo(memory: DeviceMemory, dtype: DType, address: number, data: StorageArray): void {
  data.set(viewIn(memory, dtype, address, data.length))
}

/** Elements of the memory where they stand, until the memory grows. */
export function viewIn(memory: DeviceMemory, dtype: DType, address: number, elements: number): StorageArray {
  const start = address / bytesOf(dtype)
  return memory.viewOf(dtype).subarray(start, start + elements)
}

/** A copy of elements of the memory. */
export function copyOut(memory: DeviceMemory, dtype: DType, address: number, elements: number): StorageArray {
  const start = address / bytesOf(dtype)
  const view = memory.viewOf(dtype)
  if (elements < MANY) return view.slice(start, start + elements)
  const data = resultArray(dtype, elements)
  data.set(view.subarray(start, start + elements))
  return data
}
