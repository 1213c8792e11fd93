/**
 * Broadcasting: shapes are aligned at their last dimension; equal dimensions meet, 1 stretches.
 */
import type { BroadcastDim } from '../dimension.ts'
import type { ShapeError } from '../error.ts'
import type { AsShape, Dim, DynamicRank, Eq, Shape, Show, ShowDim } from '../shape.ts'

type Walk<
  A extends readonly unknown[],
  B extends readonly unknown[],
  Out extends readonly unknown[] = readonly [],
> = A extends readonly [...infer RestA, infer X]
  ? B extends readonly [...infer RestB, infer Y]
    ? { d: BroadcastDim<X, Y> } extends { d: infer D extends Dim }
      ? Walk<RestA, RestB, readonly [D, ...Out]>
      : `${ShowDim<X>} vs ${ShowDim<Y>}`
    : readonly [...A, ...Out]
  : readonly [...B, ...Out]

/** The shape of an elementwise operation of two operands, or of `Op` in its sentence. */
export type Broadcast<A extends Shape, B extends Shape, Op extends string = 'broadcast'> =
  Eq<A, B> extends true
    ? A
    : true extends DynamicRank<A> | DynamicRank<B>
      ? Shape
      : Walk<A, B> extends infer R
        ? R extends string
          ? ShapeError<`${Op}: cannot broadcast ${Show<A>} with ${Show<B>}: ${R}`>
          : AsShape<R>
        : never

/** `where(condition, a, b)`: all three broadcast. */
export type Where<C extends Shape, A extends Shape, B extends Shape, Op extends string = 'where'> =
  Broadcast<A, B, Op> extends infer R ? (R extends string ? R : Broadcast<C, AsShape<R>, Op>) : never

/** `broadcastTo(x, shape)`: S stretched to T, which must be what the two broadcast to. */
export type BroadcastTo<S extends Shape, T extends Shape> =
  Eq<S, T> extends true
    ? T
    : true extends DynamicRank<S> | DynamicRank<T>
      ? T
      : Walk<T, S> extends infer R
        ? R extends string
          ? ShapeError<`broadcastTo: cannot broadcast ${Show<S>} to ${Show<T>}: ${R}`>
          : Stretched<T, R> extends true
            ? T
            : ShapeError<`broadcastTo: cannot broadcast ${Show<S>} to ${Show<T>}: the result would be ${Show<AsShape<R>>}`>
        : never

/** Is the broadcast shape R the target itself? (A 1 of the target must not have been stretched.) */
type Stretched<T extends Shape, R> = R extends readonly unknown[]
  ? T['length'] extends R['length']
    ? StretchedDims<T, R>
    : false
  : false

type StretchedDims<T extends readonly unknown[], R extends readonly unknown[]> = T extends readonly [
  infer X,
  ...infer RestT,
]
  ? R extends readonly [infer Y, ...infer RestR]
    ? { d: X } extends { d: Y } | { d: number }
      ? StretchedDims<RestT, RestR>
      : { d: Y } extends { d: number }
        ? number extends Y
          ? StretchedDims<RestT, RestR>
          : false
        : false
    : true
  : true
