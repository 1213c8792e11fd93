/** The state in which the code of one kernel is written. */
import type { Buffer, Loop, Node, Statement, Local as Variable } from '../../../kernels/language/kernel.ts'
import type { FunctionBuilder, Local } from '../code/assembler.ts'
import type { Dependences } from './dependence.ts'
import { effectsOf, isDisjoint } from './dependence.ts'
import type { Width } from './lanes.ts'
import type { Library } from './library.ts'
import type { Scopes } from './scopes.ts'

/** The index of an open loop: counter + plus; without a counter it is known: plus. In a vector loop, that of the first lane. */
interface Index {
  readonly counter: Local | null
  readonly plus: number
}

/** The vector loop that is open: each turn does `unroll` vectors of `width` lanes, of which the last has `live` lanes. */
export interface Lanes {
  readonly loop: Loop
  readonly width: Width
  readonly unroll: number
  readonly live: number
  /** The variables that differ from lane to lane. */
  readonly varying: ReadonlySet<Variable>
}

/** Everything that the writers of a kernel share. */
export interface Context {
  readonly code: FunctionBuilder
  readonly library: Library
  readonly dependences: Dependences
  readonly scopes: Scopes
  /** The open loops, outer ones first. */
  readonly indices: Map<Loop, Index>
  /** The local that holds the address of each buffer. */
  readonly bases: ReadonlyMap<Buffer, Local>
  /** The locals of each variable: one, or one for each part of the vector loop. */
  readonly variables: Map<Variable, readonly Local[]>
  lanes: Lanes | null
  /** How often the code at hand runs in a call of the function. */
  turns: number
}

/** Turns from which code is better long. */
const HOT = 3

/** Does the code at hand run so often that functions are better written in place? */
export const isHot = ({ turns }: Context): boolean => turns >= HOT

/** Does the node differ from lane to lane? */
export function isVarying(
  { dependences }: Context,
  lanes: Pick<Lanes, 'loop' | 'varying'> | null,
  node: Node,
): boolean {
  if (lanes === null) return false
  const { loops, locals } = dependences.of(node)
  return loops.has(lanes.loop) || !isDisjoint(locals, lanes.varying)
}

/** Forgets values that these statements make stale. */
export function forgetChanged(context: Context, statements: readonly Statement[]): void {
  const effects = effectsOf(statements)
  if (!context.dependences.mindsAny(effects)) return
  context.scopes.forget((node) => !context.dependences.isKept(node, effects))
}

/** Runs `write` in a scope of its own. */
export function scoped(context: Context, write: () => void): void {
  context.scopes.open()
  write()
  context.scopes.close()
}
