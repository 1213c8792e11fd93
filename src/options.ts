/** Options as people write them: parsed once, at construction; a mistake is one sentence that names the option. */
import * as z from 'zod/mini'
import type { $ZodRawIssue } from 'zod/v4/core'
import english from 'zod/v4/locales/en.js'
import { ArgumentError } from './core/errors.ts'

/** The schema builders for options; use `z.strictObject`, so that unknown keys are errors. */
export { z }

/** Schemas that have been made. */
const made = new WeakMap<() => z.ZodMiniType, z.ZodMiniType>()

/**
 * The options with defaults filled in.
 * @param name the function that takes them, for the message.
 * @param schema makes their schema, once, when there is something to parse: importing a module makes none.
 * @throws ArgumentError with every problem: the option, what was given, what is allowed.
 */
export function parseOptions<S extends z.ZodMiniType>(name: string, schema: () => S, input: unknown): z.output<S> {
  const parsed = z.safeParse(schemaOf(schema), input, { error: sentence })
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')} ${message}`,
  )
  throw new ArgumentError(`${name}: ${problems.join('; ')}.`)
}

function schemaOf<S extends z.ZodMiniType>(schema: () => S): S {
  const known = made.get(schema)
  if (known !== undefined) return known as S // this function's own result of an earlier call
  const fresh = schema()
  made.set(schema, fresh)
  return fresh
}

/** What is wrong with an option, as the end of a sentence that its name begins. */
function sentence(issue: $ZodRawIssue): string {
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue.keys, allowedKeys(issue.inst))
  const got = `got ${shown(issue.input)}`
  if (issue.code === 'too_small' && issue.origin === 'number')
    return `must be ${issue.inclusive ? 'at least' : 'greater than'} ${issue.minimum}, ${got}`
  if (issue.code === 'too_big' && issue.origin === 'number')
    return `must be ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}, ${got}`
  if (issue.code === 'invalid_type') return `must be ${kinds.get(issue.expected) ?? issue.expected}, ${got}`
  const told = english().localeError(issue)
  return `is refused: ${typeof told === 'string' ? told : (told?.message ?? issue.code)}, ${got}`
}

const kinds: ReadonlyMap<string, string> = new Map([
  ['number', 'a finite number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
  ['string', 'a text'],
  ['object', 'a record of options'],
  ['array', 'a list'],
  ['tuple', 'a list'],
  ['function', 'a function'],
])

/** A value as it was written, as far as one line shows it. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'string') return `'${value}'`
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`
  return typeof value === 'object' && value !== null ? 'a record' : String(value)
}

function unknownKeys(keys: readonly string[], allowed: readonly string[]): string {
  const unknown = keys.map((key) => `'${key}'`).join(', ')
  const options = keys.length === 1 ? `there is no option ${unknown}` : `there are no options ${unknown}`
  return allowed.length === 0 ? options : `${options}; it takes ${allowed.join(', ')}`
}

/** The keys of the record schema that refused a key. */
function allowedKeys(schema: unknown): readonly string[] {
  // The schema of an unknown key is a strict record, whose definition holds its shape; anything else has none to name.
  const definition = (schema as { readonly _zod?: { readonly def?: { readonly shape?: object } } } | undefined)?._zod
    ?.def
  return Object.keys(definition?.shape ?? {})
}
