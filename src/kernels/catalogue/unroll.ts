/**
 * Short reductions written out, term by term. Where a term is read at an index known at run time (a window at the border), the
 * arithmetic of that index depends on the tap; with the tap a number, it is done once for all lanes around it.
 */
import type { Index } from '../language/axes.ts'
import type { Local, Loop, Node } from '../language/kernel.ts'
import { allNodes } from '../language/walk.ts'

/** Terms that are written out. */
const MOST_TERMS = 16
/** Nodes of all terms together. */
const MOST_NODES = 400

/** Is a reduction of this term, over these loops, better written out? */
export function isUnrolled(term: Node, loops: readonly Loop[]): boolean {
  const terms = loops.reduce((all, { extent }) => all * extent, 1)
  if (terms > MOST_TERMS) return false
  const nodes = allNodes([term])
  if (nodes.length * terms > MOST_NODES) return false
  const dynamic = nodes.flatMap((node) =>
    node.kind === 'load' && node.address.dynamic !== null ? [node.address.dynamic] : [],
  )
  const arithmetic = allNodes(dynamic)
  // An index that is itself read (`gather`) differs from term to term anyway.
  return arithmetic.every(({ kind }) => kind !== 'load') && readsAny(arithmetic, new Set(loops), new Set())
}

/** Does any of the nodes itself depend on one of the loops or locals? */
export const readsAny = (nodes: readonly Node[], loops: ReadonlySet<Loop>, locals: ReadonlySet<Local>): boolean =>
  nodes.some(
    (node) =>
      (node.kind === 'index' && loops.has(node.loop)) ||
      (node.kind === 'local' && locals.has(node.local)) ||
      (node.kind === 'load' && node.address.terms.some(({ loop }) => loops.has(loop))),
  )

/** Every index over the extents, as numbers, in row-major order. */
export const indicesOver = (extents: readonly number[]): readonly (readonly Index[])[] =>
  extents.reduce<readonly (readonly Index[])[]>(
    (outer, extent) =>
      outer.flatMap((index) => Array.from({ length: extent }, (_, i) => [...index, { offset: i, terms: [] }])),
    [[]],
  )
