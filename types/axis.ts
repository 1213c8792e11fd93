/**
 * Axes: which dimension of a shape is meant. A negative axis counts from the last one.
 */

import type { ShapeError } from './error.ts'
import type { Sentence } from './sentence.ts'
import type * as says from './sentences/axes.ts'
import type { Shape } from './shape.ts'

/** n → a tuple of n unknown dimensions; ranks beyond 8 take non-negative axes only. */
interface Suffixes {
  1: [unknown]
  2: [unknown, unknown]
  3: [unknown, unknown, unknown]
  4: [unknown, unknown, unknown, unknown]
  5: [unknown, unknown, unknown, unknown, unknown]
  6: [unknown, unknown, unknown, unknown, unknown, unknown]
  7: [unknown, unknown, unknown, unknown, unknown, unknown, unknown]
  8: [unknown, unknown, unknown, unknown, unknown, unknown, unknown, unknown]
}

/** The tuple key ('0', '1', …) of a possibly negative axis, or `never` when it is out of range. */
export type AxisKey<S extends Shape, A extends number> = `${A}` extends `-${infer N extends keyof Suffixes}`
  ? S extends readonly [...infer Rest, ...Suffixes[N]]
    ? `${Rest['length']}`
    : never
  : `${A}` extends keyof S
    ? `${A}`
    : never

/** The sentence of an axis out of range. */
export type AxisError<S extends Shape, A extends number, Op extends string> = ShapeError<
  Sentence<typeof says.axisOutOfRange, { op: Op; axis: A; x: S; rank: S['length'] }>
>

/** The keys of a list of axes, `{ keys: '0' | '2' }`, or the sentence of the first that is out of range or given twice. */
export type AxisKeys<
  S extends Shape,
  L extends readonly number[],
  Op extends string,
  Out extends string = never,
> = L extends readonly [infer A extends number, ...infer Rest extends readonly number[]]
  ? [AxisKey<S, A>] extends [never]
    ? AxisError<S, A, Op>
    : [AxisKey<S, A>] extends [Out]
      ? ShapeError<Sentence<typeof says.axisTwice, { op: Op; axis: A; x: S }>>
      : AxisKeys<S, Rest, Op, Out | AxisKey<S, A>>
  : { keys: Out }

/** Is the rank, or the axis, unknown before running? Then the result of most rules is a shape of dynamic rank. */
export type Unresolved<S extends Shape, A extends number> = number extends S['length']
  ? true
  : number extends A
    ? true
    : false

/** The dimension at an axis. */
export type DimAt<S extends Shape, A extends number> = S[AxisKey<S, A> & keyof S]

/** The shape with the dimensions at keys K replaced by D. */
export type SetAt<S extends Shape, K extends string, D> = { readonly [I in keyof S]: I extends K ? D : S[I] }

/** The shape without the dimensions at keys K. */
export type RemoveAt<
  S extends readonly unknown[],
  K extends string,
  I extends 0[] = [],
  Out extends readonly unknown[] = readonly [],
> = S extends readonly [infer Head, ...infer Tail]
  ? RemoveAt<Tail, K, [...I, 0], `${I['length']}` extends K ? Out : readonly [...Out, Head]>
  : Out

/** The shape with dimensions D inserted before key K. */
export type InsertAt<
  S extends readonly unknown[],
  K extends string,
  D extends readonly unknown[],
  I extends 0[] = [],
  Out extends readonly unknown[] = readonly [],
> = `${I['length']}` extends K
  ? readonly [...Out, ...D, ...S]
  : S extends readonly [infer Head, ...infer Tail]
    ? InsertAt<Tail, K, D, [...I, 0], readonly [...Out, Head]>
    : never
