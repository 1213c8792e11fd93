/**
 * Matrices: diagonals, triangles, the identity.
 */

import type { Lt } from '../arithmetic.ts'
import type { ShapeError } from '../error.ts'
import type { Sentence } from '../sentence.ts'
import type * as says from '../sentences/axes.ts'
import type * as ofProducts from '../sentences/products.ts'
import type { AsShape, Dim, DynamicRank, Eq, Shape } from '../shape.ts'

/** The smaller of two sizes; `number` when it is not known. */
type Smaller<A, B> =
  Eq<A, B> extends true
    ? A
    : A extends number
      ? B extends number
        ? number extends A | B
          ? number
          : Lt<A, B> extends true
            ? A
            : B
        : number
      : number

/** `diag(x)`: a vector becomes a diagonal matrix, of a matrix the diagonal is taken (as NumPy). */
export type Diag<S extends Shape> =
  DynamicRank<S> extends true
    ? Shape
    : S extends readonly [infer N]
      ? AsShape<readonly [N, N]>
      : S extends readonly [infer M, infer N]
        ? AsShape<readonly [Smaller<M, N>]>
        : ShapeError<Sentence<typeof ofProducts.diagNeeds, { x: S }>>

type Matrices<S extends Shape, Op extends string> =
  DynamicRank<S> extends true
    ? Shape
    : S extends readonly [...infer _, infer _M, infer _N]
      ? S
      : ShapeError<Sentence<typeof says.rankTwo, { op: Op; x: S }>>

/** `tril(x)`: the lower triangle of each matrix; the shape is kept. */
export type Tril<S extends Shape> = Matrices<S, 'tril'>

/** `triu(x)`: the upper triangle of each matrix; the shape is kept. */
export type Triu<S extends Shape> = Matrices<S, 'triu'>

/** `eye(rows, columns)`: ones on the diagonal. */
export type Eye<Rows extends Dim, Columns extends Dim = Rows> = readonly [Rows, Columns]

/** `diagonal(x)`: the main diagonal of each matrix; the last two dimensions become the smaller of them. */
export type Diagonal<S extends Shape> =
  DynamicRank<S> extends true
    ? Shape
    : S extends readonly [...infer Batch extends Shape, infer M, infer N]
      ? AsShape<readonly [...Batch, Smaller<M, N>]>
      : ShapeError<Sentence<typeof says.rankTwo, { op: 'diagonal'; x: S }>>

/** `trace(x)`: the sum of the main diagonal of each matrix; the last two dimensions disappear. */
export type Trace<S extends Shape> =
  DynamicRank<S> extends true
    ? Shape
    : S extends readonly [...infer Batch extends Shape, infer _M, infer _N]
      ? AsShape<Batch>
      : ShapeError<Sentence<typeof says.rankTwo, { op: 'trace'; x: S }>>
