/**
 * `einsum('bij,bjk->bik', a, b)`: one letter per dimension; letters that miss on the right are summed over.
 */
import type { MeetDim } from '../dimension.ts'
import type { ShapeError } from '../error.ts'
import type { Dim, DynamicRank, Shape, Show, ShowDim } from '../shape.ts'

/** Binds the letters of one operand to its dimensions: a record letter → dimension, or a sentence. */
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
        : ShapeError<`einsum: index '${Letter}' is both ${ShowDim<Bound[Letter]>} and ${ShowDim<D>}`>
      : Bind<Rest, Tail, Bound & { [K in Letter]: D }, Full>
    : ShapeError<`einsum: more indices than dimensions of ${Show<Full>}`>
  : S extends readonly []
    ? Bound
    : ShapeError<`einsum: fewer indices than dimensions of ${Show<Full>}`>

type BindAll<Inputs extends string, L extends readonly Shape[], Bound = {}> = L extends readonly [
  infer S extends Shape,
  ...infer Rest extends readonly Shape[],
]
  ? Inputs extends `${infer Letters},${infer Others}`
    ? Bind<Letters, S, Bound, S> extends infer Next
      ? Next extends string
        ? Next
        : BindAll<Others, Rest, Next>
      : never
    : Rest extends readonly []
      ? Bind<Inputs, S, Bound, S>
      : ShapeError<'einsum: more operands than subscripts'>
  : Inputs extends ''
    ? Bound
    : ShapeError<'einsum: fewer operands than subscripts'>

type Output<
  Letters extends string,
  Bound,
  Out extends readonly unknown[] = readonly [],
> = Letters extends `${infer Letter}${infer Rest}`
  ? Letter extends keyof Bound
    ? Output<Rest, Bound, readonly [...Out, Bound[Letter]]>
    : ShapeError<`einsum: output index '${Letter}' does not appear in the inputs`>
  : Out

type WithoutSpaces<S extends string> = S extends `${infer A} ${infer B}` ? WithoutSpaces<`${A}${B}`> : S

/** The result of `einsum(pattern, ...operands)` for a list L of operand shapes. */
export type Einsum<Pattern extends string, L extends readonly Shape[]> = string extends Pattern
  ? Shape
  : true extends { [I in keyof L]: DynamicRank<L[I]> }[number]
    ? Shape
    : WithoutSpaces<Pattern> extends `${infer Inputs}->${infer Letters}`
      ? BindAll<Inputs, L> extends infer Bound
        ? Bound extends string
          ? Bound
          : Output<Letters, Bound>
        : never
      : ShapeError<`einsum: '${Pattern}' has no '->'`>
