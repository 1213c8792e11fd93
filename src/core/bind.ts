/** The single point where an operation meets its operands: written down when tracing, run at once otherwise. */

import type { Device } from './device.ts'
import { DeviceError, TraceError } from './errors.ts'
import type { Params, Primitive } from './primitive.ts'
import type { Program } from './program.ts'
import { currentTrace, trace, withSource } from './trace.ts'
import type { Traced, Value } from './value.ts'
import { Concrete, HostNumber, Literal } from './value.ts'

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

/**
 * Applies a whole program: inlined when tracing, executed on the operands' device otherwise. `fallback` gives the device of a
 * program without tensor operands.
 */
export function run(program: Program, inputs: readonly Value[], fallback?: () => Device): readonly Value[] {
  if (currentTrace() !== null) return inline(program, inputs)
  const device = deviceOf(inputs) ?? fallback?.()
  if (device === undefined)
    throw new DeviceError('An operation without operands has no device; create tensors with zeros, arange …')
  return device.execute(
    program,
    inputs.map((input) => place(input, device)),
  )
}

/** Writes the equations of a program into the open trace, with `inputs` in place of its inputs. */
export function inline(program: Program, inputs: readonly Value[]): readonly Value[] {
  const values = new Array<Value>(program.size)
  program.inputs.forEach((variable, i) => {
    values[variable.index] = inputs[i]!
  })
  for (const { primitive, inputs: operands, params, outputs, source } of program.equations) {
    const arguments_ = operands.map((operand) => values[operand.index]!)
    const results = withSource(source, () => bind(primitive, arguments_, params))
    for (let i = 0; i < outputs.length; i++) values[outputs[i]!.index] = results[i]!
  }
  return program.outputs.map((output) => values[output.index]!)
}

/** The one device on which all operands live; undefined if all of them are JavaScript numbers. */
export function deviceOf(inputs: readonly Value[]): Device | undefined {
  let device: Device | undefined
  for (const input of inputs) {
    if (!(input instanceof Concrete)) continue
    if (device === undefined) device = input.device
    else if (input.device !== device) throw twoDevices(device, input.device)
  }
  return device
}

/** The operand as the device takes it. */
export function place(value: Value, device: Device): Concrete {
  if (value instanceof Concrete) return value
  if (value instanceof HostNumber || value instanceof Literal) return value.on(device)
  const { origin, scope } = value as Traced // the only other kind of value
  throw new TraceError(
    `The value of ${origin} was traced by ${scope.name}, which has returned; return it from that function instead.`,
  )
}

const twoDevices = (a: Device, b: Device): DeviceError =>
  new DeviceError(`Tensors on two devices (${a.name} and ${b.name}) cannot meet; move one with to(x, device).`)
