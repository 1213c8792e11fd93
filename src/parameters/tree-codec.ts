/** Saved trees ↔ JSON. How the elements of a tensor are written is left to a codec of leaves. */
import * as t from 'io-ts'
import type { DType } from '../../types/dtype.ts'
import { sizeOf } from '../core/abstract.ts'
import { decodeElements, encodedWidth } from '../files/elements.ts'
import type { HostArray } from '../files/host-array.ts'
import { E } from '../fp.ts'
import { type Codec, dtype, listOf, recursive, refined, shape, simple, text } from './decoding.ts'
import { layoutCodec } from './layout-codec.ts'
import type { SavedEntry, SavedTree, Static } from './saved-tree.ts'

/** What JSON cannot say, by name. */
const unsayable: ReadonlyMap<unknown, Static> = new Map<unknown, Static>([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['-0', -0],
  ['undefined', undefined],
])

const sayable = (u: unknown): u is Static =>
  u === null || typeof u === 'string' || typeof u === 'boolean' || (Number.isFinite(u) && !Object.is(u, -0))

const named = t.strict({ special: simple('a special value', (u): u is string => unsayable.has(u)) }, 'a value')

/** Strings, numbers, booleans, null and undefined. */
const statics: Codec<Static, unknown> = new t.Type(
  'a value',
  (u): u is Static => sayable(u) || [...unsayable.values()].some((value) => Object.is(value, u)),
  (u, context) => {
    if (sayable(u)) return t.success(u)
    const decoded = named.validate(u, context)
    return E.isLeft(decoded) ? decoded : t.success(unsayable.get(decoded.right.special))
  },
  (value) => (sayable(value) ? value : { special: Object.is(value, -0) ? '-0' : String(value) }),
)

/** A tree ↔ JSON, given how its tensors are written. */
export function treeCodec(leaf: Codec<HostArray, unknown>): Codec<SavedTree, unknown> {
  const node: Codec<SavedTree, unknown> = recursive('a tree', () => tree)
  const items = listOf(node)
  const entry: Codec<SavedEntry, unknown> = t.strict({ name: text, tree: node }, 'an entry')
  const kinds: Readonly<Record<string, Codec<SavedTree, unknown>>> = {
    tensor: one(t.strict({ kind: t.literal('tensor'), array: leaf }, 'a tensor')),
    components: one(
      refined(
        t.strict({ kind: t.literal('components'), layout: layoutCodec, array: leaf }, 'a ComponentArray'),
        ({ layout, array }) => lengthProblem(layout.size, array.shape),
      ),
    ),
    list: one(t.strict({ kind: t.literal('list'), items }, 'a list')),
    record: one(
      refined(t.strict({ kind: t.literal('record'), entries: listOf(entry) }, 'a record'), ({ entries }) =>
        repetition(entries),
      ),
    ),
    container: one(t.strict({ kind: t.literal('container'), key: text, items }, 'a container')),
    static: one(t.strict({ kind: t.literal('static'), value: statics }, 'a value')),
  }
  const kindOf = (u: unknown): Codec<SavedTree, unknown> | undefined => {
    const kind: unknown =
      typeof u === 'object' && u !== null && Object.hasOwn(u, 'kind') ? Reflect.get(u, 'kind') : undefined
    return typeof kind === 'string' && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined
  }
  const tree: Codec<SavedTree, unknown> = new t.Type(
    'a tree',
    (u): u is SavedTree => kindOf(u)?.is(u) ?? false,
    (u, context) =>
      kindOf(u)?.validate(u, context) ?? t.failure(u, context, `its kind is none of ${Object.keys(kinds).join(', ')}`),
    (saved) => kinds[saved.kind].encode(saved),
  )
  return node
}

/** The codec of one kind among those of all: the tree's own `kind` chooses it, so it never meets another. */
const one = <A extends SavedTree>(codec: Codec<A, unknown>): Codec<SavedTree, unknown> =>
  codec as unknown as Codec<SavedTree, unknown>

const lengthProblem = (size: number, sizes: readonly number[]): string | null =>
  sizes[sizes.length - 1] === size
    ? null
    : `the layout names ${size} numbers, the vector has the shape [${sizes.slice(0, 8).join(', ')}]`

function repetition(entries: readonly SavedEntry[]): string | null {
  const seen = new Set<string>()
  for (const { name } of entries) {
    if (seen.has(name)) return `two entries are named ${JSON.stringify(name.slice(0, 40))}`
    seen.add(name)
  }
  return null
}

/** Is this a tree as `savedTree` makes it? Looks at the outermost kind only. */
export const isSavedTree = (u: unknown): u is SavedTree => typeof u === 'object' && u !== null && 'kind' in u

/** Is this a host array? */
export const isHostArray = (u: unknown): u is HostArray =>
  typeof u === 'object' && u !== null && 'dtype' in u && 'shape' in u && 'data' in u

/** What every leaf says of itself, wherever its elements are. */
export const arrayType = { dtype, shape }

/** The array whose elements are these bytes; a sentence if they are too few, too many, or no elements of the dtype. */
export function arrayOfBytes(kind: DType, sizes: readonly number[], bytes: Uint8Array): E.Either<string, HostArray> {
  const expected = sizeOf(sizes) * encodedWidth(kind)
  if (bytes.length !== expected) return E.left(`its elements take ${expected} bytes, there are ${bytes.length}`)
  const data = decodeElements(kind, bytes)
  return E.isLeft(data) ? E.left(data.left.message) : E.right({ dtype: kind, shape: sizes, data: data.right })
}
