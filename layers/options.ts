/** Schemas and checks that several layers share. */
import { ArgumentError } from '../src/index.ts'
import { z } from '../src/options.ts'
import type { Initialiser } from './initialisers.ts'

/** A function `(key, shape, dtype) → tensor`, or nothing. (zod would call a function that is a default.) */
export const initialiserSchema = z.optional(
  z.custom<Initialiser>((x) => typeof x === 'function', 'must be a function (key, shape, dtype) → tensor'),
)

/** A small positive number that keeps a division safe. */
export const epsilonSchema = (value: number) => z._default(z.number().check(z.positive()), value)

/** Refuses what is no size of a dimension. */
export function requireSize(name: string, size: number): void {
  if (Number.isInteger(size) && size > 0) return
  throw new ArgumentError(`${name}: sizes are whole numbers from 1, got ${size}.`)
}
