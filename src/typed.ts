/**
 * The seam between the public types and the run-time values. `Tensor<Shape, DType>` is a compile-time description of `Value`;
 * only here is one taken for the other, and what a user hands in is checked to be a value at all.
 */
import { ArgumentError } from './core/errors.ts'
import { Value } from './core/value.ts'

/** The value behind a public tensor. Throws a sentence that tells how to make a tensor of what was given. */
export function untyped(given: unknown, operation: string): Value {
  if (given instanceof Value) return given
  throw new ArgumentError(`${operation}: a tensor is needed, got ${describe(given)}.`)
}

/** A run-time result under the type that the caller's signature promises (its shape rule has been checked at compile and at run time). */
export const typed = <T>(result: unknown): T => result as T

function describe(given: unknown): string {
  if (typeof given === 'number') return `the number ${given}; write scalar(${given})`
  if (Array.isArray(given)) return 'an array; write tensor([...])'
  if (ArrayBuffer.isView(given)) return `a ${given.constructor.name}; write fromTypedArray(data, shape)`
  if (typeof given === 'object' && given !== null)
    return `an object with the keys ${Object.keys(given).slice(0, 5).join(', ')}`
  return String(given)
}
