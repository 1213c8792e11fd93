/** Options as people write them: parsed once, at construction; a mistake is one sentence that names the option. */
import * as z from 'zod/mini'
import english from 'zod/v4/locales/en.js'
import { ArgumentError } from './core/errors.ts'

/** The schema builders for options; use `z.strictObject`, so that unknown keys are errors. */
export { z }

const { localeError } = english()

/**
 * The options with defaults filled in.
 * @param name the function that takes them, for the message.
 * @throws ArgumentError with every problem: the option, what was given, what is allowed.
 */
export function parseOptions<S extends z.ZodMiniType>(name: string, schema: S, input: unknown): z.output<S> {
  const parsed = z.safeParse(schema, input, { error: localeError })
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  )
  throw new ArgumentError(`${name}: ${problems.join('; ')}`)
}
