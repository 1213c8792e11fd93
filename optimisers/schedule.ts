/**
 * Schedules: how a hyper-parameter moves with the steps. A schedule is a function of the number of steps done (0, 1, …), as a
 * float scalar, so it joins the compiled step; a plain number is a constant.
 */
import { add, convert, cos, fullLike, minimum, mul } from '../src/index.ts'
import { parseOptions, z } from '../src/options.ts'
import type { FloatDType } from '../types/dtype.ts'
import type { Scalar } from '../types/tensor.ts'

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

const cosineOptions = () =>
  z.strictObject({
    initial: z.number().check(z.positive()),
    steps: z.int().check(z.positive()),
    final: z._default(z.number().check(z.nonnegative()), 0),
  })

/** Options of `cosine`. */
export interface CosineOptions {
  /** The value at step 0. */
  readonly initial: number
  /** The steps after which `final` is reached; it stays there. */
  readonly steps: number
  /** The last value; 0 by default. */
  readonly final?: number
}

/**
 * Half a cosine from `initial` down to `final`: final + (initial − final) (1 + cos(π min(t, steps) / steps)) / 2.
 *
 * Loshchilov and Hutter (2017), SGDR, arXiv:1608.03983, without restarts.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { scalar } from 'conformable'
 * import { adam, cosine } from 'conformable/optimisers'
 * const learningRate = cosine({ initial: 1e-3, steps: 1000 })
 * const rule = adam({ learningRate })
 * console.log(learningRate(scalar(500))) // 0.0005
 */
export function cosine(options: CosineOptions): Schedule {
  const { initial, steps, final } = parseOptions('cosine', cosineOptions, options)
  return <D extends FloatDType>(t: Scalar<D>): Scalar<D> => {
    const phase = mul(minimum(t, steps), Math.PI / steps)
    return add(mul(add(cos(phase), 1), (initial - final) / 2), final)
  }
}
