/** Comparison and logic, element by element with broadcasting; and choice between tensors. */

import type { Where } from '../../types/contract/broadcast.ts'
import type { DType } from '../../types/dtype.ts'
import type { Conditions, Numbers } from '../../types/element.ts'
import type { CheckDTypes, CheckOperands, MeetDType, OkOperands } from '../../types/operands.ts'
import { sentence } from '../../types/sentence.ts'
import { needsConditions } from '../../types/sentences/dtypes.ts'
import type { Shape } from '../../types/shape.ts'
import type { Check, Ok, Tensor } from '../../types/tensor.ts'
import { showAbstract } from '../core/abstract.ts'
import { DTypeError } from '../core/errors.ts'
import type { Value } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import * as elementwise from '../primitives/elementwise.ts'
import { typed, untyped } from '../typed.ts'
import { binary } from './arithmetic.ts'
import { broadcastShapes, broadcastTo, operands } from './broadcasting.ts'
import { boolOperand } from './operand.ts'

/**
 * a = b, element by element (NaN equals nothing).
 * @example
 * import { equal, tensor } from 'conformable'
 * console.log(equal(tensor([1, 2, 3]), 2)) // [false, true, false]
 */
export function equal<
  A extends Shape = readonly [],
  B extends Shape = readonly [],
  D extends DType = never,
  E extends DType = never,
>(
  a: number | Tensor<A, D>,
  b: CheckOperands<'equal', A, B, D, E, number | Tensor<B, E>>,
): Tensor<OkOperands<A, B>, 'bool'> {
  return binary('equal', elementwise.eq, a, b)
}

/**
 * a ≠ b, element by element (NaN differs from everything).
 * @example
 * import { notEqual, tensor } from 'conformable'
 * console.log(notEqual(tensor([1, 2, 3]), 2)) // [true, false, true]
 */
export function notEqual<
  A extends Shape = readonly [],
  B extends Shape = readonly [],
  D extends DType = never,
  E extends DType = never,
>(
  a: number | Tensor<A, D>,
  b: CheckOperands<'notEqual', A, B, D, E, number | Tensor<B, E>>,
): Tensor<OkOperands<A, B>, 'bool'> {
  return binary('notEqual', elementwise.ne, a, b)
}

/**
 * a < b, element by element (false where one is NaN).
 * @example
 * import { less, tensor } from 'conformable'
 * console.log(less(tensor([1, 2, 3]), 2)) // [true, false, false]
 */
export function less<
  A extends Shape = readonly [],
  B extends Shape = readonly [],
  D extends DType = never,
  E extends DType = never,
>(
  a: Numbers<'less', A, D, number | Tensor<A, D>>,
  b: CheckOperands<'less', A, B, D, E, Numbers<'less', B, E, number | Tensor<B, E>>>,
): Tensor<OkOperands<A, B>, 'bool'> {
  return binary('less', elementwise.lt, a, b)
}

/**
 * a ≤ b, element by element (false where one is NaN).
 * @example
 * import { lessEqual, tensor } from 'conformable'
 * console.log(lessEqual(tensor([1, 2, 3]), 2)) // [true, true, false]
 */
export function lessEqual<
  A extends Shape = readonly [],
  B extends Shape = readonly [],
  D extends DType = never,
  E extends DType = never,
>(
  a: Numbers<'lessEqual', A, D, number | Tensor<A, D>>,
  b: CheckOperands<'lessEqual', A, B, D, E, Numbers<'lessEqual', B, E, number | Tensor<B, E>>>,
): Tensor<OkOperands<A, B>, 'bool'> {
  return binary('lessEqual', elementwise.le, a, b)
}

/**
 * a > b, element by element (false where one is NaN).
 * @example
 * import { greater, tensor } from 'conformable'
 * console.log(greater(tensor([1, 2, 3]), 2)) // [false, false, true]
 */
export function greater<
  A extends Shape = readonly [],
  B extends Shape = readonly [],
  D extends DType = never,
  E extends DType = never,
>(
  a: Numbers<'greater', A, D, number | Tensor<A, D>>,
  b: CheckOperands<'greater', A, B, D, E, Numbers<'greater', B, E, number | Tensor<B, E>>>,
): Tensor<OkOperands<A, B>, 'bool'> {
  return binary('greater', elementwise.gt, a, b)
}

/**
 * a ≥ b, element by element (false where one is NaN).
 * @example
 * import { greaterEqual, tensor } from 'conformable'
 * console.log(greaterEqual(tensor([1, 2, 3]), 2)) // [false, true, true]
 */
export function greaterEqual<
  A extends Shape = readonly [],
  B extends Shape = readonly [],
  D extends DType = never,
  E extends DType = never,
>(
  a: Numbers<'greaterEqual', A, D, number | Tensor<A, D>>,
  b: CheckOperands<'greaterEqual', A, B, D, E, Numbers<'greaterEqual', B, E, number | Tensor<B, E>>>,
): Tensor<OkOperands<A, B>, 'bool'> {
  return binary('greaterEqual', elementwise.ge, a, b)
}

/**
 * Both, element by element, of two bool tensors.
 * @example
 * import { logicalAnd, tensor } from 'conformable'
 * console.log(logicalAnd(tensor([true, false]), tensor([true, true]))) // [true, false]
 */
export function logicalAnd<A extends Shape, B extends Shape, D extends DType, E extends DType>(
  a: Conditions<'logicalAnd', A, D>,
  b: CheckOperands<'logicalAnd', A, B, 'bool', 'bool', Conditions<'logicalAnd', B, E>>,
): Tensor<OkOperands<A, B>, 'bool'> {
  return logical('logicalAnd', elementwise.and, a, b)
}

/**
 * Either or both, element by element, of two bool tensors.
 * @example
 * import { logicalOr, tensor } from 'conformable'
 * console.log(logicalOr(tensor([true, false]), tensor([false, false]))) // [true, false]
 */
export function logicalOr<A extends Shape, B extends Shape, D extends DType, E extends DType>(
  a: Conditions<'logicalOr', A, D>,
  b: CheckOperands<'logicalOr', A, B, 'bool', 'bool', Conditions<'logicalOr', B, E>>,
): Tensor<OkOperands<A, B>, 'bool'> {
  return logical('logicalOr', elementwise.or, a, b)
}

/**
 * Exactly one, element by element, of two bool tensors.
 * @example
 * import { logicalXor, tensor } from 'conformable'
 * console.log(logicalXor(tensor([true, false]), tensor([true, true]))) // [false, true]
 */
export function logicalXor<A extends Shape, B extends Shape, D extends DType, E extends DType>(
  a: Conditions<'logicalXor', A, D>,
  b: CheckOperands<'logicalXor', A, B, 'bool', 'bool', Conditions<'logicalXor', B, E>>,
): Tensor<OkOperands<A, B>, 'bool'> {
  return logical('logicalXor', elementwise.xor, a, b)
}

/**
 * The opposite, element by element, of a bool tensor.
 * @example
 * import { logicalNot, tensor } from 'conformable'
 * console.log(logicalNot(tensor([true, false]))) // [false, true]
 */
export function logicalNot<S extends Shape, D extends DType>(x: Conditions<'logicalNot', S, D>): Tensor<S, 'bool'> {
  const value = untyped(x, 'logicalNot')
  requireBool('logicalNot', value)
  return typed(operateOne('logicalNot', undefined, [value], elementwise.not))
}

/**
 * Chooses element by element: a where the condition holds, b elsewhere, with broadcasting.
 * The gradient of the branch not taken is zero. An infinite derivative there would still give 0 · ∞ = NaN upstream of `where`;
 * make the argument harmless as well: `where(positive, sqrt(where(positive, x, 1)), 0)`.
 * @example
 * import { less, tensor, where } from 'conformable'
 * const x = tensor([-1, 2])
 * console.log(where(less(x, 0), 0, x)) // [0, 2]
 */
export function where<
  C extends Shape,
  A extends Shape = readonly [],
  B extends Shape = readonly [],
  D extends DType = never,
  E extends DType = never,
  F extends DType = 'bool',
>(
  condition: Conditions<'where', C, F>,
  a: number | Tensor<A, D>,
  b: Check<Where<C, A, B>, CheckDTypes<'where', A, D, B, E, number | Tensor<B, E>>>,
): Tensor<Ok<Where<C, A, B>>, MeetDType<D, E>> {
  const flag = untyped(condition, 'where')
  requireBool('where', flag)
  const [x, y] = operands('where', [a, b])
  const choose = (c: Value, p: Value, q: Value): Value => {
    const shape = broadcastShapes('where', c.shape, broadcastShapes('where', p.shape, q.shape))
    return elementwise.select(broadcastTo(c, shape), broadcastTo(p, shape), broadcastTo(q, shape))
  }
  return typed(operateOne('where', undefined, [flag, x!, y!], choose))
}

/** An operation of two bool tensors; which of them is none is said before their dtypes are compared. */
const logical = <R>(name: string, apply: (a: Value, b: Value) => Value, a: unknown, b: unknown): R =>
  binary<R>(name, apply, boolOperand(name, a), boolOperand(name, b))

function requireBool(name: string, x: Value): void {
  if (x.dtype === 'bool') return
  throw new DTypeError(sentence(needsConditions, { op: name, x: showAbstract(x) }))
}
