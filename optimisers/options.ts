/** Schemas that several rules share: each with its default, its range, and a sentence when it is broken. */
import { z } from '../src/options.ts'
import type { Scheduled } from './schedules/schedule.ts'

/** η: a positive number or a schedule. */
export const learningRateSchema = (value: Scheduled) =>
  // A function given as a default would be called for it.
  z._default(scheduledSchema('a positive number', isPositive), () => value)

/** A number from 0 or a schedule. */
export const scheduledFromZeroSchema = () => scheduledSchema('a number from 0', (x) => isPositive(x) || x === 0)

function scheduledSchema(what: string, allowed: (x: unknown) => boolean) {
  return z.custom<Scheduled>((x) => typeof x === 'function' || allowed(x), {
    error: ({ input }) => `must be ${what} or a schedule, got ${String(input)}`,
  })
}

const isPositive = (x: unknown): boolean => typeof x === 'number' && x > 0 && Number.isFinite(x)

/** A share in [0, 1). */
export const shareSchema = (value: number) => z._default(z.number().check(z.nonnegative(), z.lt(1)), value)

/** A share in (0, 1]. */
export const wholeShareSchema = (value: number) => z._default(z.number().check(z.positive(), z.lte(1)), value)

/** A small number that keeps a division safe: large enough not to be 0 in float32. */
export const epsilonSchema = (value: number) => z._default(z.number().check(z.gte(1e-37)), value)

/** A number from 0. */
export const nonNegativeSchema = (value: number) => z._default(z.number().check(z.nonnegative()), value)

/** A number above 0. */
export const positiveSchema = (value: number) => z._default(z.number().check(z.positive()), value)

/** A whole number from 1; required if no default is given. */
export const countSchema = () => z.int().check(z.positive())
