/**
 * What is done by named axes: `rearrange(x, 'b t (h d) -> b h t d', { h: 12 })` permutes, splits and joins, `reduce` also loses
 * axes, `repeat` also makes new ones.
 */
import type { ShapeError } from '../error.ts'
import type { DynamicRank, Shape } from '../shape.ts'
import type { AxesShape, BindAxes, NameMissing, NamesOf, NameTwice, ParseAxes, RankError } from './named-axes.ts'
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
      ? BindAxes<Op, ParseAxes<Left>, S, SizesOfNames> extends infer Bound
        ? Bound extends string
          ? Bound extends 'rank'
            ? RankError<Op, Left, S>
            : Bound
          : Output<Op, NamesOf<ParseAxes<Left>>, ParseAxes<Right>, Bound>
        : never
      : ShapeError<`${Op}: '${Pattern}' has no '->'`>

type Output<Op extends Operation, Left extends readonly unknown[], Right extends readonly unknown[], Bound> =
  WrongName<Op, Left, NamesOf<Right>, Bound> extends infer Sentence
    ? [Sentence] extends [never]
      ? AxesShape<Right, Bound>
      : Sentence
    : never

/** The sentence of the first name that stands where it must not, or `never`. */
type WrongName<Op extends Operation, Left extends readonly unknown[], Right extends readonly unknown[], Bound> = [
  NameMissing<Right, Op extends 'repeat' ? keyof Bound : Left[number]>,
] extends [never]
  ? [Op extends 'reduce' ? never : NameMissing<Left, Right[number]>] extends [never]
    ? [NameTwice<Left>, NameTwice<Right>] extends [never, never]
      ? never
      : ShapeError<`${Op}: axis '${([NameTwice<Left>] extends [never] ? NameTwice<Right> : NameTwice<Left>) & string}' is given twice`>
    : ShapeError<`${Op}: axis '${NameMissing<Left, Right[number]> & string}' does not appear on the right`>
  : Op extends 'repeat'
    ? ShapeError<`repeat: give the size of the new axis '${NameMissing<Right, keyof Bound> & string}'`>
    : ShapeError<`${Op}: axis '${NameMissing<Right, Left[number]> & string}' does not appear on the left`>
