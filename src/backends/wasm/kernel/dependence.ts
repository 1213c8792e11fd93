/**
 * What the nodes and statements of a kernel depend on: which loops, which variables, which buffers that the kernel itself
 * writes. It decides where a node is computed, how long its value holds, and whether it differs from lane to lane.
 */
import type { Address, Buffer, Kernel, Local, Loop, Node, Statement } from '../../../kernels/language/kernel.ts'

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

/** The nodes that a node is computed from. */
export function operandsOf(node: Node): readonly Node[] {
  if (node.kind === 'apply') return node.operands
  return node.kind === 'load' && node.address.dynamic !== null ? [node.address.dynamic] : []
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

/** Every node below the roots, operands before users, each once. */
export function nodesBelow(roots: Iterable<Node>): Node[] {
  const order: Node[] = []
  const seen = new Set<Node>()
  const stack = [...roots]
  while (stack.length > 0) {
    const node = stack[stack.length - 1]!
    if (seen.has(node)) {
      stack.pop()
      continue
    }
    const height = stack.length
    const operands = operandsOf(node)
    for (let i = 0; i < operands.length; i++) if (!seen.has(operands[i]!)) stack.push(operands[i]!)
    if (stack.length === height) {
      seen.add(node)
      order.push(node)
    }
  }
  return order
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
    for (const node of nodesBelow(allStatements(kernel.body).flatMap(rootsOf))) {
      this.#known.set(node, this.#derive(node))
    }
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
    const own = this.#own(node)
    let { loops, locals, reads } = own
    const operands = operandsOf(node)
    for (let i = 0; i < operands.length; i++) {
      const below = this.of(operands[i]!)
      loops = union(loops, below.loops)
      locals = union(locals, below.locals)
      reads = union(reads, below.reads)
    }
    return { loops, locals, reads }
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
        return { loops: nothing, locals: nothing, reads: nothing }
    }
  }
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
