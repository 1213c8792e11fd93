/**
 * `cond`: one of several programs, chosen by a bool scalar (false, true) or an int32 scalar (0, 1, …; clamped). All branches take the
 * same operands and give results of the same types. The linear part keeps the residuals of the branch that was taken: branches
 * share places of equal type, and a place that a branch does not need holds zeros.
 */
import type { Abstract } from '../../core/abstract.ts'
import { showAbstract } from '../../core/abstract.ts'
import { bind, inline } from '../../core/bind.ts'
import { ArgumentError, DTypeError, ShapeError } from '../../core/errors.ts'
import { evaluateProgram } from '../../core/evaluate.ts'
import { existing, pick, presence, spread, unmarked } from '../../core/marks.ts'
import type {
  BatchContext,
  Cotangent,
  Derived,
  JvpContext,
  Linearised,
  LinearisedProgram,
  Primitive,
  TransposeContext,
} from '../../core/primitive.ts'
import { Linear } from '../../core/primitive.ts'
import type { Program } from '../../core/program.ts'
import { neededInputs, subprogram } from '../../core/prune.ts'
import { traceClosed } from '../../core/trace.ts'
import { Value } from '../../core/value.ts'
import { broadcast, constantLike, full, materialise } from '../broadcast.ts'
import { eq, max, min, select } from '../elementwise.ts'
import { requireCount, requireOperand, sameType } from './carries.ts'

/** Attributes of `cond`: the branches by number, for a bool [when false, when true]. Operands: the choice, then theirs. */
export type CondParams = { readonly branches: readonly Program[] }

/** Record of `cond`. */
export const condPrimitive: Primitive<CondParams> = {
  name: 'cond',
  shape: condShape,
  evaluate: ([choice, ...operands], { branches }) =>
    evaluateProgram(branches[Math.max(0, Math.min(choice!.data[0]!, branches.length - 1))]!, operands),
  jvp: (context) => pushCond(context).tangents,
  pushForward: pushCond,
  linearise: lineariseCond,
  transpose: transposeCond,
  batch: batchCond,
  narrow({ branches }, used) {
    const needed = branches.map((branch) => neededInputs(branch, used))
    const inputs = needed[0]!.map((_, i) => needed.some((marks) => marks[i]))
    return {
      params: { branches: branches.map((branch) => subprogram(branch, inputs, used)) },
      inputs: [true, ...inputs],
      outputs: used,
    }
  },
}

/** The results of the chosen branch. */
export const cond = (choice: Value, branches: readonly Program[], operands: readonly Value[]): readonly Value[] =>
  bind(condPrimitive, [choice, ...operands], { branches })

function condShape([choice, ...operands]: readonly Abstract[], { branches }: CondParams): readonly Abstract[] {
  const [first] = branches
  if (first === undefined) throw new ArgumentError('cond: there are no branches to choose from.')
  requireChoice(choice!, branches.length)
  branches.forEach((branch, k) => {
    requireCount(`cond, branch ${k}`, operands.length, branch.inputs.length)
    operands.forEach((operand, i) => {
      requireOperand('cond', `operand ${i} of branch ${k}`, operand, branch.inputs[i])
    })
    requireSameResults(first, branch, k)
  })
  return first.outputs.map(({ shape, dtype }) => ({ shape, dtype }))
}

function requireChoice(choice: Abstract, branches: number): void {
  const fits = choice.dtype === 'int32' || (choice.dtype === 'bool' && branches === 2)
  if (fits && choice.shape.length === 0) return
  throw new DTypeError(
    `cond: the choice among ${branches} branches is ${showAbstract(choice)}; give an int32 scalar, or a bool scalar for two. Under arrays, use where.`,
  )
}

function requireSameResults(first: Program, branch: Program, k: number): void {
  const same =
    branch.outputs.length === first.outputs.length &&
    branch.outputs.every((output, i) => sameType(output, first.outputs[i]!))
  if (same) return
  const show = ({ outputs }: Program): string => `(${outputs.map(showAbstract).join(', ')})`
  throw new ShapeError(
    `cond: branch 0 gives ${show(first)}, but branch ${k} gives ${show(branch)}; all branches must give the same types.`,
  )
}

/** The branches' values and tangents. */
function pushCond({ primals, tangents, params, transforms }: Omit<JvpContext<CondParams>, 'outputs'>): Linearised {
  const [choice, ...operands] = primals
  const active = presence(tangents.slice(1))
  const derived = params.branches.map((branch) => transforms.jvp(branch, active))
  const present = union(derived)
  const arity = params.branches[0]!.outputs.length
  const branches = derived.map((one) =>
    traceClosed(
      'cond',
      (values) => {
        const results = inline(one.program, values)
        return [...results.slice(0, arity), ...filled(one, present, results.slice(arity), results)]
      },
      one.program.inputs,
    ),
  )
  const results = cond(choice!, branches, [...operands, ...existing(tangents)])
  return { outputs: results.slice(0, arity), tangents: spread(present, results.slice(arity)) }
}

/** Where any branch has a result. */
const union = (derived: readonly Pick<Derived, 'present'>[]): boolean[] =>
  derived[0]!.present.map((_, i) => derived.some(({ present }) => present[i]))

/** The results wanted, zeros of the given types where this branch has none. */
function filled(
  { present }: Pick<Derived, 'present'>,
  wanted: readonly boolean[],
  results: readonly Value[],
  types: readonly Abstract[],
): Value[] {
  const there = spread(present, results)
  return existing(there.map((value, i) => (wanted[i] ? materialise(value, types[i]!) : null)))
}

/** The branches' forward parts, then their linear parts on the residuals of the one that was taken. */
function lineariseCond({ primals, tangents, params, transforms }: Omit<JvpContext<CondParams>, 'outputs'>): Linearised {
  const [choice, ...operands] = primals
  const { branches } = params
  const active = presence(tangents.slice(1))
  const linearised = branches.map((branch) => transforms.linearise(branch, active))
  const { types, places } = shared(linearised)
  const present = union(linearised)
  const arity = branches[0]!.outputs.length
  const results = cond(
    choice!,
    linearised.map((one, k) => keepingBranch(one, arity, types, places[k]!)),
    operands,
  )
  const directions = existing(tangents)
  const moved = cond(
    choice!,
    linearised.map((one, k) => linearBranch(one, branches[0]!.outputs, present, types, places[k]!, directions)),
    [...results.slice(arity), ...directions],
  )
  return { outputs: results.slice(0, arity), tangents: spread(present, moved) }
}

/** Places for the residuals of all branches: equal types are shared, for only one branch is taken. */
function shared(linearised: readonly LinearisedProgram[]): { types: Abstract[]; places: number[][] } {
  const types: Abstract[] = []
  const known = new Map<string, number[]>()
  const places = linearised.map(({ linear, residuals }) => {
    const used = new Map<string, number>()
    return linear.inputs.slice(0, residuals).map((residual) => {
      const key = showAbstract(residual)
      const all = known.get(key) ?? []
      const next = used.get(key) ?? 0
      if (next === all.length) all.push(types.push(residual) - 1)
      known.set(key, all)
      used.set(key, next + 1)
      return all[next]!
    })
  })
  return { types, places }
}

/** The forward part: results, then every shared place. */
const keepingBranch = (
  { forward }: LinearisedProgram,
  arity: number,
  types: readonly Abstract[],
  places: readonly number[],
): Program =>
  traceClosed(
    'cond',
    (values) => {
      const results = inline(forward, values)
      const kept = new Map(places.map((place, i) => [place, results[arity + i]!]))
      return [
        ...results.slice(0, arity),
        ...types.map((type, place) => kept.get(place) ?? full(type.shape, type.dtype, 0)),
      ]
    },
    forward.inputs,
  )

/** The linear part: (shared places, tangents) → tangents that any branch has. */
const linearBranch = (
  one: LinearisedProgram,
  outputs: readonly Abstract[],
  present: readonly boolean[],
  types: readonly Abstract[],
  places: readonly number[],
  directions: readonly Abstract[],
): Program =>
  traceClosed(
    'cond',
    (values) => {
      const residuals = places.map((place) => values[place]!)
      return filled(one, present, inline(one.linear, [...residuals, ...values.slice(types.length)]), outputs)
    },
    [...types, ...directions],
  )

/** The branches transposed; a cotangent that only some of them have is zero in the others. */
function transposeCond({ cotangents, inputs, params, transforms }: TransposeContext<CondParams>): readonly Cotangent[] {
  const [choice, ...operands] = inputs
  const linear = operands.map((operand) => operand instanceof Linear)
  const given = presence(cotangents)
  const derived = params.branches.map((branch) => transforms.transpose(branch, linear, given))
  const present = union(derived)
  const types = pick(operands, linear)
  const branches = derived.map((one) =>
    traceClosed('cond', (values) => filled(one, present, inline(one.program, values), types), one.program.inputs),
  )
  const fixed = pick(operands, unmarked(linear)).filter((operand) => operand instanceof Value)
  if (!(choice instanceof Value)) throw new DTypeError('cond: the choice cannot be differentiated.')
  const results = spread(present, cond(choice, branches, [...fixed, ...existing(cotangents)]))
  return [null, ...spread(linear, results)]
}

/**
 * One choice: that branch, mapped. A choice for each lane: all branches run, taps in them too, and each lane takes its own. As with
 * `where`, a derivative that is infinite in a branch that is not taken then makes NaN (0 · ∞).
 */
function batchCond(context: BatchContext<CondParams>): readonly Value[] {
  const { inputs, batched, size, params, transforms } = context
  const [choice, ...operands] = inputs
  const marks = batched.slice(1)
  const branches = params.branches.map((branch) => transforms.batch(branch, marks, size))
  if (batched[0] === false) return cond(choice!, branches, operands)
  const results = branches.map((branch) => inline(branch, operands))
  return results.reduce((taken, other, k) =>
    taken.map((value, i) =>
      select(broadcast(isChosen(choice!, k, branches.length), value.shape, [0]), other[i]!, value),
    ),
  )
}

/** Does this lane (or all of them) take branch k? */
const isChosen = (choice: Value, k: number, branches: number): Value => {
  if (choice.dtype === 'bool') return choice
  const clamped = min(max(choice, constantLike(choice, 0)), constantLike(choice, branches - 1))
  return eq(clamped, constantLike(choice, k))
}
