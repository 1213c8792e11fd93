/**
 * Products that contract nothing, or one dimension of 3.
 */

import type { Meets } from '../dimension.ts'
import type { ShapeError } from '../error.ts'
import type { ProdDim } from '../product.ts'
import type { Sentence } from '../sentence.ts'
import type * as says from '../sentences/products.ts'
import type { AsShape, DynamicRank, Shape } from '../shape.ts'

/** `outer(a, b)`: `[m]`, `[n]` → `[m, n]`. */
export type OuterProduct<A extends Shape, B extends Shape> = true extends DynamicRank<A> | DynamicRank<B>
  ? Shape
  : A extends readonly [infer M]
    ? B extends readonly [infer N]
      ? AsShape<readonly [M, N]>
      : NotVectors<A, B>
    : NotVectors<A, B>

type NotVectors<A extends Shape, B extends Shape> = ShapeError<Sentence<typeof says.outerVectors, { a: A; b: B }>>

/** `kron(a, b)`: equal ranks, dimension by dimension the product. */
export type Kron<A extends Shape, B extends Shape> = true extends DynamicRank<A> | DynamicRank<B>
  ? Shape
  : A['length'] extends B['length']
    ? AsShape<{ readonly [I in keyof A]: ProdDim<[A[I], I extends keyof B ? B[I] : 1]> }>
    : ShapeError<Sentence<typeof says.ranksDiffer, { a: A; b: B }>>

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

type NotThree<A extends Shape, B extends Shape> = ShapeError<Sentence<typeof says.crossNeeds, { a: A; b: B }>>
