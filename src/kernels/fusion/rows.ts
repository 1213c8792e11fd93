/**
 * Kernels by rows: groups that share outer loops, and of which one reads from another only the row at hand, run one after the
 * other inside those loops, so that a row is still in cache when it is read again (softmax, normalisation, cross-entropy and
 * their gradients: reduce, then store, then reduce …). A pass over the groups in order of execution: a group joins a nest that
 * it reads from, where it moves up to the nest or the nest down to it without passing what depends on it.
 */
import { sizeOf } from '../../core/abstract.ts'
import type { Variable } from '../../core/program.ts'
import type { Form } from '../catalogue/forms.ts'
import type { Group, Nest } from './groups.ts'

/** A variable that one group stores and another reads there, in one form. */
export interface Crossing {
  readonly variable: Variable
  readonly form: Form
  readonly home: Group
}

/** What is known of the groups. */
export interface RowContext {
  /** What a group reads that other groups store. */
  crossings(group: Group): readonly Crossing[]
  /** Is the group better left to the matrix product that it reads element by element? */
  isEpilogue(group: Group): boolean
  /** Elements of the shortest row that is worth loops of its own. */
  readonly shortestRow: number
}

/**
 * Elements from which a row is worth loops of its own. Where one thread runs the whole kernel, what is computed once for a row
 * takes a vector for one number, while kernels apart have neighbouring rows in lanes: for a cross-entropy over ten classes they take
 * two thirds of the time, from 40 on as long. Threads that have a row each lose nothing.
 */
export const shortestRow = (sharesRows: boolean): number => (sharesRows ? 40 : 8)

/** The nests of the groups, in order of execution; no nest has more than `capacity` expressions. */
export function joinRows(groups: readonly Group[], context: RowContext, capacity: number): readonly Nest[] {
  return new Rows(groups, context, capacity).run()
}

class Rows {
  readonly #groups: readonly Group[]
  readonly #context: RowContext
  readonly #capacity: number
  readonly #producers = new Map<Group, Group[]>()
  /** The nest at each position, and the position of the nest of each group. */
  readonly #nests: (Nest | null)[] = []
  readonly #positions = new Map<Group, number>()

  constructor(groups: readonly Group[], context: RowContext, capacity: number) {
    this.#groups = groups
    this.#context = context
    this.#capacity = capacity
    for (const group of groups) {
      for (const consumer of group.consumers) {
        const known = this.#producers.get(consumer)
        if (known === undefined) this.#producers.set(consumer, [group])
        else known.push(group)
      }
    }
  }

  run(): readonly Nest[] {
    for (const group of this.#groups) {
      if (this.#join(group)) continue
      this.#put(nestOf([group], group.space.length), this.#nests.length)
    }
    return this.#nests.filter((nest) => nest !== null)
  }

  #put(nest: Nest, position: number): void {
    this.#nests[position] = nest
    for (const group of nest.groups) this.#positions.set(group, position)
  }

  /** Adds the group to the latest nest that it may join; false if there is none. */
  #join(group: Group): boolean {
    if (group.kind !== 'loops' || group.space.length === 0) return false
    const crossings = this.#context.crossings(group)
    const places = new Set(crossings.map(({ home }) => this.#positions.get(home)!))
    for (const place of [...places].sort((a, b) => b - a)) {
      const joined = this.#joined(this.#nests[place]!, group, crossings)
      if (joined === null) continue
      if (this.#mayRiseTo(place, group)) this.#put(joined, place)
      else if (this.#maySink(this.#nests[place]!, group)) {
        this.#nests[place] = null
        this.#put(joined, this.#nests.length)
      } else continue
      return true
    }
    return false
  }

  /** The nest with the group in it, if rows suffice. */
  #joined(nest: Nest, group: Group, crossings: readonly Crossing[]): Nest | null {
    const nodes = nest.groups.reduce((sum, each) => sum + each.nodes, group.nodes)
    if (nodes > this.#capacity) return null
    if (nest.groups.length === 1 && this.#context.isEpilogue(nest.groups[0])) return null
    let depth = commonPrefix(nest.groups[0].space.slice(0, nest.depth), group.space)
    for (const crossing of crossings)
      if (nest.groups.includes(crossing.home)) depth = Math.min(depth, ownAxes(crossing, depth))
    if (depth === 0) return null
    const groups = [...nest.groups, group]
    return groups.every((each) => this.#isLong(each.space.slice(depth))) ? nestOf(groups, depth) : null
  }

  /** Is a row of this shape a single element, or long? */
  #isLong(row: readonly number[]): boolean {
    return sizeOf(row) === 1 || sizeOf(row) >= this.#context.shortestRow
  }

  /** Does all that the group needs stand ready at the position of a nest? */
  #mayRiseTo(place: number, group: Group): boolean {
    const producers = this.#producers.get(group) ?? []
    return producers.every((producer) => this.#positions.get(producer)! <= place)
  }

  /** Is the group the first that needs the nest? */
  #maySink({ groups }: Nest, group: Group): boolean {
    return groups.every((each) =>
      [...each.consumers].every((consumer) => {
        return consumer === group || groups.includes(consumer) || !this.#positions.has(consumer)
      }),
    )
  }
}

const nestOf = (groups: readonly Group[], depth: number): Nest => ({ groups, depth, rowBuffers: new Set() })

/** Axes at the front of two shapes that agree. */
function commonPrefix(a: readonly number[], b: readonly number[]): number {
  let length = 0
  while (length < a.length && length < b.length && a[length] === b[length]) length++
  return length
}

/** Axes at the front (at most so many) at whose own index the variable is read. */
function ownAxes({ variable: { shape }, form: { axes } }: Crossing, most: number): number {
  let length = 0
  const isOwn = (axis: number): boolean => axes[axis].pure === axis || (shape[axis] === 1 && axes[axis].mask === 0)
  while (length < most && length < shape.length && isOwn(length)) length++
  return length
}
