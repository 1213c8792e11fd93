/**
 * Broadcasting: shapes are aligned at their last dimension; equal dimensions meet, 1 stretches.
 */

import type { BroadcastDim, Meets } from '../dimension.ts'
import type { ShapeError } from '../error.ts'
import type { Sentence } from '../sentence.ts'
import type * as says from '../sentences/axes.ts'
import type { AsShape, Dim, DynamicRank, Eq, Shape, ShowDim } from '../shape.ts'

type Walk<
  A extends readonly unknown[],
  B extends readonly unknown[],
  Out extends readonly unknown[] = readonly [],
> = A extends readonly [...infer RestA, infer X]
  ? B extends readonly [...infer RestB, infer Y]
    ? { d: BroadcastDim<X, Y> } extends { d: infer D extends Dim }
      ? Walk<RestA, RestB, readonly [D, ...Out]>
      : { gap: [X, Y] }
    : readonly [...A, ...Out]
  : readonly [...B, ...Out]

/** The shape of an elementwise operation of two operands, or of `Op` in its sentence. */
export type Broadcast<A extends Shape, B extends Shape, Op extends string = 'broadcast'> =
  Eq<A, B> extends true
    ? A
    : true extends DynamicRank<A> | DynamicRank<B>
      ? Shape
      : Walk<A, B> extends infer R
        ? R extends { gap: [infer X, infer Y] }
          ? ShapeError<Sentence<typeof says.cannotBroadcast, { op: Op; a: A; b: B; x: X; y: Y }>>
          : AsShape<R>
        : never

/** The two sizes that a sentence of `Broadcast` ends with. */
export type GapOf<R> = R extends `${string}]: ${infer X} vs ${infer Y}` ? readonly [X, Y] : never

/** `where(condition, a, b)`: all three broadcast. */
export type Where<C extends Shape, A extends Shape, B extends Shape, Op extends string = 'where'> =
  Broadcast<A, B, Op> extends infer R ? (R extends string ? R : Broadcast<C, AsShape<R>, Op>) : never

/** `true` when S stretches to T, else the reason. */
type Stretches<S extends readonly unknown[], T extends readonly unknown[]> = S extends readonly [
  ...infer RestS,
  infer X,
]
  ? T extends readonly [...infer RestT, infer Y]
    ? { a: X; b: Y } extends { a: Y; b: X } | { a: 1; b: unknown }
      ? Stretches<RestS, RestT>
      : Meets<X, Y> extends true
        ? Stretches<RestS, RestT>
        : `${ShowDim<X>} vs ${ShowDim<Y>}`
    : 'the target has fewer dimensions'
  : true

/** `broadcastTo(x, shape)`: S stretched to T; only a dimension 1 of S stretches, and dimensions may be added in front. */
export type BroadcastTo<S extends Shape, T extends Shape> =
  Eq<S, T> extends true
    ? T
    : true extends DynamicRank<S> | DynamicRank<T>
      ? T
      : Stretches<S, T> extends infer R
        ? R extends string
          ? ShapeError<Sentence<typeof says.cannotStretch, { a: S; b: T; why: R }>>
          : T
        : never
