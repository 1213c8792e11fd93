/**
 * Programs that compute nothing: one equation that fills, cuts, renames or joins. They are done on the tensors' own arrays,
 * since a module for each shape of `zeros` would cost a thousand times as much as the zeros.
 */
import { sizeOf } from '../../../core/abstract.ts'
import type { StorageArray } from '../../../core/dtype.ts'
import { allocate } from '../../../core/dtype.ts'
import type { Equation, Program } from '../../../core/program.ts'
import type { FullParams } from '../../../primitives/broadcast.ts'
import type { AssembleParams, ViewParams } from '../../../primitives/segments.ts'

/** Writes the only output of a program, which is all zeros so far. */
export type Direct = (inputs: readonly StorageArray[], output: StorageArray) => void

const known = new WeakMap<Program, Direct | null>()

/** How a program is done without compiling it; null if it must be compiled. */
export function directOf(program: Program): Direct | null {
  const found = known.get(program)
  if (found !== undefined) return found
  const direct = made(program)
  known.set(program, direct)
  return direct
}

/** The output of a direct program. */
export function runDirect(direct: Direct, { outputs }: Program, inputs: readonly StorageArray[]): StorageArray {
  const { dtype, shape } = outputs[0]! // see `made`
  const output = allocate(dtype, sizeOf(shape))
  direct(inputs, output)
  return output
}

/** One equation that takes the inputs as they stand and gives the only output. */
function made({ inputs, equations, outputs }: Program): Direct | null {
  const equation = equations[0]
  if (equation === undefined || equations.length > 1 || outputs.length !== 1) return null
  if (equation.outputs[0] !== outputs[0] || equation.inputs.length !== inputs.length) return null
  if (equation.inputs.some((input, i) => input.index !== inputs[i]!.index)) return null
  return rowOf(equation)
}

function rowOf({ primitive, params, inputs }: Equation): Direct | null {
  switch (primitive.name) {
    case 'full': {
      const { value } = params as FullParams // this primitive's own
      return (_, output) => void output.fill(value)
    }
    case 'broadcast':
      return sizeOf(inputs[0]!.shape) === 1 ? ([one], output) => void output.fill(one![0]!) : null
    case 'reshape':
      return ([whole], output) => output.set(whole!)
    case 'view': {
      const { offset } = params as ViewParams // this primitive's own
      return ([whole], output) => output.set(whole!.subarray(offset, offset + output.length))
    }
    case 'assemble': {
      const { offsets } = params as AssembleParams // this primitive's own
      return (segments, output) => segments.forEach((segment, i) => void output.set(segment, offsets[i]))
    }
    default:
      return null
  }
}
