/**
 * Loop invariants: equations of a body that follow from its constants alone are computed once, before the loop, and their results
 * take the place of the constants they were made from. So a body sees segments of a flat vector, never the vector itself, and
 * the cotangent of each segment is summed in its own shape. What is made of literals, or is a small tensor repeated, stays
 * inside: it is cheaper there than a buffer.
 */
import { inline } from '../../core/bind.ts'
import { dependence, usesMarked } from '../../core/dependence.ts'
import { isFloat } from '../../core/dtype.ts'
import { intern } from '../../core/intern.ts'
import { pick, split, unmarked } from '../../core/marks.ts'
import type { Equation, Program, Variable } from '../../core/program.ts'
import { hasEffect, nestedPrograms } from '../../core/program.ts'
import { pruned } from '../../core/prune.ts'
import type { Value } from '../../core/value.ts'
import { broadcastPrimitive, fullPrimitive } from '../broadcast.ts'
import { convertPrimitive, stopGradientPrimitive } from '../conversion.ts'
import { viewPrimitive } from '../segments.ts'
import {
  concatPrimitive,
  reshapePrimitive,
  reversePrimitive,
  slicePrimitive,
  transposePrimitive,
} from '../structural.ts'

/** A program and its first operands, which are the same in every step. */
export interface Applied {
  readonly program: Program
  readonly constants: readonly Value[]
}

/**
 * The same with all that follows from the constants computed now; constants without a use are gone. `runs` says that the program
 * is run at least once: otherwise only movements and what has no derivative are computed before it.
 */
export function withoutInvariants({ program, constants }: Applied, runs: boolean): Applied {
  const { inputs, outputs, equations, size } = program
  const fixed = inputs.slice(0, constants.length)
  const changes = changing(program, constants.length, runs)
  const { inside, needed } = remaining(program, changes)
  const stays = new Set(inside)
  const earlier = [...fixed, ...equations.flatMap((equation) => (stays.has(equation) ? [] : equation.outputs))]
  const frontier = earlier.filter(({ index }) => needed[index] === 1)
  if (frontier.length === fixed.length && frontier.every((variable, i) => variable === fixed[i])) {
    return { program, constants }
  }
  const known = equations.filter((equation) => !changes.has(equation))
  const before = pruned({ inputs: fixed, equations: known, outputs: frontier, size })
  const rest = pruned({ inputs: [...frontier, ...inputs.slice(constants.length)], equations: inside, outputs, size })
  return { program: intern(rest), constants: inline(before, constants) }
}

/** Which carries come out of the body as they went in. The carries begin at input `first`. */
export const heldCarries = ({ inputs, outputs }: Program, first: number, carries: number): boolean[] =>
  outputs.slice(0, carries).map(({ index }, i) => inputs[first + i]!.index === index)

/** The program of the given outputs with the marked carries, which it returns unchanged, among its constants. */
export function holding(
  program: Program,
  first: number,
  held: readonly boolean[],
  outputs: Program['outputs'] = program.outputs,
): Program {
  if (!held.includes(true)) return program
  const [constants, carries, rows] = split(program.inputs, first, held.length) as Pieces
  const inputs = [...constants, ...pick(carries, held), ...pick(carries, unmarked(held)), ...rows]
  return intern(pruned({ ...program, inputs, outputs }))
}

/** The equations that may give something else in each step, or must be met in each. */
function changing(program: Program, constants: number, runs: boolean): Set<Equation> {
  const stays = (equation: Equation): boolean => mustStay(equation, runs) || !(runs || isHarmless(equation))
  const own = program.inputs.map((_, i) => i >= constants)
  const varying = dependence(program, own, stays)
  return new Set(program.equations.filter((equation) => usesMarked(equation, varying) || stays(equation)))
}

/** Has it an effect, or might it never end although its loop makes no step (`runs`: the loop makes one)? */
export const mustStay = (equation: Equation, runs: boolean): boolean =>
  hasEffect(equation) || (!runs && mayNotEnd(equation))

/**
 * May it be differentiated although its loop makes no step? There a cotangent is zero, and where the derivative is infinite
 * (1/c at 0) the product would be NaN. What only moves elements has no such place, and what is not a float no derivative.
 */
const isHarmless = ({ primitive, outputs }: Equation): boolean =>
  movements.has(primitive.name) || outputs.every(({ dtype }) => !isFloat(dtype))

const movements: ReadonlySet<string> = new Set(
  [
    fullPrimitive,
    broadcastPrimitive,
    viewPrimitive,
    reshapePrimitive,
    transposePrimitive,
    slicePrimitive,
    reversePrimitive,
    concatPrimitive,
    convertPrimitive,
    stopGradientPrimitive,
  ].map((primitive) => primitive.name),
)

/** One pass backwards: the equations that stay in the loop, and the variables that they and the results need. */
function remaining(program: Program, changes: ReadonlySet<Equation>) {
  const cheap = cheapOnes(program)
  const needed = new Uint8Array(program.size)
  for (const { index } of program.outputs) needed[index] = 1
  const inside: Equation[] = []
  for (let i = program.equations.length - 1; i >= 0; i--) {
    const equation = program.equations[i]!
    if (!changes.has(equation) && !(cheap.has(equation) && equation.outputs.some(({ index }) => needed[index] === 1))) {
      continue
    }
    for (const { index } of equation.inputs) needed[index] = 1
    inside.push(equation)
  }
  return { inside: inside.reverse(), needed }
}

/** The equations that are not worth a buffer: made of literals alone, or repetitions under any shape. */
function cheapOnes(program: Program): Set<Equation> {
  const everything = program.inputs.map(() => true)
  const fed = dependence(program, everything)
  const repeated = new Uint8Array(program.size)
  const cheap = new Set<Equation>()
  for (const equation of program.equations) {
    if (repeats(equation, repeated)) for (const { index } of equation.outputs) repeated[index] = 1
    else if (usesMarked(equation, fed)) continue
    cheap.add(equation)
  }
  return cheap
}

/** Is the result larger than what it is made of, without any arithmetic? */
function repeats({ primitive, inputs, params }: Equation, repeated: Uint8Array): boolean {
  if (primitive.name === broadcastPrimitive.name) {
    const { shape, axes } = params as { shape: readonly number[]; axes: readonly number[] } // names are unique
    return shape.some((size, axis) => size !== 1 && !axes.includes(axis)) || repeated[inputs[0]!.index] === 1
  }
  return renaming.has(primitive.name) && repeated[inputs[0]!.index] === 1
}

const renaming: ReadonlySet<string> = new Set([reshapePrimitive.name, transposePrimitive.name])

/** Is it a loop without a bound, or does it contain one? */
const mayNotEnd = ({ primitive, params }: Equation): boolean =>
  (primitive.name === 'whileLoop' && params.maxSteps === null) ||
  Object.values(params).some((value) => nestedPrograms(value).some(({ equations }) => equations.some(mayNotEnd)))

type Pieces = [Variable[], Variable[], Variable[]]
