/**
 * Predictions and targets: nothing is broadcast, for [n] with [n, 1] would silently become [n, n].
 */
import type { Meets } from '../dimension.ts'
import type { DType } from '../dtype.ts'
import type { ShapeError } from '../error.ts'
import type { CheckDTypes } from '../operands.ts'
import type { Sentence } from '../sentence.ts'
import type * as says from '../sentences/layers.ts'
import type { DynamicRank, Eq, Shape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'

/** The first two sizes in which shapes of one rank differ, or `null` when the ranks do; `never` when the shapes are one. */
type Gap<S extends readonly unknown[], T extends readonly unknown[]> = S extends readonly [infer X, ...infer RestS]
  ? T extends readonly [infer Y, ...infer RestT]
    ? Meets<X, Y> extends true
      ? Gap<RestS, RestT>
      : RestS['length'] extends RestT['length']
        ? readonly [X, Y]
        : null
    : null
  : T extends readonly []
    ? never
    : null

type Differ<S extends Shape, T extends Shape> =
  Eq<readonly [...S], readonly [...T]> extends true
    ? never
    : true extends DynamicRank<S> | DynamicRank<T>
      ? never
      : Gap<S, T>

/** X, when shapes S and T are one; else the sentence. */
export type CheckAlike<Op extends string, S extends Shape, T extends Shape, X> = [Differ<S, T>] extends [never]
  ? X
  : Differ<S, T> extends readonly [infer A, infer B]
    ? ShapeError<Sentence<typeof says.targetSizesDiffer, { op: Op; a: S; b: T; x: A; y: B }>>
    : ShapeError<Sentence<typeof says.targetsDiffer, { op: Op; a: S; b: T }>>

/** The target of a loss `Op`: of the shape and the element type of the prediction. */
export type Target<Op extends string, S extends Shape, D extends DType, T extends Shape, E extends DType> = CheckAlike<
  Op,
  S,
  T,
  CheckDTypes<Op, S, D, T, E>
>

/** The labels of classes C: int32 [...P], or probabilities [...P, C]. */
export type Labels<
  Op extends string,
  P extends Shape,
  C,
  D extends DType,
  T extends Shape,
  E extends DType,
> = E extends 'int32'
  ? [Differ<P, T>] extends [never]
    ? Tensor<T, E>
    : ShapeError<Sentence<typeof says.labelsDiffer, { op: Op; x: readonly [...P, C]; needed: P; labels: T }>>
  : Target<Op, Classes<P, C>, D, T, E>

type Classes<P extends Shape, C> = readonly [...P, C] extends infer S extends Shape ? S : never
