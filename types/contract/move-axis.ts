/**
 * One or two dimensions change places; the others keep their order.
 */
import type { AxisError, AxisKey, DimAt, InsertAt, RemoveAt, Unresolved } from '../axis.ts'
import type { AsShape, Shape } from '../shape.ts'

type Exchange<S extends Shape, KeyA extends string, KeyB extends string, X, Y> = {
  readonly [I in keyof S]: I extends KeyA ? Y : I extends KeyB ? X : S[I]
}

/** `swapAxes(x, a, b)`: two dimensions change places. */
export type SwapAxes<S extends Shape, A extends number, B extends number> = true extends
  | Unresolved<S, A>
  | Unresolved<S, B>
  ? Shape
  : [AxisKey<S, A>] extends [never]
    ? AxisError<S, A, 'swapAxes'>
    : [AxisKey<S, B>] extends [never]
      ? AxisError<S, B, 'swapAxes'>
      : AsShape<Exchange<S, AxisKey<S, A>, AxisKey<S, B>, DimAt<S, A>, DimAt<S, B>>>

/** `moveAxis(x, from, to)`: one dimension is taken out and put back so that it stands at `to` of the result. */
export type MoveAxis<S extends Shape, From extends number, To extends number> = true extends
  | Unresolved<S, From>
  | Unresolved<S, To>
  ? Shape
  : [AxisKey<S, From>] extends [never]
    ? AxisError<S, From, 'moveAxis'>
    : [AxisKey<S, To>] extends [never]
      ? AxisError<S, To, 'moveAxis'>
      : AsShape<InsertAt<RemoveAt<S, AxisKey<S, From>>, AxisKey<S, To>, [DimAt<S, From>]>>
