/**
 * `whileLoop`: a body repeated while a condition on the carries holds. Forward mode is one loop over values and tangents. Reverse
 * mode first counts the steps, then runs a bounded `scan` of that many: its length is `maxSteps`, or else the tape that a
 * device lengthens as needed. The rules of that scan give all orders.
 */
import type { Abstract } from '../../core/abstract.ts'
import { showAbstract, TAPE } from '../../core/abstract.ts'
import { bind, inline } from '../../core/bind.ts'
import { dependentOutputs } from '../../core/dependence.ts'
import { ShapeError } from '../../core/errors.ts'
import { evaluateProgram } from '../../core/evaluate.ts'
import { existing, pick, presence, split, spread, unmarked } from '../../core/marks.ts'
import type { Ndarray } from '../../core/ndarray.ts'
import type { BatchContext, JvpContext, Linearised, Narrowed, Primitive } from '../../core/primitive.ts'
import type { Program } from '../../core/program.ts'
import { neededInputs, subprogram } from '../../core/prune.ts'
import { traceClosed } from '../../core/trace.ts'
import type { Value } from '../../core/value.ts'
import { broadcast, constantLike, full, repeat } from '../broadcast.ts'
import { add, select } from '../elementwise.ts'
import { reduceOr } from '../reduction.ts'
import { requireCarries, requireCount, requireOperand, settleCarries } from './carries.ts'
import { heldCarries, holding, withoutInvariants } from './invariants.ts'
import { scanPrimitive } from './scan.ts'
import { startTangents } from './scan-forward.ts'
import { silenced } from './tap.ts'

/**
 * Attributes of `whileLoop`. Operands: constants of the condition, constants of the body, carries. The condition maps (its
 * constants…, carries…) to a bool scalar, the body (its constants…, carries…) to carries.
 */
export type WhileParams = {
  readonly condition: Program
  readonly body: Program
  readonly conditionConstants: number
  readonly bodyConstants: number
  /** The loop ends after this many steps even if the condition still holds; null: no bound. */
  readonly maxSteps: number | null
}

/** A loop to be made, with its operands by their roles. */
export interface WhileCall {
  readonly condition: Program
  readonly body: Program
  readonly conditionConstants: readonly Value[]
  readonly bodyConstants: readonly Value[]
  readonly carries: readonly Value[]
  readonly maxSteps: number | null
}

/** Record of `whileLoop`. */
export const whileLoopPrimitive: Primitive<WhileParams> = {
  name: 'whileLoop',
  shape: whileShape,
  evaluate: evaluateWhile,
  jvp: (context) => pushWhile(context).tangents,
  pushForward: pushWhile,
  linearise: lineariseWhile,
  batch: batchWhile,
  narrow: narrowWhile,
}

/** The carries after the last step. What does not change from step to step is computed before the first. */
export function whileLoop({ condition, body, carries, maxSteps, ...call }: WhileCall): readonly Value[] {
  const held = heldCarries(body, call.bodyConstants.length, carries.length)
  const [still, moving] = [pick(carries, held), unmarked(held)]
  const tested = holding(condition, call.conditionConstants.length, held)
  const repeated = holding(body, call.bodyConstants.length, held, pick(body.outputs, moving))
  const test = withoutInvariants({ program: tested, constants: [...call.conditionConstants, ...still] }, maxSteps !== 0)
  const step = withoutInvariants({ program: repeated, constants: [...call.bodyConstants, ...still] }, false)
  const operands = [...test.constants, ...step.constants, ...pick(carries, moving)]
  const results = bind(whileLoopPrimitive, operands, {
    condition: test.program,
    body: step.program,
    conditionConstants: test.constants.length,
    bodyConstants: step.constants.length,
    maxSteps,
  })
  const ends = spread(moving, results)
  return carries.map((start, i) => ends[i] ?? start)
}

interface Roles<T> {
  readonly conditionConstants: readonly T[]
  readonly bodyConstants: readonly T[]
  readonly carries: readonly T[]
}

function rolesOf<T>(operands: readonly T[], params: WhileParams): Roles<T> {
  const [conditionConstants, bodyConstants, carries] = split(operands, params.conditionConstants, params.bodyConstants)
  return { conditionConstants: conditionConstants!, bodyConstants: bodyConstants!, carries: carries! }
}

function whileShape(inputs: readonly Abstract[], params: WhileParams): readonly Abstract[] {
  const { condition, body } = params
  const { conditionConstants, bodyConstants, carries } = rolesOf(inputs, params)
  requireCount('whileLoop', conditionConstants.length + carries.length, condition.inputs.length)
  requireCount('whileLoop', bodyConstants.length + carries.length, body.inputs.length)
  for (const [what, given, program] of [
    ['operand of the condition', [...conditionConstants, ...carries], condition],
    ['operand of the body', [...bodyConstants, ...carries], body],
  ] as const) {
    given.forEach((type, i) => {
      requireOperand('whileLoop', `${what} ${i}`, type, program.inputs[i])
    })
  }
  const [predicate] = condition.outputs
  if (predicate?.dtype !== 'bool' || predicate.shape.length > 0) {
    const what = predicate === undefined ? 'nothing' : showAbstract(predicate)
    throw new ShapeError(
      `whileLoop: the condition gives ${what}; it must give a bool scalar. Reduce it with all or any.`,
    )
  }
  requireCarries('whileLoop', carries, body.outputs)
  return carries
}

function evaluateWhile(inputs: readonly Ndarray[], params: WhileParams): readonly Ndarray[] {
  const { conditionConstants, bodyConstants, carries } = rolesOf(inputs, params)
  const most = params.maxSteps ?? Number.POSITIVE_INFINITY
  let carry = carries
  for (let step = 0; step < most; step++) {
    if (evaluateProgram(params.condition, [...conditionConstants, ...carry])[0]!.data[0] === 0) break
    carry = evaluateProgram(params.body, [...bodyConstants, ...carry])
  }
  return carry
}

/** A carry is needed if its last value is, if the condition looks at it, or if a needed carry is made with it. */
function narrowWhile(params: WhileParams, used: readonly boolean[]): Narrowed<WhileParams> {
  const { condition, body, conditionConstants: tests, bodyConstants: constants } = params
  const looked = neededInputs(condition, [true])
  const start = used.map((mark, i) => mark || looked[tests + i] === true)
  const carried = settleCarries(start, 0, used.length, (marks) => neededInputs(body, marks).slice(constants))
  const conditionConstants = looked.slice(0, tests)
  const bodyConstants = neededInputs(body, carried).slice(0, constants)
  return {
    params: {
      condition: subprogram(condition, [...conditionConstants, ...carried], [true]),
      body: subprogram(body, [...bodyConstants, ...carried], carried),
      conditionConstants: conditionConstants.filter(Boolean).length,
      bodyConstants: bodyConstants.filter(Boolean).length,
      maxSteps: params.maxSteps,
    },
    inputs: [...conditionConstants, ...bodyConstants, ...carried],
    outputs: carried,
  }
}

/** One loop whose carries are the carries and their tangents. */
function pushWhile(context: Omit<JvpContext<WhileParams>, 'outputs'>): Linearised {
  const { primals, tangents, params, transforms } = context
  const { body, maxSteps } = params
  const [values, directions] = [rolesOf(primals, params), rolesOf(tangents, params)]
  const active = settleCarries(
    presence([...directions.bodyConstants, ...directions.carries]),
    params.bodyConstants,
    values.carries.length,
    (marks) => transforms.jvp(body, marks).present,
  )
  const moving = active.slice(params.bodyConstants)
  const results = whileLoop({
    condition: ignoringTangents(params, moving),
    body: forwardBody(params, context, active),
    conditionConstants: values.conditionConstants,
    bodyConstants: [...values.bodyConstants, ...existing(directions.bodyConstants)],
    carries: [...values.carries, ...startTangents(values.carries, directions.carries, moving)],
    maxSteps,
  })
  const arity = values.carries.length
  return { outputs: results.slice(0, arity), tangents: spread(moving, results.slice(arity)) }
}

/** The condition as a function of (constants, carries, tangents). */
function ignoringTangents({ condition, conditionConstants }: WhileParams, moving: readonly boolean[]): Program {
  const carries = condition.inputs.slice(conditionConstants)
  return traceClosed('whileLoop', (values) => inline(condition, values.slice(0, condition.inputs.length)), [
    ...condition.inputs,
    ...pick(carries, moving),
  ])
}

/** (constants, their tangents, carries, their tangents) → (carries, their tangents). */
function forwardBody(
  { body, bodyConstants }: WhileParams,
  { transforms }: Pick<JvpContext<WhileParams>, 'transforms'>,
  active: readonly boolean[],
): Program {
  const { program, present } = transforms.jvp(body, active)
  const [constants, carries] = [body.inputs.slice(0, bodyConstants), body.inputs.slice(bodyConstants)]
  const moving = active.slice(bodyConstants)
  const types = [constants, pick(constants, active), carries]
  return traceClosed(
    'whileLoop',
    (values) => {
      const [c, dc, x, dx] = split(values, ...types.map((list) => list.length)) as [Value[], Value[], Value[], Value[]]
      const results = inline(program, [...c, ...x, ...dc, ...dx])
      const tangents = spread(present, results.slice(carries.length))
      return [...results.slice(0, carries.length), ...startTangents(carries, tangents, moving)]
    },
    [...types.flat(), ...pick(carries, moving)],
  )
}

/** Counts the steps, then runs them as a scan that can be reversed. */
function lineariseWhile(context: Omit<JvpContext<WhileParams>, 'outputs'>): Linearised {
  const { primals, tangents, params, transforms } = context
  const [values, directions] = [rolesOf(primals, params), rolesOf(tangents, params)]
  const moving = [...directions.bodyConstants, ...directions.carries]
  if (existing(moving).length === 0) return { outputs: bind(whileLoopPrimitive, primals, params), tangents: [] }
  const { body, bodyConstants: constants, maxSteps } = params
  return scanPrimitive.linearise!({
    primals: [...values.bodyConstants, ...values.carries, stepsOf(values, params)],
    tangents: [...moving, null],
    params: {
      body,
      constants,
      carries: values.carries.length,
      length: maxSteps ?? TAPE,
      reverse: false,
      bounded: true,
    },
    transforms,
  })
}

/** The number of steps the loop makes, found by making them (taps in it stay silent: they speak in the scan). */
function stepsOf(values: Roles<Value>, params: WhileParams): Value {
  const [condition, body] = [silenced(params.condition), silenced(params.body)]
  const counter = { shape: [], dtype: 'int32' } as const
  const counting = traceClosed(
    'whileLoop',
    (all) => [...inline(body, all.slice(0, -1)), add(all.at(-1)!, constantLike(counter, 1))],
    [...body.inputs, counter],
  )
  const carries = [...values.carries, full([], 'int32', 0)]
  const call = { ...values, condition: withOneMore(condition, counter), body: counting, carries }
  return whileLoop({ ...call, maxSteps: params.maxSteps }).at(-1)!
}

/** The condition with one further carry that it does not look at. */
const withOneMore = (condition: Program, carry: Abstract): Program =>
  traceClosed('whileLoop', (values) => inline(condition, values.slice(0, -1)), [...condition.inputs, carry])

/**
 * All lanes go on while any has to; where the condition is mapped, a lane that is done keeps its carries. The body still runs on
 * those, so its derivative must be finite there.
 */
function batchWhile(context: BatchContext<WhileParams>): readonly Value[] {
  const { inputs, batched, size, params, transforms } = context
  const [values, marks] = [rolesOf(inputs, params), rolesOf(batched, params)]
  const settled = settleCarries(
    [...marks.bodyConstants, ...marks.carries],
    params.bodyConstants,
    values.carries.length,
    (mapped) => dependentOutputs(params.body, mapped),
  )
  const carried = settled.slice(params.bodyConstants)
  const conditionMarks = [...marks.conditionConstants, ...carried]
  if (dependentOutputs(params.condition, conditionMarks)[0]) return batchLanes(context)
  const results = whileLoop({
    ...values,
    condition: transforms.batch(params.condition, conditionMarks, size, [false]),
    body: transforms.batch(params.body, settled, size, carried),
    carries: values.carries.map((carry, i) => (carried[i] && !marks.carries[i] ? repeat(carry, size) : carry)),
    maxSteps: params.maxSteps,
  })
  return results.map((carry, i) => (carried[i] ? carry : repeat(carry, size)))
}

/** A loop whose last carry tells which lanes are still running. */
function batchLanes({ inputs, batched, size, params, transforms }: BatchContext<WhileParams>): readonly Value[] {
  const [values, marks] = [rolesOf(inputs, params), rolesOf(batched, params)]
  const carries = values.carries.map((carry, i) => (marks.carries[i] ? carry : repeat(carry, size)))
  const all = carries.map(() => true)
  const condition = transforms.batch(params.condition, [...marks.conditionConstants, ...all], size)
  const body = transforms.batch(params.body, [...marks.bodyConstants, ...all], size)
  const running = inline(condition, [...values.conditionConstants, ...carries])[0]!
  const types = [values.conditionConstants, values.bodyConstants, carries]
  const step = traceClosed(
    'whileLoop',
    (operands) => {
      const [cc, bc, x, [going]] = split(operands, ...types.map((list) => list.length)) as Pieces
      const next = inline(body, [...bc, ...x]).map((result, i) =>
        select(broadcast(going, result.shape, [0]), result, x[i]!),
      )
      return [...next, inline(condition, [...cc, ...next])[0]!]
    },
    [...types.flat(), running],
  )
  const results = whileLoop({
    condition: traceClosed('whileLoop', (operands) => [reduceOr(operands.at(-1)!, [0])], [...carries, running]),
    body: step,
    conditionConstants: [],
    bodyConstants: [...values.conditionConstants, ...values.bodyConstants],
    carries: [...carries, running],
    maxSteps: params.maxSteps,
  })
  return results.slice(0, -1)
}

type Pieces = [Value[], Value[], Value[], [Value]]
