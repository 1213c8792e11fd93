/**
 * Parts of a tensor by an integer tensor.
 */

import type { AxisError, AxisKey, Unresolved } from '../axis.ts'
import type { MeetDim } from '../dimension.ts'
import type { ShapeError } from '../error.ts'
import type { Sentence } from '../sentence.ts'
import type * as says from '../sentences/selections.ts'
import type { AsShape, Dim, DynamicRank, Shape, ShowDim } from '../shape.ts'

type ReplaceAt<
  S extends readonly unknown[],
  K extends string,
  I extends readonly unknown[],
  Out extends readonly unknown[] = readonly [],
> = S extends readonly [infer Head, ...infer Tail]
  ? `${Out['length']}` extends K
    ? readonly [...Out, ...I, ...Tail]
    : ReplaceAt<Tail, K, I, readonly [...Out, Head]>
  : never

/** `take(x, indices, axis)`: the dimension at `axis` is replaced by the shape of the indices. */
export type Take<S extends Shape, I extends Shape, Axis extends number = 0> = true extends
  | Unresolved<S, Axis>
  | DynamicRank<I>
  ? Shape
  : [AxisKey<S, Axis>] extends [never]
    ? AxisError<S, Axis, 'take'>
    : AsShape<ReplaceAt<S, AxisKey<S, Axis>, I>>

/** The index shape, when it agrees with S in all dimensions but the one at key K; else the reason. */
type Agree<
  S extends readonly unknown[],
  I extends readonly unknown[],
  K extends string,
  Out extends readonly unknown[] = readonly [],
> = S extends readonly [infer X, ...infer RestS]
  ? I extends readonly [infer Y, ...infer RestI]
    ? `${Out['length']}` extends K
      ? Agree<RestS, RestI, K, readonly [...Out, Y]>
      : { d: MeetDim<X, Y> } extends { d: infer D extends Dim }
        ? Agree<RestS, RestI, K, readonly [...Out, D]>
        : `axis ${Out['length'] & number}: ${ShowDim<X>} vs ${ShowDim<Y>}`
    : 'ranks differ'
  : I extends readonly []
    ? Out
    : 'ranks differ'

/** `gather(x, indices, axis)`: `out[…, j, …] = x[…, indices[…, j, …], …]`; the shape of the indices. */
export type Gather<S extends Shape, I extends Shape, Axis extends number, Op extends string = 'gather'> = true extends
  | Unresolved<S, Axis>
  | DynamicRank<I>
  ? I
  : [AxisKey<S, Axis>] extends [never]
    ? AxisError<S, Axis, Op>
    : Agree<S, I, AxisKey<S, Axis>> extends infer R
      ? R extends string
        ? ShapeError<Sentence<typeof says.indicesDiffer, { op: Op; indices: I; x: S; axis: Axis; why: R }>>
        : AsShape<R>
      : never

/** `takeAlongAxis(x, indices, axis)`: NumPy's name of `gather`. */
export type TakeAlongAxis<S extends Shape, I extends Shape, Axis extends number> = Gather<S, I, Axis, 'takeAlongAxis'>

/** `oneHot(indices, count)`: a last dimension of size `count` is added. */
export type OneHot<S extends Shape, Count extends number> =
  DynamicRank<S> extends true ? Shape : AsShape<readonly [...S, Count]>
