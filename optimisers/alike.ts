/** Records with their fields in the order of another record: loops and conditionals tell trees apart by it, people do not. */
import { treeNode } from '../src/index.ts'

/** The tree with the fields of its records in the order of `like`; what differs in more than order stays as it is. */
export function alike<T>(like: unknown, tree: T): T {
  if (Array.isArray(like) && Array.isArray(tree)) return tree.map((entry, i) => alike(like[i], entry)) as T // entry by entry
  if (!isPlain(like) || !isPlain(tree)) return tree
  const names = [
    ...Object.keys(like).filter((name) => name in tree),
    ...Object.keys(tree).filter((name) => !(name in like)),
  ]
  return Object.fromEntries(names.map((name) => [name, alike(like[name], tree[name])])) as T // the same fields
}

function isPlain(tree: unknown): tree is Record<string, unknown> {
  if (typeof tree !== 'object' || tree === null || treeNode in tree) return false
  return Object.getPrototypeOf(tree) === Object.prototype
}
