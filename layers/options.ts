/** Schemas and checks that several layers share. */
import { ArgumentError } from '../src/index.ts'
import { parseOptions, z } from '../src/options.ts'
import type { Initialiser } from './initialisers.ts'

/** A function `(key, shape, dtype) → tensor`, or nothing. (zod would call a function that is a default.) */
export const initialiserSchema = () =>
  z.optional(z.custom<Initialiser>((x) => typeof x === 'function', 'must be a function (key, shape, dtype) → tensor'))

/** A positive number, or nothing. */
export const positiveSchema = () => z.optional(z.number().check(z.positive()))

/** Options all of which may be left out: who gives none waits for no schema. */
export const parseOptional = <S extends z.ZodMiniType<object>>(
  name: string,
  schema: () => S,
  given: object | undefined,
): Partial<z.output<S>> => (given === undefined ? {} : parseOptions(name, schema, given))

/** Refuses what is no size of a dimension. */
export function requireSize(name: string, size: number): void {
  if (Number.isInteger(size) && size > 0) return
  throw new ArgumentError(`${name}: sizes are whole numbers from 1, got ${size}.`)
}
