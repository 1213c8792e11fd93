/**
 * Positions in several dimensions: `at(x, '...', 1, ':')`. A number picks one and drops the dimension, `'2:7'` and `'::2'` are
 * ranges, `':'` is all of a dimension, `'...'` all of the dimensions that are not spoken of.
 */

import type { ShapeError } from '../error.ts'
import type { Sentence } from '../sentence.ts'
import type * as says from '../sentences/selections.ts'
import type { AsShape, DynamicRank, Shape } from '../shape.ts'
import type { At, IsInside, SliceLength } from './slice.ts'

/** What stands for one dimension, or for several (`'...'`). */
export type Position =
  | number
  | ':'
  | '...'
  | `${number | ''}:${number | ''}`
  | `${number | ''}:${number | ''}:${number}`

/** A failure: the place of the argument and its sentence. */
interface Failure {
  readonly argument: string
  readonly sentence: string
}

type Fail<Argument extends string, Said extends string> = {
  argument: Argument
  sentence: ShapeError<Said>
}

/** Is this the form `at(x, index)` or `at(x, index, axis)`? */
type OfAxis<P extends readonly Position[]> = P extends readonly [number] | readonly [number, number] ? true : false

/** The result of `at(x, ...positions)`, or of `at(x, index, axis)`; or what is wrong with which argument. */
export type AtPositions<S extends Shape, P extends readonly Position[]> =
  OfAxis<P> extends true
    ? P extends readonly [infer I extends number, infer A extends number]
      ? Placed<At<S, I, A>, `${At<S, I, A> & string}` extends `${string}: axis ${string}` ? '1' : '0'>
      : Placed<At<S, P[0] & number>, '0'>
    : DynamicRank<S> extends true
      ? Shape
      : number extends P['length']
        ? Shape
        : Walk<S, S, P>

type Placed<R, Argument extends string> = R extends string ? { argument: Argument; sentence: R } : R

/** How many dimensions are spoken of. */
type Spoken<P extends readonly unknown[], Out extends 0[] = []> = P extends readonly [infer Head, ...infer Tail]
  ? Spoken<Tail, Head extends '...' ? Out : [...Out, 0]>
  : Out

type Walk<
  Full extends Shape,
  S extends readonly unknown[],
  P extends readonly unknown[],
  Place extends 0[] = [],
  Out extends readonly unknown[] = readonly [],
> = P extends readonly [infer Head, ...infer Tail]
  ? Head extends '...'
    ? SplitBefore<S, Spoken<Tail>> extends [
        infer Middle extends readonly unknown[],
        infer End extends readonly unknown[],
      ]
      ? Walk<Full, End, Tail, [...Place, 0], readonly [...Out, ...Middle]>
      : TooMany<Full, P, Place>
    : S extends readonly [infer D, ...infer Rest]
      ? One<Full, D, Head, `${AxisOf<Full, S>}`, `${Place['length']}`> extends infer R
        ? R extends Failure
          ? R
          : R extends readonly unknown[]
            ? Walk<Full, Rest, Tail, [...Place, 0], readonly [...Out, ...R]>
            : never
        : never
      : TooMany<Full, P, Place>
  : AsShape<readonly [...Out, ...S]>

type TooMany<Full extends Shape, P extends readonly unknown[], Place extends 0[]> = Fail<
  `${Place['length']}`,
  Sentence<typeof says.manyPositions, { count: [...Place, ...Spoken<P>]['length']; x: Full; rank: Full['length'] }>
>

/** The axis that S begins with. */
type AxisOf<
  Full extends readonly unknown[],
  S extends readonly unknown[],
  A extends 0[] = [],
> = Full['length'] extends S['length']
  ? A['length']
  : Full extends readonly [unknown, ...infer Rest]
    ? AxisOf<Rest, S, [...A, 0]>
    : number

/** `[what comes before the last dimensions, these]`, or 'few'. */
type SplitBefore<
  S extends readonly unknown[],
  Count extends readonly unknown[],
  End extends readonly unknown[] = [],
> = Count extends readonly [unknown, ...infer Rest]
  ? S extends readonly [...infer Init, infer D]
    ? SplitBefore<Init, Rest, [D, ...End]>
    : 'few'
  : [S, End]

/** What is left of one dimension: none, or one. */
type One<Full extends Shape, D, Head, Axis extends string, Argument extends string> = Head extends number
  ? IsInside<D, Head> extends true
    ? []
    : Fail<Argument, Sentence<typeof says.indexOutOfRange, { index: Head; axis: Axis; x: Full }>>
  : Head extends ':'
    ? [D]
    : Ranged<D, Head> extends infer Length
      ? [Length] extends [never]
        ? Fail<Argument, Sentence<typeof says.rangeEmpty, { range: Head; axis: Axis; x: Full }>>
        : [Length]
      : never

/** The length of a range such as '2:7', ':-1' or '::2'. */
type Ranged<D, Range> = Range extends `${infer A}:${infer B}:${infer Step extends number}`
  ? Between<D, A, B, Step>
  : Range extends `${infer A}:${infer B}`
    ? Between<D, A, B, 1>
    : number

type Between<D, A extends string, B extends string, Step extends number> = D extends number
  ? number extends D
    ? number
    : SliceLength<D, Bound<A, 0>, Bound<B, D>, Step>
  : A extends '' | '0'
    ? B extends ''
      ? Step extends 1
        ? D
        : number
      : number
    : number

type Bound<T extends string, Default extends number> = T extends `${infer N extends number}` ? N : Default

/** The positions as the function takes them: each itself, or the sentence in the place of the one that is wrong. */
export type CheckPositions<R, P extends readonly Position[]> = {
  readonly [I in keyof P]: R extends { argument: I; sentence: infer Said } ? Said : P[I]
}

/** The shape of a result: dynamic after a failure. */
export type OkPositions<R> = R extends infer Q extends Shape ? Q : Shape
