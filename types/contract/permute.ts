/**
 * Reordering of dimensions.
 */
import type { AxisError, AxisKey, AxisKeys, DimAt, SetAt } from '../axis.ts'
import type { ShapeError } from '../error.ts'
import type { AsShape, DynamicRank, Shape, Show } from '../shape.ts'

/** `transpose(x)`: the last two dimensions change places. */
export type Transpose<S extends Shape> =
  DynamicRank<S> extends true
    ? Shape
    : S extends readonly [...infer Batch extends Shape, infer A, infer B]
      ? AsShape<readonly [...Batch, B, A]>
      : ShapeError<`transpose: rank >= 2 needed, got ${Show<S>}`>

/** `permute(x, axes)`: dimension i of the result is dimension `axes[i]` of x. */
export type Permute<S extends Shape, P extends readonly number[]> =
  DynamicRank<S> extends true
    ? Shape
    : number extends P['length'] | P[number]
      ? Shape
      : P['length'] extends S['length']
        ? Exclude<keyof S & `${number}`, AxisKeys<S, P>> extends never
          ? AsShape<{ readonly [I in keyof P]: P[I] extends number ? DimAt<S, P[I]> : never }>
          : ShapeError<`permute: ${Show<P>} is not a permutation of the axes of ${Show<S>}`>
        : ShapeError<`permute: ${P['length']} axes given for shape ${Show<S>} of rank ${S['length']}`>

/** `swapAxes(x, a, b)`: two dimensions change places. */
export type SwapAxes<S extends Shape, A extends number, B extends number> =
  DynamicRank<S> extends true
    ? Shape
    : number extends A | B
      ? Shape
      : [AxisKey<S, A>] extends [never]
        ? AxisError<S, A, 'swapAxes'>
        : [AxisKey<S, B>] extends [never]
          ? AxisError<S, B, 'swapAxes'>
          : AsShape<SetAt<AsShape<SetAt<S, AxisKey<S, A>, DimAt<S, B>>>, AxisKey<S, B>, DimAt<S, A>>>
