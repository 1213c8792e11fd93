/**
 * Reordering of dimensions.
 */
import type { AxisKey, DimAt } from '../axis.ts'
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
        ? Exclude<keyof S & `${number}`, KeysOf<S, P>> extends never
          ? AsShape<{ readonly [I in keyof P]: P[I] extends number ? DimAt<S, P[I]> : never }>
          : ShapeError<`permute: ${Show<P>} is not a permutation of the axes of ${Show<S>}`>
        : ShapeError<`permute: ${P['length']} axes given for shape ${Show<S>} of rank ${S['length']}`>

/** The axes as a union of keys: a permutation leaves none out. */
type KeysOf<S extends Shape, P extends readonly number[]> = { [I in keyof P]: AxisKey<S, P[I]> }[number]
