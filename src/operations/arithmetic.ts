/** Arithmetic of two operands with broadcasting. Operands are tensors of one dtype or JavaScript numbers. */
import type { FloatDType, NumericDType } from '../../types/dtype.ts'
import type { CheckOperands, MeetDType, OkOperands } from '../../types/operands.ts'
import type { Shape } from '../../types/shape.ts'
import type { Tensor } from '../../types/tensor.ts'
import type { Value } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import * as elementwise from '../primitives/elementwise.ts'
import * as transcendental from '../primitives/transcendental.ts'
import { typed } from '../typed.ts'
import { aligned, type Operand, operands } from './broadcasting.ts'

/** Runs a binary primitive on broadcast operands. */
export function binary<R>(name: string, apply: (a: Value, b: Value) => Value, a: Operand, b: Operand): R {
  return typed<R>(operateOne(name, undefined, operands(name, [a, b]), (x, y) => apply(...aligned(name, x, y))))
}

/**
 * The sum a + b, element by element, with broadcasting.
 * @param a a tensor or a number.
 * @param b a tensor of the same dtype or a number.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 * @example
 * import { add, tensor } from 'conformable'
 * console.log(add(tensor([[1, 2], [3, 4]]), tensor([10, 20]))) // [[11, 22], [13, 24]]
 */
export function add<
  A extends Shape = readonly [],
  B extends Shape = readonly [],
  D extends NumericDType = never,
  E extends NumericDType = never,
>(
  a: number | Tensor<A, D>,
  b: CheckOperands<'add', A, B, D, E, number | Tensor<B, E>>,
): Tensor<OkOperands<A, B>, MeetDType<D, E>> {
  return binary('add', elementwise.add, a, b)
}

/**
 * The difference a − b, element by element, with broadcasting.
 * @param a a tensor or a number.
 * @param b a tensor of the same dtype or a number.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 * @example
 * import { sub, tensor } from 'conformable'
 * console.log(sub(1, tensor([0.25, 0.5]))) // [0.75, 0.5]
 */
export function sub<
  A extends Shape = readonly [],
  B extends Shape = readonly [],
  D extends NumericDType = never,
  E extends NumericDType = never,
>(
  a: number | Tensor<A, D>,
  b: CheckOperands<'sub', A, B, D, E, number | Tensor<B, E>>,
): Tensor<OkOperands<A, B>, MeetDType<D, E>> {
  return binary('sub', elementwise.sub, a, b)
}

/**
 * The angle of the point (x, y): atan2(y, x) in [−π, π], element by element, with broadcasting.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 * @example
 * import { atan2, tensor } from 'conformable'
 * console.log(atan2(tensor([1]), tensor([0]))) // [1.570796]
 */
export function atan2<
  A extends Shape = readonly [],
  B extends Shape = readonly [],
  D extends FloatDType = never,
  E extends FloatDType = never,
>(
  y: number | Tensor<A, D>,
  x: CheckOperands<'atan2', A, B, D, E, number | Tensor<B, E>>,
): Tensor<OkOperands<A, B>, MeetDType<D, E>> {
  return binary('atan2', transcendental.atan2, y, x)
}
