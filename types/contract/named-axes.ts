/**
 * Patterns of named axes: `'b t (h d) -> b h t d'`. A group in parentheses is a product of axes, the last fastest; on the left,
 * all but one size of a group must be known. `...` stands for any number of axes, `1` for one of size 1. (Notation:
 * A. Rogozhnikov, einops, 2022.)
 */
import type { ExactDiv } from '../arithmetic.ts'
import type { MeetDim, Meets } from '../dimension.ts'
import type { ProdDim } from '../product.ts'
import type { Sentence } from '../sentence.ts'
import type * as says from '../sentences/movements.ts'
import type { Dim } from '../shape.ts'

/** 'b (h w) c' → ['b', ['h', 'w'], 'c'] */
export type ParseAxes<S extends string, Out extends readonly unknown[] = []> = S extends ` ${infer Rest}`
  ? ParseAxes<Rest, Out>
  : S extends ''
    ? Out
    : S extends `(${infer Group})${infer Rest}`
      ? ParseAxes<Rest, [...Out, ParseGroup<Group>]>
      : S extends `${infer Name} ${infer Rest}`
        ? ParseAxes<Rest, [...Out, Name]>
        : [...Out, S]

type ParseGroup<S extends string, Out extends readonly string[] = []> = S extends ` ${infer Rest}`
  ? ParseGroup<Rest, Out>
  : S extends ''
    ? Out
    : S extends `${infer Name} ${infer Rest}`
      ? ParseGroup<Rest, [...Out, Name]>
      : [...Out, S]

/** The names of parsed axes in a row; a lone `1` is none. */
export type NamesOf<Axes extends readonly unknown[], Out extends readonly unknown[] = []> = Axes extends readonly [
  infer Head,
  ...infer Tail,
]
  ? Head extends readonly unknown[]
    ? NamesOf<Tail, [...Out, ...Head]>
    : Head extends '1'
      ? NamesOf<Tail, Out>
      : NamesOf<Tail, [...Out, Head]>
  : Out

/** The first name that stands twice, or `never`. */
export type NameTwice<L extends readonly unknown[], Seen = never> = L extends readonly [infer Head, ...infer Tail]
  ? [Head] extends [Seen]
    ? Head
    : NameTwice<Tail, Seen | Head>
  : never

/** The first name of L that is not among Others, or `never`. */
export type NameMissing<L extends readonly unknown[], Others> = L extends readonly [infer Head, ...infer Tail]
  ? [Head] extends [Others]
    ? NameMissing<Tail, Others>
    : Head
  : never

/** The dimensions that `...` stands for. */
type Ellipsis<Bound> = Bound extends { '...': infer Dims extends readonly unknown[] } ? Dims : []

/** The sizes of the names of a group that are bound; `...` gives several. */
type KnownSizes<Group extends readonly unknown[], Bound, Out extends readonly unknown[] = []> = Group extends readonly [
  infer Name,
  ...infer Tail,
]
  ? Name extends keyof Bound
    ? Name extends '...'
      ? KnownSizes<Tail, Bound, [...Out, ...Ellipsis<Bound>]>
      : KnownSizes<Tail, Bound, [...Out, Bound[Name]]>
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
      : Sentence<typeof says.groupDiffers, { group: JoinNames<Group>; known: ProdDim<KnownSizes<Group, Bound>>; x: D }>
    : Unbound<Group, Bound> extends readonly [infer Name extends string]
      ? SplitGroup<Group, Name, D, Bound>
      : Sentence<typeof says.groupOpen, { group: JoinNames<Group> }>

/** The one free name of a group is the dimension divided by the sizes of the others. */
type SplitGroup<Group extends readonly string[], Name extends string, D, Bound> = D extends number
  ? ProdDim<KnownSizes<Group, Bound>> extends infer Known extends number
    ? [ExactDiv<D, Known>] extends [never]
      ? Sentence<typeof says.notDivisible, { x: D; known: Known; group: JoinNames<Group> }>
      : Bound & { [K in Name]: ExactDiv<D, Known> }
    : Bound & { [K in Name]: number }
  : Bound & { [K in Name]: number }

/** `[the dimensions before the last ones, as many last ones as Pattern has axes]`, or 'rank'. */
type SplitEnd<
  S extends readonly unknown[],
  Pattern extends readonly unknown[],
  End extends readonly unknown[] = [],
> = Pattern extends readonly [unknown, ...infer Rest]
  ? S extends readonly [...infer Init, infer D]
    ? SplitEnd<Init, Rest, [D, ...End]>
    : 'rank'
  : [S, End]

/** Binds the left side of a pattern to a shape: a record name → dimension (`...` → dimensions), or what is wrong. */
export type BindAxes<
  Pattern extends readonly unknown[],
  S extends readonly unknown[],
  Bound,
> = Pattern extends readonly [infer Name, ...infer RestPattern]
  ? Name extends '...'
    ? SplitEnd<S, RestPattern> extends [infer Middle, infer End extends readonly unknown[]]
      ? BindAxes<RestPattern, End, Bound & { '...': Middle }>
      : typeof says.patternRank
    : S extends readonly [infer D, ...infer RestShape]
      ? BindOne<Name, D, Bound> extends infer Next
        ? Next extends string
          ? Next
          : BindAxes<RestPattern, RestShape, Next>
        : never
      : typeof says.patternRank
  : S extends readonly []
    ? Bound
    : typeof says.patternRank

type BindOne<Name, D, Bound> = Name extends readonly string[]
  ? BindGroup<Name, D, Bound>
  : Name extends '1'
    ? Meets<D, 1> extends true
      ? Bound
      : Sentence<typeof says.oneIs, { x: D }>
    : Name extends keyof Bound
      ? { d: MeetDim<Bound[Name], D> } extends { d: infer _ extends Dim }
        ? Bound
        : Sentence<typeof says.nameDiffers, { name: Name; x: Bound[Name]; y: D }>
      : Bound & { [K in Name & string]: D }

/** The shape of the right side of a pattern. */
export type AxesShape<
  Pattern extends readonly unknown[],
  Bound,
  Out extends readonly unknown[] = readonly [],
> = Pattern extends readonly [infer Name, ...infer Rest]
  ? Name extends readonly string[]
    ? AxesShape<Rest, Bound, readonly [...Out, ProdDim<KnownSizes<Name, Bound>>]>
    : Name extends '1'
      ? AxesShape<Rest, Bound, readonly [...Out, 1]>
      : Name extends '...'
        ? AxesShape<Rest, Bound, readonly [...Out, ...Ellipsis<Bound>]>
        : AxesShape<Rest, Bound, readonly [...Out, Bound[Name & keyof Bound]]>
  : Out
