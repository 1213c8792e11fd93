/**
 * Where the elements of a tensor are: in an array of its own, which the garbage collector frees, or in the device's memory
 * (a resident, see `residents.ts`), or in both.
 */
import type { DType } from '../../../types/dtype.ts'
import type { StorageArray } from '../../core/dtype.ts'
import { bytesOf } from '../../core/dtype.ts'

/** The elements of one tensor. */
export class Storage {
  declare readonly dtype: DType
  declare readonly elements: number
  /** Its own array, or null. */
  declare data: StorageArray | null
  /** Where it is in the memory, or 0. */
  declare address: number
  /** How often a program has read it from its own array. */
  declare uses: number
  /** Calls that are using it where it is in the memory. */
  declare pins: number
  /** Its memory went to an output; it must not be used any more. */
  declare donated: boolean

  constructor(dtype: DType, elements: number, data: StorageArray | null) {
    this.dtype = dtype
    this.elements = elements
    this.data = data
    this.address = 0
    this.uses = 0
    this.pins = 0
    this.donated = false
  }

  /** Bytes of the elements. */
  get bytes(): number {
    return this.elements * bytesOf(this.dtype)
  }
}
