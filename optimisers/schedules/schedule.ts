/**
 * Schedules: how a hyper-parameter moves with the steps. A schedule is a function of the number of steps done (0, 1, …), as a
 * float scalar, so it joins the compiled step; a plain number is a constant. Neither ever compiles anything anew.
 */
import { convert, fullLike } from '../../src/index.ts'
import type { FloatDType } from '../../types/dtype.ts'
import type { Scalar } from '../../types/tensor.ts'

/** A hyper-parameter at a step: `t` steps are done, and the result has the dtype of `t`. */
export type Schedule = <D extends FloatDType>(t: Scalar<D>) => Scalar<D>

/** A hyper-parameter: fixed, or moved by a schedule. */
export type Scheduled = number | Schedule

/** The value of a hyper-parameter after `step` steps, in the dtype of what it will multiply. */
export function valueAt<D extends FloatDType>(
  parameter: Scheduled,
  step: Scalar<'int32'>,
  dtype: D,
): number | Scalar<D> {
  return typeof parameter === 'number' ? parameter : parameter(convert(step, dtype))
}

/**
 * Always the same value. (A plain number does the same; this is for places that want a schedule.)
 * @example
 * import { constant } from 'conformable/optimisers'
 * import { scalar } from 'conformable'
 * console.log(constant(0.1)(scalar(7))) // 0.1
 */
export function constant(value: number): Schedule {
  return <D extends FloatDType>(t: Scalar<D>): Scalar<D> => fullLike(t, value)
}
