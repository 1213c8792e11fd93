/**
 * What is done by named axes: `rearrange(x, 'b t (h d) -> b h t d', { h: 12 })` permutes, splits and joins, `reduce` also loses
 * axes, `repeat` also makes new ones.
 */
import type { ShapeError } from '../error.ts'
import type { Sentence } from '../sentence.ts'
import type * as says from '../sentences/movements.ts'
import type { DynamicRank, Shape } from '../shape.ts'
import type { AxesShape, BindAxes, NameMissing, NamesOf, NameTwice, ParseAxes } from './named-axes.ts'
import type { Repeat } from './pad.ts'

/** The result of `rearrange(x, pattern, sizes)`: every name stands once on each side. */
export type Rearrange<S extends Shape, Pattern extends string, SizesOfNames = {}> = ByNames<
  'rearrange',
  S,
  Pattern,
  SizesOfNames
>

/** The result of `reduce(x, pattern, how, sizes)`: axes that miss on the right are reduced. */
export type ReduceAxes<S extends Shape, Pattern extends string, SizesOfNames = {}> = ByNames<
  'reduce',
  S,
  Pattern,
  SizesOfNames
>

/** The result of `repeat(x, pattern, sizes)`: axes that miss on the left are new. */
export type RepeatAxes<S extends Shape, Pattern extends string, SizesOfNames = {}> = ByNames<
  'repeat',
  S,
  Pattern,
  SizesOfNames
>

/** The result of `repeat(x, count, axis)` or `repeat(x, pattern, sizes)`. */
export type Repeated<S extends Shape, N extends number | string, A> = N extends string
  ? RepeatAxes<S, N, A>
  : N extends number
    ? A extends number
      ? Repeat<S, N, A>
      : Shape
    : Shape

type Operation = 'rearrange' | 'reduce' | 'repeat'

type ByNames<Op extends Operation, S extends Shape, Pattern extends string, SizesOfNames> = string extends Pattern
  ? Shape
  : DynamicRank<S> extends true
    ? Shape
    : Pattern extends `${infer Left}->${infer Right}`
      ? BindAxes<ParseAxes<Left>, S, SizesOfNames> extends infer Bound
        ? Bound extends string
          ? Said<Op, Bound, Pattern, S>
          : Output<Op, NamesOf<ParseAxes<Left>>, ParseAxes<Right>, Bound> extends infer Out
            ? Out extends string
              ? Said<Op, Out, Pattern, S>
              : Out
            : never
        : never
      : Said<Op, Sentence<typeof says.noArrow, { pattern: Pattern }>, Pattern, S>

/** The sentence of a pattern. */
type Said<Op extends Operation, Why extends string, Pattern extends string, S extends Shape> = ShapeError<
  Sentence<typeof says.patternSays, { op: Op; why: Why; pattern: Pattern; x: S }>
>

type Output<Op extends Operation, Left extends readonly unknown[], Right extends readonly unknown[], Bound> =
  WrongName<Op, Left, NamesOf<Right>, Bound> extends infer Why
    ? [Why] extends [never]
      ? AxesShape<Right, Bound>
      : Why
    : never

/** What is wrong with the first name that stands where it must not, or `never`. */
type WrongName<Op extends Operation, Left extends readonly unknown[], Right extends readonly unknown[], Bound> = [
  NameMissing<Right, Op extends 'repeat' ? keyof Bound : Left[number]>,
] extends [never]
  ? [Op extends 'reduce' ? never : NameMissing<Left, Right[number]>] extends [never]
    ? [NameTwice<Left>, NameTwice<Right>] extends [never, never]
      ? never
      : Sentence<
          typeof says.nameTwice,
          { name: [NameTwice<Left>] extends [never] ? NameTwice<Right> : NameTwice<Left> }
        >
    : Sentence<typeof says.notOnRight, { name: NameMissing<Left, Right[number]> }>
  : Op extends 'repeat'
    ? Sentence<typeof says.newAxisOpen, { name: NameMissing<Right, keyof Bound> }>
    : Sentence<typeof says.notOnLeft, { name: NameMissing<Right, Left[number]> }>
