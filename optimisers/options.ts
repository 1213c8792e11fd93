/** Schemas that several rules share: each with its default, its range, and a sentence when it is broken. */
import { z } from '../src/options.ts'
import type { Scheduled } from './schedule.ts'

/** η: a positive number or a schedule. */
export const learningRateSchema = (value: number) =>
  z._default(
    z.custom<Scheduled>(isRate, {
      error: ({ input }) => `must be a positive number or a schedule, got ${String(input)}`,
    }),
    value,
  )

const isRate = (x: unknown): boolean =>
  typeof x === 'function' || (typeof x === 'number' && x > 0 && Number.isFinite(x))

/** A share in [0, 1). */
export const shareSchema = (value: number) => z._default(z.number().check(z.nonnegative(), z.lt(1)), value)

/** A small positive number that keeps a division safe. */
export const epsilonSchema = (value: number) => z._default(z.number().check(z.positive()), value)

/** A number from 0. */
export const nonNegativeSchema = (value: number) => z._default(z.number().check(z.nonnegative()), value)
