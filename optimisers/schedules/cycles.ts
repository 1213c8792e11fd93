/** Schedules that rise and fall. */
import { add, cos, div, floor, log, minimum, mul, pow, sub } from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { FloatDType } from '../../types/dtype.ts'
import type { Scalar } from '../../types/tensor.ts'
import { connected } from './piecewise.ts'
import type { Schedule } from './schedule.ts'

/** Options of `oneCycle`. */
export interface OneCycleOptions {
  /** The largest value. */
  readonly peak: number
  /** The steps of the whole cycle. */
  readonly steps: number
  /** The share of the steps in which it rises; 0.3 by default. */
  readonly rise?: number
  /** It begins at peak / divisor; 25 by default. */
  readonly divisor?: number
  /** It ends at peak / (divisor · finalDivisor); 1e4 by default. */
  readonly finalDivisor?: number
  /** Straight lines or half cosines; 'cosine' by default. */
  readonly shape?: 'linear' | 'cosine'
}

/** Options of `warmRestarts`. */
export interface WarmRestartsOptions {
  /** The value at the beginning of each cycle. */
  readonly initial: number
  /** The steps of the first cycle. */
  readonly steps: number
  /** How much longer each cycle is than the one before; 1 by default. */
  readonly growth?: number
  /** The value at the end of each cycle; 0 by default. */
  readonly final?: number
}

const factor = () => z.number().check(z.positive())
const oneCycleOptions = () =>
  z.strictObject({
    peak: factor(),
    steps: z.int().check(z.gte(2)),
    rise: z._default(z.number().check(z.positive(), z.lt(1)), 0.3),
    divisor: z._default(factor(), 25),
    finalDivisor: z._default(factor(), 1e4),
    shape: z._default(z.enum(['linear', 'cosine']), 'cosine'),
  })
const restartOptions = () =>
  z.strictObject({
    initial: factor(),
    steps: factor(),
    growth: z._default(z.number().check(z.gte(1)), 1),
    final: z._default(z.number().check(z.nonnegative()), 0),
  })

/**
 * Up from peak / divisor to the peak, then down to peak / (divisor · finalDivisor): one cycle in two parts.
 *
 * Smith and Topin (2018), Super-convergence: very fast training of neural networks using large learning rates, arXiv:1708.07120.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { scalar } from 'conformable'
 * import { oneCycle } from 'conformable/optimisers'
 * console.log(oneCycle({ peak: 0.1, steps: 100 })(scalar(30))) // 0.1
 */
export function oneCycle(options: OneCycleOptions): Schedule {
  const { peak, steps, rise, divisor, finalDivisor, shape } = parseOptions('oneCycle', oneCycleOptions, options)
  const top = Math.min(Math.max(Math.floor(rise * steps), 1), steps - 1)
  const initial = peak / divisor
  return connected({ steps: [0, top, steps], values: [initial, peak, initial / finalDivisor], between: shape })
}

/**
 * Half cosines from `initial` to `final`, one after the other: the i-th takes steps · growthⁱ.
 *
 * Loshchilov and Hutter (2017), SGDR: stochastic gradient descent with warm restarts, arXiv:1608.03983.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { scalar } from 'conformable'
 * import { warmRestarts } from 'conformable/optimisers'
 * const schedule = warmRestarts({ initial: 1, steps: 10, growth: 2 })
 * console.log(schedule(scalar(5)), schedule(scalar(10)), schedule(scalar(20))) // 0.5 1 0.5
 */
export function warmRestarts(options: WarmRestartsOptions): Schedule {
  const { initial, steps, growth, final } = parseOptions('warmRestarts', restartOptions, options)
  return <D extends FloatDType>(t: Scalar<D>): Scalar<D> => {
    const share = growth === 1 ? equalShare(t, steps) : growingShare(t, steps, growth)
    return add(mul(add(cos(mul(share, Math.PI)), 1), (initial - final) / 2), final)
  }
}

/** The share of the cycle that is over, when all are equally long. */
const equalShare = <D extends FloatDType>(t: Scalar<D>, steps: number): Scalar<D> =>
  div(sub(t, mul(floor(div(add(t, 0.5), steps)), steps)), steps)

/**
 * The share of the cycle that is over. Cycle i begins at steps (growthⁱ − 1) / (growth − 1). Which one it is, is asked half a step
 * later: rounding must not put the first step of a cycle into the one before.
 */
function growingShare<D extends FloatDType>(t: Scalar<D>, steps: number, growth: number): Scalar<D> {
  const passed = (x: Scalar<D>): Scalar<D> => add(mul(x, (growth - 1) / steps), 1)
  const cycle = floor(mul(log(passed(add(t, 0.5))), 1 / Math.log(growth)))
  return minimum(div(sub(div(passed(t), pow(growth, cycle)), 1), growth - 1), 1)
}
