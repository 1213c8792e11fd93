/** Trees whose leaves have a flat vector's axis in front, by the names of that vector: the rows of Hessians and Jacobians. */
import { flatten, unflatten } from '../core/tree.ts'
import type { Value } from '../core/value.ts'
import { reshape, sliceAxis } from '../primitives/structural.ts'
import type { Layout, Member } from './layout.ts'

/** A nested record: for each parameter the tree, cut to its rows, which take that parameter's axes. Cut out when asked for. */
export interface Rows {
  readonly [name: string]: unknown
}

/** The rows of every member of the layout; leaves of `tree` are [P, ...]. */
export function rowsByName(tree: unknown, layout: Layout, start = 0): Rows {
  const record: Rows = {}
  for (const member of layout.members) {
    Object.defineProperty(record, member.name, {
      enumerable: true,
      get: () => rowsOf(tree, member, start + member.offset),
    })
  }
  // So that console.log shows the blocks and not '[Getter]'.
  Object.defineProperty(record, Symbol.for('nodejs.util.inspect.custom'), { value: () => ({ ...record }) })
  return record
}

function rowsOf(tree: unknown, member: Member, start: number): unknown {
  if (member.kind === 'group') return rowsByName(tree, member.layout, start)
  const { leaves, structure } = flatten(tree)
  const cut = (leaf: Value): Value =>
    reshape(sliceAxis(leaf, 0, start, start + member.size), [...member.shape, ...leaf.shape.slice(1)])
  return unflatten(structure, leaves.map(cut))
}
