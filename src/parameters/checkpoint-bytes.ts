/**
 * Checkpoints as bytes: a fixed head, the tree as JSON, the elements of every tensor at multiples of 64 bytes.
 *
 * ```text
 * 0  magic 89 43 46 4D 0D 0A 1A 0A   (a first byte beyond ASCII and both line breaks, as in PNG, show files sent as text)
 * 8  version                uint32, little-endian like all that follows
 * 12 length of the JSON     uint32
 * 16 length of the elements uint64
 * 24 zero                   uint32
 * 28 CRC-32 of all other bytes
 * 32 JSON, padded with spaces so that the elements begin at a multiple of 64
 * ```
 */
import * as t from 'io-ts'
import { sizeOf } from '../core/abstract.ts'
import { encodedWidth, encodeElements } from '../files/elements.ts'
import { type Decoded, refused } from '../files/format-error.ts'
import type { HostArray } from '../files/host-array.ts'
import { E, pipe } from '../fp.ts'
import { crc32 } from './crc.ts'
import { type Codec, chained, decodeWith, fromDecoder, natural, parseJson } from './decoding.ts'
import type { SavedTree } from './saved-tree.ts'
import { arrayOfBytes, arrayType, isHostArray, isSavedTree, treeCodec } from './tree-codec.ts'

const MAGIC = [0x89, 0x43, 0x46, 0x4d, 0x0d, 0x0a, 0x1a, 0x0a]
const VERSION = 1
const HEAD = 32
const CHECKSUM = 28
const ALIGNMENT = 64

const aligned = (length: number): number => Math.ceil(length / ALIGNMENT) * ALIGNMENT

/** Checkpoint ↔ bytes. */
export const checkpointBytes: Codec<SavedTree, Uint8Array> = fromDecoder(
  'a checkpoint as bytes',
  isSavedTree,
  decode,
  encode,
)

/** The part of the file after the JSON, while it is read or written from front to back. */
interface Body {
  /** What there is to read. */
  readonly bytes: Uint8Array
  /** What has been written. */
  readonly segments: { readonly offset: number; readonly bytes: Uint8Array }[]
  /** Where the last tensor ends. */
  end: number
}

const emptyBody = (bytes: Uint8Array = new Uint8Array(0)): Body => ({ bytes, segments: [], end: 0 })

/** Tensors whose elements lie in the body, in the order of the tree and without overlap. */
const leafIn = (body: Body): Codec<HostArray, unknown> =>
  chained(
    t.strict({ ...arrayType, offset: natural }, 'an array'),
    isHostArray,
    ({ dtype, shape, offset }) => {
      const expected = aligned(body.end)
      const length = sizeOf(shape) * encodedWidth(dtype)
      body.end = expected + length
      if (offset !== expected) return E.left(`its elements begin at ${offset}, but the next ones lie at ${expected}`)
      return arrayOfBytes(dtype, shape, body.bytes.subarray(offset, offset + length))
    },
    ({ dtype, shape, data }) => {
      const bytes = encodeElements(dtype, data)
      const offset = aligned(body.end)
      body.segments.push({ offset, bytes })
      body.end = offset + bytes.length
      return { dtype, shape, offset }
    },
  )

function encode(saved: SavedTree): Uint8Array {
  const body = emptyBody()
  const json = new TextEncoder().encode(JSON.stringify(treeCodec(leafIn(body)).encode(saved)))
  const start = aligned(HEAD + json.length)
  const bytes = new Uint8Array(start + body.end).fill(SPACE, HEAD + json.length, start)
  bytes.set(MAGIC)
  bytes.set(json, HEAD)
  for (const segment of body.segments) bytes.set(segment.bytes, start + segment.offset)
  const view = new DataView(bytes.buffer)
  view.setUint32(8, VERSION, true)
  view.setUint32(12, start - HEAD, true)
  view.setBigUint64(16, BigInt(body.end), true)
  view.setUint32(CHECKSUM, checksumOf(bytes), true)
  return bytes
}

const SPACE = 0x20

const checksumOf = (bytes: Uint8Array): number => crc32(bytes.subarray(HEAD), crc32(bytes.subarray(0, CHECKSUM)))

function decode(u: unknown): Decoded<SavedTree> {
  if (!(u instanceof Uint8Array)) return refused('bytes are needed.')
  const problem = headProblem(u)
  if (problem !== null) return refused(problem)
  const start = HEAD + wordAt(u, 12)
  const body = emptyBody(u.subarray(start))
  return pipe(
    parseJson(new TextDecoder().decode(u.slice(HEAD, start)), 'head'),
    E.flatMap((json) => decodeWith(treeCodec(leafIn(body)), json, 'tree')),
    E.flatMap((saved) =>
      body.end === u.length - start
        ? E.right(saved)
        : refused(`the tensors end at byte ${start + body.end}, the file at ${u.length}.`),
    ),
  )
}

const wordAt = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true)

/** What is wrong before the tree is looked at; null if nothing is. Allocates nothing, whatever the head says. */
function headProblem(bytes: Uint8Array): string | null {
  if (bytes.length < HEAD || MAGIC.some((byte, i) => bytes[i] !== byte)) {
    return 'the bytes are no checkpoint: they do not begin as one, or a transfer as text has changed line breaks.'
  }
  const version = wordAt(bytes, 8)
  if (version !== VERSION) return `version ${version} is not known; ${VERSION} is.`
  const length = HEAD + wordAt(bytes, 12) + wordAt(bytes, 16) + 2 ** 32 * wordAt(bytes, 20)
  if (length !== bytes.length)
    return `the head speaks of ${length} bytes, there are ${bytes.length}: the file is cut off or too long.`
  const [stored, found] = [wordAt(bytes, CHECKSUM), checksumOf(bytes)]
  return stored === found ? null : `the checksum is ${stored}, that of the bytes is ${found}: the file is damaged.`
}
