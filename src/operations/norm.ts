/** Norms of vectors: over axes, as a reduction. */
import type { Axes, Reduce } from '../../types/contract/reduce.ts'
import type { DType } from '../../types/dtype.ts'
import type { Floats } from '../../types/element.ts'
import type { Shape } from '../../types/shape.ts'
import type { Check, Ok, Tensor } from '../../types/tensor.ts'
import { ArgumentError } from '../core/errors.ts'
import type { Value } from '../core/value.ts'
import { sum } from '../primitives/broadcast.ts'
import { abs } from '../primitives/elementwise.ts'
import { reduceMax } from '../primitives/reduction.ts'
import { floatOperand } from './operand.ts'
import { reduce } from './reduce.ts'
import { euclideanOver } from './spread.ts'

/** Σ|x|, √Σx² or max|x|. */
export type NormOrder = 1 | 2 | typeof Number.POSITIVE_INFINITY

const formulas = new Map<number, (x: Value, axes: readonly number[]) => Value>([
  [1, (x, axes) => sum(abs(x), axes)],
  [2, euclideanOver],
  [Number.POSITIVE_INFINITY, (x, axes) => reduceMax(abs(x), axes)],
])

/**
 * The norm over axes: one, a list, or all if none is given. The gradient is 0 where the norm is 0, never NaN.
 * @param keepDims keeps each reduced dimension as 1.
 * @param order 1 for Σ|x|, 2 (the default) for √Σx², Infinity for max|x|.
 * @throws ShapeError if an axis is out of range or given twice; DTypeError for integers; ArgumentError for other orders.
 * @example
 * import { norm, tensor } from 'conformable'
 * console.log(norm(tensor([3, 4]))) // 5
 */
export function norm<
  S extends Shape,
  D extends DType,
  const A extends Axes = undefined,
  const K extends boolean = false,
>(
  x: Floats<'norm', S, D>,
  axes?: Check<Reduce<S, A, K, 'norm'>, A>,
  keepDims?: K,
  order: NormOrder = 2,
): Tensor<Ok<Reduce<S, A, K, 'norm'>>, D> {
  const formula = formulas.get(order)
  if (formula === undefined) throw new ArgumentError(`norm: the order is 1, 2 or Infinity, got ${order}.`)
  return reduce('norm', floatOperand('norm', x), axes, keepDims, formula, order)
}
