/**
 * How a public operation runs. While tracing, its body is written into the open trace. Otherwise the body is traced once for
 * each signature (name, static arguments, shapes and dtypes) and the compiled program is called: one call however many
 * primitives it has, and the same code, so the same bits, as inside `jit`.
 */
import { type Abstract, sameShape } from './core/abstract.ts'
import { run } from './core/bind.ts'
import { keyOf } from './core/intern.ts'
import type { Program } from './core/program.ts'
import { currentTrace, trace } from './core/trace.ts'
import type { Value } from './core/value.ts'
import { cpu } from './devices.ts'

/** Signatures remembered; the oldest is forgotten (it costs a new trace, nothing else). */
const CAPACITY = 4096

const programs = new Map<string, Program>()

/** What an operation was last called with. */
interface Call {
  readonly statics: unknown
  readonly types: readonly Abstract[]
  readonly program: Program
}

/** The last call of each operation by name: the next is most often like it, which is quicker seen than looked up by a text. */
const latest = new Map<string, Call>()

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
  const last = latest.get(name)
  if (last !== undefined && isLike(last, statics, inputs)) return run(last.program, inputs, cpu)
  const key = signatureOf(name, statics, inputs)
  let program = programs.get(key)
  if (program === undefined) {
    program = trace(name, body, inputs).program
    if (programs.size >= CAPACITY) programs.delete(programs.keys().next().value!)
    programs.set(key, program)
  }
  // Types alone: the tensors must not be kept.
  latest.set(name, { statics, types: inputs.map(({ shape, dtype }) => ({ shape, dtype })), program })
  return run(program, inputs, cpu)
}

/** Has a call the signature of the last one? (What is inside of an object may have changed, so those are not compared.) */
function isLike(last: Call, statics: unknown, inputs: readonly Value[]): boolean {
  if (typeof statics === 'object' || !Object.is(statics, last.statics)) return false
  const { types } = last
  if (types.length !== inputs.length) return false
  for (let i = 0; i < inputs.length; i++) {
    const { shape, dtype } = inputs[i]!
    if (dtype !== types[i]!.dtype || !sameShape(shape, types[i]!.shape)) return false
  }
  return true
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
