/** Smooth combinations of two or three operands with broadcasting, in forms that neither overflow nor cancel. */
import type { Where } from '../../types/contract/broadcast.ts'
import type { DType } from '../../types/dtype.ts'
import type { Floats, Numbers } from '../../types/element.ts'
import type { CheckDTypes, CheckOperands, MeetDType, OkOperands } from '../../types/operands.ts'
import type { Shape } from '../../types/shape.ts'
import type { Check, Ok, Tensor } from '../../types/tensor.ts'
import type { Value } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import { constantLike } from '../primitives/broadcast.ts'
import { stopGradient } from '../primitives/conversion.ts'
import { abs, add, and, div, eq, lt, max, mul, select, sub } from '../primitives/elementwise.ts'
import { softplus } from '../primitives/transcendental.ts'
import { typed } from '../typed.ts'
import { binary } from './arithmetic.ts'
import { broadcastShapes, broadcastTo, operands } from './broadcasting.ts'
import { flatRoot } from './spread.ts'

/**
 * The length √(a² + b²), element by element, with broadcasting, without overflow. Its gradient at (0, 0) is 0.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 * @example
 * import { hypot, tensor } from 'conformable'
 * console.log(hypot(tensor([3, 5]), tensor([4, 12]))) // [5, 13]
 */
export function hypot<
  A extends Shape = readonly [],
  B extends Shape = readonly [],
  D extends DType = never,
  E extends DType = never,
>(
  a: Floats<'hypot', A, D, number | Tensor<A, D>>,
  b: CheckOperands<'hypot', A, B, D, E, Floats<'hypot', B, E, number | Tensor<B, E>>>,
): Tensor<OkOperands<A, B>, MeetDType<D, E>> {
  return binary('hypot', lengthOf, a, b)
}

/**
 * ln(eᵃ + eᵇ), element by element, with broadcasting, without overflow.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 * @example
 * import { logaddexp, tensor } from 'conformable'
 * console.log(logaddexp(tensor([0, 1000]), tensor([0, 0]))) // [0.6931472, 1000]
 */
export function logaddexp<
  A extends Shape = readonly [],
  B extends Shape = readonly [],
  D extends DType = never,
  E extends DType = never,
>(
  a: Floats<'logaddexp', A, D, number | Tensor<A, D>>,
  b: CheckOperands<'logaddexp', A, B, D, E, Floats<'logaddexp', B, E, number | Tensor<B, E>>>,
): Tensor<OkOperands<A, B>, MeetDType<D, E>> {
  return binary('logaddexp', logSumOf, a, b)
}

/**
 * (a − b)², element by element, with broadcasting.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 * @example
 * import { squaredDifference, tensor } from 'conformable'
 * console.log(squaredDifference(tensor([1, 5]), 3)) // [4, 4]
 */
export function squaredDifference<
  A extends Shape = readonly [],
  B extends Shape = readonly [],
  D extends DType = never,
  E extends DType = never,
>(
  a: Numbers<'squaredDifference', A, D, number | Tensor<A, D>>,
  b: CheckOperands<'squaredDifference', A, B, D, E, Numbers<'squaredDifference', B, E, number | Tensor<B, E>>>,
): Tensor<OkOperands<A, B>, MeetDType<D, E>> {
  const body = (x: Value, y: Value): Value => {
    const rest = sub(x, y)
    return mul(rest, rest)
  }
  return binary('squaredDifference', body, a, b)
}

/**
 * On the line from a to b: a + t (b − a), element by element, with broadcasting.
 * @param t 0 for a, 1 for b.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 * @example
 * import { lerp, tensor } from 'conformable'
 * console.log(lerp(tensor([0, 10]), tensor([1, 20]), 0.25)) // [0.25, 12.5]
 */
export function lerp<
  A extends Shape,
  B extends Shape,
  D extends DType,
  F extends DType,
  T extends Shape = readonly [],
  E extends DType = never,
>(
  a: Floats<'lerp', A, D>,
  b: CheckOperands<'lerp', A, B, D, F, Tensor<B, F>>,
  t: Check<Where<A, B, T, 'lerp'>, CheckDTypes<'lerp', A, D, T, E, number | Tensor<T, E>>>,
): Tensor<Ok<Where<A, B, T, 'lerp'>>, D> {
  const between = (x: Value, y: Value, share: Value): Value => {
    const shape = broadcastShapes('lerp', x.shape, broadcastShapes('lerp', y.shape, share.shape))
    const [from, to, part] = [x, y, share].map((value) => broadcastTo(value, shape))
    return add(from!, mul(part!, sub(to!, from!)))
  }
  return typed(operateOne('lerp', undefined, operands('lerp', [a, b, t]), between))
}

/** s √((a/s)² + (b/s)²) with the larger magnitude s, on which the result does not depend. */
export function lengthOf(a: Value, b: Value): Value {
  const larger = stopGradient(max(abs(a), abs(b)))
  const usable = and(lt(constantLike(larger, 0), larger), lt(larger, constantLike(larger, Number.POSITIVE_INFINITY)))
  const scale = select(usable, larger, constantLike(larger, 1))
  const [x, y] = [div(a, scale), div(b, scale)]
  return mul(scale, flatRoot(add(mul(x, x), mul(y, y))))
}

/** The larger plus softplus(smaller − larger); two equal infinities have the difference 0. */
export function logSumOf(a: Value, b: Value): Value {
  const swapped = lt(a, b)
  const larger = select(swapped, b, a)
  const smaller = select(swapped, a, b)
  const infinite = eq(abs(larger), constantLike(larger, Number.POSITIVE_INFINITY))
  const alike = and(infinite, eq(a, b))
  const zero = constantLike(a, 0)
  return add(larger, softplus(sub(select(alike, zero, smaller), select(alike, zero, larger))))
}
