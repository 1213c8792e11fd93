/**
 * Products that contract one dimension.
 */

import type { Meets } from '../dimension.ts'
import type { ShapeError } from '../error.ts'
import type { Sentence } from '../sentence.ts'
import type * as says from '../sentences/products.ts'
import type { AsShape, Dim, DynamicRank, Shape } from '../shape.ts'
import type { Broadcast, GapOf } from './broadcast.ts'

type InnerError<K, L, A extends Shape, B extends Shape, Op extends string> = ShapeError<
  Sentence<typeof says.innerDiffer, { op: Op; k: K; l: L; a: A; b: B }>
>

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
          : Broadcast<BatchA, BatchB> extends infer R
            ? R extends string
              ? ShapeError<Sentence<typeof says.batchDiffer, { x: GapOf<R>[0]; y: GapOf<R>[1]; a: A; b: B }>>
              : AsShape<readonly [...AsShape<R>, M, N]>
            : never
        : InnerError<K, L, A, B, 'matmul'>
      : B extends readonly [infer L]
        ? Meets<K, L> extends true
          ? AsShape<readonly [...BatchA, M]>
          : InnerError<K, L, A, B, 'matmul'>
        : ShapeError<Sentence<typeof says.operandScalar, { side: 'right'; x: B }>>
    : A extends readonly [infer K]
      ? VectorMatMul<A, K, B>
      : ShapeError<Sentence<typeof says.operandScalar, { side: 'left'; x: A }>>

/** A row times what stands on the right. */
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
    : ShapeError<Sentence<typeof says.operandScalar, { side: 'right'; x: B }>>

/**
 * `linear(x, weight)`: x [...P, I] with weight W = [out, in]; a sentence, or `readonly []`. (Not W itself: old
 * compilers would infer it from there.)
 */
export type Linear<P extends Shape, I extends Dim, W extends Shape> =
  DynamicRank<W> extends true
    ? readonly []
    : W extends readonly [infer _, infer J]
      ? Meets<I, J> extends true
        ? readonly []
        : ShapeError<Sentence<typeof says.featuresDiffer, { x: readonly [...P, I]; given: I; weight: W; expected: J }>>
      : ShapeError<Sentence<typeof says.linearNeeds, { x: readonly [...P, I]; weight: W }>>

/** The features that a weight [out, in] gives. */
export type LinearOut<W extends Shape> = W extends readonly [infer O extends Dim, infer _] ? O : number

/** The bias B of a weight W: [out]. */
export type LinearBias<W extends Shape, B extends Shape> = true extends DynamicRank<W> | DynamicRank<B>
  ? readonly []
  : B extends readonly [infer X]
    ? Meets<LinearOut<W>, X> extends true
      ? readonly []
      : BiasError<W, B>
    : BiasError<W, B>

type BiasError<W extends Shape, B extends Shape> = ShapeError<
  Sentence<typeof says.biasDiffers, { out: LinearOut<W>; weight: W; bias: B }>
>

/** `dot(a, b)`: the sum of products of two vectors, a scalar. */
export type Dot<A extends Shape, B extends Shape> = true extends DynamicRank<A> | DynamicRank<B>
  ? readonly []
  : A extends readonly [infer K]
    ? B extends readonly [infer L]
      ? Meets<K, L> extends true
        ? readonly []
        : ShapeError<Sentence<typeof says.lengthsDiffer, { k: K; l: L; a: A; b: B }>>
      : NotVectors<A, B>
    : NotVectors<A, B>

type NotVectors<A extends Shape, B extends Shape> = ShapeError<Sentence<typeof says.dotVectors, { a: A; b: B }>>
