/** Elements copied into the memory and out of it. (Loops of our own are no faster, not even for one element.) */
import type { DType } from '../../../types/dtype.ts'
import { bytesOf, type StorageArray } from '../../core/dtype.ts'
import type { DeviceMemory } from './memory.ts'

/** Copies elements into the memory. */
export function copyIn(memory: DeviceMemory, data: StorageArray, dtype: DType, address: number): void {
  memory.viewOf(dtype).set(data, address / bytesOf(dtype))
}

/** Copies elements of the memory into an array of their dtype. */
export function copyTo(memory: DeviceMemory, dtype: DType, address: number, data: StorageArray): void {
  const start = address / bytesOf(dtype)
  data.set(memory.viewOf(dtype).subarray(start, start + data.length))
}

/** A copy of elements of the memory. */
export function copyOut(memory: DeviceMemory, dtype: DType, address: number, elements: number): StorageArray {
  const start = address / bytesOf(dtype)
  return memory.viewOf(dtype).slice(start, start + elements)
}
