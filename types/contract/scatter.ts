/**
 * Updates added by index, blocks at positions known at run time, neighbours subtracted.
 */

import type { Lt, Sub } from '../arithmetic.ts'
import type { AxisError, AxisKey, DimAt, SetAt, Unresolved } from '../axis.ts'
import type { Meets } from '../dimension.ts'
import type { ShapeError } from '../error.ts'
import type { Sentence } from '../sentence.ts'
import type * as says from '../sentences/selections.ts'
import type { AsShape, DynamicRank, Shape } from '../shape.ts'

/** The dimensions after those of the indices, or 'no' when they do not agree. */
type After<U extends readonly unknown[], I extends readonly unknown[]> = I extends readonly [infer X, ...infer RestI]
  ? U extends readonly [infer Y, ...infer RestU]
    ? Meets<X, Y> extends true
      ? After<RestU, RestI>
      : 'no'
    : 'no'
  : U

/** U with the dimensions of I, which begin at key K, replaced by Size. */
type Contracted<
  U extends readonly unknown[],
  I extends readonly unknown[],
  K extends string,
  Size,
  Before extends readonly unknown[] = readonly [],
> = `${Before['length']}` extends K
  ? After<U, I> extends infer Rest extends readonly unknown[]
    ? readonly [...Before, Size, ...Rest]
    : 'no'
  : U extends readonly [infer Head, ...infer Tail]
    ? Contracted<Tail, I, K, Size, readonly [...Before, Head]>
    : 'no'

/** `scatterAdd(indices, updates, size, axis)`: the dimensions of the indices, at `axis` of the updates, become `size`. */
export type ScatterAdd<I extends Shape, U extends Shape, Size extends number, Axis extends number> = true extends
  | Unresolved<U, Axis>
  | DynamicRank<I>
  ? Shape
  : [AxisKey<U, Axis>] extends [never]
    ? AxisError<U, Axis, 'scatterAdd'>
    : Contracted<U, I, AxisKey<U, Axis>, Size> extends infer R
      ? R extends string
        ? ShapeError<Sentence<typeof says.updatesDiffer, { updates: U; indices: I; axis: Axis }>>
        : AsShape<R>
      : never

/** `dynamicSlice(x, starts, sizes)`: a block of the given sizes, one for each dimension. */
export type DynamicSlice<S extends Shape, Z extends readonly number[]> =
  DynamicRank<S> extends true
    ? Z
    : number extends Z['length']
      ? Z
      : Z['length'] extends S['length']
        ? TooLargeAt<Z, S> extends readonly [infer M, infer N]
          ? ShapeError<Sentence<typeof says.blockTooLarge, { op: 'dynamicSlice'; block: Z; x: S; m: M; n: N }>>
          : Z
        : ShapeError<Sentence<typeof says.sizesCount, { count: Z['length']; x: S; rank: S['length'] }>>

/** The first size of a block Z that is larger than that of S, and that; or `null`. What is not known is left to run time. */
type TooLargeAt<Z extends readonly unknown[], S extends readonly unknown[]> = Z extends readonly [
  infer X,
  ...infer RestZ,
]
  ? S extends readonly [infer Y, ...infer RestS]
    ? TooLarge<X, Y> extends true
      ? readonly [X, Y]
      : TooLargeAt<RestZ, RestS>
    : null
  : null

type TooLarge<X, Y> = X extends number ? (Y extends number ? (number extends X | Y ? false : Lt<Y, X>) : false) : false

/** `dynamicUpdateSlice(x, update, starts)`: a block of shape U inside S. */
export type DynamicUpdate<S extends Shape, U extends Shape> = true extends DynamicRank<S> | DynamicRank<U>
  ? S
  : U['length'] extends S['length']
    ? TooLargeAt<U, S> extends readonly [infer M, infer N]
      ? ShapeError<Sentence<typeof says.blockTooLarge, { op: 'dynamicUpdateSlice'; block: U; x: S; m: M; n: N }>>
      : S
    : ShapeError<Sentence<typeof says.updateRank, { update: U; x: S }>>

/** `diff(x, axis)`: differences of neighbours, one fewer than elements. */
export type Diff<S extends Shape, A extends number> =
  Unresolved<S, A> extends true
    ? Shape
    : [AxisKey<S, A>] extends [never]
      ? AxisError<S, A, 'diff'>
      : AsShape<SetAt<S, AxisKey<S, A>, DimAt<S, A> extends infer D extends number ? Sub<D, 1> : number>>
