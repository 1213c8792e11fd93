/**
 * Parts of a tensor by position.
 */

import type { Add, FloorDiv, Lt, Sub } from '../arithmetic.ts'
import type { AxisError, AxisKey, DimAt, RemoveAt, SetAt, Unresolved } from '../axis.ts'
import type { ShapeError } from '../error.ts'
import type { Sentence } from '../sentence.ts'
import type * as says from '../sentences/selections.ts'
import type { AsShape, Shape } from '../shape.ts'

/** A possibly negative position, counted from the start; `never` when it lies before the start. */
type Position<D extends number, I extends number> = `${I}` extends `-${infer N extends number}` ? Sub<D, N> : I

/** The length of `[start, stop)` by steps; a stop beyond the end means the end. `never` when empty or out of range. */
export type SliceLength<D, Start extends number, Stop extends number, Step extends number> = D extends number
  ? number extends D | Start | Stop | Step
    ? number
    : Steps<Sub<ClampStop<D, Position<D, Stop>>, Position<D, Start>>, Step>
  : number

type ClampStop<D extends number, Stop extends number> = Lt<D, Stop> extends true ? D : Stop

/** ⌈N / step⌉, `never` for 0. */
type Steps<N extends number, Step extends number> = N extends 0
  ? never
  : Step extends 1
    ? N
    : FloorDiv<Add<N, Sub<Step, 1>>, Step>

/**
 * `slice(x, axis, start, stop, step)`: the elements `start ≤ i < stop` along one axis; negative positions count from the end,
 * the step is positive.
 */
export type Slice<
  S extends Shape,
  Axis extends number,
  Start extends number,
  Stop extends number,
  Step extends number = 1,
> =
  Unresolved<S, Axis> extends true
    ? Shape
    : [AxisKey<S, Axis>] extends [never]
      ? AxisError<S, Axis, 'slice'>
      : [SliceLength<DimAt<S, Axis>, Start, Stop, Step>] extends [never]
        ? ShapeError<Sentence<typeof says.sliceEmpty, { start: Start; stop: Stop; axis: Axis; x: S }>>
        : AsShape<SetAt<S, AxisKey<S, Axis>, SliceLength<DimAt<S, Axis>, Start, Stop, Step>>>

/** Does position I exist in a dimension D? Symbolic and dynamic sizes are left to run time. */
export type IsInside<D, I extends number> = D extends number
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
      : IsInside<DimAt<S, Axis>, Index> extends true
        ? AsShape<RemoveAt<S, AxisKey<S, Axis>>>
        : ShapeError<Sentence<typeof says.indexOutOfRange, { index: Index; axis: Axis; x: S }>>
