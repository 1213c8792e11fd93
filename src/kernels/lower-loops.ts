/** A group of loops as one kernel: a nest over the group's space; reductions stand at the depth at which their index is known. */
import { sizeOf } from '../core/abstract.ts'
import { finishKernel } from './finish.ts'
import type { Group, Root } from './groups.ts'
import type { Kernel, Local, Loop, Node, Statement } from './kernel.ts'
import { kernelName } from './kernel-name.ts'
import type { ReadContext, Reader } from './reader.ts'
import { attempt } from './reader.ts'
import { locate } from './storage.ts'
import { operandsOf } from './walk.ts'

/** What of a group makes loops: their extents, and what they compute. */
type Nest = Pick<Group, 'space' | 'roots'>

/** The kernel of a group; null if it has nothing to write. `movement` names a kernel that computes nothing. */
export function lowerLoops(group: Nest, context: ReadContext, movement: string): Kernel | null {
  const roots = group.roots.filter(({ variable }) => sizeOf(variable.shape) > 0)
  if (roots.length === 0) return null
  const body = attempt((reader) => buildNest(group, roots, reader), context)
  return finishKernel(kernelName(body, movement), body)
}

/** Statements that stand directly inside the first `depth` loops: reductions before the next loop, stores after it. */
interface Level {
  readonly before: Statement[]
  readonly after: Statement[]
}

function buildNest(group: Nest, roots: readonly Root[], reader: Reader): readonly Statement[] {
  const space = reader.space(group.space, 'space')
  const levels = Array.from({ length: space.loops.length + 1 }, (): Level => ({ before: [], after: [] }))
  for (const { variable, storage } of roots) {
    const rank = variable.shape.length
    const index = space.index.slice(0, rank)
    const value = reader.read(variable, index)
    const address = reader.table.address(locate(storage, index))
    const depth = space.depths.slice(0, rank).reduce((sum, count) => sum + count, 0)
    levels[depth].after.push({ kind: 'store', buffer: storage.buffer, address, value })
  }
  placeReductions(reader, space.loops, levels)
  return assemble(space.loops, levels)
}

/** Each reduction goes to the depth of the innermost loop it depends on (its own apart). */
function placeReductions(reader: Reader, loops: readonly Loop[], levels: readonly Level[]): void {
  const depths = new Map<Loop, number>(loops.map((loop, i) => [loop, i + 1]))
  const locals = new Map<Local, number>()
  const known = new Map<Node, number>()
  for (const reduction of reader.reductions) {
    const depth = depthOfNode(reduction.value, depths, locals, known)
    locals.set(reduction.local, depth)
    levels[depth].before.push({ kind: 'reduce', ...reduction })
  }
}

/** Number of outer loops a node needs; loops of reductions do not count. */
function depthOfNode(
  node: Node,
  loops: ReadonlyMap<Loop, number>,
  locals: ReadonlyMap<Local, number>,
  known: Map<Node, number>,
): number {
  const cached = known.get(node)
  if (cached !== undefined) return cached
  let depth = node.kind === 'index' ? (loops.get(node.loop) ?? 0) : node.kind === 'local' ? locals.get(node.local)! : 0
  if (node.kind === 'load') for (const { loop } of node.address.terms) depth = Math.max(depth, loops.get(loop) ?? 0)
  for (const operand of operandsOf(node)) depth = Math.max(depth, depthOfNode(operand, loops, locals, known))
  known.set(node, depth)
  return depth
}

function assemble(loops: readonly Loop[], levels: readonly Level[]): readonly Statement[] {
  let body: readonly Statement[] = []
  for (let depth = loops.length; depth >= 0; depth--) {
    const { before, after } = levels[depth]
    const inner: readonly Statement[] = body.length === 0 ? [] : [{ kind: 'for', loop: loops[depth], body }]
    body = [...before, ...inner, ...after]
  }
  return body
}
