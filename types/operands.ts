/**
 * Operands of elementwise operations: tensors whose shapes broadcast and whose dtypes agree, or JS numbers.
 *
 * A JS number leaves its shape and dtype without a candidate, so their defaults speak for it: `readonly []` and `never`.
 * The success cases stand in one conditional, so that it is decided for generic shapes (`S` with `S`, `S` with a number).
 */
import type { Broadcast } from './contract/broadcast.ts'
import type { DType } from './dtype.ts'
import type { DTypeError } from './error.ts'
import type { Shape } from './shape.ts'
import type { Ok } from './tensor.ts'

/** Equal, or the second one neutral: decided also when A or B is a type parameter. */
type Agree<A, B, Neutral> = { a: A; b: B } extends { a: B; b: A } | { a: unknown; b: Neutral } ? true : false

/** T, or the sentence why two operands do not fit. The sentence is rebuilt in a template, so that nothing is inferred through it. */
export type CheckOperands<Op extends string, A extends Shape, B extends Shape, D, E, T> =
  Agree<A, B, readonly []> extends true
    ? CheckDTypes<Op, D, E, T>
    : Broadcast<A, B, Op> extends infer R extends string
      ? `${R}`
      : CheckDTypes<Op, D, E, T>

/** T, or the sentence that two dtypes differ: nothing is promoted silently. */
export type CheckDTypes<Op extends string, D, E, T> =
  Agree<D, E, never> extends true
    ? T
    : [D] extends [never]
      ? T
      : DTypeError<`${Op}: ${D & string} with ${E & string}; convert one of them: convert(x, '${D & string}')`>

/** The shape of the result. */
export type OkOperands<A extends Shape, B extends Shape> = { a: A; b: B } extends
  | { a: B; b: A }
  | { a: unknown; b: readonly [] }
  ? A
  : Ok<Broadcast<A, B>>

/** The common dtype; `never` stands for a JS number. */
export type MeetDType<D extends DType, E extends DType> = { a: D; b: E } extends
  | { a: E; b: D }
  | { a: unknown; b: never }
  ? D
  : E
