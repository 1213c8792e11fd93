/**
 * Backtracking: the first of ever shorter steps that meets Armijo's condition φ(t) ≤ φ(0) + c t φ′(0). The next step is the minimum
 * of the parabola through the last trial, within limits.
 */
import {
  abs,
  add,
  div,
  equal,
  isFinite as finiteIn,
  greaterEqual,
  lessEqual,
  logicalAnd,
  maximum,
  minimum,
  mul,
  neg,
  square,
  sub,
  where,
} from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import { type Count, count, roundingOf } from '../vectors.ts'
import type { LineSearch, SearchState } from './line-search.ts'

/** Options of `backtracking`. */
export interface BacktrackingOptions {
  /** c, the share of the first slope's decrease that is asked; 1e-4 by default. */
  readonly decrease?: number
  /** The most and the least that a step keeps of the last one; 0.5 and 0.1 by default. */
  readonly most?: number
  readonly least?: number
  /** Trials before it gives up; 40 by default. */
  readonly maxTrials?: number
}

const share = (value: number) => z._default(z.number().check(z.positive(), z.lt(1)), value)
const optionsSchema = () =>
  z.strictObject({
    decrease: share(1e-4),
    most: share(0.5),
    least: share(0.1),
    maxTrials: z._default(z.int().check(z.positive()), 40),
  })

interface BacktrackingState extends SearchState {
  readonly trials: Count
}

/**
 * Backtracking until Armijo's condition holds: enough for gradient descent and Newton's method.
 *
 * Armijo (1966); Nocedal and Wright (2006), Numerical Optimization, algorithm 3.1 and section 3.5.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { square, sum, tensor } from 'conformable'
 * import { backtracking, gradientDescent, minimiseSync } from 'conformable/optimisers'
 * const optimiser = gradientDescent({ lineSearch: backtracking({ most: 0.8 }) })
 * console.log(minimiseSync((x) => sum(square(x)), tensor([3, 4]), optimiser).result) // converged
 */
export function backtracking(options: BacktrackingOptions = {}): LineSearch {
  const { decrease, most, least, maxTrials } = parseOptions('backtracking', optionsSchema, options)
  const search: LineSearch<BacktrackingState> = {
    name: 'backtracking',
    init: (_, guess) => ({ step: guess, status: count(0), trials: count(0) }),
    next(start, { step, trials }, { value, slope }) {
      const slack = mul(abs(start.value), 4 * roundingOf(step.dtype))
      const enough = lessEqual(value, add(add(start.value, slack), mul(mul(step, start.slope), decrease)))
      const accepted = logicalAnd(enough, logicalAnd(finiteIn(value), finiteIn(slope)))
      const excess = sub(sub(value, start.value), mul(start.slope, step))
      const parabola = div(mul(neg(start.slope), square(step)), mul(excess, 2))
      const [short, long] = [mul(step, least), mul(step, most)]
      const inside = where(finiteIn(parabola), minimum(maximum(parabola, short), long), short)
      const next = add(trials, 1)
      const failed = where(greaterEqual(next, maxTrials), count(2), count(0))
      const status = where(accepted, count(1), failed)
      return { step: where(equal(status, 0), inside, step), status, trials: next }
    },
  }
  return search
}
