/** `reduce` statements: over the lanes of a vector loop, in each lane of one around it, or one by one. */
import type { Loop, Node, Statement, Local as Variable } from '../../../kernels/language/kernel.ts'
import { allNodes } from '../../../kernels/language/walk.ts'
import type { Expression, Local } from '../code/assembler.ts'
import { local } from '../code/instructions.ts'
import { type Accumulator, accumulator, neutral, type Reduction } from './accumulators.ts'
import type { Context } from './context.ts'
import { isVarying } from './context.ts'
import { choice, firstLanes, scalarType, vectorConstant, type Width } from './lanes.ts'
import { hoist, inSections, type Plan, repeat } from './loops.ts'
import { partsOf, scalarOf } from './values.ts'

type Reduce = Extract<Statement, { kind: 'reduce' }>

/** Above so many values for one accumulator a float sum is guarded against rounding. */
const SHORT = 16

/** Nodes up to which code is repeated instead of looped. */
const SHORT_CODE = 32

/** Writes the reduction and assigns its result to the variable. */
export function reduce(context: Context, statement: Reduce): void {
  const vector = context.lanes === null ? statement.loops.find(({ vector, extent }) => vector && extent > 1) : undefined
  if (vector !== undefined) reduceAcross(context, statement, vector)
  else if (isVarying(context, context.lanes, statement.value)) reduceInLanes(context, statement)
  else reduceScalars(context, statement)
}

/** The loop that is done in vectors is one of the reduction's own. */
function reduceAcross(context: Context, statement: Reduce, vector: Loop): void {
  const nodes = allNodes([statement.value])
  const width: Width = nodes.some(({ dtype }) => dtype === 'float64') ? 2 : 4
  const plan: Plan = { loop: vector, width, unroll: copies(8, nodes.length), varying: new Set() }
  const reduction: Reduction = { operation: statement.operation, dtype: statement.value.dtype, width }
  const state = accumulator(context, reduction, turns(statement.loops) > SHORT * width)
  nest(context, statement, plan, 1, () => {
    state.add(partsOf(context, statement.value).map((part) => liveOnly(context, reduction, part)))
  })
  finish(context, statement.local, [state], [state.total()])
}

/** Each lane of the loop around reduces for itself. */
function reduceInLanes(context: Context, statement: Reduce): void {
  const { width, unroll } = context.lanes!
  const reduction: Reduction = { operation: statement.operation, dtype: statement.value.dtype, width }
  const long = turns(statement.loops) > SHORT
  const states = Array.from({ length: unroll }, () => accumulator(context, reduction, long))
  const group = groupOf(statement, unroll)
  const taken: (readonly Expression[])[] = []
  nest(context, statement, null, group, (copy, of) => {
    taken[copy] = partsOf(context, statement.value)
    if (copy + 1 < of) return
    states.forEach((state, part) => {
      state.add(taken.slice(0, of).map((parts) => parts[part]!))
    })
  })
  finish(
    context,
    statement.local,
    states,
    states.map((state) => state.result()),
  )
}

function reduceScalars(context: Context, statement: Reduce): void {
  const reduction: Reduction = { operation: statement.operation, dtype: statement.value.dtype, width: null }
  const state = accumulator(context, reduction, turns(statement.loops) > SHORT)
  const taken: Expression[] = []
  nest(context, statement, null, groupOf(statement, 1), (copy, of) => {
    taken[copy] = scalarOf(context, statement.value)
    if (copy + 1 === of) state.add(taken.slice(0, of))
  })
  finish(context, statement.local, [state], [state.result()])
}

/** Turns of the innermost loop at a time: all of them where they are few, else up to four. */
function groupOf({ loops, value }: Reduce, unroll: number): number {
  const nodes = unroll * allNodes([value]).length
  const extent = loops.at(-1)?.extent ?? 1
  return extent * nodes <= SHORT_CODE ? Math.max(1, extent) : copies(4, nodes)
}

/** So many values at a time that the code stays short: at most `most`, a power of two. */
function copies(most: number, nodes: number): number {
  let count = most
  while (count > 1 && count * nodes > SHORT_CODE) count /= 2
  return count
}

const turns = (loops: readonly Loop[]): number => loops.reduce((product, { extent }) => product * extent, 1)

/** Lanes past the end of the vector loop count as the neutral element. */
function liveOnly({ lanes }: Context, reduction: Reduction, value: Expression): Expression {
  const { width, live } = lanes!
  if (live === width) return value
  const { dtype } = reduction
  return choice(dtype, width, firstLanes(width, live), value, vectorConstant(dtype, neutral(reduction)))
}

/**
 * The loops of the reduction around `write`. The innermost one takes `group` turns at a time, for which `write` is called with
 * the number of the copy and their count; what it computes lives until the last copy.
 */
function nest(
  context: Context,
  statement: Reduce,
  plan: Plan | null,
  group: number,
  write: (copy: number, of: number) => void,
): void {
  const { loops } = statement
  const open = (depth: number): void => {
    const loop = loops[depth]
    if (loop === undefined) {
      write(0, 1)
      return
    }
    hoist(context, [statement], context.lanes ?? plan)
    if (loop === plan?.loop) inSections(context, plan, () => open(depth + 1))
    else if (depth === loops.length - 1) inGroups(context, loop, group, write)
    else repeat(context, loop, 0, loop.extent, 1, () => open(depth + 1))
  }
  context.scopes.open()
  open(0)
  context.scopes.close()
}

function inGroups(context: Context, loop: Loop, group: number, write: (copy: number, of: number) => void): void {
  const whole = loop.extent - (loop.extent % group)
  repeat(context, loop, 0, whole, group, () => {
    const { counter, plus } = context.indices.get(loop)!
    for (let copy = 0; copy < group; copy++) {
      context.indices.set(loop, { counter, plus: plus + copy })
      context.scopes.open()
      write(copy, group)
      context.scopes.dissolve()
    }
  })
  repeat(context, loop, whole, loop.extent, 1, () => write(0, 1))
}

function finish(
  context: Context,
  variable: Variable,
  states: readonly Accumulator[],
  results: readonly Expression[],
): void {
  const { code } = context
  const targets = variableLocals(context, variable)
  code.emit(...results.map((result, part) => local.set(targets[part]!, result)))
  for (const state of states) state.release()
  const effects = { assigned: new Set([variable]), stored: new Set<never>() }
  context.scopes.forget((node: Node) => !context.dependences.isKept(node, effects))
}

/** The locals of a variable; one that is the same in every lane gets its local here, for the rest of the function. */
export function variableLocals({ code, variables }: Context, variable: Variable): readonly Local[] {
  const known = variables.get(variable)
  if (known !== undefined) return known
  const fresh = [code.local(scalarType[variable.dtype])]
  variables.set(variable, fresh)
  return fresh
}
