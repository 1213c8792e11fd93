/**
 * Arrays for small results. An ArrayBuffer of its own costs a microsecond or more, for the engine keeps every one of them in its
 * books; so results of 65 bytes to 16 KiB are views of slabs, which are filled from the beginning to the end, never used again and
 * freed by the garbage collector with the last view. Up to 64 bytes V8 keeps an array inside its own heap, which is cheaper.
 *
 * A view keeps the whole slab alive. So that this is bounded, a slab has views of one power of two of bytes only, and at most 32 of
 * the largest of them (but at least 8 KiB): a tensor that alone survives its neighbours holds less than 64 times what it needs, or
 * 8 KiB. Nobody but the device sees these views: what a user reads is a copy.
 */
import type { DType } from '../../../../types/dtype.ts'
import { allocate, bytesOf, type StorageArray, viewOf } from '../../../core/dtype.ts'
import { copyElements } from './copy-elements.ts'

/** Bytes up to which an array of its own is cheapest. */
const ON_HEAP = 64
/** Bytes from which an array of its own is worth its price. */
const LARGEST = 16384
/** Views of the largest size in one slab, and the least and most bytes of a slab. */
const VIEWS = 32
const LEAST = 8192
const MOST = 65_536

/** The slab of one power of two that is being filled. */
interface Slab {
  buffer: ArrayBuffer
  used: number
  readonly bytes: number
}

/** Gives out arrays of small sizes. */
export class Slabs {
  /** By the power of two, counted from the first that is above `ON_HEAP`. */
  readonly #slabs: Slab[] = []

  constructor() {
    for (let most = 2 * ON_HEAP; most <= LARGEST; most *= 2) {
      const bytes = Math.min(MOST, Math.max(LEAST, VIEWS * most))
      this.#slabs.push({ buffer: new ArrayBuffer(0), used: bytes, bytes })
    }
  }

  /** An array of zeros: part of a slab if it is small, else one of its own. */
  array(dtype: DType, elements: number): StorageArray {
    const bytes = elements * bytesOf(dtype)
    if (bytes <= ON_HEAP || bytes > LARGEST) return allocate(dtype, elements)
    const slab = this.#slabs[25 - Math.clz32(bytes - 1)]! // that of 65 … 128 bytes is the first
    const needed = (bytes + 7) & -8
    if (slab.used + needed > slab.bytes) {
      slab.buffer = new ArrayBuffer(slab.bytes)
      slab.used = 0
    }
    const offset = slab.used
    slab.used += needed
    return viewOf(dtype, slab.buffer, offset, elements)
  }

  /** The same with the elements of another array, which has so many. */
  copyOf(dtype: DType, elements: number, array: StorageArray): StorageArray {
    if (elements * bytesOf(dtype) > LARGEST) return array.slice() // which fills no zeros in first
    const copy = this.array(dtype, elements)
    copyElements(copy, array, 0)
    return copy
  }
}
