/**
 * Trees as they are saved: the structure, and in place of every tensor its elements. Made of plain data, so that codecs can
 * write it and a model can be compared with it.
 */
import { ArgumentError } from '../core/errors.ts'
import type { TreeNode } from '../core/tree.ts'
import { treeNode } from '../core/tree.ts'
import { Value } from '../core/value.ts'
import type { HostArray } from '../files/host-array.ts'
import { flat, isComponents, layoutOf } from './component-array.ts'
import { type Layout, MAX_DEPTH } from './layout.ts'
import { pathOf } from './path.ts'

/** JavaScript values that are part of a tree's structure. */
export type Static = string | number | boolean | null | undefined

/** A tree with host arrays for leaves. */
export type SavedTree =
  | { readonly kind: 'tensor'; readonly array: HostArray }
  | { readonly kind: 'components'; readonly layout: Layout; readonly array: HostArray }
  | { readonly kind: 'list'; readonly items: readonly SavedTree[] }
  | { readonly kind: 'record'; readonly entries: readonly SavedEntry[] }
  | { readonly kind: 'container'; readonly key: string; readonly items: readonly SavedTree[] }
  | { readonly kind: 'static'; readonly value: Static }

/** An entry of a saved record. */
export interface SavedEntry {
  readonly name: string
  readonly tree: SavedTree
}

/**
 * Reads every tensor of a tree. Throws an `ArgumentError` where the tree holds what no file can (functions, dates, …), and
 * rejects with the tensor's own sentence where it is traced.
 */
export const savedTree = (tree: unknown): Promise<SavedTree> => walk(tree, [])()

/** Checks the tree at once and reads the tensors when it is called, so that mistakes throw before anything is awaited. */
function walk(tree: unknown, names: readonly string[]): () => Promise<SavedTree> {
  if (names.length > MAX_DEPTH) throw new ArgumentError(`save: the tree is nested deeper than ${MAX_DEPTH} levels.`)
  if (tree instanceof Value) return async () => ({ kind: 'tensor', array: await hostArray(tree) })
  if (isComponents(tree)) {
    return async () => ({ kind: 'components', layout: layoutOf(tree), array: await hostArray(flat(tree)) })
  }
  if (isStatic(tree)) return async () => ({ kind: 'static', value: tree })
  const child = (entry: unknown, name: string): (() => Promise<SavedTree>) => walk(entry, [...names, name])
  if (isNode(tree)) {
    const { children, key } = tree[treeNode]()
    const items = children.map((entry, i) => child(entry, String(i)))
    return async () => ({ kind: 'container', key, items: await all(items) })
  }
  if (Array.isArray(tree)) {
    const items = tree.map((entry, i) => child(entry, String(i)))
    return async () => ({ kind: 'list', items: await all(items) })
  }
  return record(requireRecord(tree, names), child)
}

function record(
  tree: Readonly<Record<string, unknown>>,
  child: (entry: unknown, name: string) => () => Promise<SavedTree>,
): () => Promise<SavedTree> {
  const entries = Object.keys(tree).map((name) => ({ name, read: child(tree[name], name) }))
  return async () => ({
    kind: 'record',
    entries: await Promise.all(entries.map(async ({ name, read }) => ({ name, tree: await read() }))),
  })
}

const all = (items: readonly (() => Promise<SavedTree>)[]): Promise<SavedTree[]> =>
  Promise.all(items.map((read) => read()))

/** The elements of a tensor in storage format. */
export async function hostArray(value: Value): Promise<HostArray> {
  const data = await value.read()
  const { shape, dtype } = value
  return { shape, dtype, data: data instanceof Uint8Array ? Int32Array.from(data) : data }
}

/** Is this one of the JavaScript values that a file can hold? */
export const isStatic = (x: unknown): x is Static =>
  x === null || x === undefined || typeof x === 'string' || typeof x === 'number' || typeof x === 'boolean'

/** Does this container join the tree protocol? */
export const isNode = (x: unknown): x is TreeNode => typeof x === 'object' && x !== null && treeNode in x

function requireRecord(tree: unknown, names: readonly string[]): Readonly<Record<string, unknown>> {
  const prototype: unknown = typeof tree === 'object' && tree !== null ? Object.getPrototypeOf(tree) : undefined
  // A plain object: its properties are looked at one by one.
  if (prototype === Object.prototype || prototype === null) return tree as Readonly<Record<string, unknown>>
  const what = typeof tree === 'object' && tree !== null ? `a ${tree.constructor.name}` : `a ${typeof tree}`
  const place = names.length === 0 ? 'the tree' : `'${pathOf(names)}'`
  throw new ArgumentError(
    `save: ${place} is ${what}; tensors, ComponentArrays, arrays, records, strings, numbers and booleans can be saved.`,
  )
}
