/**
 * Derivatives given by the user. `customJvp`: a program with a rule for its tangents, used in both modes (the rule is linear in
 * the tangents, so it is transposed). `customVjp`: a program with a forward and a backward part for reverse mode; forward mode
 * refuses. Both are resolved when a transform meets them, so derivatives of higher order differentiate the rule itself.
 */
import type { Abstract } from '../../core/abstract.ts'
import { showAbstract } from '../../core/abstract.ts'
import { bind, inline } from '../../core/bind.ts'
import { isFloat } from '../../core/dtype.ts'
import { DerivativeError, ShapeError } from '../../core/errors.ts'
import { evaluateProgram } from '../../core/evaluate.ts'
import { pick, spread } from '../../core/marks.ts'
import type { BatchContext, Cotangent, JvpContext, Linearised, Maybe, Primitive } from '../../core/primitive.ts'
import type { Program } from '../../core/program.ts'
import { traceClosed } from '../../core/trace.ts'
import { Value } from '../../core/value.ts'
import { materialise, sum } from '../broadcast.ts'
import { requireCount, requireOperand, sameType } from './carries.ts'

/** Attributes of `customJvp`. The rule maps (operands…, a tangent for each float operand…) to a tangent for each float result. */
export type CustomJvpParams = { readonly program: Program; readonly rule: Program }

/**
 * Attributes of `customVjp`. The forward part maps operands to (results…, residuals…), the backward part maps (residuals…, a
 * cotangent for each float result…) to a cotangent for each float operand.
 */
export type CustomVjpParams = {
  readonly program: Program
  readonly forward: Program
  readonly backward: Program
  readonly residuals: number
}

/** Attributes of `customTangent`: the backward part it stands for. */
export type CustomTangentParams = { readonly backward: Program; readonly residuals: number }

/** Record of `customJvp`. */
export const customJvpPrimitive: Primitive<CustomJvpParams> = {
  name: 'customJvp',
  shape(inputs, { program, rule }) {
    requireProgram('customJvp', 'the function', program, inputs)
    requireProgram('customJvp', 'the rule', rule, [...inputs, ...floatsOf(inputs)])
    requireResults('customJvp', 'the rule', rule, floatsOf(program.outputs))
    return program.outputs.map(({ shape, dtype }) => ({ shape, dtype }))
  },
  evaluate: (inputs, { program }) => evaluateProgram(program, inputs),
  jvp: ({ primals, tangents, params: { program, rule } }) =>
    spread(floatMarks(program.outputs), inline(rule, [...primals, ...floatTangents(primals, tangents)])),
  batch: ({ inputs, batched, size, params: { program, rule }, transforms }) =>
    customJvp(
      transforms.batch(program, batched, size),
      transforms.batch(rule, [...batched, ...pick(batched, floatMarks(inputs))], size),
      inputs,
    ),
}

/** The results of `program`, with tangents by `rule`. */
export const customJvp = (program: Program, rule: Program, inputs: readonly Value[]): readonly Value[] =>
  bind(customJvpPrimitive, inputs, { program, rule })

/** Record of `customVjp`. */
export const customVjpPrimitive: Primitive<CustomVjpParams> = {
  name: 'customVjp',
  shape: customVjpShape,
  evaluate: (inputs, { program }) => evaluateProgram(program, inputs),
  jvp() {
    throw forwardMode()
  },
  linearise: lineariseCustom,
  batch: batchCustom,
}

/** The results of `program`, with cotangents by `forward` and `backward`. */
export const customVjp = (params: CustomVjpParams, inputs: readonly Value[]): readonly Value[] =>
  bind(customVjpPrimitive, inputs, {
    program: params.program,
    forward: params.forward,
    backward: params.backward,
    residuals: params.residuals,
  })

function customVjpShape(inputs: readonly Abstract[], params: CustomVjpParams): readonly Abstract[] {
  const { program, forward, backward, residuals } = params
  requireProgram('customVjp', 'the function', program, inputs)
  requireProgram('customVjp', 'the forward part', forward, inputs)
  const kept = forward.outputs.slice(program.outputs.length)
  requireResults('customVjp', 'the forward part', forward, [...program.outputs, ...kept])
  requireCount('customVjp, residuals', kept.length, residuals)
  requireProgram('customVjp', 'the backward part', backward, [...kept, ...floatsOf(program.outputs)])
  requireResults('customVjp', 'the backward part', backward, floatsOf(inputs))
  return program.outputs.map(({ shape, dtype }) => ({ shape, dtype }))
}

function lineariseCustom(context: Omit<JvpContext<CustomVjpParams>, 'outputs'>): Linearised {
  const { primals, tangents, params } = context
  const { program, forward, backward, residuals } = params
  const results = inline(forward, primals)
  const kept = results.slice(program.outputs.length)
  const moved = bind(customTangentPrimitive, [...kept, ...floatTangents(primals, tangents)], { backward, residuals })
  return {
    outputs: results.slice(0, program.outputs.length),
    tangents: spread(floatMarks(program.outputs), moved),
  }
}

/** A cotangent of an operand that all lanes share is the sum of the lanes' cotangents. */
function batchCustom({ inputs, batched, size, params, transforms }: BatchContext<CustomVjpParams>): readonly Value[] {
  const backward = transforms.batch(
    params.backward,
    params.backward.inputs.map(() => true),
    size,
  )
  const mapped = pick(batched, floatMarks(inputs))
  return customVjp(
    {
      program: transforms.batch(params.program, batched, size),
      forward: transforms.batch(params.forward, batched, size),
      backward: traceClosed(
        'customVjp',
        (values) => inline(backward, values).map((cotangent, i) => (mapped[i] ? cotangent : sum(cotangent, [0]))),
        backward.inputs,
      ),
      residuals: params.residuals,
    },
    inputs,
  )
}

/**
 * Record of `customTangent`: the linear map (residuals…, tangents of operands…) → tangents of results, of which only the transpose
 * is known. It exists between linearisation and transposition.
 */
export const customTangentPrimitive: Primitive<CustomTangentParams> = {
  name: 'customTangent',
  shape: (_, { backward, residuals }) => backward.inputs.slice(residuals).map(({ shape, dtype }) => ({ shape, dtype })),
  evaluate() {
    throw forwardMode()
  },
  jvp() {
    throw forwardMode()
  },
  transpose({ cotangents, inputs, params: { backward, residuals } }): readonly Cotangent[] {
    const kept = inputs.slice(0, residuals).filter((input) => input instanceof Value)
    const types = backward.inputs.slice(residuals)
    const given = cotangents.map((cotangent, i) => materialise(cotangent, types[i]!))
    return [...kept.map(() => null), ...inline(backward, [...kept, ...given])]
  },
  batch() {
    throw forwardMode()
  },
}

const forwardMode = (): DerivativeError =>
  new DerivativeError(
    'customVjp: it has a rule for reverse mode only, but a tangent was pushed forward through it (jvp, jacfwd or jet). Use customJvp, whose rule serves both modes.',
  )

const floatMarks = (types: readonly Abstract[]): boolean[] => types.map(({ dtype }) => isFloat(dtype))

const floatsOf = (types: readonly Abstract[]): Abstract[] => pick(types, floatMarks(types))

const floatTangents = (primals: readonly Value[], tangents: readonly Maybe[]): Value[] =>
  pick(
    primals.map((primal, i) => [primal, tangents[i]!] as const),
    floatMarks(primals),
  ).map(([primal, tangent]) => materialise(tangent, primal))

function requireProgram(name: string, part: string, program: Program, operands: readonly Abstract[]): void {
  requireCount(`${name}, ${part}`, operands.length, program.inputs.length)
  operands.forEach((operand, i) => {
    requireOperand(name, `operand ${i} of ${part}`, operand, program.inputs[i])
  })
}

function requireResults(name: string, part: string, program: Program, wanted: readonly Abstract[]): void {
  const same =
    program.outputs.length === wanted.length && wanted.every((type, i) => sameType(type, program.outputs[i]!))
  if (same) return
  const show = (types: readonly Abstract[]): string => `(${types.map(showAbstract).join(', ')})`
  throw new ShapeError(`${name}: ${part} gives ${show(program.outputs)}; it must give ${show(wanted)}.`)
}
