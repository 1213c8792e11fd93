/**
 * Parts of a tensor by position.
 */
import type { Lt, Sub } from '../arithmetic.ts'
import type { AxisError, AxisKey, DimAt, RemoveAt, SetAt, Unresolved } from '../axis.ts'
import type { ShapeError } from '../error.ts'
import type { AsShape, Shape, Show } from '../shape.ts'

/** A possibly negative position, counted from the start; `never` when it lies before the start. */
type Position<D extends number, I extends number> = `${I}` extends `-${infer N extends number}` ? Sub<D, N> : I

/** The length of `[start, stop)`; a stop beyond the end means the end. `never` when out of range, as is an empty part. */
type SliceLength<D, Start extends number, Stop extends number> = D extends number
  ? number extends D | Start | Stop
    ? number
    : NonEmpty<Sub<ClampStop<D, Position<D, Stop>>, Position<D, Start>>>
  : number

type ClampStop<D extends number, Stop extends number> = Lt<D, Stop> extends true ? D : Stop
type NonEmpty<N extends number> = N extends 0 ? never : N

/** `slice(x, axis, start, stop)`: the elements `start ≤ i < stop` along one axis; negative positions count from the end. */
export type Slice<S extends Shape, Axis extends number, Start extends number, Stop extends number> =
  Unresolved<S, Axis> extends true
    ? Shape
    : [AxisKey<S, Axis>] extends [never]
      ? AxisError<S, Axis, 'slice'>
      : [SliceLength<DimAt<S, Axis>, Start, Stop>] extends [never]
        ? ShapeError<`slice: [${Start}, ${Stop}) is empty or out of range for axis ${Axis} of ${Show<S>}`>
        : AsShape<SetAt<S, AxisKey<S, Axis>, SliceLength<DimAt<S, Axis>, Start, Stop>>>

/** Does position I exist in a dimension D? Symbolic and dynamic sizes are left to run time. */
type Inside<D, I extends number> = D extends number
  ? number extends D | I
    ? true
    : `${I}` extends `-${infer N extends number}`
      ? Lt<D, N> extends true
        ? false
        : true
      : Lt<I, D>
  : true

/** `at(x, index, axis)`: one position along an axis, which is dropped; negative indices count from the end. */
export type At<S extends Shape, Index extends number, Axis extends number = 0> =
  Unresolved<S, Axis> extends true
    ? Shape
    : [AxisKey<S, Axis>] extends [never]
      ? AxisError<S, Axis, 'at'>
      : Inside<DimAt<S, Axis>, Index> extends true
        ? AsShape<RemoveAt<S, AxisKey<S, Axis>>>
        : ShapeError<`at: index ${Index} is out of range for axis ${Axis} of ${Show<S>}`>
