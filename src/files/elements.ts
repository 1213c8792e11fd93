/**
 * Elements as files hold them, and what they become here. Floats of 16 bits become float32 and integers of 8 and 16 bits int32,
 * which loses nothing; integers of 64 bits become integers of 32 bits where every element fits, and are refused otherwise.
 */
import type { DType } from '../../types/dtype.ts'
import { allocate, type StorageArray } from '../core/dtype.ts'
import { E } from '../fp.ts'
import { type Decoded, refused } from './format-error.ts'

/** Element types of files. */
export type ElementType = 'float16' | 'bfloat16' | DType | 'int8' | 'uint8' | 'int16' | 'uint16' | 'int64' | 'uint64'

interface ElementFacts {
  /** Bytes of one element. */
  readonly width: 1 | 2 | 4 | 8
  /** What it becomes. */
  readonly dtype: DType
  readonly read: (view: DataView, offset: number, little: boolean) => number
}

/** Facts about each element type. A 64-bit integer too large for a double is rounded, and then lies outside 32 bits anyway. */
export const elementFacts: Readonly<Record<ElementType, ElementFacts>> = {
  float16: { width: 2, dtype: 'float32', read: (view, at, little) => halfToNumber(view.getUint16(at, little)) },
  bfloat16: { width: 2, dtype: 'float32', read: (view, at, little) => bfloatToNumber(view.getUint16(at, little)) },
  float32: { width: 4, dtype: 'float32', read: (view, at, little) => view.getFloat32(at, little) },
  float64: { width: 8, dtype: 'float64', read: (view, at, little) => view.getFloat64(at, little) },
  bool: { width: 1, dtype: 'bool', read: (view, at) => view.getUint8(at) },
  int8: { width: 1, dtype: 'int32', read: (view, at) => view.getInt8(at) },
  uint8: { width: 1, dtype: 'int32', read: (view, at) => view.getUint8(at) },
  int16: { width: 2, dtype: 'int32', read: (view, at, little) => view.getInt16(at, little) },
  uint16: { width: 2, dtype: 'int32', read: (view, at, little) => view.getUint16(at, little) },
  int32: { width: 4, dtype: 'int32', read: (view, at, little) => view.getInt32(at, little) },
  uint32: { width: 4, dtype: 'uint32', read: (view, at, little) => view.getUint32(at, little) },
  int64: { width: 8, dtype: 'int32', read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  uint64: { width: 8, dtype: 'uint32', read: (view, at, little) => Number(view.getBigUint64(at, little)) },
}

/** The elements in `bytes`, which must hold a whole number of them. Only `bool` and 64-bit integers can fail. */
export function decodeElements(type: ElementType, bytes: Uint8Array, little = true): Decoded<StorageArray> {
  const { width, dtype, read } = elementFacts[type]
  const data = allocate(dtype, bytes.byteLength / width)
  if (little && type === dtype && type !== 'bool') {
    // The same bits: copied whole. Hosts of JavaScript engines with WebAssembly are little-endian.
    new Uint8Array(data.buffer).set(bytes)
    return E.right(data)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [low, high] = limits(type)
  for (let i = 0; i < data.length; i++) {
    const element = read(view, i * width, little)
    if (element < low || element > high) return refused(`element ${i} is ${element}, which ${dtype} cannot hold`)
    data[i] = element
  }
  return E.right(data)
}

/** Where an element can lie outside its dtype. */
function limits(type: ElementType): readonly [number, number] {
  if (type === 'bool') return [0, 1]
  if (type === 'int64') return [-(2 ** 31), 2 ** 31 - 1]
  return [Number.NEGATIVE_INFINITY, type === 'uint64' ? 2 ** 32 - 1 : Number.POSITIVE_INFINITY]
}

/** The bytes of elements, little-endian; `bool` takes one byte. */
export function encodeElements(dtype: DType, data: StorageArray): Uint8Array {
  return dtype === 'bool' ? Uint8Array.from(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

/** Bytes of one element as `encodeElements` writes it. */
export const encodedWidth = (dtype: DType): number => elementFacts[dtype].width

/** IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25))
}

const word = new DataView(new ArrayBuffer(4))

/** bfloat16: the upper half of a float32. */
function bfloatToNumber(bits: number): number {
  word.setUint32(0, bits << 16)
  return word.getFloat32(0)
}
