/**
 * When two dimensions meet: equal, or one is dynamic, or (broadcasting) one is 1.
 */
import type { SameProduct } from './product.ts'
import type { Dim, Eq } from './shape.ts'

/** The more precise of two compatible dimensions; `false` when they provably differ. */
export type MeetDim<A, B> =
  Eq<A, B> extends true
    ? A
    : Eq<A, number> extends true
      ? B
      : Eq<B, number> extends true
        ? A
        : A extends `${string}*${string}`
          ? SameProduct<[A], [B]> extends true
            ? A
            : false
          : false

/**
 * The dimension two operands broadcast to; `false` when they provably differ. "Equal, or the right one is 1" is one
 * conditional, so that it is decided for `[T, T]` and `[T, 1]` with T a type parameter.
 */
export type BroadcastDim<A, B> = { a: A; b: B } extends { a: B; b: A } | { a: unknown; b: 1 }
  ? A
  : Eq<A, 1> extends true
    ? B
    : MeetDim<A, B>

/** Do two dimensions fit? Boxed, because a bare type parameter would leave the question undecided. */
export type Meets<A, B> = { d: MeetDim<A, B> } extends { d: infer _ extends Dim } ? true : false
