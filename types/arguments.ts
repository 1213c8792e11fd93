/**
 * What is given where a function that says what it takes is applied at once: arguments and tangents of `jvp`, operands of `vjp`, rows
 * and first carries of loops. What fits has the type that was asked for; in place of the rest stands a sentence.
 *
 * Functions that are returned (`grad(f)`, `jit(f)`) are plain `(...args: A) => R` instead: with type parameters of their own they would lose
 * those of a generic f, and functions of functions could not infer A.
 */
import type { Difference, FirstDifference, Fits } from './difference.ts'
import type { ShapeError } from './error.ts'
import type { Carry } from './loops.ts'
import type { Sentence } from './sentence.ts'
import type * as says from './sentences/transforms.ts'
import type { Head, LengthOf, Stacked } from './tree.ts'

/** The list G given for the parameters A. */
export type Arguments<Op extends string, A extends readonly unknown[], G extends readonly unknown[]> = Listed<
  typeof says.argumentDiffers,
  Op,
  A,
  G
>

/** The list G of tangents of the parameters A. */
export type Tangents<Op extends string, A extends readonly unknown[], G extends readonly unknown[]> = Listed<
  typeof says.tangentDiffers,
  Op,
  A,
  G
>

/** A list of another length is left to the compiler. */
type Listed<
  Text extends string,
  Op extends string,
  A extends readonly unknown[],
  G extends readonly unknown[],
> = number extends G['length'] | A['length']
  ? A
  : G['length'] extends A['length']
    ? { [I in keyof G]: I extends keyof A ? One<Text, Op, I, A[I], G[I]> : never }
    : A

/** `Given` stands naked in the first branch, so that it is inferred. */
type One<Text extends string, Op extends string, I, Expected, Given> = [Given] extends [never]
  ? Given
  : Fits<Given, Expected> extends true
    ? Expected
    : Said<Text, Op, FirstDifference<Given, NonNullable<Expected>, true>, I> extends infer Message extends string
      ? `${Message}`
      : Expected

/** What is scanned over, X, when its rows fit what the body takes. */
export type Rows<Op extends string, X, Row> =
  Fits<Head<X>, Row> extends true
    ? X
    : Said<typeof says.rowDiffers, Op, FirstDifference<Head<X>, Row, true>> extends infer Message extends string
      ? `${Message}`
      : Stacked<NoInfer<Row>, LengthOf<X>>

/** The start of a loop G, when it fits what the body takes. */
export type Start<Op extends string, G, C> =
  Fits<G, C> extends true
    ? Carry<G>
    : Said<typeof says.startDiffers, Op, FirstDifference<G, C, true>> extends infer Message extends string
      ? `${Message}`
      : Carry<G> extends infer Frozen extends string
        ? `${Frozen}`
        : Carry<NoInfer<C>>

/** The sentence of a difference; null where there is none that can be told. */
type Said<Text extends string, Op extends string, D, I = ''> = [D] extends [never]
  ? null
  : D extends Difference<infer Path, infer Given, infer Expected>
    ? ShapeError<
        Sentence<
          Text,
          { op: Op; index: I; place: Path extends '' ? '' : ` at '${Path}'`; given: Given; expected: Expected }
        >
      >
    : null
