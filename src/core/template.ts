/**
 * Templates: what a tree of tensors was like, to tell in one walk and without writing anything down whether another tree is
 * like it. Compiled functions are called again and again with the same kinds of arguments; this is how they know.
 */
import type { DType } from '../../types/dtype.ts'
import { sameShape } from './abstract.ts'
import { isRecord, nodeView } from './tree.ts'
import { Value } from './value.ts'

/** A tree without the numbers in its tensors. */
export type Template =
  | { readonly kind: 'tensor'; readonly dtype: DType; shape: readonly number[] }
  | { readonly kind: 'static'; readonly value: unknown }
  | { readonly kind: 'list'; readonly entries: readonly Template[] }
  | { readonly kind: 'record'; readonly names: readonly string[]; readonly entries: readonly Template[] }
  | { readonly kind: 'node'; readonly key: string; readonly entries: readonly Template[] }

/** The template of a tree that `flatten` accepts. */
export function templateOf(tree: unknown): Template {
  if (tree instanceof Value) return { kind: 'tensor', dtype: tree.dtype, shape: tree.shape }
  if (tree === null || typeof tree !== 'object') return { kind: 'static', value: tree }
  const node = nodeView(tree)
  if (node !== undefined) return { kind: 'node', key: node.key, entries: node.children.map(templateOf) }
  if (Array.isArray(tree)) return { kind: 'list', entries: tree.map(templateOf) }
  const record = tree as Record<string, unknown> // the only other kind that `flatten` accepts
  const names = Object.keys(record)
  return { kind: 'record', names, entries: names.map((name) => templateOf(record[name])) }
}

/** Is the tree like this one? Its leaves are appended to `leaves`; if it is not, some of them may be. */
export function recognises(template: Template, tree: unknown, leaves: Value[]): boolean {
  if (template.kind === 'tensor') {
    if (!(tree instanceof Value) || tree.dtype !== template.dtype) return false
    const { shape } = tree
    if (!sameShape(shape, template.shape)) return false
    template.shape = shape // results of one program share theirs, so the next tensor has this very array
    leaves.push(tree)
    return true
  }
  if (template.kind === 'static') return Object.is(tree, template.value)
  if (typeof tree !== 'object' || tree === null) return false
  if (template.kind === 'list') return Array.isArray(tree) && recognisesAll(template.entries, tree, leaves)
  if (template.kind === 'record') return recognisesRecord(template.names, template.entries, tree, leaves)
  const node = nodeView(tree)
  return node !== undefined && node.key === template.key && recognisesAll(template.entries, node.children, leaves)
}

/** The same for a list of trees. */
export function recognisesAll(templates: readonly Template[], trees: readonly unknown[], leaves: Value[]): boolean {
  if (trees.length !== templates.length) return false
  for (let i = 0; i < templates.length; i++) if (!recognises(templates[i]!, trees[i], leaves)) return false
  return true
}

/** The same names in the same order. */
function recognisesRecord(
  names: readonly string[],
  entries: readonly Template[],
  tree: object,
  leaves: Value[],
): boolean {
  if (!isRecord(tree) || nodeView(tree) !== undefined) return false
  const given = Object.keys(tree)
  if (given.length !== names.length) return false
  for (let i = 0; i < names.length; i++) {
    if (given[i] !== names[i] || !recognises(entries[i]!, tree[names[i]!], leaves)) return false
  }
  return true
}
