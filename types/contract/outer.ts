/**
 * Products that contract nothing, or one dimension of 3.
 */
import type { Meets } from '../dimension.ts'
import type { ShapeError } from '../error.ts'
import type { ProdDim } from '../product.ts'
import type { AsShape, DynamicRank, Shape, Show } from '../shape.ts'

/** `outer(a, b)`: `[m]`, `[n]` → `[m, n]`. */
export type OuterProduct<A extends Shape, B extends Shape> = true extends DynamicRank<A> | DynamicRank<B>
  ? Shape
  : A extends readonly [infer M]
    ? B extends readonly [infer N]
      ? AsShape<readonly [M, N]>
      : NotVectors<A, B>
    : NotVectors<A, B>

type NotVectors<
  A extends Shape,
  B extends Shape,
> = ShapeError<`outer: both operands must be vectors, got ${Show<A>} and ${Show<B>}`>

/** `kron(a, b)`: equal ranks, dimension by dimension the product. */
export type Kron<A extends Shape, B extends Shape> = true extends DynamicRank<A> | DynamicRank<B>
  ? Shape
  : A['length'] extends B['length']
    ? AsShape<{ readonly [I in keyof A]: ProdDim<[A[I], I extends keyof B ? B[I] : 1]> }>
    : ShapeError<`kron: ranks differ: ${Show<A>} and ${Show<B>}`>

/** `cross(a, b)`: equal shapes whose last dimension is 3. */
export type Cross<A extends Shape, B extends Shape> = true extends DynamicRank<A> | DynamicRank<B>
  ? Shape
  : A extends readonly [...infer _, infer D]
    ? Meets<D, 3> extends true
      ? SameShape<A, B> extends true
        ? A
        : NotThree<A, B>
      : NotThree<A, B>
    : NotThree<A, B>

type SameShape<A extends readonly unknown[], B extends readonly unknown[]> = A extends readonly [
  infer X,
  ...infer RestA,
]
  ? B extends readonly [infer Y, ...infer RestB]
    ? Meets<X, Y> extends true
      ? SameShape<RestA, RestB>
      : false
    : false
  : B extends readonly []
    ? true
    : false

type NotThree<
  A extends Shape,
  B extends Shape,
> = ShapeError<`cross: equal shapes [..., 3] needed, got ${Show<A>} and ${Show<B>}`>
