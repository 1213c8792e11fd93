/** Arithmetic of two operands with broadcasting. Operands are tensors of one dtype or JavaScript numbers. */
import type { DType } from '../../types/dtype.ts'
import type { Floats, Numbers } from '../../types/element.ts'
import type { CheckOperands, MeetDType, OkOperands } from '../../types/operands.ts'
import type { Shape } from '../../types/shape.ts'
import type { Tensor } from '../../types/tensor.ts'
import { showAbstract } from '../core/abstract.ts'
import { isFloat } from '../core/dtype.ts'
import { DTypeError } from '../core/errors.ts'
import type { Value } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import { constantLike } from '../primitives/broadcast.ts'
import * as elementwise from '../primitives/elementwise.ts'
import * as transcendental from '../primitives/transcendental.ts'
import { typed } from '../typed.ts'
import { aligned, type Operand, operands } from './broadcasting.ts'
import { numericOperand } from './operand.ts'

/** Operations that also take conditions. */
const ON_CONDITIONS: ReadonlySet<string> = new Set(['equal', 'notEqual', 'logicalAnd', 'logicalOr', 'logicalXor'])

/** Runs a binary primitive on broadcast operands. */
export function binary<R>(name: string, apply: (a: Value, b: Value) => Value, a: Operand, b: Operand): R {
  const values = operands(name, [a, b])
  if (values[0]!.dtype === 'bool' && !ON_CONDITIONS.has(name)) numericOperand(name, values[0])
  return typed<R>(operateOne(name, undefined, values, (x, y) => apply(...aligned(name, x, y))))
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
  D extends DType = never,
  E extends DType = never,
>(
  a: Numbers<'add', A, D, number | Tensor<A, D>>,
  b: CheckOperands<'add', A, B, D, E, Numbers<'add', B, E, number | Tensor<B, E>>>,
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
  D extends DType = never,
  E extends DType = never,
>(
  a: Numbers<'sub', A, D, number | Tensor<A, D>>,
  b: CheckOperands<'sub', A, B, D, E, Numbers<'sub', B, E, number | Tensor<B, E>>>,
): Tensor<OkOperands<A, B>, MeetDType<D, E>> {
  return binary('sub', elementwise.sub, a, b)
}

/**
 * The product a · b, element by element, with broadcasting.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 * @example
 * import { mul, tensor } from 'conformable'
 * console.log(mul(tensor([1, 2, 3]), 2)) // [2, 4, 6]
 */
export function mul<
  A extends Shape = readonly [],
  B extends Shape = readonly [],
  D extends DType = never,
  E extends DType = never,
>(
  a: Numbers<'mul', A, D, number | Tensor<A, D>>,
  b: CheckOperands<'mul', A, B, D, E, Numbers<'mul', B, E, number | Tensor<B, E>>>,
): Tensor<OkOperands<A, B>, MeetDType<D, E>> {
  return binary('mul', elementwise.mul, a, b)
}

/**
 * The quotient a / b, element by element, with broadcasting. Integers divide towards 0, and give 0 for a divisor 0.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 * @example
 * import { div, tensor } from 'conformable'
 * console.log(div(1, tensor([4, 8]))) // [0.25, 0.125]
 */
export function div<
  A extends Shape = readonly [],
  B extends Shape = readonly [],
  D extends DType = never,
  E extends DType = never,
>(
  a: Numbers<'div', A, D, number | Tensor<A, D>>,
  b: CheckOperands<'div', A, B, D, E, Numbers<'div', B, E, number | Tensor<B, E>>>,
): Tensor<OkOperands<A, B>, MeetDType<D, E>> {
  return binary('div', elementwise.div, a, b)
}

/**
 * The power aᵇ, element by element, with broadcasting. A whole JavaScript number b is part of the program, right at and
 * below 0 with all derivatives, and also serves integers; otherwise a and b are floats, and d aᵇ/db is 0 where a = 0 < b.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 * @example
 * import { pow, tensor } from 'conformable'
 * console.log(pow(tensor([-1, 2]), 3)) // [-1, 8]
 */
export function pow<
  A extends Shape = readonly [],
  B extends Shape = readonly [],
  D extends DType = never,
  E extends DType = never,
>(
  a: Numbers<'pow', A, D, number | Tensor<A, D>>,
  b: CheckOperands<'pow', A, B, D, E, Numbers<'pow', B, E, number | Tensor<B, E>>>,
): Tensor<OkOperands<A, B>, MeetDType<D, E>> {
  return typeof b === 'number' && isExponent(b) ? whole(a, b) : binary('pow', transcendental.pow, a, b)
}

/**
 * The remainder a − b trunc(a / b), with the sign of a, element by element, with broadcasting.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 * @example
 * import { rem, tensor } from 'conformable'
 * console.log(rem(tensor([5, -5]), 3)) // [2, -2]
 */
export function rem<
  A extends Shape = readonly [],
  B extends Shape = readonly [],
  D extends DType = never,
  E extends DType = never,
>(
  a: Numbers<'rem', A, D, number | Tensor<A, D>>,
  b: CheckOperands<'rem', A, B, D, E, Numbers<'rem', B, E, number | Tensor<B, E>>>,
): Tensor<OkOperands<A, B>, MeetDType<D, E>> {
  return binary('rem', elementwise.rem, a, b)
}

/**
 * The remainder a − b floor(a / b), with the sign of b, element by element, with broadcasting.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 * @example
 * import { mod, tensor } from 'conformable'
 * console.log(mod(tensor([5, -5]), 3)) // [2, 1]
 */
export function mod<
  A extends Shape = readonly [],
  B extends Shape = readonly [],
  D extends DType = never,
  E extends DType = never,
>(
  a: Numbers<'mod', A, D, number | Tensor<A, D>>,
  b: CheckOperands<'mod', A, B, D, E, Numbers<'mod', B, E, number | Tensor<B, E>>>,
): Tensor<OkOperands<A, B>, MeetDType<D, E>> {
  return binary('mod', floorRemainder, a, b)
}

/**
 * The larger of a and b, element by element, with broadcasting; NaN wins, and ties share the derivative equally.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 * @example
 * import { maximum, tensor } from 'conformable'
 * console.log(maximum(tensor([-1, 2]), 0)) // [0, 2]
 */
export function maximum<
  A extends Shape = readonly [],
  B extends Shape = readonly [],
  D extends DType = never,
  E extends DType = never,
>(
  a: Numbers<'maximum', A, D, number | Tensor<A, D>>,
  b: CheckOperands<'maximum', A, B, D, E, Numbers<'maximum', B, E, number | Tensor<B, E>>>,
): Tensor<OkOperands<A, B>, MeetDType<D, E>> {
  return binary('maximum', elementwise.max, a, b)
}

/**
 * The smaller of a and b, element by element, with broadcasting; NaN wins, and ties share the derivative equally.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 * @example
 * import { minimum, tensor } from 'conformable'
 * console.log(minimum(tensor([-1, 2]), 0)) // [-1, 0]
 */
export function minimum<
  A extends Shape = readonly [],
  B extends Shape = readonly [],
  D extends DType = never,
  E extends DType = never,
>(
  a: Numbers<'minimum', A, D, number | Tensor<A, D>>,
  b: CheckOperands<'minimum', A, B, D, E, Numbers<'minimum', B, E, number | Tensor<B, E>>>,
): Tensor<OkOperands<A, B>, MeetDType<D, E>> {
  return binary('minimum', elementwise.min, a, b)
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
  D extends DType = never,
  E extends DType = never,
>(
  y: Floats<'atan2', A, D, number | Tensor<A, D>>,
  x: CheckOperands<'atan2', A, B, D, E, Floats<'atan2', B, E, number | Tensor<B, E>>>,
): Tensor<OkOperands<A, B>, MeetDType<D, E>> {
  return binary('atan2', transcendental.atan2, y, x)
}

/** Beyond this an exponent is data: repeated squaring would lose too many digits. */
const LARGEST_EXPONENT = 1024

const isExponent = (b: number): boolean => Number.isInteger(b) && Math.abs(b) <= LARGEST_EXPONENT

/** a to a power that is known beforehand. */
function whole<R>(a: Operand, exponent: number): R {
  const [base] = operands('pow', [a])
  if (exponent < 0 && !isFloat(base!.dtype)) {
    throw new DTypeError(
      `pow: ${showAbstract(base!)} to the power ${exponent} is not whole; convert it first: convert(x, 'float32')`,
    )
  }
  return typed<R>(operateOne('pow', exponent, [base!], (x) => elementwise.integerPower(x, exponent)))
}

/** The remainder towards 0, moved by b where its sign is not that of b. */
function floorRemainder(a: Value, b: Value): Value {
  const zero = constantLike(a, 0)
  const remainder = elementwise.rem(a, b)
  const otherSign = elementwise.xor(elementwise.lt(remainder, zero), elementwise.lt(b, zero))
  const moved = elementwise.and(otherSign, elementwise.ne(remainder, zero))
  return elementwise.select(moved, elementwise.add(remainder, b), remainder)
}
