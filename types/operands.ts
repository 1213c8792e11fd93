/**
 * Operands of elementwise operations: tensors whose shapes broadcast and whose dtypes agree, or JS numbers.
 *
 * A JS number leaves its shape and dtype without a candidate, so their defaults speak for it: `readonly []` and `never`.
 * The success cases stand in one conditional, so that it is decided for generic shapes (`S` with `S`, `S` with a number).
 */
import type { Broadcast } from './contract/broadcast.ts'
import type { DType } from './dtype.ts'
import type { DTypeError } from './error.ts'
import type { Sentence } from './sentence.ts'
import type * as says from './sentences/dtypes.ts'
import type { Shape, ShowTensor } from './shape.ts'
import type { Ok, Tensor } from './tensor.ts'

/** Equal, or the second one neutral: decided also when A or B is a type parameter. */
export type Agree<A, B, Neutral> = { a: A; b: B } extends { a: B; b: A } | { a: unknown; b: Neutral } ? true : false

/** T, or the sentence why two operands do not fit. The sentence is rebuilt in a template, so that nothing is inferred through it. */
export type CheckOperands<Op extends string, A extends Shape, B extends Shape, D extends DType, E extends DType, T> =
  Agree<A, B, readonly []> extends true
    ? CheckDTypes<Op, A, D, B, E, T>
    : Broadcast<A, B, Op> extends infer R extends string
      ? `${R}`
      : CheckDTypes<Op, A, D, B, E, T>

/** T, or the sentence that two dtypes differ: nothing is promoted silently. */
export type CheckDTypes<
  Op extends string,
  A extends Shape,
  D extends DType,
  B extends Shape,
  E extends DType,
  T = Tensor<B, E>,
> =
  Agree<D, E, never> extends true
    ? T
    : [D] extends [never]
      ? T
      : DType extends E // what is no tensor has no dtype: that is reported on T
        ? T
        : DTypesDiffer<Op, A, D, B, E>

/** The sentence of two tensors of different dtypes. */
export type DTypesDiffer<Op extends string, A extends Shape, D, B extends Shape, E> = DTypeError<
  Sentence<typeof says.dtypesDiffer, { op: Op; a: ShowTensor<A, D>; b: ShowTensor<B, E>; dtype: D }>
>

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
