/**
 * Products that contract several dimensions, given in pairs.
 */

import type { AxisKeys, DimAt, RemoveAt } from '../axis.ts'
import type { Meets } from '../dimension.ts'
import type { ShapeError } from '../error.ts'
import type { Sentence } from '../sentence.ts'
import type * as says from '../sentences/products.ts'
import type { AsShape, DynamicRank, Shape } from '../shape.ts'

/** `tensorDot(a, b, [axesA, axesB])`: sums over the paired axes; the result has A's other dimensions, then B's. */
export type TensorDot<
  A extends Shape,
  B extends Shape,
  AxesA extends readonly number[],
  AxesB extends readonly number[],
> = true extends DynamicRank<A> | DynamicRank<B>
  ? Shape
  : number extends AxesA['length'] | AxesB['length'] | AxesA[number] | AxesB[number]
    ? Shape
    : AxesA['length'] extends AxesB['length']
      ? Contract<A, B, AxesA, AxesB, AxisKeys<A, AxesA, 'tensorDot'>, AxisKeys<B, AxesB, 'tensorDot'>>
      : ShapeError<Sentence<typeof says.axesPaired, { m: AxesA['length']; a: A; n: AxesB['length']; b: B }>>

type Contract<
  A extends Shape,
  B extends Shape,
  AxesA extends readonly number[],
  AxesB extends readonly number[],
  KeysA,
  KeysB,
> = KeysA extends { keys: infer NamesA extends string }
  ? KeysB extends { keys: infer NamesB extends string }
    ? Mismatch<A, B, AxesA, AxesB> extends infer Sentence
      ? [Sentence] extends [never]
        ? AsShape<readonly [...RemoveAt<A, NamesA>, ...RemoveAt<B, NamesB>]>
        : Sentence
      : never
    : KeysB
  : KeysA

/** The sentence of the first pair of axes that does not fit, or `never`. */
type Mismatch<
  A extends Shape,
  B extends Shape,
  AxesA extends readonly number[],
  AxesB extends readonly number[],
> = AxesA extends readonly [infer X extends number, ...infer RestA extends readonly number[]]
  ? AxesB extends readonly [infer Y extends number, ...infer RestB extends readonly number[]]
    ? Meets<DimAt<A, X>, DimAt<B, Y>> extends true
      ? Mismatch<A, B, RestA, RestB>
      : ShapeError<Sentence<typeof says.pairDiffers, { i: X; a: A; j: Y; b: B; x: DimAt<A, X>; y: DimAt<B, Y> }>>
    : never
  : never
