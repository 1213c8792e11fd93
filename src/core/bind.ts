/** The single point where an operation meets its operands: written down when tracing, run at once otherwise. */

import type { Device } from './device.ts'
import { DeviceError } from './errors.ts'
import type { Params, Primitive } from './primitive.ts'
import type { Program } from './program.ts'
import { currentTrace, trace } from './trace.ts'
import { Concrete, type Traced, type Value } from './value.ts'

/** Applies a primitive. Operations without operands need an open trace (the public creation functions choose a device). */
export function bind<P extends Params>(primitive: Primitive<P>, inputs: readonly Value[], params: P): readonly Value[] {
  const scope = currentTrace()
  // A primitive's rules are methods, so a record for P serves as one for Params: the params come from the same call.
  const untyped = primitive as unknown as Primitive
  if (scope !== null) return scope.emit(untyped, inputs, params)
  const { program } = trace(primitive.name, (...values) => bind(primitive, values, params), inputs)
  return run(program, inputs)
}

/** Applies a primitive that has one output. */
export const bindOne = <P extends Params>(primitive: Primitive<P>, inputs: readonly Value[], params: P): Value =>
  bind(primitive, inputs, params)[0]!

/** Applies a whole program: inlined when tracing, executed on the operands' device otherwise. */
export function run(program: Program, inputs: readonly Value[], device?: Device): readonly Value[] {
  if (currentTrace() !== null) return inline(program, inputs)
  const concrete = inputs.map(requireConcrete)
  return (device ?? deviceOf(concrete)).execute(program, concrete)
}

/** Writes the equations of a program into the open trace, with `inputs` in place of its inputs. */
export function inline(program: Program, inputs: readonly Value[]): readonly Value[] {
  const values = new Array<Value>(program.size)
  program.inputs.forEach((variable, i) => {
    values[variable.index] = inputs[i]!
  })
  for (const { primitive, inputs: operands, params, outputs } of program.equations) {
    const results = bind(
      primitive,
      operands.map((operand) => values[operand.index]!),
      params,
    )
    for (let i = 0; i < outputs.length; i++) values[outputs[i]!.index] = results[i]!
  }
  return program.outputs.map((output) => values[output.index]!)
}

/** The one device on which all operands live. */
export function deviceOf(inputs: readonly Concrete[]): Device {
  const first = inputs[0]
  if (first === undefined)
    throw new DeviceError('An operation without operands has no device to run on; create tensors with zeros, arange …')
  for (const input of inputs) {
    if (input.device !== first.device) {
      throw new DeviceError(
        `Tensors on two devices (${first.device.name} and ${input.device.name}) cannot meet; move one with to(x, device).`,
      )
    }
  }
  return first.device
}

function requireConcrete(value: Value): Concrete {
  if (value instanceof Concrete) return value
  const { origin, scope } = value as Traced
  throw new DeviceError(
    `The value of ${origin} was traced by ${scope.name}, which has returned; return it from that function instead.`,
  )
}
