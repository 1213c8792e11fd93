/**
 * Reverse mode: linearise, then transpose the linear part. `gradientProgram` gives value and gradient in one program;
 * `vjpPrograms` keeps the two halves apart for those who choose the cotangent later.
 */
import { showAbstract } from '../core/abstract.ts'
import { inline } from '../core/bind.ts'
import { isFloat } from '../core/dtype.ts'
import { DerivativeError } from '../core/errors.ts'
import { pick, spread } from '../core/marks.ts'
import type { LinearisedProgram, Maybe } from '../core/primitive.ts'
import type { Program } from '../core/program.ts'
import { traceClosed } from '../core/trace.ts'
import type { Value } from '../core/value.ts'
import { full } from '../primitives/broadcast.ts'
import { lineariseProgram, programTransforms } from './index.ts'
import { remembered } from './memo.ts'
import { pullBack } from './transpose.ts'

/** A program with gradients among its outputs. */
export interface GradientProgram {
  /** Inputs: the original's. Outputs: the original's, then the cotangents of those inputs that are `present`. */
  readonly program: Program
  /** One entry for each input: asked for, and of a float type (integers have no gradient). */
  readonly present: readonly boolean[]
}

/** The two halves of reverse mode. */
export interface VjpPrograms {
  /** Inputs: the original's. Outputs: the original's, then the residuals. */
  readonly forward: Program
  readonly residuals: number
  /** Inputs: the residuals, then a cotangent for each float output. Outputs: cotangents of the inputs that are `present`. */
  readonly pullback: Program
  /** One entry for each input: asked for, and of a float type. */
  readonly present: readonly boolean[]
}

/** Value and gradient: output 0 must be a float scalar; further outputs pass through. A zero gradient is filled in. */
export const gradientProgram = remembered((program: Program, wrt: readonly boolean[]): GradientProgram => {
  requireScalar(program)
  const present = floatsOf(program, wrt)
  const linearised = lineariseProgram(program, present)
  const joined = traceClosed(
    'grad',
    (values) => {
      const results = inline(linearised.forward, values)
      const [residuals, outputs] = [results.slice(program.outputs.length), results.slice(0, program.outputs.length)]
      const seeds = outputs.map((output, i) => (i === 0 ? full([], output.dtype, 1) : null))
      return [...outputs, ...pullBackAll(program, present, linearised, residuals, seeds)]
    },
    program.inputs,
  )
  return { program: joined, present }
})

/** Forward and backward as two programs, for cotangents that are known only later. */
export const vjpPrograms = remembered((program: Program, wrt: readonly boolean[]): VjpPrograms => {
  const present = floatsOf(program, wrt)
  const linearised = lineariseProgram(program, present)
  const { forward, residuals } = linearised
  const floats = program.outputs.map(({ dtype }) => isFloat(dtype))
  const pullback = traceClosed(
    'vjp',
    (values) =>
      pullBackAll(program, present, linearised, values.slice(0, residuals), spread(floats, values.slice(residuals))),
    [...forward.outputs.slice(program.outputs.length), ...pick(program.outputs, floats)],
  )
  return { forward, residuals, pullback, present }
})

/** A cotangent for each active input, zeros where nothing arrives. */
function pullBackAll(
  program: Program,
  active: readonly boolean[],
  { linear, present }: LinearisedProgram,
  residuals: readonly Value[],
  cotangents: readonly Maybe[],
): Value[] {
  const variables = pick(program.inputs, active)
  const inputs = [...residuals, ...variables.map(() => null)]
  const given = pick(cotangents, present)
  const results = pullBack(linear, inputs, given, programTransforms).slice(residuals.length)
  return variables.map(({ shape, dtype }, i) => results[i] ?? full(shape, dtype, 0))
}

const floatsOf = (program: Program, wrt: readonly boolean[]): boolean[] =>
  program.inputs.map(({ dtype }, i) => wrt[i] === true && isFloat(dtype))

function requireScalar({ outputs }: Program): void {
  const value = outputs[0]
  if (value !== undefined && value.shape.length === 0 && isFloat(value.dtype)) return
  const what = value === undefined ? 'nothing' : showAbstract(value)
  throw new DerivativeError(
    `grad: the function must return a float scalar, but returns ${what}. Reduce it with sum or mean, or use vjp or jacrev.`,
  )
}
