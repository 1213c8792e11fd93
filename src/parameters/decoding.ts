/** The vocabulary of our io-ts codecs: small types with names that read well in a sentence, and the report of what failed. */
import * as t from 'io-ts'
import type { DType } from '../../types/dtype.ts'
import { sizeOf } from '../core/abstract.ts'
import { dtypes } from '../core/dtype.ts'
import { sentenceOf as reasonOf } from '../core/errors.ts'
import { type Decoded, FormatError, refused } from '../files/format-error.ts'
import { E, pipe } from '../fp.ts'

/** A codec from whatever was parsed. */
export type Codec<A, O = A> = t.Type<A, O, unknown>

/** Problems collected before a list gives up: a hostile file must not fill the memory with them. */
const ENOUGH = 50
/** Nesting of JSON that is followed; deeper values would overflow the stack. */
const MAX_NESTING = 500

/** A codec of values that stand in JSON as they are. */
export const simple = <A>(name: string, is: (u: unknown) => u is A): Codec<A> =>
  new t.Type(name, is, (u, context) => (is(u) ? t.success(u) : t.failure(u, context)), t.identity)

/** A string. */
export const text: Codec<string> = simple('a string', (u) => typeof u === 'string')

/** A whole number ≥ 0 that a double holds exactly. */
export const natural: Codec<number> = simple(
  'a whole number ≥ 0',
  (u): u is number => Number.isSafeInteger(u) && (u as number) >= 0, // a safe integer is a number
)

/** An element type. */
export const dtype: Codec<DType> = simple(
  'a dtype',
  (u): u is DType => (dtypes as readonly unknown[]).includes(u), // only asked whether it is one of them
)

/** Entries of one kind; gives up after `ENOUGH` problems. */
export const listOf = <A, O>(entry: Codec<A, O>, name = `a list`): Codec<readonly A[], readonly O[]> =>
  new t.Type(
    name,
    (u): u is readonly A[] => Array.isArray(u) && u.every(entry.is),
    (u, context) => {
      if (!Array.isArray(u)) return t.failure(u, context)
      const decoded: A[] = []
      const errors: t.Errors = []
      for (let i = 0; i < u.length && errors.length < ENOUGH; i++) {
        const result = entry.validate(u[i], t.appendContext(context, String(i), entry, u[i]))
        if (E.isLeft(result)) errors.push(...result.left)
        else decoded.push(result.right)
      }
      return errors.length > 0 ? t.failures(errors) : t.success(decoded)
    },
    (entries) => entries.map(entry.encode),
  )

/** Sizes whose product can be counted. */
export const shape: Codec<readonly number[]> = refined(listOf(natural, 'a shape'), (sizes) =>
  Number.isSafeInteger(sizeOf(sizes))
    ? null
    : `the shape [${sizes.slice(0, 8).join(', ')}] has more elements than can be counted`,
)

/** A codec whose values must also pass a check, which says what is wrong, or null. */
export function refined<A, O>(codec: Codec<A, O>, problem: (a: A) => string | null): Codec<A, O> {
  return new t.Type(
    codec.name,
    codec.is,
    (u, context) =>
      pipe(
        codec.validate(u, context),
        E.flatMap((a) => checked(a, problem(a), u, context)),
      ),
    codec.encode,
  )
}

const checked = <A>(a: A, problem: string | null, u: unknown, context: t.Context): t.Validation<A> =>
  problem === null ? t.success(a) : t.failure(u, context, problem)

/** A codec followed by a function that may refuse with a sentence, and a way back of its own. */
export const chained = <A, B>(
  codec: t.Type<A, unknown, unknown>,
  is: (u: unknown) => u is B,
  decode: (a: A) => E.Either<string, B>,
  encode: (b: B) => unknown,
): Codec<B, unknown> =>
  new t.Type(
    codec.name,
    is,
    (u, context) => {
      const decoded = codec.validate(u, context)
      if (E.isLeft(decoded)) return decoded
      const result = decode(decoded.right)
      return E.isLeft(result) ? t.failure(u, context, result.left) : t.success(result.right)
    },
    encode,
  )

/** A decoder with sentences, and its inverse, as a codec. */
export const fromDecoder = <A, O>(
  name: string,
  is: (u: unknown) => u is A,
  decode: (u: unknown) => Decoded<A>,
  encode: (a: A) => O,
): Codec<A, O> =>
  new t.Type(
    name,
    is,
    (u, context) =>
      pipe(
        decode(u),
        E.mapLeft(({ problems }) => problems.map((message) => ({ value: u, context, message }))),
      ),
    encode,
  )

/** A codec that contains itself. It follows a value only so deep; the context grows by one for each level. */
export const recursive = <A, O>(name: string, codec: () => Codec<A, O>): Codec<A, O> =>
  new t.Type(
    name,
    (u): u is A => codec().is(u),
    (u, context) =>
      context.length > MAX_NESTING
        ? t.failure(u, context, `nested deeper than ${MAX_NESTING} levels`)
        : codec().validate(u, context),
    (a) => codec().encode(a),
  )

/** Decodes with all problems as sentences: `/members/0/shape/1: -1 is not a whole number ≥ 0`. */
export function decodeWith<A, O>(codec: Codec<A, O>, u: unknown, what: string): Decoded<A> {
  return pipe(
    codec.decode(u),
    E.match(
      (errors) => refused(...errors.slice(0, ENOUGH).map((error) => closed(`${what}${sentenceOf(error)}`))),
      (a) => E.right(a),
    ),
  )
}

/** A sentence ends with one full stop, whoever wrote it. */
const closed = (sentence: string): string => (sentence.endsWith('.') ? sentence : `${sentence}.`)

function sentenceOf({ context, value, message }: t.ValidationError): string {
  const path = context.map(({ key }) => key).join('/')
  const type = context[context.length - 1]?.type.name ?? 'what it should be'
  return `${path}: ${message ?? `${shown(value)} is not ${type}`}`
}

/** A value in a message, however large it is. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  return typeof value === 'function' || typeof value === 'symbol' ? `a ${typeof value}` : String(value)
}

/** The value of a JSON text. */
export const parseJson = (source: string, what: string): Decoded<unknown> =>
  attempt(() => JSON.parse(source), `${what}: no JSON`)

/** The result of a function whose exception is a failure of the input: too deep for JSON, or no JSON at all. */
export const attempt = <A>(f: () => A, what: string): Decoded<A> =>
  E.tryCatch(f, (error) => new FormatError([closed(`${what}: ${reasonOf(error)}`)]))
