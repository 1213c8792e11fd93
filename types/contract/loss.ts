/**
 * Predictions and targets: nothing is broadcast, for [n] with [n, 1] would silently become [n, n].
 */
import type { Meets } from '../dimension.ts'
import type { DType } from '../dtype.ts'
import type { ShapeError } from '../error.ts'
import type { CheckDTypes } from '../operands.ts'
import type { DynamicRank, Eq, Shape, Show, ShowDim } from '../shape.ts'
import type { Tensor } from '../tensor.ts'

/** The reason why two shapes differ, `': 3 vs 4'`, or `''` when their ranks do; `never` when they are one. */
type Gap<S extends readonly unknown[], T extends readonly unknown[]> = S extends readonly [infer X, ...infer RestS]
  ? T extends readonly [infer Y, ...infer RestT]
    ? Meets<X, Y> extends true
      ? Gap<RestS, RestT>
      : RestS['length'] extends RestT['length']
        ? `: ${ShowDim<X>} vs ${ShowDim<Y>}`
        : ''
    : ''
  : T extends readonly []
    ? never
    : ''

type Differ<S extends Shape, T extends Shape> =
  Eq<readonly [...S], readonly [...T]> extends true
    ? never
    : true extends DynamicRank<S> | DynamicRank<T>
      ? never
      : Gap<S, T>

/** X, when shapes S and T are one; else the sentence. */
export type CheckAlike<Op extends string, S extends Shape, T extends Shape, X> = [Differ<S, T>] extends [never]
  ? X
  : ShapeError<`${Op}: prediction and target must have one shape, got ${Show<S>} and ${Show<T>}${Differ<S, T>}`>

/** The target of a loss `Op`: of the shape and the element type of the prediction. */
export type Target<Op extends string, S extends Shape, D, T extends Shape, E extends DType> = CheckAlike<
  Op,
  S,
  T,
  CheckDTypes<Op, D, E, Tensor<T, E>>
>

/** The labels of classes C: int32 [...P], or probabilities [...P, C]. */
export type Labels<Op extends string, P extends Shape, C, D, T extends Shape, E extends DType> = E extends 'int32'
  ? [Differ<P, T>] extends [never]
    ? Tensor<T, E>
    : ShapeError<`${Op}: logits ${Show<readonly [...P, C]>} need labels ${Show<P>}, got ${Show<T>}`>
  : Target<Op, Classes<P, C>, D, T, E>

type Classes<P extends Shape, C> = readonly [...P, C] extends infer S extends Shape ? S : never
