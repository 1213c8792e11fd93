/**
 * NumPy's .npy: a magic string, a version, a header that is a Python dictionary, then the elements.
 * Source: NumPy Enhancement Proposal 1 and `numpy.lib.format` (versions 1.0, 2.0 and 3.0).
 */
import type { DType } from '../../types/dtype.ts'
import { sizeOf, stridesOf } from '../core/abstract.ts'
import { allocate, type StorageArray } from '../core/dtype.ts'
import { E } from '../fp.ts'
import { decodeElements, type ElementType, elementFacts, encodeElements } from './elements.ts'
import { type Decoded, orThrow, refused } from './format-error.ts'
import type { HostArray } from './host-array.ts'

/** Element types by NumPy's code, without the byte order. */
const types = new Map<string, ElementType>([
  ['f2', 'float16'],
  ['f4', 'float32'],
  ['f8', 'float64'],
  ['b1', 'bool'],
  ['i1', 'int8'],
  ['i2', 'int16'],
  ['i4', 'int32'],
  ['i8', 'int64'],
  ['u1', 'uint8'],
  ['u2', 'uint16'],
  ['u4', 'uint32'],
  ['u8', 'uint64'],
])

const codes: Readonly<Record<DType, string>> = {
  float32: '<f4',
  float64: '<f8',
  int32: '<i4',
  uint32: '<u4',
  bool: '|b1',
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] // \x93NUMPY

interface Header {
  readonly type: ElementType
  readonly little: boolean
  readonly fortran: boolean
  readonly shape: readonly number[]
}

/**
 * The array in the bytes of a .npy file: C or Fortran order, either byte order, floats of 16, 32 and 64 bits, integers, `bool`.
 * Small elements are widened, 64-bit integers narrowed where all fit (see elements.ts); structures, texts, complex numbers
 * and objects are refused.
 */
export function decodeNpy(bytes: Uint8Array): Decoded<HostArray> {
  if (bytes.length < 10 || MAGIC.some((byte, i) => bytes[i] !== byte)) {
    return refused('npy: the file does not begin with \\x93NUMPY and a version.')
  }
  const [major, minor] = bytes.subarray(6, 8)
  if (major < 1 || major > 3 || minor !== 0) {
    return refused(`npy: version ${major}.${minor} is not known; 1.0, 2.0 and 3.0 are.`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (major > 1 && bytes.length < 12) return refused('npy: the file ends inside its header.')
  const start = major === 1 ? 10 : 12
  const end = start + (major === 1 ? view.getUint16(8, true) : view.getUint32(8, true))
  if (end > bytes.length) return refused(`npy: the header ends at byte ${end}, the file at ${bytes.length}.`)
  const header = parseHeader(new TextDecoder().decode(bytes.slice(start, end)))
  return E.isLeft(header) ? header : decodeBody(header.right, bytes.subarray(end))
}

/** As `decodeNpy`; throws the `FormatError`. */
export const readNpy = (bytes: Uint8Array): HostArray => orThrow(decodeNpy(bytes))

function parseHeader(text: string): Decoded<Header> {
  const code = /['"]descr['"]\s*:\s*['"]([^'"]*)['"]/.exec(text)?.[1]
  const fortran = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1]
  const shape = /['"]shape['"]\s*:\s*\(([\d\sL,]*)\)/.exec(text)?.[1]
  if (code === undefined) return refused('npy: the header gives no simple element type (structures cannot be read).')
  if (fortran === undefined || shape === undefined) return refused('npy: the header lacks fortran_order or shape.')
  const type = types.get(code.replace(/^[<>|=]/, ''))
  if (type === undefined) return refused(`npy: elements of type '${code.slice(0, 20)}' cannot be read.`)
  const sizes = shape.split(',').map((size) => size.replace('L', '').trim())
  const dims = sizes.filter((size) => size !== '').map(Number)
  if (!dims.every(Number.isSafeInteger))
    return refused(`npy: the shape (${shape.slice(0, 40)}) is not one of whole numbers.`)
  return E.right({ type, little: !code.startsWith('>'), fortran: fortran === 'True', shape: dims })
}

function decodeBody({ type, little, fortran, shape }: Header, body: Uint8Array): Decoded<HostArray> {
  const { width, dtype } = elementFacts[type]
  const expected = sizeOf(shape) * width
  if (expected !== body.length) {
    return refused(
      `npy: ${type} elements of shape [${shape.join(', ')}] take ${expected} bytes, the file has ${body.length}.`,
    )
  }
  const data = decodeElements(type, body, little)
  if (E.isLeft(data)) return refused(`npy: ${data.left.message}.`)
  return E.right({ shape, dtype, data: fortran ? rowMajor(dtype, data.right, shape) : data.right })
}

/** Elements in row-major order of an array stored with the first axis fastest. */
function rowMajor(dtype: DType, data: StorageArray, shape: readonly number[]): StorageArray {
  const result = allocate(dtype, data.length)
  const strides = stridesOf(shape)
  const index = new Array<number>(shape.length).fill(0)
  let target = 0
  for (let source = 0; source < data.length; source++) {
    result[target] = data[source]
    for (let axis = 0; axis < shape.length; axis++) {
      target += strides[axis]
      if (++index[axis] < shape[axis]) break
      target -= shape[axis] * strides[axis]
      index[axis] = 0
    }
  }
  return result
}

/** The bytes of a .npy file, version 1.0, C order, little-endian. */
export function encodeNpy({ shape, dtype, data }: HostArray): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
  const text = `{'descr': '${codes[dtype]}', 'fortran_order': False, 'shape': ${tuple}, }`
  // The elements begin at a multiple of 64 bytes, and the header ends with a newline.
  const start = Math.ceil((10 + text.length + 1) / 64) * 64
  const body = encodeElements(dtype, data)
  const bytes = new Uint8Array(start + body.length)
  bytes.set([...MAGIC, 1, 0])
  new DataView(bytes.buffer).setUint16(8, start - 10, true)
  bytes.set(new TextEncoder().encode(`${text.padEnd(start - 11)}\n`), 10)
  bytes.set(body, start)
  return bytes
}
