/**
 * How a public operation runs. While tracing, its body is written into the open trace. Otherwise the body is traced once for
 * each signature (name, static arguments, shapes and dtypes) and the compiled program is called: one call however many
 * primitives it has, and the same code, so the same bits, as inside `jit`.
 */
import { run } from './core/bind.ts'
import { keyOf } from './core/intern.ts'
import type { Program } from './core/program.ts'
import { currentTrace, trace } from './core/trace.ts'
import type { Value } from './core/value.ts'
import { cpu } from './devices.ts'

/** Signatures remembered; the oldest is forgotten (it costs a new trace, nothing else). */
const CAPACITY = 4096

const programs = new Map<string, Program>()

/**
 * Runs `body` on `inputs`. `statics` are all JavaScript values that `body` uses besides its arguments: they are part of the
 * signature. The body may use nothing else.
 */
export function operate(
  name: string,
  statics: unknown,
  inputs: readonly Value[],
  body: (...values: Value[]) => readonly Value[],
): readonly Value[] {
  if (currentTrace() !== null) return body(...inputs)
  const key = signatureOf(name, statics, inputs)
  let program = programs.get(key)
  if (program === undefined) {
    program = trace(name, body, inputs).program
    if (programs.size >= CAPACITY) programs.delete(programs.keys().next().value!)
    programs.set(key, program)
  }
  return run(program, inputs, cpu)
}

/** `operate` for a body with one result. */
export const operateOne = (
  name: string,
  statics: unknown,
  inputs: readonly Value[],
  body: (...values: Value[]) => Value,
): Value => operate(name, statics, inputs, (...values) => [body(...values)])[0]!

function signatureOf(name: string, statics: unknown, inputs: readonly Value[]): string {
  let key = statics === undefined ? name : name + keyOf(statics)
  for (const { dtype, shape } of inputs) key += `;${dtype}${shape.join()}`
  return key
}
