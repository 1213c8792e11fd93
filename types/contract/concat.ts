/**
 * Tensors joined and cut along an axis.
 */

import type { Add, ExactDiv } from '../arithmetic.ts'
import type { AxisError, AxisKey, DimAt, InsertAt, SetAt, Unresolved } from '../axis.ts'
import type { MeetDim } from '../dimension.ts'
import type { ShapeError } from '../error.ts'
import type { DTypesDiffer } from '../operands.ts'
import type { Sentence } from '../sentence.ts'
import type * as says from '../sentences/movements.ts'
import type { AsShape, Dim, DynamicRank, Eq, Shape, ShowDim } from '../shape.ts'
import type { AnyTensor, DTypeOf, ShapeOf } from '../tensor.ts'

type ConcatDims<
  A extends readonly unknown[],
  B extends readonly unknown[],
  K extends string,
  Out extends readonly unknown[] = readonly [],
> = A extends readonly [infer X, ...infer RestA]
  ? B extends readonly [infer Y, ...infer RestB]
    ? `${Out['length']}` extends K
      ? ConcatDims<RestA, RestB, K, readonly [...Out, AddDim<X, Y>]>
      : { d: MeetDim<X, Y> } extends { d: infer D extends Dim }
        ? ConcatDims<RestA, RestB, K, readonly [...Out, D]>
        : `axis ${Out['length'] & number}: ${ShowDim<X>} vs ${ShowDim<Y>}`
    : 'ranks differ'
  : B extends readonly []
    ? Out
    : 'ranks differ'

/** Sums of symbolic dimensions are not tracked. */
type AddDim<X, Y> = X extends number ? (Y extends number ? Add<X, Y> : number) : number

type ConcatTwo<A extends Shape, B extends Shape, Axis extends number> = true extends DynamicRank<A> | DynamicRank<B>
  ? Shape
  : [AxisKey<A, Axis>] extends [never]
    ? AxisError<A, Axis, 'concat'>
    : ConcatDims<A, B, AxisKey<A, Axis>> extends infer R
      ? R extends string
        ? ShapeError<Sentence<typeof says.concatFails, { a: A; b: B; axis: Axis; why: R }>>
        : AsShape<R>
      : never

/** `concat(tensors, axis)`: sizes along the axis add up, the others must agree. */
export type Concat<L extends readonly Shape[], Axis extends number> = number extends Axis | L['length']
  ? Shape
  : L extends readonly [infer A extends Shape, infer B extends Shape, ...infer Rest extends readonly Shape[]]
    ? ConcatTwo<A, B, Axis> extends infer R
      ? R extends string
        ? R
        : Concat<readonly [AsShape<R>, ...Rest], Axis>
      : never
    : L extends readonly [infer A extends Shape]
      ? DynamicRank<A> extends true
        ? Shape
        : [AxisKey<A, Axis>] extends [never]
          ? AxisError<A, Axis, 'concat'>
          : A
      : ShapeError<Sentence<typeof says.nothingToJoin, { op: 'concat' }>>

/** `stack(tensors, axis)`: equal shapes become one, with their number inserted at `axis`. */
export type Stack<L extends readonly Shape[], Axis extends number = 0> = number extends Axis | L['length']
  ? Shape
  : L extends readonly [infer A extends Shape, ...infer Rest extends readonly Shape[]]
    ? SameShapes<A, Rest> extends infer R
      ? R extends string
        ? R
        : StackOne<AsShape<R>, L['length'], Axis>
      : never
    : ShapeError<Sentence<typeof says.nothingToJoin, { op: 'stack' }>>

type StackOne<S extends Shape, N extends number, Axis extends number> =
  DynamicRank<S> extends true
    ? Shape
    : [AxisKey<readonly [...S, N], Axis>] extends [never]
      ? AxisError<readonly [...S, N], Axis, 'stack'>
      : AsShape<InsertAt<S, AxisKey<readonly [...S, N], Axis>, [N]>>

/** The shape all of a list share, or a sentence. */
type SameShapes<A extends Shape, L extends readonly Shape[]> = L extends readonly [
  infer B extends Shape,
  ...infer Rest extends readonly Shape[],
]
  ? true extends DynamicRank<A> | DynamicRank<B>
    ? Shape
    : ConcatDims<A, B, never> extends infer R
      ? R extends string
        ? ShapeError<Sentence<typeof says.stackFails, { a: A; b: B; why: R }>>
        : SameShapes<AsShape<R>, Rest>
      : never
  : A

/** The sentence of an axis; all other sentences of a join are about its parts. */
type AxisSentence = `${string}: axis ${number} is out of range ${string}`

/** The parts of a join under its rule with result R: the list itself, or the sentence why they do not fit one another. */
export type CheckParts<Op extends string, R, L extends readonly AnyTensor[]> = R extends string
  ? R extends AxisSentence
    ? L
    : R
  : CheckOneDType<Op, L, L>

/** T, when the tensors of a list have one element type; else the sentence of the first two that have not. */
export type CheckOneDType<Op extends string, L extends readonly AnyTensor[], T> =
  MixedDTypes<L> extends [infer A extends AnyTensor, infer B extends AnyTensor]
    ? DTypesDiffer<Op, ShapeOf<A>, DTypeOf<A>, ShapeOf<B>, DTypeOf<B>>
    : T

/** The first two neighbours of a list whose element types differ, or `null`. */
type MixedDTypes<L extends readonly unknown[]> = L extends readonly [infer A, infer B, ...infer Rest]
  ? Eq<DTypeOf<A>, DTypeOf<B>> extends true
    ? MixedDTypes<[B, ...Rest]>
    : 0 extends 1 & DTypeOf<A>
      ? null
      : 0 extends 1 & DTypeOf<B>
        ? null
        : [A, B]
  : null

/** `split(x, count, axis)`: the shape of each of `count` equal parts. */
export type Split<S extends Shape, Count extends number, Axis extends number> =
  true extends Unresolved<S, Axis>
    ? Shape
    : [AxisKey<S, Axis>] extends [never]
      ? AxisError<S, Axis, 'split'>
      : DimAt<S, Axis> extends infer D
        ? D extends number
          ? [ExactDiv<D, Count>] extends [never]
            ? ShapeError<Sentence<typeof says.splitFails, { axis: Axis; x: S; size: D; count: Count }>>
            : AsShape<SetAt<S, AxisKey<S, Axis>, ExactDiv<D, Count>>>
          : AsShape<SetAt<S, AxisKey<S, Axis>, number>>
        : never

/** A tuple of N times T; `T[]` when N is dynamic. What `split` returns is `Times<Tensor<…>, Count>`. */
export type Times<T, N extends number, Out extends T[] = []> = number extends N
  ? T[]
  : Out['length'] extends N
    ? Out
    : Times<T, N, [...Out, T]>
