/**
 * Where the elements of a tensor are: in an array of its own, which the garbage collector frees, or in the device's memory
 * (a resident, see `residents.ts`), or in both.
 */
import type { DType } from '../../../../types/dtype.ts'
import type { StorageArray } from '../../../core/dtype.ts'
import { bytesOf } from '../../../core/dtype.ts'
import type { Fate } from '../../../core/fate.ts'

/** A large output of a program, as far as its results need to know it. */
export interface Origin {
  /** Was the last result of it that left the memory disposed of? Then the next one is left there: it needs no array. */
  stays: boolean
}

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
  /** Is it alive? If it is not, it has neither array nor address, and must not be used any more. */
  declare fate: Fate
  /** The output that it is a result of, if a large one. */
  declare readonly origin: Origin | null

  constructor(dtype: DType, elements: number, data: StorageArray | null, origin: Origin | null = null) {
    this.dtype = dtype
    this.elements = elements
    this.data = data
    this.address = 0
    this.uses = 0
    this.pins = 0
    this.fate = 'alive'
    this.origin = origin
  }

  /** Nobody may use it from now on; what it has in the memory is the business of `Residents`. */
  end(fate: Exclude<Fate, 'alive'>): void {
    this.fate = fate
    this.data = null
  }

  /** Bytes of the elements. */
  get bytes(): number {
    return this.elements * bytesOf(this.dtype)
  }
}
