/**
 * Transposition: a program that is linear in some inputs, run backwards. Cotangents of its outputs go in, cotangents of those
 * inputs come out: ⟨w, A v⟩ = ⟨Aᵀ w, v⟩. Equations that do not depend on the linear inputs are evaluated first.
 */
import { sameShape, showAbstract, sizeOf } from '../core/abstract.ts'
import { bind } from '../core/bind.ts'
import { dependence, usesMarked } from '../core/dependence.ts'
import { DerivativeError, ShapeError } from '../core/errors.ts'
import { existing, pick, presence, spread, unmarked } from '../core/marks.ts'
import type { Cotangent, Derived, Maybe, ProgramTransforms } from '../core/primitive.ts'
import { Linear, Segment } from '../core/primitive.ts'
import type { Equation, Program, Variable } from '../core/program.ts'
import { traceClosed, withSource } from '../core/trace.ts'
import type { Value } from '../core/value.ts'
import { Accumulator } from './accumulator.ts'

/** Inputs: the non-linear ones, then a cotangent for each given output. Outputs: the cotangents that are present. */
export function transpose(
  program: Program,
  linear: readonly boolean[],
  given: readonly boolean[],
  transforms: ProgramTransforms,
): Derived {
  const others = unmarked(linear)
  const fixed = pick(program.inputs, others)
  let present: readonly boolean[] = []
  const traced = traceClosed(
    'transpose',
    (values) => {
      const inputs = spread(others, values)
      const cotangents = pullBack(program, inputs, spread(given, values.slice(fixed.length)), transforms)
      present = presence(pick(cotangents, linear))
      return existing(cotangents)
    },
    [...fixed, ...pick(program.outputs, given)],
  )
  return { program: traced, present }
}

/**
 * Cotangents of a program's inputs, written into the open trace; the program is linear in the inputs that are null here, and
 * only those have a cotangent.
 */
export function pullBack(
  program: Program,
  inputs: readonly Maybe[],
  cotangents: readonly Maybe[],
  transforms: ProgramTransforms,
): Maybe[] {
  const linear = dependence(
    program,
    inputs.map((input) => input === null),
  )
  const values = evaluateFixed(program, inputs, linear)
  const sums = new Array<Accumulator | undefined>(program.size)
  program.outputs.forEach((output, i) => {
    accumulate(sums, output, cotangents[i]!, linear, 'the result')
  })
  for (let i = program.equations.length - 1; i >= 0; i--) {
    const equation = program.equations[i]!
    if (!usesMarked(equation, linear)) continue
    const results = withSource(equation.source, () => transposeEquation(equation, values, sums, transforms))
    results.forEach((result, j) => {
      accumulate(sums, equation.inputs[j]!, result, linear, equation.primitive.name)
    })
  }
  return program.inputs.map((input) => (linear[input.index] === 1 ? take(sums, input) : null))
}

/** The values of all variables that do not depend on a linear input. */
function evaluateFixed(program: Program, inputs: readonly Maybe[], linear: Uint8Array): (Value | undefined)[] {
  const values = new Array<Value | undefined>(program.size)
  program.inputs.forEach(({ index }, i) => {
    values[index] = inputs[i] ?? undefined
  })
  for (const equation of program.equations) {
    if (usesMarked(equation, linear)) continue
    const operands = equation.inputs.map((input) => values[input.index]!)
    const results = withSource(equation.source, () => bind(equation.primitive, operands, equation.params))
    equation.outputs.forEach(({ index }, i) => {
      values[index] = results[i]
    })
  }
  return values
}

function transposeEquation(
  { primitive, inputs, params, outputs }: Equation,
  values: readonly (Value | undefined)[],
  sums: (Accumulator | undefined)[],
  transforms: ProgramTransforms,
): readonly Cotangent[] {
  const cotangents = outputs.map((output) => take(sums, output))
  if (cotangents.every((cotangent) => cotangent === null)) return []
  const operands = inputs.map((input) => values[input.index] ?? new Linear(input))
  if (primitive.transpose !== undefined)
    return primitive.transpose({ cotangents, inputs: operands, params, transforms })
  throw new DerivativeError(
    `${primitive.name} has no transposition rule, so nothing can be pulled back through it. Use jvp, or give it a derivative with customVjp.`,
  )
}

function accumulate(
  sums: (Accumulator | undefined)[],
  variable: Variable,
  cotangent: Cotangent,
  linear: Uint8Array,
  name: string,
): void {
  if (cotangent === null || linear[variable.index] === 0) return
  if (!(cotangent instanceof Segment)) requireType(variable, cotangent, name)
  const sum = sums[variable.index] ?? new Accumulator()
  sum.add(cotangent)
  sums[variable.index] = sum
}

/** The finished cotangent of a variable; its summands are let go. */
function take(sums: (Accumulator | undefined)[], variable: Variable): Maybe {
  const sum = sums[variable.index]
  sums[variable.index] = undefined
  return sum === undefined ? null : sum.total(sizeOf(variable.shape))
}

function requireType(variable: Variable, cotangent: Value, name: string): void {
  if (variable.dtype === cotangent.dtype && sameShape(variable.shape, cotangent.shape)) return
  const types = `${showAbstract(cotangent)} for an input ${showAbstract(variable)}`
  throw new ShapeError(`${name}: its transposition rule gives a cotangent ${types}; the two must be equal.`)
}
