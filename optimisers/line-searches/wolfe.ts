/**
 * The strong Wolfe conditions
 *
 *     φ(t) ≤ φ(0) + c₁ t φ′(0)        |φ′(t)| ≤ c₂ |φ′(0)|
 *
 * by bracketing and cubic interpolation. Two trials are kept: `low`, the lowest that meets the first condition, and `high`, so
 * that a step that meets both lies between them; until there is a `high`, the steps grow.
 *
 * Nocedal and Wright (2006), Numerical Optimization, algorithms 3.5 and 3.6, as one loop instead of two.
 */
import {
  abs,
  add,
  div,
  equal,
  isFinite as finiteIn,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  logicalOr,
  maximum,
  minimum,
  mod,
  mul,
  neg,
  scalar,
  sign,
  sqrt,
  square,
  sub,
  where,
} from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Real } from '../../types/optimiser.ts'
import { type Count, choose, count, every, type Flag, like, not, roundingOf } from '../vectors.ts'
import type { Known, LineSearch, SearchState, Trial } from './line-search.ts'

/** Options of `strongWolfe`. */
export interface StrongWolfeOptions {
  /** c₁, the share of the first decrease that is asked; 1e-4 by default. */
  readonly decrease?: number
  /** c₂, the share of the first slope that may be left: 0.9 by default, 0.1 for conjugate gradients. */
  readonly curvature?: number
  /** Trials before it gives up, or takes the lowest; 30 by default. */
  readonly maxTrials?: number
}

const optionsSchema = () =>
  z.strictObject({
    decrease: z._default(z.number().check(z.positive(), z.lt(1)), 1e-4),
    curvature: z._default(z.number().check(z.positive(), z.lt(1)), 0.9),
    maxTrials: z._default(z.int().check(z.positive()), 30),
  })

interface WolfeState extends SearchState {
  readonly low: Known
  readonly high: Known
  readonly trials: Count
  /** The next trial is the last one: back to `low`. */
  readonly closing: Flag
}

/** New steps lie at least this share of the bracket away from its ends. */
const MARGIN = 0.01
/** As long as there is no bracket, a step grows by at least and at most these multiples of the last growth. */
const GROWTH = [1.1, 9] as const

/**
 * Strong Wolfe conditions by bracketing and cubic interpolation: the usual choice for quasi-Newton methods.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { square, sum, tensor } from 'conformable'
 * import { bfgs, minimiseSync, strongWolfe } from 'conformable/optimisers'
 * const optimiser = bfgs({ lineSearch: strongWolfe({ curvature: 0.5 }) })
 * console.log(minimiseSync((x) => sum(square(x)), tensor([3, 4]), optimiser).result) // converged
 */
export function strongWolfe(options: StrongWolfeOptions = {}): LineSearch {
  const settings = parseOptions('strongWolfe', optionsSchema, options)
  const search: LineSearch<WolfeState> = {
    name: 'strongWolfe',
    init: (start, guess) => {
      const zero = like(guess, 0)
      const none = like(guess, Number.POSITIVE_INFINITY)
      const low = { step: zero, ...start }
      const high = { step: none, value: none, slope: zero }
      return { step: guess, status: count(0), low, high, trials: count(0), closing: scalar(false) }
    },
    next: (start, state, trial) => judge(settings, start, state, trial),
  }
  return search
}

type Settings = { readonly decrease: number; readonly curvature: number; readonly maxTrials: number }

function judge(settings: Settings, start: Trial, state: WolfeState, trial: Trial): WolfeState {
  const { low, high, step } = state
  const here: Known = { step, ...trial }
  const above = isAbove(settings, start, low, here)
  const flat = lessEqual(abs(trial.slope), mul(start.slope, -settings.curvature))
  const accepted = logicalOr(state.closing, logicalAnd(not(above), flat))
  const uphill = greaterEqual(mul(trial.slope, where(less(low.step, high.step), like(step, 1), like(step, -1))), 0)
  const nextHigh = choose(above, here, choose(uphill, low, high))
  const nextLow = choose(above, low, here)
  const trials = add(state.trials, 1)
  const spent = logicalOr(greaterEqual(trials, settings.maxTrials), exhausted(nextLow, nextHigh))
  const lowered = less(nextLow.value, start.value)
  const status = where(accepted, count(1), where(logicalAnd(spent, not(lowered)), count(2), count(0)))
  const further = where(finiteIn(nextHigh.step), between(nextLow, nextHigh, trials), beyond(low, here))
  return {
    step: where(accepted, step, where(spent, nextLow.step, further)),
    status,
    low: nextLow,
    high: nextHigh,
    trials,
    closing: logicalAnd(spent, lowered),
  }
}

/** Too far: not finite, not low enough, or not lower than the lowest so far. Differences below rounding count as none. */
function isAbove({ decrease }: Settings, start: Trial, low: Known, { step, value, slope }: Known): Flag {
  const slack = mul(abs(start.value), 4 * roundingOf(step.dtype))
  const enough = lessEqual(value, add(add(start.value, slack), mul(mul(step, start.slope), decrease)))
  const lower = lessEqual(value, add(low.value, slack))
  return not(every(finiteIn(value), finiteIn(slope), enough, lower))
}

/** Is there no number left between the two? */
const exhausted = (low: Known, high: Known): Flag =>
  lessEqual(abs(sub(high.step, low.step)), mul(low.step, 4 * roundingOf(low.step.dtype)))

/** The minimum of the cubic through both trials, kept away from the ends; every third time, or without a cubic, a bisection. */
function between(low: Known, high: Known, trials: Count): Real {
  const width = sub(high.step, low.step)
  const middle = add(low.step, mul(width, 0.5))
  const cubic = cubicMinimum(low, high)
  const [left, right] = [add(low.step, mul(width, MARGIN)), sub(high.step, mul(width, MARGIN))]
  const safe = minimum(maximum(cubic, minimum(left, right)), maximum(left, right))
  const wild = logicalOr(not(finiteIn(cubic)), equal(mod(trials, 3), 0))
  const near = add(low.step, mul(width, MARGIN))
  return where(finiteIn(high.value), where(wild, middle, safe), near)
}

/** Nocedal and Wright (3.59). */
function cubicMinimum(a: Known, b: Known): Real {
  const width = sub(b.step, a.step)
  const first = sub(add(a.slope, b.slope), mul(div(sub(b.value, a.value), width), 3))
  const discriminant = sub(square(first), mul(a.slope, b.slope))
  const second = mul(sign(width), sqrt(discriminant))
  const share = div(sub(add(b.slope, second), first), add(sub(b.slope, a.slope), mul(second, 2)))
  return sub(b.step, mul(width, share))
}

/** Beyond the last trial: to the zero of the slope's secant, within GROWTH. */
function beyond(before: Known, here: Known): Real {
  const last = sub(here.step, before.step)
  const secant = div(mul(neg(here.slope), last), sub(here.slope, before.slope))
  const [least, most] = [mul(last, GROWTH[0]), mul(last, GROWTH[1])]
  const usable = logicalAnd(finiteIn(secant), less(before.slope, here.slope))
  return add(here.step, where(usable, minimum(maximum(secant, least), most), most))
}
