/**
 * Forward mode: each equation is followed by its tangents, `ẏ = f'(x) ẋ`. One pass over the program, whatever its depth.
 * A tangent that is zero for structural reasons is `null` and costs nothing.
 */
import { bind } from '../core/bind.ts'
import { isFloat } from '../core/dtype.ts'
import { DerivativeError } from '../core/errors.ts'
import { existing, pick, presence, spread } from '../core/marks.ts'
import type { Derived, Linearised, Maybe, ProgramTransforms } from '../core/primitive.ts'
import type { Equation, Program } from '../core/program.ts'
import { traceClosed, withSource } from '../core/trace.ts'
import type { Value } from '../core/value.ts'

/** How one equation with at least one tangent is carried forward. */
export type Step = (equation: Equation, primals: readonly Value[], tangents: readonly Maybe[]) => Linearised

/** Inputs: the program's, then one tangent for each active input. Outputs: the program's, then the tangents that are present. */
export function jvp(program: Program, active: readonly boolean[], transforms: ProgramTransforms): Derived {
  return joint('jvp', program, active, forwardStep(transforms))
}

/** The program that computes values and tangents side by side, each equation carried by `step`. */
export function joint(name: string, program: Program, active: readonly boolean[], step: Step): Derived {
  requireFloats(name, program, active)
  let present: readonly boolean[] = []
  const directions = pick(program.inputs, active)
  const traced = traceClosed(
    name,
    (values) => {
      const given = spread(active, values.slice(program.inputs.length))
      const { outputs, tangents } = walkForward(program, values, given, step)
      present = presence(tangents)
      return [...outputs, ...existing(tangents)]
    },
    [...program.inputs, ...directions],
  )
  return { program: traced, present }
}

/** The tangents of a program's outputs for the tangents of its inputs, written into the open trace. */
function walkForward(program: Program, primals: readonly Value[], given: readonly Maybe[], step: Step): Linearised {
  const values = new Array<Value>(program.size)
  const tangents = new Array<Maybe>(program.size).fill(null)
  program.inputs.forEach(({ index }, i) => {
    values[index] = primals[i]!
    tangents[index] = given[i]!
  })
  for (const equation of program.equations) {
    const directions = equation.inputs.map((input) => tangents[input.index]!)
    const operands = equation.inputs.map((input) => values[input.index]!)
    const result = withSource(equation.source, () => stepUnlessStill(equation, operands, directions, step))
    equation.outputs.forEach(({ index }, i) => {
      values[index] = result.outputs[i]!
      tangents[index] = result.tangents[i] ?? null
    })
  }
  return {
    outputs: program.outputs.map((output) => values[output.index]!),
    tangents: program.outputs.map((output) => tangents[output.index]!),
  }
}

function stepUnlessStill(
  equation: Equation,
  operands: readonly Value[],
  tangents: readonly Maybe[],
  step: Step,
): Linearised {
  if (tangents.some((tangent) => tangent !== null)) return step(equation, operands, tangents)
  return { outputs: bind(equation.primitive, operands, equation.params), tangents: [] }
}

const forwardStep =
  (transforms: ProgramTransforms): Step =>
  (equation, primals, tangents) => {
    const { primitive, params } = equation
    if (primitive.pushForward !== undefined) return primitive.pushForward({ primals, tangents, params, transforms })
    return bindAndPush(equation, primals, tangents, transforms)
  }

/** The equation as it is, and the tangents that its `jvp` rule gives. */
export function bindAndPush(
  { primitive, params }: Equation,
  primals: readonly Value[],
  tangents: readonly Maybe[],
  transforms: ProgramTransforms,
): Linearised {
  const outputs = bind(primitive, primals, params)
  return { outputs, tangents: primitive.jvp({ primals, tangents, outputs, params, transforms }) }
}

function requireFloats(name: string, program: Program, active: readonly boolean[]): void {
  program.inputs.forEach(({ dtype }, i) => {
    if (!active[i] || isFloat(dtype)) return
    throw new DerivativeError(`${name}: input ${i} is ${dtype}; only float32 and float64 have derivatives.`)
  })
}
