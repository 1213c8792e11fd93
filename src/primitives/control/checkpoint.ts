/**
 * `checkpoint`: a program whose intermediate values are not kept for the backward pass but computed again. Its linear part is a
 * checkpoint too: of the program from values and tangents to tangents, so transposing it computes the values anew.
 */
import { bind, inline } from '../../core/bind.ts'
import { evaluateProgram } from '../../core/evaluate.ts'
import { existing, pick, presence, spread, unmarked } from '../../core/marks.ts'
import type {
  Cotangent,
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
import { requireCount, requireOperand } from './carries.ts'

/** Attributes of `checkpoint`. */
export type CheckpointParams = { readonly program: Program }

/** Record of `checkpoint`. */
export const checkpointPrimitive: Primitive<CheckpointParams> = {
  name: 'checkpoint',
  shape(inputs, { program }) {
    requireCount('checkpoint', inputs.length, program.inputs.length)
    inputs.forEach((input, i) => {
      requireOperand('checkpoint', `operand ${i}`, input, program.inputs[i])
    })
    return program.outputs.map(({ shape, dtype }) => ({ shape, dtype }))
  },
  evaluate: (inputs, { program }) => evaluateProgram(program, inputs),
  jvp: (context) => pushCheckpoint(context).tangents,
  pushForward: pushCheckpoint,
  linearise: lineariseCheckpoint,
  transpose: transposeCheckpoint,
  batch: ({ inputs, batched, size, params, transforms }) =>
    checkpoint(transforms.batch(params.program, batched, size), inputs),
  narrow({ program }, used) {
    const inputs = neededInputs(program, used)
    return { params: { program: subprogram(program, inputs, used) }, inputs, outputs: used }
  },
}

/** The results of a program, to be computed again when they are differentiated backwards. */
export const checkpoint = (program: Program, inputs: readonly Value[]): readonly Value[] =>
  bind(checkpointPrimitive, inputs, { program })

type ForwardContext = Omit<JvpContext<CheckpointParams>, 'outputs'>

function pushCheckpoint({ primals, tangents, params, transforms }: ForwardContext): Linearised {
  const { program, present } = transforms.jvp(params.program, presence(tangents))
  const results = checkpoint(program, [...primals, ...existing(tangents)])
  const arity = params.program.outputs.length
  return { outputs: results.slice(0, arity), tangents: spread(present, results.slice(arity)) }
}

function lineariseCheckpoint({ primals, tangents, params, transforms }: ForwardContext): Linearised {
  const linearised = transforms.linearise(params.program, presence(tangents))
  const directions = existing(tangents)
  const tangentProgram = traceClosed('checkpoint', (values) => tangentsOf(linearised, params.program, values), [
    ...params.program.inputs,
    ...directions,
  ])
  return {
    outputs: checkpoint(params.program, primals),
    tangents: spread(linearised.present, checkpoint(tangentProgram, [...primals, ...directions])),
  }
}

/** Values computed anew, then the tangents. */
function tangentsOf({ forward, linear }: LinearisedProgram, original: Program, values: readonly Value[]) {
  const arity = original.inputs.length
  const residuals = inline(forward, values.slice(0, arity)).slice(original.outputs.length)
  return inline(linear, [...residuals, ...values.slice(arity)])
}

function transposeCheckpoint(context: TransposeContext<CheckpointParams>): readonly Cotangent[] {
  const { cotangents, inputs, params, transforms } = context
  const linear = inputs.map((input) => input instanceof Linear)
  const { program, present } = transforms.transpose(params.program, linear, presence(cotangents))
  const fixed = pick(inputs, unmarked(linear)).filter((input) => input instanceof Value)
  return spread(linear, spread(present, checkpoint(program, [...fixed, ...existing(cotangents)])))
}
