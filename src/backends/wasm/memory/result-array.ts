/**
 * Arrays for results. The engine fills a new array with zeros before it is written; Node can give one that is not filled, which
 * for results of several megabytes saves a sixth of the time of copying them out. It owns a whole plain ArrayBuffer either way.
 */
import type { DType } from '../../../../types/dtype.ts'
import { allocate, bytesOf, type StorageArray, viewOf } from '../../../core/dtype.ts'

/** Bytes from which an array that is not filled with zeros is quicker to come by. */
const LARGE = 2 ** 20

/** What of Node's `Buffer` is used; browsers have none. */
interface Unfilled {
  allocUnsafeSlow(bytes: number): Uint8Array<ArrayBuffer>
}

/** An array whose elements are anything: the caller writes every one before it hands the array on. */
export function resultArray(dtype: DType, elements: number): StorageArray {
  const bytes = elements * bytesOf(dtype)
  const node = bytes < LARGE ? undefined : (globalThis as { readonly Buffer?: Unfilled }).Buffer
  if (typeof node?.allocUnsafeSlow !== 'function') return allocate(dtype, elements)
  const { buffer, byteOffset } = node.allocUnsafeSlow(bytes)
  // what stands in for Buffer in a bundle may hand out a part of a larger one
  const isOwn = byteOffset === 0 && buffer.byteLength === bytes && buffer.constructor === ArrayBuffer
  return isOwn ? viewOf(dtype, buffer, 0, elements) : allocate(dtype, elements)
}
