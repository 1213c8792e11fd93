/**
 * Operands of one kind of element: floats, numbers, conditions, indices. T is the operand's type, or the sentence why it is refused.
 *
 * `infer _ extends Kind` and not `D extends Kind`: the latter stays undecided for a type parameter D, which would make generic
 * user functions unusable. The wide `DType` is what is inferred of something that is no tensor; that is reported on T.
 */
import type { DType, FloatDType, IntegerDType, NumericDType } from './dtype.ts'
import type { DTypeError } from './error.ts'
import type { Sentence } from './sentence.ts'
import type * as says from './sentences/dtypes.ts'
import type { Shape, ShowTensor } from './shape.ts'
import type { Tensor } from './tensor.ts'

type Needs<Kind extends DType, D extends DType, T, Said extends string> = { d: D } extends {
  d: infer _ extends Kind
}
  ? T
  : DType extends D
    ? T
    : DTypeError<Said>

/** An operand of `Op` that holds floats. */
export type Floats<Op extends string, S extends Shape, D extends DType, T = Tensor<S, D>> = Needs<
  FloatDType,
  D,
  T,
  Sentence<typeof says.needsFloats, { op: Op; x: ShowTensor<S, D> }>
>

/** An operand of `Op` that holds numbers, not conditions. */
export type Numbers<Op extends string, S extends Shape, D extends DType, T = Tensor<S, D>> = Needs<
  NumericDType,
  D,
  T,
  Sentence<typeof says.needsNumbers, { op: Op; x: ShowTensor<S, D> }>
>

/** An operand of `Op` that holds whole numbers. */
export type Integers<Op extends string, S extends Shape, D extends DType, T = Tensor<S, D>> = Needs<
  IntegerDType,
  D,
  T,
  Sentence<typeof says.needsIntegers, { op: Op; x: ShowTensor<S, D> }>
>

/** An operand of `Op` that holds conditions. */
export type Conditions<Op extends string, S extends Shape, D extends DType, T = Tensor<S, D>> = Needs<
  'bool',
  D,
  T,
  Sentence<typeof says.needsConditions, { op: Op; x: ShowTensor<S, D> }>
>

/** An operand of `Op` that holds indices. */
export type Indices<Op extends string, S extends Shape, D extends DType, T = Tensor<S, D>> = Needs<
  'int32',
  D,
  T,
  Sentence<typeof says.needsIndices, { op: Op; x: ShowTensor<S, D> }>
>
