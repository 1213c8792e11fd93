/**
 * Shapes of nested JS arrays: `tensor([[1, 2], [3, 4]])`.
 */
import type { ShapeError } from '../error.ts'
import type { Shape, Show } from '../shape.ts'

/** Numbers (or booleans) nested to any depth. */
export type Nested = number | boolean | readonly Nested[]

/** Exactly one member: rows of different shapes make a union. */
type Single<R, All = R> = R extends unknown ? ([All] extends [R] ? true : false) : never

/** The shape of nested arrays inferred with a `const` type parameter; plain `number[][]` has dynamic dimensions. */
export type FromNested<A> = A extends number | boolean
  ? readonly []
  : A extends readonly []
    ? readonly [0]
    : A extends readonly (infer Row)[]
      ? Rows<A['length'], FromNested<Row>>
      : never

/** The rows' shapes come as a union, which is one shape when the nesting is regular. */
type Rows<Length extends number, RowShape> =
  Single<RowShape> extends true
    ? RowShape extends Shape
      ? readonly [Length, ...RowShape]
      : RowShape
    : [Extract<RowShape, string>] extends [never]
      ? ShapeError<`tensor: the rows differ in shape: ${Show<Extract<RowShape, Shape>>}`>
      : Extract<RowShape, string>
