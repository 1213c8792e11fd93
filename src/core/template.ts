/**
 * Templates: what a tree of tensors was like, to tell in one walk and without writing anything down whether another tree is
 * like it. Compiled functions are called again and again with the same kinds of arguments; this is how they know.
 */
import type { DType } from '../../types/dtype.ts'
import { sameShape } from './abstract.ts'
import { isRecord, nodeView } from './tree.ts'
import { Value } from './value.ts'

/**
 * A tree without the numbers in its tensors. Every kind has all fields: programs meet many kinds of trees, and a place in the
 * engine's code that sees one layout of objects alone is three times as fast as one that sees five.
 */
export interface Template {
  readonly kind: 'tensor' | 'static' | 'list' | 'record' | 'node'
  /** Of a tensor: its place among all leaves. */
  readonly position: number
  readonly dtype: DType | null
  shape: readonly number[]
  /** Of a JavaScript value: the value. */
  readonly value: unknown
  /** Of a node: what tells its structure. */
  readonly key: string
  /** Of a record: its names in order. */
  readonly names: readonly string[]
  /** Of what stands inside. */
  readonly entries: readonly Template[]
}

/** How many leaves have been met. */
interface Count {
  leaves: number
}

const none: readonly never[] = []
const blank: Omit<Template, 'kind'> = {
  position: -1,
  dtype: null,
  shape: none,
  value: undefined,
  key: '',
  names: none,
  entries: none,
}

/** The template of a tree that `flatten` accepts. */
export function templateOf(tree: unknown, count: Count = { leaves: 0 }): Template {
  if (tree instanceof Value) {
    return { kind: 'tensor', ...blank, position: count.leaves++, dtype: tree.dtype, shape: tree.shape }
  }
  if (tree === null || typeof tree !== 'object') return { kind: 'static', ...blank, value: tree }
  const node = nodeView(tree)
  if (node !== undefined) return { kind: 'node', ...blank, key: node.key, entries: templatesOf(node.children, count) }
  if (Array.isArray(tree)) return { kind: 'list', ...blank, entries: templatesOf(tree, count) }
  const record = tree as Record<string, unknown> // the only other kind that `flatten` accepts
  const names = Object.keys(record)
  const children = names.map((name) => record[name])
  return { kind: 'record', ...blank, names, entries: templatesOf(children, count) }
}

const templatesOf = (trees: readonly unknown[], count: Count): readonly Template[] =>
  trees.map((tree) => templateOf(tree, count))

/** Is the tree like this one? Its leaves are written to `leaves` in their order; if it is not, some of them may be. */
export function recognises(template: Template, tree: unknown, leaves: Value[]): boolean {
  const { kind } = template
  if (kind === 'tensor') {
    if (!(tree instanceof Value) || tree.dtype !== template.dtype) return false
    const { shape } = tree
    if (!sameShape(shape, template.shape)) return false
    template.shape = shape // results of one program share theirs, so the next tensor has this very array
    leaves[template.position] = tree
    return true
  }
  if (kind === 'static') return Object.is(tree, template.value)
  if (typeof tree !== 'object' || tree === null) return false
  if (kind === 'list') return Array.isArray(tree) && recognisesAll(template.entries, tree, leaves)
  if (kind === 'record') return recognisesRecord(template, tree, leaves)
  const node = nodeView(tree)
  return node !== undefined && node.key === template.key && recognisesAll(template.entries, node.children, leaves)
}

/** The same for a list of trees. */
function recognisesAll(templates: readonly Template[], trees: readonly unknown[], leaves: Value[]): boolean {
  if (trees.length !== templates.length) return false
  for (let i = 0; i < templates.length; i++) if (!recognises(templates[i]!, trees[i], leaves)) return false
  return true
}

/** The same names in the same order. (`for … in` finds the values by the way, where a look by name costs each time.) */
function recognisesRecord({ names, entries }: Template, tree: object, leaves: Value[]): boolean {
  if (!isRecord(tree) || nodeView(tree) !== undefined) return false
  let i = 0
  for (const name in tree) {
    if (i >= names.length || name !== names[i] || !recognises(entries[i]!, tree[name], leaves)) return false
    i++
  }
  return i === names.length
}
