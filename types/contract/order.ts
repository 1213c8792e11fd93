/**
 * Operations along an axis that reorder: sort, flip, roll, the k largest.
 */

import type { Lt } from '../arithmetic.ts'
import type { AxisError, AxisKey, AxisKeys, DimAt, SetAt, Unresolved } from '../axis.ts'
import type { ShapeError } from '../error.ts'
import type { Sentence } from '../sentence.ts'
import type * as says from '../sentences/selections.ts'
import type { AsShape, Shape } from '../shape.ts'
import type { AlongAxis } from './reduce.ts'

/** `sort(x, axis)`, and `argsort`: the shape is kept. */
export type Sort<S extends Shape, A extends number, Op extends string = 'sort'> = AlongAxis<S, A, Op>

/** `flip(x, axis)`: the shape is kept; several axes may be given. */
export type Flip<S extends Shape, A extends number | readonly number[]> = A extends readonly number[]
  ? number extends S['length'] | A['length'] | A[number]
    ? S
    : AxisKeys<S, A, 'flip'> extends infer R
      ? R extends string
        ? R
        : S
      : never
  : A extends number
    ? AlongAxis<S, A, 'flip'>
    : never

/** `roll(x, shift, axis)`: the shape is kept. */
export type Roll<S extends Shape, A extends number> = AlongAxis<S, A, 'roll'>

/** `topK(x, k, axis)`: the dimension at `axis` becomes k; both values and indices have this shape. */
export type TopK<S extends Shape, K extends number, A extends number = -1> =
  Unresolved<S, A> extends true
    ? Shape
    : [AxisKey<S, A>] extends [never]
      ? AxisError<S, A, 'topK'>
      : TooFew<DimAt<S, A>, K> extends true
        ? ShapeError<Sentence<typeof says.tooFew, { k: K; axis: A; x: S; size: DimAt<S, A> }>>
        : AsShape<SetAt<S, AxisKey<S, A>, K>>

type TooFew<D, K extends number> = D extends number ? (number extends D | K ? false : Lt<D, K>) : false
