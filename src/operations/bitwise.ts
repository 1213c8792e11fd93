/** Bits of integers, element by element with broadcasting. */

import type { DType, IntegerDType } from '../../types/dtype.ts'
import type { Integers } from '../../types/element.ts'
import type { CheckOperands, MeetDType, OkOperands } from '../../types/operands.ts'
import { sentence } from '../../types/sentence.ts'
import { needsIntegers } from '../../types/sentences/dtypes.ts'
import type { Shape } from '../../types/shape.ts'
import type { AnyTensor, Tensor } from '../../types/tensor.ts'
import { showAbstract } from '../core/abstract.ts'
import { isInteger } from '../core/dtype.ts'
import { DTypeError } from '../core/errors.ts'
import type { Value } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import * as elementwise from '../primitives/elementwise.ts'
import { typed, untyped } from '../typed.ts'
import { aligned, operands } from './broadcasting.ts'

/**
 * Bits that are set in both a and b.
 * @throws ShapeError if the shapes do not broadcast; DTypeError for other than integers of one dtype.
 * @example
 * import { bitwiseAnd, tensor } from 'conformable'
 * console.log(bitwiseAnd(tensor([6, 5], 'int32'), 3)) // [2, 1]
 */
export function bitwiseAnd<
  A extends Shape = readonly [],
  B extends Shape = readonly [],
  D extends DType = never,
  E extends DType = never,
>(
  a: Integers<'bitwiseAnd', A, D, number | Tensor<A, D>>,
  b: CheckOperands<'bitwiseAnd', A, B, D, E, Integers<'bitwiseAnd', B, E, number | Tensor<B, E>>>,
): Tensor<OkOperands<A, B>, MeetDType<D, E>> {
  return onIntegers('bitwiseAnd', elementwise.and, a, b)
}

/**
 * Bits that are set in a or b.
 * @throws ShapeError if the shapes do not broadcast; DTypeError for other than integers of one dtype.
 * @example
 * import { bitwiseOr, tensor } from 'conformable'
 * console.log(bitwiseOr(tensor([6, 5], 'int32'), 3)) // [7, 7]
 */
export function bitwiseOr<
  A extends Shape = readonly [],
  B extends Shape = readonly [],
  D extends DType = never,
  E extends DType = never,
>(
  a: Integers<'bitwiseOr', A, D, number | Tensor<A, D>>,
  b: CheckOperands<'bitwiseOr', A, B, D, E, Integers<'bitwiseOr', B, E, number | Tensor<B, E>>>,
): Tensor<OkOperands<A, B>, MeetDType<D, E>> {
  return onIntegers('bitwiseOr', elementwise.or, a, b)
}

/**
 * Bits that are set in exactly one of a and b.
 * @throws ShapeError if the shapes do not broadcast; DTypeError for other than integers of one dtype.
 * @example
 * import { bitwiseXor, tensor } from 'conformable'
 * console.log(bitwiseXor(tensor([6, 5], 'int32'), 3)) // [5, 6]
 */
export function bitwiseXor<
  A extends Shape = readonly [],
  B extends Shape = readonly [],
  D extends DType = never,
  E extends DType = never,
>(
  a: Integers<'bitwiseXor', A, D, number | Tensor<A, D>>,
  b: CheckOperands<'bitwiseXor', A, B, D, E, Integers<'bitwiseXor', B, E, number | Tensor<B, E>>>,
): Tensor<OkOperands<A, B>, MeetDType<D, E>> {
  return onIntegers('bitwiseXor', elementwise.xor, a, b)
}

/**
 * The bits of a moved b places up (modulo 32); zeros come in.
 * @throws ShapeError if the shapes do not broadcast; DTypeError for other than integers of one dtype.
 * @example
 * import { shiftLeft, tensor } from 'conformable'
 * console.log(shiftLeft(tensor([1, 3], 'int32'), 2)) // [4, 12]
 */
export function shiftLeft<
  A extends Shape = readonly [],
  B extends Shape = readonly [],
  D extends DType = never,
  E extends DType = never,
>(
  a: Integers<'shiftLeft', A, D, number | Tensor<A, D>>,
  b: CheckOperands<'shiftLeft', A, B, D, E, Integers<'shiftLeft', B, E, number | Tensor<B, E>>>,
): Tensor<OkOperands<A, B>, MeetDType<D, E>> {
  return onIntegers('shiftLeft', elementwise.shl, a, b)
}

/**
 * The bits of a moved b places down (modulo 32): copies of the sign come in for int32, zeros for uint32.
 * @throws ShapeError if the shapes do not broadcast; DTypeError for other than integers of one dtype.
 * @example
 * import { shiftRight, tensor } from 'conformable'
 * console.log(shiftRight(tensor([12, -8], 'int32'), 2)) // [3, -2]
 */
export function shiftRight<
  A extends Shape = readonly [],
  B extends Shape = readonly [],
  D extends DType = never,
  E extends DType = never,
>(
  a: Integers<'shiftRight', A, D, number | Tensor<A, D>>,
  b: CheckOperands<'shiftRight', A, B, D, E, Integers<'shiftRight', B, E, number | Tensor<B, E>>>,
): Tensor<OkOperands<A, B>, MeetDType<D, E>> {
  return onIntegers('shiftRight', elementwise.shr, a, b)
}

/**
 * All bits inverted, element by element.
 * @throws DTypeError for other than integers.
 * @example
 * import { bitwiseNot, tensor } from 'conformable'
 * console.log(bitwiseNot(tensor([0, 5], 'int32'))) // [-1, -6]
 */
export function bitwiseNot<S extends Shape, D extends IntegerDType>(x: Tensor<S, D>): Tensor<S, D> {
  return typed(
    operateOne(
      'bitwiseNot',
      undefined,
      [requireInteger('bitwiseNot', untyped(x as AnyTensor, 'bitwiseNot'))],
      elementwise.not,
    ),
  )
}

function onIntegers<R>(name: string, apply: (a: Value, b: Value) => Value, a: unknown, b: unknown): R {
  const values = operands(name, [a, b])
  for (const value of values) requireInteger(name, value)
  return typed<R>(operateOne(name, undefined, values, (x, y) => apply(...aligned(name, x, y))))
}

function requireInteger(name: string, x: Value): Value {
  if (isInteger(x.dtype)) return x
  throw new DTypeError(sentence(needsIntegers, { op: name, x: showAbstract(x) }))
}
