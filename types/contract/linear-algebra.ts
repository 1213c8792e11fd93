/**
 * Square matrices and linear systems; leading dimensions are stacks.
 */

import type { Meets } from '../dimension.ts'
import type { ShapeError } from '../error.ts'
import type { Sentence } from '../sentence.ts'
import type * as says from '../sentences/products.ts'
import type { AsShape, DynamicRank, Shape } from '../shape.ts'

type NotSquare<S extends Shape, Op extends string> = ShapeError<Sentence<typeof says.squareNeeded, { op: Op; x: S }>>

/** The leading dimensions of square matrices, or a sentence. */
type BatchOf<S extends Shape, Op extends string> = S extends readonly [...infer Batch extends Shape, infer M, infer N]
  ? Meets<M, N> extends true
    ? AsShape<Batch>
    : NotSquare<S, Op>
  : NotSquare<S, Op>

/** `cholesky(x)`, `inverse(x)`: the shape of square matrices is kept. */
export type Square<S extends Shape, Op extends string> =
  DynamicRank<S> extends true ? S : BatchOf<S, Op> extends infer R ? (R extends string ? R : S) : never

/** `determinant(x)`: one number for each square matrix. */
export type Determinant<S extends Shape, Op extends string> = DynamicRank<S> extends true ? Shape : BatchOf<S, Op>

/** Do two lists of dimensions meet, one by one? */
type AllMeet<A extends readonly unknown[], B extends readonly unknown[]> = A extends readonly [infer X, ...infer RestA]
  ? B extends readonly [infer Y, ...infer RestB]
    ? Meets<X, Y> extends true
      ? AllMeet<RestA, RestB>
      : false
    : false
  : B extends readonly []
    ? true
    : false

type Rows<S extends readonly unknown[]> = S extends readonly [...infer Head, infer _] ? Head : readonly []

/**
 * `solve(a, b)`: `a [..., n, n]` with right-hand sides `b [..., n, k]`, or `b [..., n]` when b has one dimension less; the shape
 * of b is kept.
 */
export type Solve<A extends Shape, B extends Shape, Op extends string> = true extends DynamicRank<A> | DynamicRank<B>
  ? B
  : BatchOf<A, Op> extends infer R
    ? R extends string
      ? R
      : true extends AllMeet<Rows<A>, B> | AllMeet<Rows<A>, RowsOfSame<A, B>>
        ? B
        : ShapeError<Sentence<typeof says.sidesDiffer, { op: Op; b: B; a: A }>>
    : never

/** B without its last dimension when it has as many dimensions as A. */
type RowsOfSame<A extends Shape, B extends Shape> = A['length'] extends B['length'] ? Rows<B> : never
