/**
 * Trees: nested arrays and records of tensors, and containers that join the protocol (ComponentArrays, users' classes).
 * `flatten` separates the leaves from the structure; `unflatten` puts other leaves in their place.
 */
import { ArgumentError } from './errors.ts'
import { keyOf } from './intern.ts'
import { Value } from './value.ts'

/** A container joins the protocol by a method under this symbol. */
export const treeNode: unique symbol = Symbol.for('conformable.treeNode')

/** What a container says of itself: its children, a text that tells its structure apart, and how to build one anew. */
export interface NodeView {
  readonly children: readonly unknown[]
  readonly key: string
  rebuild(children: readonly unknown[]): unknown
}

/** A container that joins the protocol. */
export interface TreeNode {
  [treeNode](): NodeView
}

/** The shape of a tree without its leaves. `key` is equal for equal structures. */
export interface Structure {
  readonly key: string
  readonly leafCount: number
  rebuild(leaves: readonly Value[], start: number): unknown
}

/** Leaves in order, their paths ('0.L1.weight'), and the structure around them. */
export interface Flattened {
  readonly leaves: readonly Value[]
  readonly paths: readonly string[]
  readonly structure: Structure
}

/** Takes a tree apart. JS numbers, strings, booleans, functions, null and undefined are part of the structure (static). */
export function flatten(tree: unknown): Flattened {
  const leaves: Value[] = []
  const paths: string[] = []
  const structure = walk(tree, '', leaves, paths)
  return { leaves, paths, structure }
}

/**
 * Appends the leaves of a tree to `leaves` and returns a text that tells its structure: what a call of compiled code needs to
 * know of its arguments, without taking them apart any further.
 */
export function gather(tree: unknown, leaves: Value[]): string {
  if (tree instanceof Value) {
    leaves.push(tree)
    return '*'
  }
  if (tree === null || typeof tree !== 'object') return `#${keyOf(tree)};`
  const node = nodeView(tree)
  if (node !== undefined) return `<${node.key}>${gatherAll(node.children, leaves)}`
  if (Array.isArray(tree)) return `[${gatherAll(tree, leaves)}]`
  if (!isRecord(tree)) return flatten(tree).structure.key // throws the sentence
  const names = Object.keys(tree)
  let key = '{'
  for (const name of names) key += `${JSON.stringify(name)}:${gather(tree[name], leaves)}`
  return `${key}}`
}

function gatherAll(trees: readonly unknown[], leaves: Value[]): string {
  let key = ''
  for (const tree of trees) key += gather(tree, leaves)
  return key
}

/** Puts leaves into a structure. */
export function unflatten(structure: Structure, leaves: readonly Value[]): unknown {
  if (leaves.length !== structure.leafCount) {
    throw new ArgumentError(`A tree of ${structure.leafCount} tensors was given ${leaves.length}.`)
  }
  return structure.rebuild(leaves, 0)
}

const leaf: Structure = { key: '*', leafCount: 1, rebuild: (leaves, start) => leaves[start] }

function walk(tree: unknown, path: string, leaves: Value[], paths: string[]): Structure {
  if (tree instanceof Value) {
    leaves.push(tree)
    paths.push(path)
    return leaf
  }
  if (tree === null || typeof tree !== 'object') {
    return { key: `#${keyOf(tree)}`, leafCount: 0, rebuild: () => tree }
  }
  const child = (entry: unknown, name: string) => walk(entry, path === '' ? name : `${path}.${name}`, leaves, paths)
  const node = nodeView(tree)
  if (node !== undefined) {
    const { children, key, rebuild } = node
    return branch(
      `<${key}>`,
      children.map((entry, i) => child(entry, String(i))),
      rebuild,
    )
  }
  if (Array.isArray(tree))
    return branch(
      '[]',
      tree.map((entry, i) => child(entry, String(i))),
      (children) => children,
    )
  if (!isRecord(tree)) {
    throw new ArgumentError(
      `${path === '' ? 'The argument' : `The entry '${path}'`} is a ${tree.constructor.name}; a tensor, an array or a record is needed. Typed arrays become tensors with fromTypedArray(data, shape).`,
    )
  }
  const names = Object.keys(tree)
  const entries = names.map((name) => child(tree[name], name))
  return branch(`{${names.map((name) => JSON.stringify(name)).join()}}`, entries, recordBuilder(names))
}

/**
 * Makes records of these names. Programs have many kinds of records, and where many are met the engine copies a model slowly, but
 * adds name after name at the same price as ever.
 */
function recordBuilder(names: readonly string[]): (children: readonly unknown[]) => Record<string, unknown> {
  if (names.includes('__proto__')) return (children) => Object.fromEntries(names.map((name, i) => [name, children[i]]))
  return (children) => {
    const record: Record<string, unknown> = {}
    for (let i = 0; i < names.length; i++) record[names[i]!] = children[i]
    return record
  }
}

function branch(label: string, children: readonly Structure[], build: (children: unknown[]) => unknown): Structure {
  const leafCount = children.reduce((sum, child) => sum + child.leafCount, 0)
  const rebuild = (leaves: readonly Value[], start: number): unknown => {
    const built = new Array<unknown>(children.length)
    let position = start
    for (let i = 0; i < children.length; i++) {
      built[i] = children[i]!.rebuild(leaves, position)
      position += children[i]!.leafCount
    }
    return build(built)
  }
  return { key: `${label}(${children.map((child) => child.key).join()})`, leafCount, rebuild }
}

/** What the object says of itself, if it joins the protocol. (Read once: containers may be proxies, where each look costs.) */
export function nodeView(tree: object): NodeView | undefined {
  const node = tree as Partial<TreeNode> // whether it is one is asked here
  const method = node[treeNode]
  return method === undefined ? undefined : method.call(node as TreeNode)
}

/** Is it a plain object? */
export function isRecord(tree: object): tree is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(tree)
  return prototype === Object.prototype || prototype === null
}
