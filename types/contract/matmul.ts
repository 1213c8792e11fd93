/**
 * Products that contract one dimension.
 */
import type { AxisError, AxisKey, AxisKeys, DimAt, RemoveAt } from '../axis.ts'
import type { Meets } from '../dimension.ts'
import type { ShapeError } from '../error.ts'
import type { AsShape, DynamicRank, Shape, Show, ShowDim } from '../shape.ts'
import type { Broadcast } from './broadcast.ts'

type InnerError<
  K,
  L,
  A extends Shape,
  B extends Shape,
  Op extends string,
> = ShapeError<`${Op}: inner dimensions differ: ${ShowDim<K>} vs ${ShowDim<L>} (${Show<A>} @ ${Show<B>})`>

/**
 * `matmul(a, b)` as NumPy: `[…, m, k] @ [k, n] → […, m, n]`, batch dimensions broadcast; a vector on the left is a row, a
 * vector on the right a column, and its dimension is dropped from the result.
 */
export type MatMul<A extends Shape, B extends Shape> = true extends DynamicRank<A> | DynamicRank<B>
  ? Shape
  : A extends readonly [...infer BatchA extends Shape, infer M, infer K]
    ? B extends readonly [...infer BatchB extends Shape, infer L, infer N]
      ? Meets<K, L> extends true
        ? BatchB extends readonly []
          ? AsShape<readonly [...BatchA, M, N]>
          : Broadcast<BatchA, BatchB, 'matmul: batch dimensions'> extends infer R
            ? R extends string
              ? R
              : AsShape<readonly [...AsShape<R>, M, N]>
            : never
        : InnerError<K, L, A, B, 'matmul'>
      : B extends readonly [infer L]
        ? Meets<K, L> extends true
          ? AsShape<readonly [...BatchA, M]>
          : InnerError<K, L, A, B, 'matmul'>
        : ShapeError<`matmul: right operand must have rank >= 1, got ${Show<B>}`>
    : A extends readonly [infer K]
      ? VectorMatMul<A, K, B>
      : ShapeError<`matmul: left operand must have rank >= 1, got ${Show<A>}`>

type VectorMatMul<A extends Shape, K, B extends Shape> = B extends readonly [
  ...infer BatchB extends Shape,
  infer L,
  infer N,
]
  ? Meets<K, L> extends true
    ? AsShape<readonly [...BatchB, N]>
    : InnerError<K, L, A, B, 'matmul'>
  : B extends readonly [infer L]
    ? Meets<K, L> extends true
      ? readonly []
      : InnerError<K, L, A, B, 'matmul'>
    : ShapeError<`matmul: right operand must have rank >= 1, got ${Show<B>}`>

/** `dot(a, b)`: the sum of products of two vectors, a scalar. */
export type Dot<A extends Shape, B extends Shape> = true extends DynamicRank<A> | DynamicRank<B>
  ? readonly []
  : A extends readonly [infer K]
    ? B extends readonly [infer L]
      ? Meets<K, L> extends true
        ? readonly []
        : ShapeError<`dot: lengths differ: ${ShowDim<K>} vs ${ShowDim<L>}`>
      : ShapeError<`dot: both operands must be vectors, got ${Show<A>} and ${Show<B>}; use matmul or tensorDot`>
    : ShapeError<`dot: both operands must be vectors, got ${Show<A>} and ${Show<B>}; use matmul or tensorDot`>

/** `outer(a, b)`: all products of two vectors, `[m] × [n] → [m, n]`. */
export type OuterProduct<A extends Shape, B extends Shape> = true extends DynamicRank<A> | DynamicRank<B>
  ? Shape
  : A extends readonly [infer M]
    ? B extends readonly [infer N]
      ? AsShape<readonly [M, N]>
      : ShapeError<`outer: both operands must be vectors, got ${Show<A>} and ${Show<B>}`>
    : ShapeError<`outer: both operands must be vectors, got ${Show<A>} and ${Show<B>}`>

/**
 * `tensorDot(a, b, [axesA, axesB])`: sums over the paired axes; the result has A's other dimensions, then B's.
 */
export type TensorDot<
  A extends Shape,
  B extends Shape,
  AxesA extends readonly number[],
  AxesB extends readonly number[],
> = true extends DynamicRank<A> | DynamicRank<B>
  ? Shape
  : number extends AxesA['length'] | AxesB['length'] | AxesA[number] | AxesB[number]
    ? Shape
    : AxesA['length'] extends AxesB['length']
      ? PairedAxes<A, B, AxesA, AxesB> extends infer Failure
        ? [Failure] extends [never]
          ? AsShape<readonly [...RemoveAt<A, AxisKeys<A, AxesA> & string>, ...RemoveAt<B, AxisKeys<B, AxesB> & string>]>
          : Failure
        : never
      : ShapeError<`tensorDot: ${AxesA['length']} axes of the left operand are paired with ${AxesB['length']} of the right`>

/** The sentence of the first pair of axes that does not fit, or `never`. */
type PairedAxes<
  A extends Shape,
  B extends Shape,
  AxesA extends readonly number[],
  AxesB extends readonly number[],
> = AxesA extends readonly [infer X extends number, ...infer RestA extends readonly number[]]
  ? AxesB extends readonly [infer Y extends number, ...infer RestB extends readonly number[]]
    ? [AxisKey<A, X>] extends [never]
      ? AxisError<A, X, 'tensorDot'>
      : [AxisKey<B, Y>] extends [never]
        ? AxisError<B, Y, 'tensorDot'>
        : Meets<DimAt<A, X>, DimAt<B, Y>> extends true
          ? PairedAxes<A, B, RestA, RestB>
          : ShapeError<`tensorDot: axis ${X} of ${Show<A>} and axis ${Y} of ${Show<B>} differ: ${ShowDim<DimAt<A, X>>} vs ${ShowDim<DimAt<B, Y>>}`>
    : never
  : never
