/**
 * IDX, the format of the MNIST files: two zero bytes, an element type, the number of axes, their sizes (big-endian), the elements.
 * Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".
 */
import type { DType } from '../../types/dtype.ts'
import { showShape, sizeOf } from '../core/abstract.ts'
import { ArgumentError } from '../core/errors.ts'
import { E } from '../fp.ts'
import { decodeElements, type ElementType, elementFacts } from './elements.ts'
import { type Decoded, orThrow, refused } from './format-error.ts'
import type { HostArray } from './host-array.ts'

/** Element types by the third byte. */
const types = new Map<number, ElementType>([
  [0x08, 'uint8'],
  [0x09, 'int8'],
  [0x0b, 'int16'],
  [0x0c, 'int32'],
  [0x0d, 'float32'],
  [0x0e, 'float64'],
])

/** The array in the (decompressed) bytes of an IDX file; integers become int32. */
export function decodeIdx(bytes: Uint8Array): Decoded<HostArray> {
  const type = types.get(bytes[2])
  if (bytes[0] !== 0 || bytes[1] !== 0 || type === undefined) {
    const gzip = bytes[0] === 0x1f && bytes[1] === 0x8b ? ' It is compressed by gzip: decompress it first.' : ''
    return refused(`idx: the file does not begin with two zero bytes and an element type.${gzip}`)
  }
  const start = 4 + 4 * bytes[3]
  if (bytes.length < start) return refused('idx: the file ends inside its header.')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const shape = Array.from({ length: bytes[3] }, (_, axis) => view.getUint32(4 + 4 * axis))
  const { width, dtype } = elementFacts[type]
  const expected = sizeOf(shape) * width
  if (expected !== bytes.length - start) {
    return refused(
      `idx: ${type} elements of shape ${showShape(shape)} take ${expected} bytes, the file has ${bytes.length - start}.`,
    )
  }
  const data = decodeElements(type, bytes.subarray(start), false)
  return E.isLeft(data) ? refused(`idx: ${data.left.message}.`) : E.right({ shape, dtype, data: data.right })
}

/** As `decodeIdx`; throws the `FormatError`. */
export const readIdx = (bytes: Uint8Array): HostArray => orThrow(decodeIdx(bytes))

/** How `encodeIdx` writes elements: type byte, width, one element. */
const writers = {
  uint8: { code: 0x08, width: 1, set: (view: DataView, at: number, x: number) => view.setUint8(at, x) },
  int32: { code: 0x0c, width: 4, set: (view: DataView, at: number, x: number) => view.setInt32(at, x) },
  float32: { code: 0x0d, width: 4, set: (view: DataView, at: number, x: number) => view.setFloat32(at, x) },
  float64: { code: 0x0e, width: 8, set: (view: DataView, at: number, x: number) => view.setFloat64(at, x) },
} as const

/**
 * The bytes of an IDX file. `type` is the array's own dtype unless given; `'uint8'` (images, labels) needs whole numbers from 0
 * to 255. Throws an `ArgumentError` for elements that the type cannot hold.
 */
export function encodeIdx({ shape, dtype, data }: HostArray, type: DType | 'uint8' = dtype): Uint8Array {
  const writer = Object.hasOwn(writers, type) ? writers[type as keyof typeof writers] : undefined
  if (writer === undefined) {
    throw new ArgumentError(`encodeIdx: IDX has no ${type}; the types are ${Object.keys(writers).join(', ')}.`)
  }
  if (type !== 'uint8' && type !== dtype)
    throw new ArgumentError(`encodeIdx: ${dtype} elements as ${type}; convert them.`)
  const start = 4 + 4 * shape.length
  const bytes = new Uint8Array(start + data.length * writer.width)
  const view = new DataView(bytes.buffer)
  bytes.set([0, 0, writer.code, shape.length])
  shape.forEach((size, axis) => {
    view.setUint32(4 + 4 * axis, size)
  })
  for (let i = 0; i < data.length; i++) {
    if (type === 'uint8') requireByte(data[i], i)
    writer.set(view, start + i * writer.width, data[i])
  }
  return bytes
}

function requireByte(element: number, i: number): void {
  if (Number.isInteger(element) && element >= 0 && element <= 255) return
  throw new ArgumentError(`encodeIdx: element ${i} is ${element}; uint8 holds whole numbers from 0 to 255.`)
}
