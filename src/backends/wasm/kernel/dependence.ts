/**
 * What the nodes and statements of a kernel depend on: which loops, which variables, which buffers that the kernel itself
 * writes. It decides where a node is computed, how long its value holds, and whether it differs from lane to lane.
 */
import type { Address, Buffer, Kernel, Local, Loop, Node, Statement } from '../../../kernels/language/kernel.ts'
import { allNodes, operandsOf } from '../../../kernels/language/walk.ts'

/** What a node depends on, through all its operands. */
export interface Dependence {
  readonly loops: ReadonlySet<Loop>
  readonly locals: ReadonlySet<Local>
  /** Only buffers that the kernel writes. */
  readonly reads: ReadonlySet<Buffer>
}

/** What statements change. */
export interface Effects {
  readonly assigned: ReadonlySet<Local>
  readonly stored: ReadonlySet<Buffer>
}

/** The statements inside a statement. */
export function nested(statement: Statement): readonly Statement[] {
  switch (statement.kind) {
    case 'for':
    case 'while':
      return statement.body
    case 'if':
      return [...statement.whenTrue, ...statement.whenFalse]
    default:
      return []
  }
}

/** All statements, outer ones before inner ones. */
export function allStatements(statements: readonly Statement[]): Statement[] {
  const all = [...statements]
  for (let i = 0; i < all.length; i++) all.push(...nested(all[i]!))
  return all
}

/** The nodes that a statement itself names, without those of statements inside it. */
export function rootsOf(statement: Statement): readonly Node[] {
  switch (statement.kind) {
    case 'store':
    case 'accumulate':
      return statement.address.dynamic === null ? [statement.value] : [statement.value, statement.address.dynamic]
    case 'assign':
    case 'reduce':
      return [statement.value]
    case 'if':
    case 'while':
      return [statement.condition]
    default:
      return []
  }
}

const effects = new WeakMap<readonly Statement[], Effects>()

/** What these statements and those inside them assign and store. */
export function effectsOf(statements: readonly Statement[]): Effects {
  const known = effects.get(statements)
  if (known !== undefined) return known
  const found = findEffects(statements)
  effects.set(statements, found)
  return found
}

function findEffects(statements: readonly Statement[]): Effects {
  const assigned = new Set<Local>()
  const stored = new Set<Buffer>()
  for (const statement of allStatements(statements)) {
    if (statement.kind === 'assign' || statement.kind === 'reduce') assigned.add(statement.local)
    else if (statement.kind === 'store' || statement.kind === 'accumulate') stored.add(statement.buffer)
  }
  return { assigned, stored }
}

const nothing: ReadonlySet<never> = new Set()

/** The dependences of the nodes of one kernel. */
export class Dependences {
  readonly #known = new Map<Node, Dependence>()
  readonly #written: ReadonlySet<Buffer>
  /** Buffers that are both written and read. */
  readonly #reread = new Set<Buffer>()

  constructor(kernel: Kernel) {
    this.#written = effectsOf(kernel.body).stored
    const nodes = allNodes(allStatements(kernel.body).flatMap(rootsOf))
    for (let i = 0; i < nodes.length; i++) this.#known.set(nodes[i]!, this.#derive(nodes[i]!))
  }

  /** What a node of the kernel depends on. */
  of(node: Node): Dependence {
    return this.#known.get(node)!
  }

  /** Does any node depend on what these statements change? */
  mindsAny({ assigned, stored }: Effects): boolean {
    if (assigned.size > 0) return true
    for (const buffer of stored) if (this.#reread.has(buffer)) return true
    return false
  }

  /** Does the value outlive these changes? */
  isKept(node: Node, { assigned, stored }: Effects): boolean {
    const { locals, reads } = this.of(node)
    return isDisjoint(locals, assigned) && isDisjoint(reads, stored)
  }

  #derive(node: Node): Dependence {
    let dependence = this.#own(node)
    const operands = operandsOf(node)
    for (let i = 0; i < operands.length; i++) dependence = joined(dependence, this.of(operands[i]!))
    return dependence
  }

  #own(node: Node): Dependence {
    switch (node.kind) {
      case 'index':
        return { loops: new Set([node.loop]), locals: nothing, reads: nothing }
      case 'local':
        return { loops: nothing, locals: new Set([node.local]), reads: nothing }
      case 'load': {
        const isReread = this.#written.has(node.buffer)
        if (isReread) this.#reread.add(node.buffer)
        return { loops: loopsOf(node.address), locals: nothing, reads: isReread ? new Set([node.buffer]) : nothing }
      }
      default:
        return independent
    }
  }
}

const independent: Dependence = { loops: nothing, locals: nothing, reads: nothing }

/** What depends on both; one of them where that is it, so that nodes with the same dependences share one object. */
function joined(a: Dependence, b: Dependence): Dependence {
  if (a === b || b === independent) return a
  if (a === independent) return b
  const loops = union(a.loops, b.loops)
  const locals = union(a.locals, b.locals)
  const reads = union(a.reads, b.reads)
  return loops === a.loops && locals === a.locals && reads === a.reads ? a : { loops, locals, reads }
}

const loopsOf = (address: Address): ReadonlySet<Loop> =>
  new Set(address.terms.filter(({ stride }) => stride !== 0).map(({ loop }) => loop))

/** The union; one of the operands where that is it, so that equal sets are mostly one object. */
function union<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): ReadonlySet<T> {
  if (a === b || b.size === 0 || isSubset(b, a)) return a
  if (isSubset(a, b)) return b
  const all = new Set(a)
  for (const member of b) all.add(member)
  return all
}

function isSubset<T>(part: ReadonlySet<T>, whole: ReadonlySet<T>): boolean {
  if (part.size > whole.size) return false
  for (const member of part) if (!whole.has(member)) return false
  return true
}

/** Do two sets have no member in common? */
export function isDisjoint<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): boolean {
  if (a.size === 0 || b.size === 0) return true
  if (b.size < a.size) return isDisjoint(b, a)
  for (const member of a) if (b.has(member)) return false
  return true
}
