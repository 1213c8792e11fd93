/** Groups: sets of equations that become one kernel or one step, and what is demanded of each variable. */
import type { Equation, Variable } from '../../core/program.ts'
import type { Form } from '../catalogue/forms.ts'
import type { Storage } from '../catalogue/storage.ts'
import type { View } from '../catalogue/views.ts'
import type { Buffer } from '../language/kernel.ts'

/** A value that a group of loops writes to memory. */
export interface Root {
  readonly variable: Variable
  readonly storage: Storage
}

/** One kernel (`loops`), or one equation that is a step or a composition. */
export interface Group {
  readonly id: number
  readonly kind: 'loops' | 'equation'
  /** Consumers stand on lower levels, the end of the program on level 0. So no circle can arise. */
  readonly level: number
  /** Loops of the kernel, outermost first. */
  readonly space: readonly number[]
  readonly equation: Equation | null
  /** Where in the program its first equation stands. */
  position: number
  /** Number of expressions, which is capped. */
  nodes: number
  readonly roots: Root[]
  /** For an equation: its operands that are read from memory. */
  readonly views: Map<number, View>
  /** Groups that must come later. */
  readonly consumers: Set<Group>
}

/**
 * Groups that become one kernel: they run one after the other inside `depth` loops that they share, the first axes of their
 * spaces. A group that stands alone shares all its loops with itself.
 */
export interface Nest {
  readonly groups: readonly Group[]
  readonly depth: number
  /** Buffers for one row, which the rows use one after the other. */
  readonly rowBuffers: Set<Buffer>
}

/** A variable read inside a group, in one form. */
export interface Use {
  readonly group: Group
  readonly form: Form
}

/** A place that wants a variable written to it, on behalf of a group. */
export interface Destination {
  readonly storage: Storage
  readonly group: Group | null
  /** The group overwrites it: no one else may read the variable from there. */
  readonly exclusive: boolean
}

/** Uses that are remembered as recent. */
const RECENT = 8

/** Everything that is asked of a variable. */
export class Demand {
  readonly uses = new Map<string, Use>()
  readonly wholes = new Set<Group>()
  readonly destinations: Destination[] = []

  /** The latest uses, newest first. */
  readonly recent: Use[] = []

  /** Asks for the variable inside a group. */
  use(group: Group, form: Form): void {
    const key = `${group.id}:${form.id}`
    if (this.uses.has(key)) return
    const use = { group, form }
    this.uses.set(key, use)
    this.recent.unshift(use)
    if (this.recent.length > RECENT) this.recent.pop()
  }

  /** Must the variable stand in memory? */
  get stored(): boolean {
    return this.wholes.size > 0 || this.destinations.length > 0
  }

  /** Does anyone read it, or want it anywhere? */
  get wanted(): boolean {
    return this.stored || this.uses.size > 0
  }
}
