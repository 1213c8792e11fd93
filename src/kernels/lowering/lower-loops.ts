/**
 * A nest as one kernel: the loops that its groups share, in them the loops of each group, one group after the other. Reductions
 * stand at the depth at which their index is known.
 */
import { sizeOf } from '../../core/abstract.ts'
import type { ReadContext, Reader, Space } from '../catalogue/reader.ts'
import { attempt } from '../catalogue/reader.ts'
import { locate } from '../catalogue/storage.ts'
import type { Group, Nest, Root } from '../fusion/groups.ts'
import { finishKernel } from '../language/finish.ts'
import type { Buffer, Kernel, Local, Loop, Node, Statement } from '../language/kernel.ts'
import { kernelName } from '../language/kernel-name.ts'
import { operandsOf } from '../language/walk.ts'

/** What of a group makes loops: their extents, and what they compute. */
type Loops = Pick<Group, 'id' | 'space' | 'roots'>

/** What of a nest makes loops. */
interface Loopable extends Pick<Nest, 'depth' | 'rowBuffers'> {
  readonly groups: readonly Loops[]
}

/** The kernel of one group; null if it has nothing to write. `movement` names a kernel that computes nothing. */
export const lowerLoops = (group: Omit<Loops, 'id'>, context: ReadContext, movement: string): Kernel | null =>
  nestKernel(
    { groups: [{ ...group, id: 0 }], depth: group.space.length, rowBuffers: new Set() },
    () => context,
    movement,
  )

/** The kernel of a nest; null if it has nothing to write. `movement` names a kernel that computes nothing. */
export function nestKernel<G extends Loops>(
  nest: Loopable & { readonly groups: readonly G[] },
  contextOf: (group: G) => ReadContext,
  movement: string,
): Kernel | null {
  let current = contextOf(nest.groups[0])
  const context: ReadContext = {
    storageOf: (variable) => current.storageOf(variable),
    expand: (...all) => current.expand(...all),
    definitionOf: (variable) => current.definitionOf(variable),
  }
  const enter = (position: number): void => {
    current = contextOf(nest.groups[position])
  }
  const body = attempt((reader) => new NestWriter(nest, reader).write(enter), context)
  if (body.length === 0) return null
  const kernel = finishKernel(kernelName(body, movement), body)
  return nest.rowBuffers.size === 0 ? kernel : { ...kernel, rowBuffers: [...nest.rowBuffers] }
}

/** Statements that stand directly inside the first so many loops: reductions before what is deeper, stores after it. */
interface Level {
  readonly before: Statement[]
  readonly after: Statement[]
}

const newLevels = (loops: readonly Loop[]): Level[] => loops.map(() => ({ before: [], after: [] }))

class NestWriter {
  readonly #nest: Loopable
  readonly #reader: Reader
  /** The shared loops, and what stands directly in each of them but the last. */
  readonly #outer: Space
  readonly #levels: readonly Level[]
  /** At which depth locals are set. */
  readonly #locals = new Map<Local, number>()
  #reductions = 0

  constructor(nest: Loopable, reader: Reader) {
    const { groups, depth, rowBuffers } = nest
    this.#nest = nest
    this.#reader = reader
    this.#outer = reader.space(groups[0].space.slice(0, depth), 'space', rowBuffers.size === 0)
    this.#levels = newLevels(this.#outer.loops)
  }

  /** The statements of the nest; none if it has nothing to write. `enter` is told which group is read for. */
  write(enter: (position: number) => void): readonly Statement[] {
    const { groups } = this.#nest
    const inside = groups.flatMap((group, position) => {
      const roots = group.roots.filter(({ variable }) => sizeOf(variable.shape) > 0)
      if (roots.length === 0) return []
      enter(position)
      return this.#group(group, roots)
    })
    return assemble(this.#outer.loops, this.#levels, inside)
  }

  #group(group: Loops, roots: readonly Root[]): readonly Statement[] {
    const { depth } = this.#nest
    const outer = this.#outer
    const inner = this.#reader.space(group.space.slice(depth), `space ${group.id}`)
    const loops = [...outer.loops, ...inner.loops]
    const levels = [...this.#levels, ...newLevels(inner.loops), { before: [], after: [] }]
    const index = [...outer.index, ...inner.index]
    const depths = [...outer.depths, ...inner.depths]
    for (const { variable, storage } of roots) {
      const rank = variable.shape.length
      const place = index.slice(0, rank)
      const value = this.#reader.read(variable, place)
      const address = this.#reader.table.address(locate(storage, place))
      const level = depths.slice(0, rank).reduce((sum, count) => sum + count, 0)
      levels[level].after.push({ kind: 'store', buffer: storage.buffer, address, value })
    }
    this.#placeReductions(loops, levels)
    const [innermost] = levels.slice(-1)
    return assemble(inner.loops, levels.slice(outer.loops.length, -1), [...innermost.before, ...innermost.after])
  }

  /** Each reduction that is new goes to the depth of the innermost loop it depends on (its own apart). */
  #placeReductions(loops: readonly Loop[], levels: readonly Level[]): void {
    const rows = this.#outer.loops.length
    const depths: Depths = {
      loops: new Map(loops.map((loop, i) => [loop, i + 1])),
      locals: this.#locals,
      buffers: new Map([...this.#nest.rowBuffers].map((buffer) => [buffer, rows])),
    }
    const known = new Map<Node, number>()
    for (const reduction of this.#reader.reductions.slice(this.#reductions)) {
      const depth = depthOfNode(reduction.value, depths, known)
      this.#locals.set(reduction.local, depth)
      levels[depth].before.push({ kind: 'reduce', ...reduction })
    }
    this.#reductions = this.#reader.reductions.length
  }
}

/** How many outer loops things need. */
interface Depths {
  readonly loops: ReadonlyMap<Loop, number>
  readonly locals: ReadonlyMap<Local, number>
  readonly buffers: ReadonlyMap<Buffer, number>
}

/** Number of outer loops a node needs; loops of reductions do not count. */
function depthOfNode(node: Node, depths: Depths, known: Map<Node, number>): number {
  const cached = known.get(node)
  if (cached !== undefined) return cached
  let depth = ownDepth(node, depths)
  for (const operand of operandsOf(node)) depth = Math.max(depth, depthOfNode(operand, depths, known))
  known.set(node, depth)
  return depth
}

function ownDepth(node: Node, { loops, locals, buffers }: Depths): number {
  if (node.kind === 'index') return loops.get(node.loop) ?? 0
  if (node.kind === 'local') return locals.get(node.local)!
  if (node.kind !== 'load') return 0
  return node.address.terms.reduce(
    (most, { loop }) => Math.max(most, loops.get(loop) ?? 0),
    buffers.get(node.buffer) ?? 0,
  )
}

/** The loops around `inside`; level i stands outside loop i. */
function assemble(
  loops: readonly Loop[],
  levels: readonly Level[],
  inside: readonly Statement[],
): readonly Statement[] {
  let body = inside
  for (let depth = loops.length - 1; depth >= 0; depth--) {
    const { before, after } = levels[depth]
    const inner: readonly Statement[] = body.length === 0 ? [] : [{ kind: 'for', loop: loops[depth], body }]
    body = [...before, ...inner, ...after]
  }
  return body
}
