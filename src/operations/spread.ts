/** The formulas of reductions, over axes counted from the front: means, variances, norms, logarithms of sums. */
import type { Value } from '../core/value.ts'
import { constantLike, sum } from '../primitives/broadcast.ts'
import { stopGradient } from '../primitives/conversion.ts'
import { abs, add, div, eq, lt, mul, select, sub } from '../primitives/elementwise.ts'
import { reduceMax } from '../primitives/reduction.ts'
import { reshape } from '../primitives/structural.ts'
import { exp, log, sqrt } from '../primitives/transcendental.ts'
import { countAlong, keptDims } from './axes.ts'
import { broadcastTo } from './broadcasting.ts'

/** Options of `variance` and `std`. */
export interface Spread {
  /** Subtracted from the number of elements in the divisor: 0 by default. */
  readonly correction?: number
}

/** Σ x / n. */
export function meanOver(x: Value, axes: readonly number[]): Value {
  const total = sum(x, axes)
  return div(total, constantLike(total, countAlong(x.shape, axes)))
}

/** Σ (x − mean)² / (n − correction). */
export function varianceOver(x: Value, axes: readonly number[], correction: number): Value {
  const centre = keptDims(meanOver(x, axes), x.shape, axes)
  const rest = sub(x, broadcastTo(centre, x.shape))
  const total = sum(mul(rest, rest), axes)
  return div(total, constantLike(total, countAlong(x.shape, axes) - correction))
}

/** √variance. */
export const deviationOver = (x: Value, axes: readonly number[], correction: number): Value =>
  flatRoot(varianceOver(x, axes, correction))

/** √Σ x². */
export const euclideanOver = (x: Value, axes: readonly number[]): Value => flatRoot(sum(mul(x, x), axes))

/** √x with derivative 0 at 0: the argument there is a harmless 1. */
export function flatRoot(x: Value): Value {
  const zero = constantLike(x, 0)
  const vanishing = eq(x, zero)
  return select(vanishing, zero, sqrt(select(vanishing, constantLike(x, 1), x)))
}

/** m + ln Σ e^(x − m) for the maximum m, which is a constant of differentiation since the result does not depend on it. */
export function logSumExpOver(x: Value, axes: readonly number[]): Value {
  const peak = peakOver(x, axes)
  const total = sum(exp(sub(x, broadcastTo(peak, x.shape))), axes)
  const empty = eq(total, constantLike(total, 0))
  const logarithm = log(select(empty, constantLike(total, 1), total))
  const nothing = constantLike(total, Number.NEGATIVE_INFINITY)
  return select(empty, nothing, add(logarithm, reshape(peak, total.shape)))
}

/** The maximum over axes, kept as 1, without derivative; 0 where it is infinite. */
export function peakOver(x: Value, axes: readonly number[]): Value {
  const peak = keptDims(reduceMax(stopGradient(x), axes), x.shape, axes)
  const finite = lt(abs(peak), constantLike(peak, Number.POSITIVE_INFINITY))
  return select(finite, peak, constantLike(peak, 0))
}
