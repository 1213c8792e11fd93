/**
 * Fusion: which variables stand in memory, and which equations become one kernel. One pass from the end of the program to its
 * start: when a variable is reached, everything that reads it is known. It is computed inside its readers if that repeats no
 * work (or only cheap work); else it is stored, if possible by a kernel that computes it anyway.
 */
import type { Abstract } from '../../core/abstract.ts'
import { sameShape, sizeOf } from '../../core/abstract.ts'
import type { Equation, Program, Variable } from '../../core/program.ts'
import { hasEffect } from '../../core/program.ts'
import type { Expression } from '../catalogue/expressions.ts'
import { depthOf, Forms, INNER, innerAxis, isCanonical, isPrefix, iterations, maskOf } from '../catalogue/forms.ts'
import type { Composition } from '../catalogue/pieces.ts'
import { aliasing, placeOfOperand } from '../catalogue/pieces.ts'
import { roleOf } from '../catalogue/roles.ts'
import type { StepRule } from '../catalogue/steps.ts'
import type { Storage } from '../catalogue/storage.ts'
import { denseStorage, isDense, rowStorage } from '../catalogue/storage.ts'
import { viewOf } from '../catalogue/views.ts'
import type { Buffer } from '../language/kernel.ts'
import type { Costs } from './cost.ts'
import { costsOf, isCheap, isLight } from './cost.ts'
import type { Destination, Group, Nest, Use } from './groups.ts'
import { Demand } from './groups.ts'
import { ordered } from './order.ts'
import { appetitesOf, readersOf } from './readership.ts'
import type { Crossing, RowContext } from './rows.ts'
import { joinRows, shortestRow } from './rows.ts'
import { mergeSiblings } from './siblings.ts'

/** Expressions of one kernel; also bounds the depth of every expression. */
const CAPACITY = 256
/** How often cheap expressions may be computed again inside reductions. */
const REPEATS = 4

/** The groups of a program in order of execution, joined to nests, and where its variables stand. */
export interface Fusion {
  readonly nests: readonly Nest[]
  readonly inputs: readonly Buffer[]
  readonly outputs: readonly Buffer[]
  /** Where a group finds a variable; undefined if it computes it. */
  find(variable: Variable, group: Group): Storage | undefined
  /** Where a variable stands that is known to be stored. */
  storageOf(variable: Variable): Storage
  definitionOf(variable: Variable): Equation
}

/** Fuses a program. `allocate` makes a buffer. `sharesRows`: may the rows of a kernel use the same memory one after the other? */
export const fuse = (program: Program, allocate: (like: Abstract) => Buffer, sharesRows: boolean): Fusion =>
  new Fuser(program, allocate, sharesRows).run()

class Fuser {
  readonly #program: Program
  readonly #allocate: (like: Abstract) => Buffer
  readonly #sharesRows: boolean
  readonly #costs: Costs
  readonly #appetites: Float64Array
  readonly #readers: Int32Array
  readonly #forms = new Forms()
  readonly #groups: Group[] = []
  readonly #demands: Demand[]
  readonly #storages: (Storage | undefined)[]
  readonly #homes: (Group | undefined)[]
  readonly #definitions: (Equation | undefined)[]
  readonly #transparent: Uint8Array
  #effect: Group | null = null
  /** Groups that have become part of another. */
  #absorbed: ReadonlyMap<Group, Group> = new Map()

  constructor(program: Program, allocate: (like: Abstract) => Buffer, sharesRows: boolean) {
    const { size } = program
    this.#program = program
    this.#allocate = allocate
    this.#sharesRows = sharesRows
    this.#costs = costsOf(program)
    this.#appetites = appetitesOf(program)
    this.#readers = readersOf(program)
    this.#demands = Array.from({ length: size }, () => new Demand())
    this.#storages = new Array(size)
    this.#homes = new Array(size)
    this.#definitions = new Array(size)
    this.#transparent = new Uint8Array(size)
    for (const equation of program.equations)
      for (const output of equation.outputs) this.#definitions[output.index] = equation
  }

  run(): Fusion {
    const { inputs, equations, outputs } = this.#program
    const inputBuffers = inputs.map(this.#allocate)
    const outputBuffers = outputs.map(this.#allocate)
    outputs.forEach((output, i) => {
      const storage = denseStorage(outputBuffers[i], output.shape)
      this.#demand(output).destinations.push({ storage, group: null, exclusive: false })
    })
    for (let position = equations.length - 1; position >= 0; position--) this.#visit(equations[position], position)
    inputs.forEach((input, i) => {
      this.#storages[input.index] = denseStorage(inputBuffers[i], input.shape)
      for (const destination of this.#demand(input).destinations) this.#copy(input, destination, -1)
    })
    return {
      nests: this.#nests(ordered(this.#merged())),
      inputs: inputBuffers,
      outputs: outputBuffers,
      find: (variable, group) => this.#find(variable, group),
      storageOf: (variable) => this.#storages[variable.index]!,
      definitionOf: (variable) => this.#definitions[variable.index]!,
    }
  }

  /** The groups after siblings have become one. */
  #merged(): readonly Group[] {
    const merged = mergeSiblings(this.#groups, this.#reads(), CAPACITY)
    if (merged.size === 0) return this.#groups
    this.#absorbed = merged
    this.#homes.forEach((home, i) => {
      const other = home && merged.get(home)
      if (other !== undefined) this.#homes[i] = other
    })
    const groups = this.#groups.filter((group) => !merged.has(group))
    for (const { consumers } of groups) {
      for (const consumer of [...consumers]) {
        const other = merged.get(consumer)
        if (other === undefined) continue
        consumers.delete(consumer)
        consumers.add(other)
      }
    }
    return groups
  }

  /** The stored variables that each group reads in its own order. */
  #reads(): ReadonlyMap<Group, readonly Variable[]> {
    const reads = new Map<Group, Variable[]>()
    this.#eachUse((variable, { group, form }) => {
      const ordered = form.axes.length === group.space.length && isCanonical(form, variable.shape)
      if (ordered && this.#find(variable, group) !== undefined) pushTo(reads, group, variable)
    })
    return reads
  }

  #eachUse(visit: (variable: Variable, use: Use) => void): void {
    const { inputs, equations } = this.#program
    const visitUses = (variable: Variable): void => {
      for (const { group, form } of this.#demand(variable).uses.values())
        visit(variable, { group: this.#absorbed.get(group) ?? group, form })
    }
    inputs.forEach(visitUses)
    for (let i = 0; i < equations.length; i++) equations[i].outputs.forEach(visitUses)
  }

  /** The groups joined by rows. */
  #nests(groups: readonly Group[]): readonly Nest[] {
    const crossings = new Map<Group, Crossing[]>()
    const reducing = new Set<Group>()
    const fed = new Set<Group>()
    this.#eachUse((variable, { group, form }) => {
      if ((maskOf(form) & INNER) !== 0) reducing.add(group)
      if (this.#find(variable, group) === undefined) return
      const home = this.#homes[variable.index]
      if (home?.kind === 'loops') pushTo(crossings, group, { variable, form, home })
      else if (isCanonical(form, variable.shape) && this.#isProduct(variable)) fed.add(group)
    })
    const context: RowContext = {
      crossings: (group) => crossings.get(group) ?? [],
      isEpilogue: (group) => fed.has(group) && !reducing.has(group),
      shortestRow: shortestRow(this.#sharesRows),
    }
    const nests = joinRows(groups, context, CAPACITY)
    for (const nest of nests) if (nest.groups.length > 1) this.#keepInRows(nest)
    return nests
  }

  /** Is the variable a matrix product or the image from a convolution, seen through movements? */
  #isProduct(variable: Variable): boolean {
    let equation = this.#definitions[variable.index]
    while (equation !== undefined && ['reshape', 'transpose'].includes(equation.primitive.name))
      equation = this.#definitions[equation.inputs[0].index]
    return equation !== undefined && ['dot', 'convolution', 'convolutionInput'].includes(equation.primitive.name)
  }

  /** What only the nest itself reads needs memory for one row, or none if a row is one number. */
  #keepInRows({ groups, depth, rowBuffers }: Nest): void {
    for (const group of groups) {
      const roots = group.roots.splice(0)
      for (const root of roots) {
        const { index, dtype, shape } = root.variable
        const row = sizeOf(shape.slice(depth))
        const stays = row > 1 && (row < shortestRow(this.#sharesRows) || !this.#sharesRows)
        if (stays || shape.length < depth || !this.#isPrivate(root.variable, groups)) {
          group.roots.push(root)
        } else if (row === 1) this.#storages[index] = undefined
        else {
          const storage = rowStorage(this.#allocate({ dtype, shape: [row] }), shape, depth)
          this.#storages[index] = storage
          rowBuffers.add(storage.buffer)
          group.roots.push({ variable: root.variable, storage })
        }
      }
    }
  }

  /** Do only these groups read the variable? */
  #isPrivate(variable: Variable, groups: readonly Group[]): boolean {
    const { stored, uses } = this.#demand(variable)
    if (stored) return false
    for (const { group } of uses.values()) if (!groups.includes(this.#absorbed.get(group) ?? group)) return false
    return true
  }

  #find({ index }: Variable, group: Group): Storage | undefined {
    return this.#transparent[index] === 1 || this.#homes[index] === group ? undefined : this.#storages[index]
  }

  #demand(variable: Variable): Demand {
    return this.#demands[variable.index]
  }

  #visit(equation: Equation, position: number): void {
    const role = roleOf(equation)
    if (role.kind === 'step') {
      this.#step(equation, role, position)
      return
    }
    for (const output of equation.outputs) {
      if (!this.#demand(output).wanted) continue
      if (role.kind === 'composition') this.#compose(equation, role, output, position)
      else this.#express(equation, role, output, position)
    }
  }

  #express(equation: Equation, role: Expression, variable: Variable, position: number): void {
    const demand = this.#demand(variable)
    const uses = [...demand.uses.values()]
    if (!demand.stored && this.#mayInline(equation, role, variable, uses)) {
      for (const use of uses) this.#inline(equation, role, variable, use)
    } else if (this.#mayAlias(equation, variable)) {
      this.#compose(equation, aliasing, variable, position)
    } else {
      this.#store(equation, role, variable, position)
    }
  }

  /** Is the variable computed inside all its readers? */
  #mayInline(equation: Equation, role: Expression, variable: Variable, uses: readonly Use[]): boolean {
    if (!hasRoom(role, uses)) return false
    if (role.reduces) return uses.length === 1 && reducesInside(uses[0])
    if (role.flops(equation) === 0) return true
    const turns = uses.map(({ group, form }) => iterations(form, group.space))
    const size = sizeOf(variable.shape)
    if (turns.reduce((sum, count) => sum + count, 0) <= size) return true
    const repeated = uses.some(({ form }, i) => (maskOf(form) & INNER) !== 0 && turns[i] > REPEATS * size)
    if (isCheap(this.#costs, variable) && !repeated) return true
    return size === 1 && turns.every((count) => count === 1) && isLight(this.#costs, variable)
  }

  /** Makes the variable part of a group: its operands are read there. */
  #inline(equation: Equation, role: Expression, variable: Variable, { group, form }: Use): void {
    const context = { forms: this.#forms, space: group.space, variable: variable.index }
    for (const read of role.operands(equation, form, context)) this.#demand(read.variable).use(group, read.form)
    group.nodes += role.nodes
  }

  /** The variable becomes an output of a kernel. */
  #store(equation: Equation, role: Expression, variable: Variable, position: number): void {
    const demand = this.#demand(variable)
    const uses = [...demand.uses.values()]
    const transparent = role.flops(equation) === 0 && demand.stored && hasRoom(role, uses)
    if (transparent) for (const use of uses) this.#inline(equation, role, variable, use)
    const readers = transparent ? [] : uses.map(({ group }) => group)
    const group = this.#home(equation, role, variable, readers, position)
    this.#inline(equation, role, variable, { group, form: this.#forms.canonical(variable.shape.length) })
    const consumers = this.#consumers(demand, readers)
    consumers.delete(group)
    for (const consumer of consumers) group.consumers.add(consumer)
    const needed = demand.wholes.size > 0 || readers.some((reader) => reader !== group)
    const own = this.#choose(variable, needed)
    const others = demand.destinations.filter((destination) => destination.storage !== own)
    for (const storage of [...(own ? [own] : []), ...others.map(({ storage }) => storage)])
      group.roots.push({ variable, storage })
    this.#homes[variable.index] = group
    this.#storages[variable.index] = own
    if (transparent) this.#transparent[variable.index] = 1
  }

  /** The storage that readers of a variable use: the first place that wants it, else new memory if there is a reader. */
  #choose(
    variable: Variable,
    needed: boolean,
    writes: (storage: Storage) => boolean = () => true,
  ): Storage | undefined {
    const { destinations } = this.#demand(variable)
    const read = this.#demand(variable).wholes.size > 0
    const sole = !needed && destinations.length === 1
    const fits = (storage: Storage) => isDense(storage) || (!read && writes(storage))
    const place = destinations.find((d) => (!d.exclusive || sole) && fits(d.storage))
    if (place !== undefined) return place.storage
    return needed ? denseStorage(this.#allocate(variable), variable.shape) : undefined
  }

  /** A group that computes the variable: one that reads it in its own order, one that reads the same operands, or a new one. */
  #home(equation: Equation, role: Expression, variable: Variable, readers: readonly Group[], position: number): Group {
    const consumers = this.#consumers(this.#demand(variable), readers)
    const candidates = new Set([...readers, ...this.#neighbours(equation, role, variable)])
    for (const group of candidates) {
      if (!this.#mayJoin(group, role, variable, consumers)) continue
      group.position = Math.min(group.position, position)
      return group
    }
    return this.#group('loops', variable.shape, null, position, consumers)
  }

  /** Groups over the same space that read an operand of the equation. */
  #neighbours({ inputs }: Equation, role: Expression, { shape }: Variable): Group[] {
    if (role.reduces) return []
    return inputs.flatMap((input) =>
      this.#demand(input)
        .recent.filter(({ group, form }) => sameShape(group.space, shape) && isCanonical(form, input.shape))
        .map(({ group }) => group),
    )
  }

  #mayJoin(group: Group, role: Expression, variable: Variable, consumers: ReadonlySet<Group>): boolean {
    const { shape } = variable
    if (group.kind !== 'loops' || group.nodes + role.nodes > CAPACITY) return false
    if (!sameShape(group.space.slice(0, shape.length), shape)) return false
    if (role.reduces && shape.length === 0 && group.space.length > 0) return false
    for (const consumer of consumers) if (consumer !== group && consumer.level >= group.level) return false
    for (const use of this.#demand(variable).uses.values())
      if (use.group === group && !isCanonical(use.form, shape)) return false
    return true
  }

  /** The groups that must come after a variable is stored. */
  #consumers({ wholes, destinations }: Demand, readers: readonly Group[]): Set<Group> {
    const consumers = new Set([...readers, ...wholes])
    for (const { group } of destinations) if (group !== null) consumers.add(group)
    return consumers
  }

  /** A composition: nothing to do but the gaps; its operands are asked to be written to their places. */
  #compose(equation: Equation, role: Composition, variable: Variable, position: number): void {
    const { own, exclusive, consumers } = this.#settle(variable, position, () => true)
    const group = this.#group('equation', [], equation, position, consumers)
    this.#homes[variable.index] = group
    role.pieces(equation, own).forEach((storage, i) => {
      const operand = equation.inputs[i]
      if (storage !== null) this.#demand(operand).destinations.push({ storage, group, exclusive })
      else this.#demand(operand).use(group, this.#streamed(operand, group, i))
    })
  }

  /** An equation that is a step of its own. */
  #step(equation: Equation, role: StepRule, position: number): void {
    const effect = hasEffect(equation)
    if (!effect && !equation.outputs.some((output) => this.#demand(output).wanted)) return
    const settled = equation.outputs.map((output) =>
      this.#settle(output, position, (storage) => role.writes(equation, storage)),
    )
    const consumers = new Set(settled.flatMap((output) => [...output.consumers]))
    if (effect && this.#effect !== null) consumers.add(this.#effect)
    const group = this.#group('equation', [], equation, position, consumers)
    if (effect) this.#effect = group
    for (const output of equation.outputs) this.#homes[output.index] = group
    role.access(equation).forEach((access, i) => {
      const operand = equation.inputs[i]
      if (access === 'streamed') this.#demand(operand).use(group, this.#streamed(operand, group, i))
      else if (access === 'placed')
        this.#demand(operand).destinations.push({ storage: settled[0].own, group, exclusive: true })
      else this.#look(group, operand, i, access)
    })
  }

  /** A step reads an operand from memory, if possible through the movements that made it. */
  #look(group: Group, operand: Variable, position: number, access: 'whole' | 'strided'): void {
    const definitionOf = (variable: Variable) => this.#definitions[variable.index]
    const prefers = (base: Variable, seen: Abstract) => {
      const equation = definitionOf(base)
      if (equation === undefined || roleOf(equation).kind !== 'expression') return true
      const size = sizeOf(base.shape)
      return size <= sizeOf(seen.shape) || size <= this.#appetites[base.index]
    }
    const view = viewOf(operand, access, { definitionOf, prefers })
    group.views.set(position, view)
    this.#demand(view.base).wholes.add(group)
  }

  /** Where an output of a step or composition stands; other places that want it get copies. */
  #settle(variable: Variable, position: number, writes: (storage: Storage) => boolean) {
    const demand = this.#demand(variable)
    const readers = [...demand.uses.values()].map(({ group }) => group)
    const needed = readers.length > 0 || demand.wholes.size > 0 || demand.destinations.length > 1
    const own = this.#choose(variable, needed, writes)
    const storage = own ?? denseStorage(this.#allocate(variable), variable.shape)
    const consumers = new Set<Group>([...readers, ...demand.wholes])
    let exclusive = false
    for (const destination of demand.destinations) {
      if (destination.storage !== storage) consumers.add(this.#copy(variable, destination, position))
      else {
        exclusive = destination.exclusive
        if (destination.group !== null) consumers.add(destination.group)
      }
    }
    this.#storages[variable.index] = storage
    return { own: storage, exclusive, consumers }
  }

  /** A kernel that copies a stored variable to one more place. */
  #copy(variable: Variable, { storage, group }: Destination, position: number): Group {
    const copy = this.#group('loops', variable.shape, null, position, group === null ? [] : [group])
    copy.roots.push({ variable, storage })
    return copy
  }

  /**
   * May the operand of a movement be written straight to where the result is wanted? Under a contiguous reshape always; else if
   * the operand is made by a step that has no other reader and can write with those strides.
   */
  #mayAlias(equation: Equation, variable: Variable): boolean {
    const { destinations, uses, wholes } = this.#demand(variable)
    const sole = uses.size === 0 && wholes.size === 0 && destinations.length === 1
    const place = destinations.find(
      ({ exclusive, storage }) => (!exclusive || sole) && (wholes.size === 0 || isDense(storage)),
    )
    const storage = place?.storage ?? denseStorage(unplaced, variable.shape)
    if (equation.primitive.name === 'reshape' && isDense(storage)) return true
    return this.#reachesStep(variable, storage)
  }

  /** Is the variable made by a step, seen through movements that have no other reader, that can write to the place? */
  #reachesStep(variable: Variable, storage: Storage): boolean {
    for (let [current, place]: [Variable, Storage | null] = [variable, storage]; place !== null; ) {
      const equation = this.#definitions[current.index]
      if (equation === undefined) return false
      const role = roleOf(equation)
      if (role.kind === 'step') return role.writes(equation, place)
      place = placeOfOperand(equation, place)
      current = equation.inputs[0]
      if (place === null || this.#readers[current.index] !== 1) return false
    }
    return false
  }

  #streamed(operand: Variable, group: Group, position: number) {
    const axes = operand.shape.map(() => innerAxis)
    return this.#forms.of(axes, sizeOf(operand.shape), `stream ${group.id}.${position}`)
  }

  #group(
    kind: Group['kind'],
    space: readonly number[],
    equation: Equation | null,
    position: number,
    consumers: Iterable<Group>,
  ): Group {
    const after = new Set(consumers)
    let level = 1
    for (const consumer of after) level = Math.max(level, consumer.level + 1)
    const id = this.#groups.length
    const group = {
      id,
      kind,
      level,
      space,
      equation,
      position,
      nodes: 0,
      roots: [],
      views: new Map(),
      consumers: after,
    }
    this.#groups.push(group)
    return group
  }
}

/** Adds to the list under a key. */
function pushTo<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const known = lists.get(key)
  if (known === undefined) lists.set(key, [value])
  else known.push(value)
}

/** Stands for memory that is not allotted yet, while only strides matter. */
const unplaced: Buffer = { id: -1, dtype: 'float32', elements: 0, place: null }

/** Have the groups room for one more expression for each use? */
function hasRoom({ nodes }: Expression, uses: readonly Use[]): boolean {
  const added = new Map<Group, number>()
  for (const { group } of uses) {
    const total = (added.get(group) ?? 0) + nodes
    if (group.nodes + total > CAPACITY) return false
    added.set(group, total)
  }
  return true
}

/** Can a reduction stand between the loops of its reader, computed once? Not before a whole nest, where it could not be shared out. */
function reducesInside({ group, form }: Use): boolean {
  if (group.kind !== 'loops' || !isPrefix(form, group.space)) return false
  return group.space.length === 0 || depthOf(maskOf(form)) > 0
}
