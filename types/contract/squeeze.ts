/**
 * Dimensions of size 1 come and go.
 */

import type { AxisError, AxisKey, DimAt, InsertAt, RemoveAt, Unresolved } from '../axis.ts'
import type { Meets } from '../dimension.ts'
import type { ShapeError } from '../error.ts'
import type { Sentence } from '../sentence.ts'
import type * as says from '../sentences/movements.ts'
import type { AsShape, DynamicRank, Shape } from '../shape.ts'

/**
 * `squeeze(x, axis)`: a dimension of size 1 is dropped; without an axis all of them are, which gives a dynamic rank where a
 * size is not known.
 */
export type Squeeze<S extends Shape, A extends number | undefined> = A extends number
  ? SqueezeOne<S, A>
  : DynamicRank<S> extends true
    ? Shape
    : WithoutOnes<S>

type WithoutOnes<S extends readonly unknown[], Out extends readonly unknown[] = readonly []> = S extends readonly [
  infer Head,
  ...infer Tail,
]
  ? Head extends 1
    ? WithoutOnes<Tail, Out>
    : Head extends number
      ? number extends Head
        ? Shape
        : WithoutOnes<Tail, readonly [...Out, Head]>
      : Shape
  : Out

type SqueezeOne<S extends Shape, A extends number> =
  Unresolved<S, A> extends true
    ? Shape
    : [AxisKey<S, A>] extends [never]
      ? AxisError<S, A, 'squeeze'>
      : Meets<DimAt<S, A>, 1> extends true
        ? AsShape<RemoveAt<S, AxisKey<S, A>>>
        : ShapeError<Sentence<typeof says.notOne, { axis: A; x: S; size: DimAt<S, A> }>>

/** `expandDims(x, axis)`: a dimension of size 1 is inserted so that it stands at `axis` of the result. */
export type ExpandDims<S extends Shape, A extends number> =
  Unresolved<S, A> extends true
    ? Shape
    : [AxisKey<readonly [...S, 1], A>] extends [never]
      ? AxisError<readonly [...S, 1], A, 'expandDims'>
      : AsShape<InsertAt<S, AxisKey<readonly [...S, 1], A>, [1]>>
