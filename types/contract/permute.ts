/**
 * Reordering of dimensions.
 */

import type { AxisKey, DimAt } from '../axis.ts'
import type { ShapeError } from '../error.ts'
import type { Sentence } from '../sentence.ts'
import type * as ofAxes from '../sentences/axes.ts'
import type * as says from '../sentences/movements.ts'
import type { AsShape, DynamicRank, Shape } from '../shape.ts'

/** `transpose(x)`: the last two dimensions change places. */
export type Transpose<S extends Shape> =
  DynamicRank<S> extends true
    ? Shape
    : S extends readonly [...infer Batch extends Shape, infer A, infer B]
      ? AsShape<readonly [...Batch, B, A]>
      : ShapeError<Sentence<typeof ofAxes.rankTwo, { op: 'transpose'; x: S }>>

/** `permute(x, axes)`: dimension i of the result is dimension `axes[i]` of x. */
export type Permute<S extends Shape, P extends readonly number[]> =
  DynamicRank<S> extends true
    ? Shape
    : number extends P['length'] | P[number]
      ? Shape
      : P['length'] extends S['length']
        ? Exclude<keyof S & `${number}`, KeysOf<S, P>> extends never
          ? AsShape<{ readonly [I in keyof P]: P[I] extends number ? DimAt<S, P[I]> : never }>
          : ShapeError<Sentence<typeof says.noPermutation, { axes: P; x: S }>>
        : ShapeError<Sentence<typeof says.permuteCount, { count: P['length']; x: S; rank: S['length'] }>>

/** The axes as a union of keys: a permutation leaves none out. */
type KeysOf<S extends Shape, P extends readonly number[]> = { [I in keyof P]: AxisKey<S, P[I]> }[number]
