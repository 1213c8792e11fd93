/**
 * The same elements under another shape.
 */

import type { ShapeError } from '../error.ts'
import type { Cancel, ProdDim, Product, QuotientDim } from '../product.ts'
import type { Sentence } from '../sentence.ts'
import type * as says from '../sentences/movements.ts'
import type { AsShape, DynamicRank, Eq, Shape } from '../shape.ts'

/**
 * `[common leading dimensions, the rest of A, the rest of B]`. What is equal on both sides never enters the arithmetic,
 * which also keeps a type parameter in front decidable.
 */
type CommonHead<
  A extends readonly unknown[],
  B extends readonly unknown[],
  Head extends readonly unknown[] = [],
> = A extends readonly [infer X, ...infer RestA]
  ? B extends readonly [infer Y, ...infer RestB]
    ? Eq<X, Y> extends true
      ? CommonHead<RestA, RestB, [...Head, X]>
      : [Head, A, B]
    : [Head, A, B]
  : [Head, A, B]

type Failure<S extends Shape, T extends Shape, Why extends string> = ShapeError<
  Sentence<typeof says.reshapeFails, { a: S; b: T; why: Why }>
>

/** `[dimensions before −1, dimensions after it]`, or 'none', or 'many'. */
type SplitAtHole<T extends readonly unknown[], Before extends readonly unknown[] = []> = T extends readonly [
  infer Head,
  ...infer Tail,
]
  ? Eq<Head, -1> extends true
    ? SplitAtHole<Tail> extends 'none'
      ? [Before, Tail]
      : 'many'
    : SplitAtHole<Tail, [...Before, Head]>
  : 'none'

/** The shape with its −1 filled in. */
type FillHole<
  Head extends readonly unknown[],
  A extends readonly unknown[],
  Before extends readonly unknown[],
  After extends readonly unknown[],
  S extends Shape,
  T extends Shape,
> =
  QuotientDim<A, [...Before, ...After]> extends infer Q
    ? Q extends { reason: infer Why extends string }
      ? Failure<S, T, Why>
      : Q extends { dim: infer D }
        ? AsShape<readonly [...Head, ...Before, D, ...After]>
        : never
    : never

/** T when both sides have as many elements, or when that is not known before running. */
type SameSize<A extends readonly unknown[], B extends readonly unknown[], S extends Shape, T extends Shape> =
  Product<A> extends [infer CoefficientA extends string, infer SymbolsA extends readonly string[]]
    ? Product<B> extends [infer CoefficientB extends string, infer SymbolsB extends readonly string[]]
      ? [Cancel<SymbolsA, SymbolsB>] extends [[]]
        ? CoefficientA extends CoefficientB
          ? T
          : ProdDim<S> extends ProdDim<T> // a common leading 0
            ? T
            : Failure<S, T, `${ProdDim<S>} elements vs ${ProdDim<T>}`>
        : Failure<S, T, `${ProdDim<S>} elements vs ${ProdDim<T>}`>
      : T
    : T

/** `reshape(x, shape)`: as many elements as before; one dimension may be −1 and is worked out. */
export type Reshape<S extends Shape, T extends Shape> = true extends DynamicRank<S> | DynamicRank<T>
  ? AnyReshape<T>
  : CommonHead<S, T> extends [
        infer Head extends readonly unknown[],
        infer A extends readonly unknown[],
        infer B extends readonly unknown[],
      ]
    ? SplitAtHole<B> extends infer Hole
      ? Hole extends 'many'
        ? Failure<S, T, 'only one -1 is allowed'>
        : Hole extends [infer Before extends readonly unknown[], infer After extends readonly unknown[]]
          ? FillHole<Head, A, Before, After, S, T>
          : SameSize<A, B, S, T>
      : never
    : never

/** Nothing is known of the source: T as given, its −1 dynamic. */
type AnyReshape<T extends Shape> =
  DynamicRank<T> extends true ? Shape : AsShape<{ readonly [I in keyof T]: T[I] extends -1 ? number : T[I] }>

/** `flatten(x, keep)`: all but the first `keep` dimensions become one. */
export type Flatten<S extends Shape, Keep extends 0 | 1 | 2 | 3 = 0> =
  DynamicRank<S> extends true
    ? Shape
    : Keep extends 0
      ? readonly [ProdDim<S>]
      : Keep extends 1
        ? S extends readonly [infer A, ...infer Rest]
          ? AsShape<readonly [A, ProdDim<Rest>]>
          : FlattenError<S, Keep>
        : Keep extends 2
          ? S extends readonly [infer A, infer B, ...infer Rest]
            ? AsShape<readonly [A, B, ProdDim<Rest>]>
            : FlattenError<S, Keep>
          : S extends readonly [infer A, infer B, infer C, ...infer Rest]
            ? AsShape<readonly [A, B, C, ProdDim<Rest>]>
            : FlattenError<S, Keep>

type FlattenError<S extends Shape, Keep extends number> = ShapeError<
  Sentence<typeof says.flattenFails, { keep: Keep; x: S }>
>
