/**
 * Where the elements of a tensor are: in an array of its own, which the garbage collector frees, or in the device's memory
 * (a resident, see `residents.ts`), or in both.
 */
import type { DType } from '../../../types/dtype.ts'
import type { StorageArray } from '../../core/dtype.ts'
import { bytesOf } from '../../core/dtype.ts'

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
