/**
 * Tensors made larger: by a border, or by copies.
 */

import type { Add, Mul } from '../arithmetic.ts'
import type { AxisError, AxisKey, DimAt, SetAt, Unresolved } from '../axis.ts'
import type { ShapeError } from '../error.ts'
import type { ProdDim } from '../product.ts'
import type { Sentence } from '../sentence.ts'
import type * as says from '../sentences/movements.ts'
import type { AsShape, DynamicRank, Shape } from '../shape.ts'

/** The border of each dimension: `[before, after]`, in the order of the dimensions. */
export type Padding = readonly (readonly [before: number, after: number])[]

type PadDim<D, P> = D extends number
  ? P extends readonly [infer Before extends number, infer After extends number]
    ? Add<D, Add<Before, After>>
    : number
  : P extends readonly [0, 0]
    ? D
    : number

/** `pad(x, [[before, after], …])`: one pair per dimension. */
export type Pad<S extends Shape, P extends Padding> =
  true extends DynamicRank<S>
    ? Shape
    : number extends P['length']
      ? AsShape<{ readonly [I in keyof S]: number }>
      : P['length'] extends S['length']
        ? AsShape<{ readonly [I in keyof S]: PadDim<S[I], I extends keyof P ? P[I] : never> }>
        : ShapeError<Sentence<typeof says.padCount, { count: P['length']; x: S; rank: S['length'] }>>

/** A dimension times a count; symbolic ones become products such as `'batch*3'`. */
type TimesDim<D, N> = N extends 1 ? D : D extends number ? (N extends number ? Mul<D, N> : number) : ProdDim<[D, N]>

type TileDims<
  S extends readonly unknown[],
  R extends readonly unknown[],
  Out extends readonly unknown[] = readonly [],
> = S extends readonly [...infer RestS, infer D]
  ? R extends readonly [...infer RestR, infer N]
    ? TileDims<RestS, RestR, readonly [TimesDim<D, N>, ...Out]>
    : readonly [...S, ...Out]
  : readonly [...R, ...Out]

/** `tile(x, repeats)`: the whole tensor side by side, `repeats[i]` times along dimension i; shorter lists are aligned at the end. */
export type Tile<S extends Shape, R extends readonly number[]> =
  true extends DynamicRank<S> ? Shape : number extends R['length'] ? Shape : AsShape<TileDims<S, R>>

/** `repeat(x, count, axis)`: each element `count` times in a row along an axis. */
export type Repeat<S extends Shape, Count extends number, Axis extends number> =
  Unresolved<S, Axis> extends true
    ? Shape
    : [AxisKey<S, Axis>] extends [never]
      ? AxisError<S, Axis, 'repeat'>
      : AsShape<SetAt<S, AxisKey<S, Axis>, TimesDim<DimAt<S, Axis>, Count>>>
