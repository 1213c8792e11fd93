/**
 * Operands of one kind of element: floats, numbers, conditions, indices. T is the operand's type, or the sentence why it is refused.
 *
 * `infer _ extends Kind` and not `D extends Kind`: the latter stays undecided for a type parameter D, which would make generic
 * user functions unusable. The wide `DType` is what is inferred of something that is no tensor; that is reported on T.
 */
import type { DType, FloatDType, IntegerDType, NumericDType } from './dtype.ts'
import type { DTypeError } from './error.ts'
import type { Shape, Show } from './shape.ts'
import type { Tensor } from './tensor.ts'

type Needs<Kind extends DType, D extends DType, T, Sentence extends string> = { d: D } extends {
  d: infer _ extends Kind
}
  ? T
  : DType extends D
    ? T
    : DTypeError<Sentence>

/** An operand of `Op` that holds floats. */
export type Floats<Op extends string, S extends Shape, D extends DType, T = Tensor<S, D>> = Needs<
  FloatDType,
  D,
  T,
  `${Op}: needs a float tensor, got ${D}${Show<S>}; convert it first: convert(x, 'float32')`
>

/** An operand of `Op` that holds numbers, not conditions. */
export type Numbers<Op extends string, S extends Shape, D extends DType, T = Tensor<S, D>> = Needs<
  NumericDType,
  D,
  T,
  `${Op}: needs numbers, got ${D}${Show<S>}; convert it first: convert(x, 'int32')`
>

/** An operand of `Op` that holds whole numbers. */
export type Integers<Op extends string, S extends Shape, D extends DType, T = Tensor<S, D>> = Needs<
  IntegerDType,
  D,
  T,
  `${Op}: needs integers, got ${D}${Show<S>}; convert them first: convert(x, 'int32')`
>

/** An operand of `Op` that holds conditions. */
export type Conditions<Op extends string, S extends Shape, D extends DType, T = Tensor<S, D>> = Needs<
  'bool',
  D,
  T,
  `${Op}: needs a bool tensor, got ${D}${Show<S>}; compare first: notEqual(x, 0)`
>

/** An operand of `Op` that holds indices. */
export type Indices<Op extends string, S extends Shape, D extends DType, T = Tensor<S, D>> = Needs<
  'int32',
  D,
  T,
  `${Op}: needs int32 indices, got ${D}${Show<S>}; convert them first: convert(indices, 'int32')`
>
