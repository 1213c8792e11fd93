/** Comparison up to a tolerance. */
import type { FloatDType } from '../../types/dtype.ts'
import type { CheckOperands } from '../../types/operands.ts'
import type { Shape } from '../../types/shape.ts'
import type { Tensor } from '../../types/tensor.ts'
import type { Value } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import { constantLike } from '../primitives/broadcast.ts'
import { abs, add, and, eq, le, lt, mul, ne, or, sub } from '../primitives/elementwise.ts'
import { reduceAnd } from '../primitives/reduction.ts'
import { typed } from '../typed.ts'
import { aligned, broadcastTo, literal, operands } from './broadcasting.ts'

/** Tolerances of `allClose`. */
export interface CloseOptions {
  /** Times |b|: 1e-5 by default. */
  readonly relative?: number
  /** Added to it: 1e-8 by default. */
  readonly absolute?: number
  /** Does NaN equal NaN? No by default. */
  readonly equalNaN?: boolean
}

/**
 * Do all elements agree: |a − b| ≤ absolute + relative |b|, or equal infinities? With broadcasting.
 * @returns a bool scalar; `itemSync()` makes it a JavaScript boolean.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 * @example
 * import { allClose, tensor } from 'conformable'
 * console.log(allClose(tensor([1, 2]), tensor([1.000001, 2]))) // true
 */
export function allClose<
  A extends Shape = readonly [],
  B extends Shape = readonly [],
  D extends FloatDType = never,
  E extends FloatDType = never,
>(
  a: number | Tensor<A, D>,
  b: CheckOperands<'allClose', A, B, D, E, number | Tensor<B, E>>,
  options: CloseOptions = {},
): Tensor<readonly [], 'bool'> {
  const { relative = 1e-5, absolute = 1e-8, equalNaN = false } = options
  const [left, right] = operands('allClose', [a, b])
  const tolerances = [relative, absolute].map((x) => literal('allClose', x, left!.dtype))
  const body = (p: Value, q: Value, share: Value, least: Value): Value => {
    const [x, y] = aligned('allClose', p, q)
    const allowed = add(broadcastTo(least, x.shape), mul(broadcastTo(share, x.shape), abs(y)))
    const finite = lt(allowed, constantLike(allowed, Number.POSITIVE_INFINITY))
    const near = or(and(finite, le(abs(sub(x, y)), allowed)), eq(x, y))
    const alike = equalNaN ? or(near, and(ne(x, x), ne(y, y))) : near
    return reduceAnd(
      alike,
      alike.shape.map((_, axis) => axis),
    )
  }
  return typed(operateOne('allClose', equalNaN, [left!, right!, ...tolerances], body))
}
