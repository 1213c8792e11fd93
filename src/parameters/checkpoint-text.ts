/** Checkpoints as JSON text, with elements in base64: for small models, for the web, for the eye. */
import * as t from 'io-ts'
import { encodeElements } from '../files/elements.ts'
import type { Decoded } from '../files/format-error.ts'
import { refused } from '../files/format-error.ts'
import type { HostArray } from '../files/host-array.ts'
import { E, pipe } from '../fp.ts'
import { crc32 } from './crc.ts'
import { attempt, type Codec, chained, decodeWith, fromDecoder, natural, parseJson, simple, text } from './decoding.ts'
import type { SavedTree } from './saved-tree.ts'
import { arrayOfBytes, arrayType, isHostArray, isSavedTree, treeCodec } from './tree-codec.ts'

const FORMAT = 'conformable checkpoint'
const VERSION = 1

const leaf: Codec<HostArray, unknown> = chained(
  t.strict({ ...arrayType, data: text }, 'an array'),
  isHostArray,
  ({ dtype, shape, data }) =>
    pipe(
      attempt(() => bytesOfBase64(data), 'its data are no base64'),
      E.mapLeft((error) => error.message),
      E.flatMap((bytes) => arrayOfBytes(dtype, shape, bytes)),
    ),
  ({ dtype, shape, data }) => ({ dtype, shape, data: base64OfBytes(encodeElements(dtype, data)) }),
)

const tree = treeCodec(leaf)

const envelope = t.strict(
  {
    format: simple(`'${FORMAT}'`, (u): u is typeof FORMAT => u === FORMAT),
    version: simple(`a version that is known (${VERSION})`, (u): u is typeof VERSION => u === VERSION),
    checksum: natural,
    tree: t.unknown,
  },
  'a checkpoint',
)

/** Checkpoint ↔ JSON text. The checksum covers the tree, so that a changed digit or letter is found. */
export const checkpointText: Codec<SavedTree, string> = fromDecoder(
  'a checkpoint as JSON text',
  isSavedTree,
  decode,
  (saved) => {
    const json = JSON.stringify(tree.encode(saved))
    return `{"format":"${FORMAT}","version":${VERSION},"checksum":${checksumOf(json)},"tree":${json}}`
  },
)

function decode(u: unknown): Decoded<SavedTree> {
  if (typeof u !== 'string') return refused('a text is needed.')
  return pipe(
    parseJson(u, 'text'),
    E.flatMap((json) => decodeWith(envelope, json, 'text')),
    E.flatMap(verified),
    E.flatMap((json) => decodeWith(tree, json, 'tree')),
  )
}

const verified = ({ checksum, tree: json }: t.TypeOf<typeof envelope>): Decoded<unknown> =>
  pipe(
    attempt(() => checksumOf(JSON.stringify(json)), 'tree'),
    E.flatMap((found) =>
      found === checksum
        ? E.right(json)
        : refused(`the checksum is ${checksum}, that of the tree is ${found}: the text has been changed.`),
    ),
  )

const checksumOf = (json: string): number => crc32(new TextEncoder().encode(json))

/** Bytes in one piece of base64: a multiple of three, so that pieces join without padding between them. */
const PIECE = 0x6000

function base64OfBytes(bytes: Uint8Array): string {
  const pieces: string[] = []
  for (let at = 0; at < bytes.length; at += PIECE) {
    pieces.push(btoa(String.fromCharCode(...bytes.subarray(at, at + PIECE))))
  }
  return pieces.join('')
}

function bytesOfBase64(base64: string): Uint8Array {
  const characters = atob(base64)
  const bytes = new Uint8Array(characters.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i)
  return bytes
}
