/**
 * Where the elements of a tensor are: in an array of its own, which the garbage collector frees, or in the device's memory
 * (a resident, see `residents.ts`), or in both.
 */
import type { DType } from '../../../types/dtype.ts'
import type { StorageArray } from '../../core/dtype.ts'
import { allocate, bytesOf } from '../../core/dtype.ts'
import type { DeviceMemory } from './memory.ts'

/** The elements of one tensor. */
export class Storage {
  readonly dtype: DType
  readonly elements: number
  /** Its own array, or null. */
  data: StorageArray | null
  /** Where it is in the memory, or 0. */
  address = 0
  /** How often a program has read it from its own array. */
  uses = 0
  /** Calls that are using it where it is in the memory. */
  pins = 0
  /** Its memory went to an output; it must not be used any more. */
  donated = false

  constructor(dtype: DType, elements: number, data: StorageArray | null) {
    this.dtype = dtype
    this.elements = elements
    this.data = data
  }

  /** Bytes of the elements. */
  get bytes(): number {
    return this.elements * bytesOf(this.dtype)
  }
}

/** A copy of elements of the memory. */
export function copyOut(memory: DeviceMemory, dtype: DType, address: number, elements: number): StorageArray {
  const start = address / bytesOf(dtype)
  if (elements > FEW) return memory.viewOf(dtype).slice(start, start + elements)
  const data = allocate(dtype, elements)
  copyTo(memory, dtype, address, data)
  return data
}

/** Copies elements into the memory; a few by themselves, since a call costs more than they do. */
export function copyIn(memory: DeviceMemory, data: StorageArray, dtype: DType, address: number): void {
  const view = memory.viewOf(dtype)
  const start = address / bytesOf(dtype)
  if (data.length > FEW) view.set(data, start)
  else for (let i = 0; i < data.length; i++) view[start + i] = data[i]!
}

/** Copies elements of the memory into an array. */
export function copyTo(memory: DeviceMemory, dtype: DType, address: number, data: StorageArray): void {
  const view = memory.viewOf(dtype)
  const start = address / bytesOf(dtype)
  if (data.length > FEW) data.set(view.subarray(start, start + data.length))
  else for (let i = 0; i < data.length; i++) data[i] = view[start + i]!
}

/** Up to so many elements a loop is faster than `set`. */
const FEW = 32
