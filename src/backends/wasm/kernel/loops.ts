/** Loops: counting, what is moved out of them, and the sections of a vector loop. */
import type { Loop, Node, Statement } from '../../../kernels/language/kernel.ts'
import { operandsOf } from '../../../kernels/language/walk.ts'
import type { Local } from '../code/assembler.ts'
import { add, forUp, i32, local, op, subtract } from '../code/instructions.ts'
import type { Context, Lanes } from './context.ts'
import { isVarying, scoped } from './context.ts'
import { allStatements, type Dependence, type Effects, effectsOf, nested, rootsOf } from './dependence.ts'
import { preparePointer } from './pointers.ts'
import { compute, computeSplat } from './values.ts'

/** for (index = from; index < to; index += step); `to` is met exactly. One turn alone needs no loop. */
export function repeat(context: Context, loop: Loop, from: number, to: number, step: number, write: () => void): void {
  const { code, indices } = context
  if (from >= to) return
  if (to - from <= step) {
    indices.set(loop, { counter: null, plus: from })
    scoped(context, write)
    indices.delete(loop)
    return
  }
  const counter = code.local('i32')
  indices.set(loop, { counter, plus: 0 })
  const body = (): void => inTurns(context, (to - from) / step, write)
  code.emit(forUp(counter, i32(from), i32(to), step, body, true))
  indices.delete(loop)
  code.release(counter)
}

/** Writes the body of a loop of so many turns. */
function inTurns(context: Context, turns: number, write: () => void): void {
  const around = context.turns
  context.turns *= turns
  scoped(context, write)
  context.turns = around
}

/** How a loop is to be done in vectors. */
export type Plan = Omit<Lanes, 'live'>

/**
 * The sections of a vector loop: turns of `unroll` vectors, then turns of one vector, then the lanes that are left, whose number
 * is known when the code is written.
 */
export function inSections(context: Context, plan: Plan, write: () => void): void {
  const { loop, width, unroll } = plan
  let start = 0
  for (const parts of unroll > 1 ? [unroll, 1] : [1]) {
    const step = parts * width
    const end = loop.extent - ((loop.extent - start) % step)
    section(context, { ...plan, unroll: parts, live: width }, start, end, write)
    start = end
  }
  section(context, { ...plan, unroll: 1, live: loop.extent - start }, start, loop.extent, write)
}

/** for (index = from; index < to; index += step), between bounds that are locals; about so many `turns`. */
export function repeatBetween(
  context: Context,
  loop: Loop,
  from: Local,
  to: Local,
  step: number,
  turns: number,
  write: () => void,
): void {
  const { code, indices } = context
  const counter = code.local('i32')
  indices.set(loop, { counter, plus: 0 })
  code.emit(forUp(counter, local.get(from), local.get(to), step, () => inTurns(context, turns, write)))
  indices.delete(loop)
  code.release(counter)
}

/** The sections of a vector loop between bounds that are locals; what is left goes element by element. */
export function inSectionsBetween(context: Context, plan: Plan, from: Local, to: Local, write: () => void): void {
  const { code } = context
  const [start, end] = [code.local('i32'), code.local('i32')]
  code.emit(local.set(start, local.get(from)))
  for (const parts of plan.unroll > 1 ? [plan.unroll, 1] : [1]) {
    const step = parts * plan.width
    const whole = op('i32.and', subtract(local.get(to), local.get(start)), i32(-step))
    code.emit(local.set(end, add(local.get(start), whole)))
    const turns = parts === plan.unroll ? plan.loop.extent / step : SELDOM
    inLanes(context, { ...plan, unroll: parts, live: plan.width }, () =>
      repeatBetween(context, plan.loop, start, end, step, turns, write),
    )
    code.emit(local.set(start, local.get(end)))
  }
  repeatBetween(context, plan.loop, start, to, 1, SELDOM, write)
  code.release(start)
  code.release(end)
}

/** Turns of what one call in many runs: never worth long code. */
const SELDOM = 0

function section(context: Context, lanes: Lanes, from: number, to: number, write: () => void): void {
  if (from === to) return
  const step = lanes.unroll * lanes.width
  inLanes(context, lanes, () => repeat(context, lanes.loop, from, to, step, write))
}

/** Opens a vector loop: the variables that differ from lane to lane have a local for each part. */
function inLanes(context: Context, lanes: Lanes, write: () => void): void {
  const { code, variables } = context
  for (const variable of lanes.varying) {
    variables.set(
      variable,
      Array.from({ length: lanes.unroll }, () => code.local('v128')),
    )
  }
  context.lanes = lanes
  write()
  context.lanes = null
  for (const variable of lanes.varying) {
    for (const part of variables.get(variable)!) code.release(part)
    variables.delete(variable)
  }
}

/**
 * Computes, before a loop is opened, what its statements need and the loop does not change: values, addresses, and splats for
 * a vector loop (`plan`, or the one that is open). Nothing is moved out of branches and conditional loops, where it might
 * read what must not be read.
 */
export function hoist(context: Context, statements: readonly Statement[], plan: Plan | null = context.lanes): void {
  const hoisting: Hoisting = { plan, effects: effectsOf(statements), seen: new Set(), verdicts: new Map() }
  for (const statement of unconditional(statements)) {
    if (statement.kind === 'while') continue
    if (statement.kind === 'store' || statement.kind === 'accumulate') {
      preparePointer(context, statement.buffer, statement.address)
    }
    const spread = plan !== null && statement.kind !== 'if'
    for (const root of rootsOf(statement)) hoistFrom(context, root, spread, hoisting)
  }
}

function unconditional(statements: readonly Statement[]): Statement[] {
  const all = [...statements]
  for (let i = 0; i < all.length; i++) if (all[i]!.kind === 'for') all.push(...nested(all[i]!))
  return all
}

/** What is known while a loop is prepared. */
interface Hoisting {
  readonly plan: Plan | null
  readonly effects: Effects
  readonly seen: Set<Node>
  /** Whether nodes with these dependences are invariant: most nodes share theirs. */
  readonly verdicts: Map<Dependence, boolean>
}

/** `rootIsSpread`: will the root be read as a vector? */
function hoistFrom(context: Context, root: Node, rootIsSpread: boolean, hoisting: Hoisting): void {
  const stack = [root]
  const spreads = [rootIsSpread]
  while (stack.length > 0) {
    const node = stack.pop()!
    const spread = spreads.pop()!
    if (isInvariant(context, node, hoisting)) {
      compute(context, node)
      if (spread && !isVarying(context, context.lanes, node)) computeSplat(context, node)
      continue
    }
    if (hoisting.seen.has(node)) continue
    hoisting.seen.add(node)
    if (node.kind === 'load') preparePointer(context, node.buffer, node.address)
    const varying = isVarying(context, hoisting.plan, node)
    const isIndex = node.kind === 'load'
    const operands = operandsOf(node)
    for (let i = 0; i < operands.length; i++) {
      stack.push(operands[i]!)
      spreads.push(varying && !isIndex)
    }
  }
}

function isInvariant({ indices, dependences }: Context, node: Node, { effects, verdicts }: Hoisting): boolean {
  const dependence = dependences.of(node)
  let verdict = verdicts.get(dependence)
  if (verdict === undefined) {
    verdict = [...dependence.loops].every((loop) => indices.has(loop)) && dependences.isKept(node, effects)
    verdicts.set(dependence, verdict)
  }
  return verdict
}

/** The variables that differ from lane to lane in a vector loop over these statements. */
export function varyingVariables(context: Context, loop: Loop, statements: readonly Statement[]): Plan['varying'] {
  const varying = new Set<Extract<Statement, { kind: 'assign' }>['local']>()
  const all = allStatements(statements)
  for (let size = -1; size < varying.size; ) {
    size = varying.size
    for (const statement of all) {
      if (statement.kind !== 'assign' && statement.kind !== 'reduce') continue
      if (isVarying(context, { loop, varying }, statement.value)) varying.add(statement.local)
    }
  }
  return varying
}
