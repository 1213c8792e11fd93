/**
 * The safetensors format: named tensors, eight bytes of header length, a JSON header, the elements without holes.
 * Source: Hugging Face, "Safetensors: format", https://github.com/huggingface/safetensors.
 */
import * as t from 'io-ts'
import type { DType } from '../../types/dtype.ts'
import { showShape, sizeOf } from '../core/abstract.ts'
import { ArgumentError } from '../core/errors.ts'
import { decodeElements, type ElementType, elementFacts, encodeElements } from '../files/elements.ts'
import { type Decoded, orThrow, refused } from '../files/format-error.ts'
import type { HostArray } from '../files/host-array.ts'
import { E } from '../fp.ts'
import { attempt, type Codec, decodeWith, listOf, natural, refined, shape, simple, text } from './decoding.ts'

/** Tensors and remarks of a file. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, HostArray>
  readonly metadata: ReadonlyMap<string, string>
}

/** Element types by the name in the header. Eight-bit floats have none here. */
const types = new Map<string, ElementType>([
  ['F64', 'float64'],
  ['F32', 'float32'],
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
  ['I64', 'int64'],
  ['I32', 'int32'],
  ['I16', 'int16'],
  ['I8', 'int8'],
  ['U64', 'uint64'],
  ['U32', 'uint32'],
  ['U16', 'uint16'],
  ['U8', 'uint8'],
  ['BOOL', 'bool'],
])

/** Names of our dtypes, in the order in which the reference implementation writes them: the widest first, for alignment. */
const names: Readonly<Record<DType, string>> = {
  float64: 'F64',
  float32: 'F32',
  uint32: 'U32',
  int32: 'I32',
  bool: 'BOOL',
}
const order = Object.keys(names)

/** The limit of the reference implementation. */
const MAX_HEADER = 100_000_000

/** Problems after which a header is given up: a hostile one must not fill the memory with them. */
const ENOUGH = 50

const METADATA = '__metadata__'

/** What the header says of a tensor. */
interface Entry {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data_offsets: readonly number[]
}

const entry: Codec<Entry> = t.strict(
  {
    dtype: simple('an element type that can be read', (u): u is string => types.has(u as string)), // a Map takes any key
    shape,
    data_offsets: refined(listOf(natural, 'a pair of offsets'), (pair) =>
      pair.length === 2 ? null : 'two offsets are needed',
    ),
  },
  'a tensor',
)

/**
 * The tensors in the bytes of a safetensors file. F32, F64, I32, U32 and BOOL are read as they are; F16 and BF16 become
 * float32, I8, U8, I16 and U16 int32, all without loss; I64 and U64 become int32 and uint32 where every element fits, and are
 * refused otherwise. Every problem of the header is collected, and every byte must belong to exactly one tensor.
 */
export function decodeSafetensors(bytes: Uint8Array): Decoded<Safetensors> {
  if (bytes.length < 8) return refused('safetensors: the file is shorter than the length of its header.')
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const length = view.getUint32(0, true) + 2 ** 32 * view.getUint32(4, true)
  const start = 8 + length
  if (length > MAX_HEADER || start > bytes.length) {
    return refused(`safetensors: the header is said to have ${length} bytes; the file has ${bytes.length}.`)
  }
  const header = attempt((): unknown => JSON.parse(utf8(bytes.slice(8, start))), 'safetensors: the header is no JSON')
  if (E.isLeft(header)) return header
  if (typeof header.right !== 'object' || header.right === null || Array.isArray(header.right)) {
    return refused('safetensors: the header is no record of tensors.')
  }
  return decodeHeader(Object.entries(header.right), bytes.subarray(start))
}

/** As `decodeSafetensors`; throws the `FormatError`. */
export const readSafetensors = (bytes: Uint8Array): Safetensors => orThrow(decodeSafetensors(bytes))

const utf8 = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes)

function decodeHeader(header: readonly (readonly [string, unknown])[], body: Uint8Array): Decoded<Safetensors> {
  const problems: string[] = []
  const entries: [string, Entry][] = []
  let metadata: ReadonlyMap<string, string> = new Map()
  for (const [name, value] of header) {
    if (problems.length >= ENOUGH) break
    const what = `safetensors: '${name.slice(0, 80)}'`
    if (name === METADATA) metadata = collect(decodeMetadata(value), problems) ?? metadata
    else {
      const decoded = collect(decodeWith(entry, value, what), problems)
      if (decoded !== undefined) entries.push([name, decoded])
    }
  }
  if (problems.length > 0) return refused(...problems)
  const misplaced = offsetProblems(entries, body.length)
  if (misplaced.length > 0) return refused(...misplaced)
  return decodeTensors(entries, body, metadata)
}

/** The decoded value; where there is none, its problems join the others. */
function collect<A>(decoded: Decoded<A>, problems: string[]): A | undefined {
  if (E.isRight(decoded)) return decoded.right
  problems.push(...decoded.left.problems)
  return undefined
}

const remark = listOf(text, 'a remark')

function decodeMetadata(value: unknown): Decoded<ReadonlyMap<string, string>> {
  if (typeof value !== 'object' || value === null) return refused(`safetensors: ${METADATA} is no record of texts.`)
  const decoded = decodeWith(listOf(remark), Object.entries(value), `safetensors: ${METADATA}`)
  return E.isLeft(decoded) ? decoded : E.right(new Map(decoded.right.map(([name, note]) => [name, note])))
}

/** Tensors lie one after another from the first byte to the last, whatever the order of the header. */
function offsetProblems(entries: readonly (readonly [string, Entry])[], length: number): string[] {
  const sorted = [...entries].sort(
    ([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1],
  )
  let end = 0
  for (const [name, { dtype, shape: sizes, data_offsets }] of sorted) {
    const [from, to] = data_offsets
    const needed = sizeOf(sizes) * elementFacts[types.get(dtype)!].width
    if (from !== end) return [`safetensors: '${name}' begins at ${from}, but the tensors before it end at ${end}.`]
    if (to - from !== needed) {
      return [
        `safetensors: '${name}', ${dtype} ${showShape(sizes)}, takes ${needed} bytes; its offsets give it ${to - from}.`,
      ]
    }
    end = to
  }
  return end === length ? [] : [`safetensors: the tensors end at ${end}, the elements in the file at ${length}.`]
}

function decodeTensors(
  entries: readonly (readonly [string, Entry])[],
  body: Uint8Array,
  metadata: ReadonlyMap<string, string>,
): Decoded<Safetensors> {
  const problems: string[] = []
  const tensors = new Map<string, HostArray>()
  for (const [name, { dtype, shape: sizes, data_offsets }] of entries) {
    const type = types.get(dtype)!
    const data = decodeElements(type, body.subarray(data_offsets[0], data_offsets[1]))
    if (E.isLeft(data)) problems.push(`safetensors: '${name}' (${dtype}): ${data.left.message}.`)
    else tensors.set(name, { shape: sizes, dtype: elementFacts[type].dtype, data: data.right })
  }
  return problems.length > 0 ? refused(...problems) : E.right({ tensors, metadata })
}

/** The bytes of a safetensors file: float64 tensors first, then float32, uint32, int32, bool, each kind by name. */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, HostArray>,
  metadata: ReadonlyMap<string, string> = new Map(),
): Uint8Array {
  if (tensors.has(METADATA)) throw new ArgumentError(`encodeSafetensors: no tensor can be named '${METADATA}'.`)
  const sorted = [...tensors].sort(
    ([a, x], [b, y]) => order.indexOf(x.dtype) - order.indexOf(y.dtype) || (a < b ? -1 : 1),
  )
  const bodies = sorted.map(([, { dtype, data }]) => encodeElements(dtype, data))
  // Written entry by entry: as keys of an object, names such as '__proto__' and '0' would be lost or moved.
  const lines =
    metadata.size === 0
      ? []
      : [`"${METADATA}":${jsonRecord([...metadata].map(([name, note]) => [name, JSON.stringify(note)]))}`]
  let end = 0
  sorted.forEach(([name, { dtype, shape: sizes }], i) => {
    const offsets = [end, end + bodies[i].length]
    lines.push(
      `${JSON.stringify(name)}:${JSON.stringify({ dtype: names[dtype], shape: sizes, data_offsets: offsets })}`,
    )
    end = offsets[1]
  })
  return assembled(`{${lines.join()}}`, bodies, end)
}

const jsonRecord = (entries: readonly (readonly [string, string])[]): string =>
  `{${entries.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join()}}`

function assembled(json: string, bodies: readonly Uint8Array[], length: number): Uint8Array {
  const header = new TextEncoder().encode(json)
  const start = 8 + Math.ceil(header.length / 8) * 8
  const bytes = new Uint8Array(start + length).fill(SPACE, 8 + header.length, start)
  new DataView(bytes.buffer).setUint32(0, start - 8, true)
  bytes.set(header, 8)
  let at = start
  for (const body of bodies) {
    bytes.set(body, at)
    at += body.length
  }
  return bytes
}

const SPACE = 0x20
