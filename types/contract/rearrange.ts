/**
 * `rearrange(x, 'b t (h d) -> b h t d', { h: 12 })`: named axes are permuted, split and joined. A group in parentheses is
 * a product of axes, the last fastest; on the left, all but one size of a group must be known. (Notation: A. Rogozhnikov,
 * einops, 2022.)
 */
import type { ExactDiv } from '../arithmetic.ts'
import type { MeetDim, Meets } from '../dimension.ts'
import type { ShapeError } from '../error.ts'
import type { ProdDim } from '../product.ts'
import type { Dim, DynamicRank, Shape, Show, ShowDim } from '../shape.ts'

/** 'b (h w) c' → ['b', ['h', 'w'], 'c'] */
type Parse<S extends string, Out extends readonly unknown[] = []> = S extends ` ${infer Rest}`
  ? Parse<Rest, Out>
  : S extends ''
    ? Out
    : S extends `(${infer Group})${infer Rest}`
      ? Parse<Rest, [...Out, ParseGroup<Group>]>
      : S extends `${infer Name} ${infer Rest}`
        ? Parse<Rest, [...Out, Name]>
        : [...Out, S]

type ParseGroup<S extends string, Out extends readonly string[] = []> = S extends ` ${infer Rest}`
  ? ParseGroup<Rest, Out>
  : S extends ''
    ? Out
    : S extends `${infer Name} ${infer Rest}`
      ? ParseGroup<Rest, [...Out, Name]>
      : [...Out, S]

/** The sizes of the names of a group that are bound. */
type KnownSizes<Group extends readonly unknown[], Bound, Out extends readonly unknown[] = []> = Group extends readonly [
  infer Name,
  ...infer Tail,
]
  ? Name extends keyof Bound
    ? KnownSizes<Tail, Bound, [...Out, Bound[Name]]>
    : KnownSizes<Tail, Bound, Out>
  : Out

/** The names of a group that are not bound yet. */
type Unbound<Group extends readonly unknown[], Bound, Out extends readonly unknown[] = []> = Group extends readonly [
  infer Name,
  ...infer Tail,
]
  ? Name extends keyof Bound
    ? Unbound<Tail, Bound, Out>
    : Unbound<Tail, Bound, [...Out, Name]>
  : Out

type JoinNames<Group extends readonly unknown[], Out extends string = ''> = Group extends readonly [
  infer Head extends string,
  ...infer Tail,
]
  ? JoinNames<Tail, Out extends '' ? Head : `${Out} ${Head}`>
  : Out

type BindGroup<Group extends readonly string[], D, Bound> =
  Unbound<Group, Bound> extends readonly []
    ? Meets<ProdDim<KnownSizes<Group, Bound>>, D> extends true
      ? Bound
      : ShapeError<`rearrange: (${JoinNames<Group>}) = ${ShowDim<ProdDim<KnownSizes<Group, Bound>>>} but the dimension is ${ShowDim<D>}`>
    : Unbound<Group, Bound> extends readonly [infer Name extends string]
      ? SplitGroup<Group, Name, D, Bound>
      : ShapeError<`rearrange: give sizes for all but one axis of (${JoinNames<Group>})`>

/** The one free name of a group is the dimension divided by the sizes of the others. */
type SplitGroup<Group extends readonly string[], Name extends string, D, Bound> = D extends number
  ? ProdDim<KnownSizes<Group, Bound>> extends infer Known extends number
    ? [ExactDiv<D, Known>] extends [never]
      ? ShapeError<`rearrange: ${ShowDim<D>} is not divisible by ${ShowDim<Known>} in (${JoinNames<Group>})`>
      : Bound & { [K in Name]: ExactDiv<D, Known> }
    : Bound & { [K in Name]: number }
  : Bound & { [K in Name]: number }

/** Binds the left side of a pattern to a shape: a record name → dimension, or a sentence, or 'rank'. */
type BindAxes<Pattern extends readonly unknown[], S extends readonly unknown[], Bound> = Pattern extends readonly [
  infer Name,
  ...infer RestPattern,
]
  ? S extends readonly [infer D, ...infer RestShape]
    ? Name extends readonly string[]
      ? BindGroup<Name, D, Bound> extends infer Next
        ? Next extends string
          ? Next
          : BindAxes<RestPattern, RestShape, Next>
        : never
      : Name extends '1'
        ? BindAxes<RestPattern, RestShape, Bound>
        : Name extends keyof Bound
          ? { d: MeetDim<Bound[Name], D> } extends { d: infer _ extends Dim }
            ? BindAxes<RestPattern, RestShape, Bound>
            : ShapeError<`rearrange: axis '${Name & string}' is both ${ShowDim<Bound[Name]>} and ${ShowDim<D>}`>
          : BindAxes<RestPattern, RestShape, Bound & { [K in Name & string]: D }>
    : 'rank'
  : S extends readonly []
    ? Bound
    : 'rank'

/** Reads the right side of a pattern. */
type Output<
  Pattern extends readonly unknown[],
  Bound,
  Out extends readonly unknown[] = readonly [],
> = Pattern extends readonly [infer Name, ...infer Rest]
  ? Name extends readonly string[]
    ? Output<Rest, Bound, readonly [...Out, ProdDim<KnownSizes<Name, Bound>>]>
    : Name extends '1'
      ? Output<Rest, Bound, readonly [...Out, 1]>
      : Name extends keyof Bound
        ? Output<Rest, Bound, readonly [...Out, Bound[Name]]>
        : ShapeError<`rearrange: axis '${Name & string}' does not appear on the left`>
  : Out

/** The result of `rearrange(x, pattern, sizes)`. */
export type Rearrange<S extends Shape, Pattern extends string, SizesOfNames = {}> = string extends Pattern
  ? Shape
  : DynamicRank<S> extends true
    ? Shape
    : Pattern extends `${infer Left}->${infer Right}`
      ? BindAxes<Parse<Left>, S, SizesOfNames> extends infer Bound
        ? Bound extends string
          ? Bound extends 'rank'
            ? ShapeError<`rearrange: pattern '${Left}' has another rank than ${Show<S>}`>
            : Bound
          : Output<Parse<Right>, Bound>
        : never
      : ShapeError<`rearrange: '${Pattern}' has no '->'`>
