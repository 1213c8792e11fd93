/**
 * Shapes of nested JS arrays: `tensor([[1, 2], [3, 4]])`.
 */

import type { ShapeError } from '../error.ts'
import type { Sentence } from '../sentence.ts'
import type * as says from '../sentences/movements.ts'
import type { Eq, Shape, Single } from '../shape.ts'

/** Numbers (or booleans) nested to any depth. */
export type Nested = number | boolean | readonly Nested[]

/** The shape of nested arrays inferred with a `const` type parameter; plain `number[][]` has dynamic dimensions. */
export type FromNested<A> = Nested extends A
  ? Shape
  : A extends number | boolean
    ? readonly []
    : A extends readonly []
      ? readonly [0]
      : A extends readonly (infer Row)[]
        ? Rows<A, FromNested<Row>>
        : never

/** The rows' shapes come as a union, which is one shape when the nesting is regular. */
type Rows<A extends readonly unknown[], RowShape> =
  Single<RowShape> extends true
    ? RowShape extends Shape
      ? readonly [A['length'], ...RowShape]
      : RowShape
    : [Extract<RowShape, string>] extends [never]
      ? A extends readonly [infer First, ...infer Rest]
        ? Ragged<Rest, FromNested<First>>
        : Shape
      : Extract<RowShape, string>

/** The sentence of the first row that differs from row 0. */
type Ragged<A extends readonly unknown[], First, I extends 0[] = [0]> = A extends readonly [infer Row, ...infer Rest]
  ? FromNested<Row> extends infer S
    ? Eq<S, First> extends true
      ? Ragged<Rest, First, [...I, 0]>
      : ShapeError<Sentence<typeof says.rowsDiffer, { first: First; i: I['length']; x: S }>>
    : never
  : never

/** The element type of nested values when none is given: `bool` for booleans, else `float32`. */
export type NestedDType<A> = [ElementsOf<A>] extends [boolean] ? 'bool' : 'float32'

type ElementsOf<A> = Nested extends A ? number : A extends readonly (infer Row)[] ? ElementsOf<Row> : A
