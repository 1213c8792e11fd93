/**
 * Operations that fold or scan dimensions.
 */
import type { AxisError, AxisKey, AxisKeys, RemoveAt, SetAt, Unresolved } from '../axis.ts'
import type { AsShape, DynamicRank, Shape } from '../shape.ts'

/** What `sum`, `mean`, `max` … take: one axis, several, or none for all. */
export type Axes = number | readonly number[] | undefined

type AsList<A> = A extends readonly number[] ? A : A extends number ? readonly [A] : readonly []

/** Are the axes unknown before running? */
type UnknownAxes<L extends readonly number[]> = number extends L['length'] | L[number] ? true : false

/** `sum(x, axes, keepDims)` and its kind: the axes are dropped, or kept as 1. */
export type Reduce<
  S extends Shape,
  A extends Axes,
  Keep extends boolean = false,
  Op extends string = 'reduce',
> = A extends undefined
  ? ReduceAll<S, Keep>
  : true extends DynamicRank<S> | UnknownAxes<AsList<A>>
    ? Shape
    : AxisKeys<S, AsList<A>, Op> extends infer R
      ? R extends { keys: infer K extends string }
        ? Keep extends true
          ? AsShape<SetAt<S, K, 1>>
          : AsShape<RemoveAt<S, K>>
        : R
      : never

type ReduceAll<S extends Shape, Keep extends boolean> = Keep extends true
  ? DynamicRank<S> extends true
    ? Shape
    : AsShape<{ readonly [I in keyof S]: 1 }>
  : readonly []

/** `argmax(x, axis)` and its kind: the axis is dropped; without an axis the index into the flattened tensor. */
export type ArgReduce<S extends Shape, A extends number | undefined, Op extends string = 'argmax'> = Reduce<
  S,
  A,
  false,
  Op
>

/** An operation along one axis that keeps the shape: `S`, or the sentence of an axis out of range. */
export type AlongAxis<S extends Shape, A extends number, Op extends string> =
  Unresolved<S, A> extends true ? S : [AxisKey<S, A>] extends [never] ? AxisError<S, A, Op> : S

/** `cumsum(x, axis)` and its kind: the shape is kept. */
export type Cumulative<S extends Shape, A extends number, Op extends string = 'cumsum'> = AlongAxis<S, A, Op>
