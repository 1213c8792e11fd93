/**
 * `einsum('bij,bjk->bik', a, b)`: one letter per dimension; letters that miss on the right are summed over. `...` stands for any
 * number of dimensions, which broadcast.
 */
import type { MeetDim } from '../dimension.ts'
import type { ShapeError } from '../error.ts'
import type { Sentence } from '../sentence.ts'
import type * as says from '../sentences/products.ts'
import type { AsShape, Dim, DynamicRank, Shape, ShowAll } from '../shape.ts'
import type { Broadcast, GapOf } from './broadcast.ts'

/** Binds the letters of one operand to its dimensions: a record letter → dimension, or what is wrong. */
type Bind<
  Letters extends string,
  S extends readonly unknown[],
  Bound,
  Full extends Shape,
> = Letters extends `${infer Letter}${infer Rest}`
  ? S extends readonly [infer D, ...infer Tail]
    ? Letter extends keyof Bound
      ? { d: MeetDim<Bound[Letter], D> } extends { d: infer E extends Dim }
        ? Bind<Rest, Tail, Omit<Bound, Letter> & { [K in Letter]: E }, Full>
        : Sentence<typeof says.letterDiffers, { letter: Letter; x: Bound[Letter]; y: D }>
      : Bind<Rest, Tail, Bound & { [K in Letter]: D }, Full>
    : Sentence<typeof says.manyIndices, { x: Full }>
  : S extends readonly []
    ? Bound
    : Sentence<typeof says.fewIndices, { x: Full }>

/** Binds letters around `...`, whose dimensions broadcast with those bound to it before. */
type BindOperand<Letters extends string, S extends Shape, Bound> = Letters extends `${infer Head}...${infer Tail}`
  ? First<Head, S> extends [infer Start extends readonly unknown[], infer Rest extends readonly unknown[]]
    ? Last<Tail, Rest> extends [infer Middle extends readonly unknown[], infer End extends readonly unknown[]]
      ? Broadcast<AsShape<BoundEllipsis<Bound>>, AsShape<Middle>> extends infer R
        ? R extends string
          ? Sentence<typeof says.ellipsisDiffers, { x: GapOf<R>[0]; y: GapOf<R>[1] }>
          : Bind<`${Head}${Tail}`, readonly [...Start, ...End], Omit<Bound, '...'> & { '...': R }, S>
        : never
      : Sentence<typeof says.manyIndices, { x: S }>
    : Sentence<typeof says.manyIndices, { x: S }>
  : Bind<Letters, S, Bound, S>

type BoundEllipsis<Bound> = Bound extends { '...': infer Dims } ? Dims : readonly []

/** `[as many first dimensions as letters, the rest]`, or 'few'. */
type First<
  Letters extends string,
  S extends readonly unknown[],
  Out extends readonly unknown[] = [],
> = Letters extends `${infer _}${infer Rest}`
  ? S extends readonly [infer D, ...infer Tail]
    ? First<Rest, Tail, [...Out, D]>
    : 'few'
  : [Out, S]

/** `[the rest, as many last dimensions as letters]`, or 'few'. */
type Last<
  Letters extends string,
  S extends readonly unknown[],
  Out extends readonly unknown[] = [],
> = Letters extends `${infer _}${infer Rest}`
  ? S extends readonly [...infer Init, infer D]
    ? Last<Rest, Init, [D, ...Out]>
    : 'few'
  : [S, Out]

type BindAll<Inputs extends string, L extends readonly Shape[], Bound = {}> = L extends readonly [
  infer S extends Shape,
  ...infer Rest extends readonly Shape[],
]
  ? Inputs extends `${infer Letters},${infer Others}`
    ? BindOperand<Letters, S, Bound> extends infer Next
      ? Next extends string
        ? Next
        : BindAll<Others, Rest, Next>
      : never
    : Rest extends readonly []
      ? BindOperand<Inputs, S, Bound>
      : typeof says.manyOperands
  : Inputs extends ''
    ? Bound
    : typeof says.fewOperands

type Output<
  Letters extends string,
  Bound,
  Out extends readonly unknown[] = readonly [],
  Seen = never,
> = Letters extends `...${infer Rest}`
  ? Bound extends { '...': infer Dims extends readonly unknown[] }
    ? Output<Rest, Bound, readonly [...Out, ...Dims], Seen | '...'>
    : typeof says.ellipsisMissing
  : Letters extends `${infer Letter}${infer Rest}`
    ? Letter extends keyof Bound
      ? [Letter] extends [Seen]
        ? Sentence<typeof says.letterTwice, { letter: Letter }>
        : Output<Rest, Bound, readonly [...Out, Bound[Letter]], Seen | Letter>
      : Sentence<typeof says.letterMissing, { letter: Letter }>
    : Bound extends { '...': infer Dims }
      ? ['...'] extends [Seen]
        ? Out
        : Dims extends readonly []
          ? Out
          : typeof says.ellipsisLost
      : Out

/** The sentence of a pattern. */
type Said<Why extends string, Pattern extends string, L extends readonly Shape[]> = ShapeError<
  Sentence<typeof says.einsumSays, { why: Why; pattern: Pattern; shapes: ShowAll<L> }>
>

type WithoutSpaces<S extends string> = S extends `${infer A} ${infer B}` ? WithoutSpaces<`${A}${B}`> : S

/** The result of `einsum(pattern, ...operands)` for a list L of operand shapes. */
export type Einsum<Pattern extends string, L extends readonly Shape[]> = string extends Pattern
  ? Shape
  : true extends { [I in keyof L]: DynamicRank<L[I]> }[number]
    ? Shape
    : WithoutSpaces<Pattern> extends `${infer Inputs}->${infer Letters}`
      ? BindAll<Inputs, L> extends infer Bound
        ? Bound extends string
          ? Said<Bound, Pattern, L>
          : Output<Letters, Bound> extends infer Out
            ? Out extends string
              ? Said<Out, Pattern, L>
              : Out
            : never
        : never
      : Said<Sentence<typeof says.noArrow, { pattern: Pattern }>, Pattern, L>
