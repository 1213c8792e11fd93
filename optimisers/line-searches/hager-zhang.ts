/**
 * The line search of Hager and Zhang, which ends at the Wolfe conditions or, where rounding hides the decrease of φ, at the
 * approximate ones, which ask it of φ′ instead:
 *
 *     Wolfe          φ(t) ≤ φ(0) + δ t φ′(0)                     φ′(t) ≥ σ φ′(0)
 *     approximate    φ(t) ≤ φ(0) + ε |φ(0)|     (2δ − 1) φ′(0) ≥ φ′(t) ≥ σ φ′(0)
 *
 * An interval [a, b] with φ′(a) < 0 ≤ φ′(b) and φ(a) ≤ φ(0) + ε |φ(0)| shrinks by double secant steps, and by half where these are
 * slow. After a bisection a new double secant step begins, whichever step had asked for it.
 *
 * Hager and Zhang (2005), A new conjugate gradient method with guaranteed descent and an efficient line search, SIAM J. Optim. 16.
 */
import {
  abs,
  add,
  div,
  equal,
  isFinite as finiteIn,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  logicalOr,
  mul,
  scalar,
  sub,
  where,
} from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Real } from '../../types/optimiser.ts'
import { type Count, choose, count, every, type Flag, like, not } from '../vectors.ts'
import type { Known, LineSearch, SearchState, Trial } from './line-search.ts'

/** Options of `hagerZhang`. */
export interface HagerZhangOptions {
  /** δ, the share of the first decrease that is asked, below ½; 0.1 by default. */
  readonly decrease?: number
  /** σ, the share of the first slope that may be left; 0.9 by default. */
  readonly curvature?: number
  /** ε, the share of |φ(0)| that counts as rounding; 1e-6 by default. */
  readonly rounding?: number
  /** How much steps grow until there is an interval; 5 by default. */
  readonly growth?: number
  /** Trials before it gives up, or takes the lowest; 50 by default. */
  readonly maxTrials?: number
}

const optionsSchema = () =>
  z.strictObject({
    decrease: z._default(z.number().check(z.positive(), z.lt(0.5)), 0.1),
    curvature: z._default(z.number().check(z.positive(), z.lt(1)), 0.9),
    rounding: z._default(z.number().check(z.nonnegative()), 1e-6),
    growth: z._default(z.number().check(z.gt(1)), 5),
    maxTrials: z._default(z.int().check(z.positive()), 50),
  })

type Settings = z.output<ReturnType<typeof optionsSchema>>

/** What the next trial is for. */
const phase = { bracket: 0, bisect: 1, firstSecant: 2, secondSecant: 3, middle: 4 } as const

interface HagerZhangState extends SearchState {
  readonly phase: Count
  /** The interval; its right end is infinite until there is one. */
  readonly left: Known
  readonly right: Known
  /** Width of the interval before the last double secant step. */
  readonly width: Real
  readonly trials: Count
  /** The next trial is the last one: back to `left`. */
  readonly closing: Flag
}

/** An interval must shrink to this share in a double secant step, else it is halved. */
const SHRINK = 0.66

/**
 * Line search with guaranteed convergence to the last digit: the usual choice for conjugate gradients and for high accuracy.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { square, sum, tensor } from 'conformable'
 * import { hagerZhang, lbfgs, minimiseSync } from 'conformable/optimisers'
 * const optimiser = lbfgs({ lineSearch: hagerZhang() })
 * console.log(minimiseSync((x) => sum(square(x)), tensor([3, 4]), optimiser).result) // converged
 */
export function hagerZhang(options: HagerZhangOptions = {}): LineSearch {
  const settings = parseOptions('hagerZhang', optionsSchema, options)
  const search: LineSearch<HagerZhangState> = {
    name: 'hagerZhang',
    init(start, guess) {
      const [zero, none] = [like(guess, 0), like(guess, Number.POSITIVE_INFINITY)]
      const left = { step: zero, ...start }
      const right = { step: none, value: none, slope: zero }
      const begin = { phase: count(phase.bracket), trials: count(0), closing: scalar(false) }
      return { step: guess, status: count(0), left, right, width: none, ...begin }
    },
    next: (start, state, trial) => judge(settings, start, state, trial),
  }
  return search
}

function judge(settings: Settings, start: Trial, state: HagerZhangState, trial: Trial): HagerZhangState {
  const here: Known = { step: state.step, ...trial }
  const ceiling = add(start.value, mul(abs(start.value), settings.rounding))
  const next = narrowed(settings, state, here, lessEqual(trial.value, ceiling))
  const accepted = logicalOr(state.closing, isWolfe(settings, start, here, ceiling))
  const trials = add(state.trials, 1)
  const spent = logicalOr(greaterEqual(trials, settings.maxTrials), equal(next.step, next.left.step))
  const lowered = less(next.left.value, start.value)
  const failed = where(logicalAnd(spent, not(lowered)), count(2), count(0))
  return {
    ...next,
    step: where(accepted, state.step, where(spent, next.left.step, next.step)),
    status: where(accepted, count(1), failed),
    trials,
    closing: logicalAnd(spent, lowered),
  }
}

function isWolfe({ decrease, curvature }: Settings, start: Trial, { step, value, slope }: Known, ceiling: Real): Flag {
  const flat = greaterEqual(slope, mul(start.slope, curvature))
  const wolfe = lessEqual(value, add(start.value, mul(mul(step, start.slope), decrease)))
  const approximate = logicalAnd(lessEqual(value, ceiling), greaterEqual(mul(start.slope, 2 * decrease - 1), slope))
  return every(finiteIn(value), finiteIn(slope), flat, logicalOr(wolfe, approximate))
}

/** The next interval and step. `fine`: φ is no higher than at 0, up to rounding. */
function narrowed(
  { growth }: Settings,
  state: HagerZhangState,
  here: Known,
  fine: Flag,
): Pick<HagerZhangState, 'step' | 'phase' | 'left' | 'right' | 'width'> {
  const finite = logicalAnd(finiteIn(here.value), finiteIn(here.slope))
  const uphill = logicalAnd(finite, greaterEqual(here.slope, 0))
  const below = every(finite, not(uphill), fine)
  const left = choose(below, here, state.left)
  const right = choose(below, state.right, here)
  const bisecting = not(logicalOr(uphill, below))
  const growing = logicalAnd(below, equal(state.phase, phase.bracket))
  const halving = logicalOr(bisecting, logicalAnd(below, equal(state.phase, phase.bisect)))
  const middle = mul(add(left.step, right.step), 0.5)
  // the second secant goes through the two ends that `here` has just replaced
  const second = secant(choose(below, state.left, here), choose(below, here, state.right))
  const again = every(equal(state.phase, phase.firstSecant), inside(second, left, right))
  const slow = logicalAnd(
    greater(state.phase, phase.bisect),
    greater(sub(right.step, left.step), mul(state.width, SHRINK)),
  )
  const first = secant(left, right)
  const plain = where(inside(first, left, right), first, middle)
  const cases: (readonly [Flag, Real, number])[] = [
    [growing, mul(here.step, growth), phase.bracket],
    [halving, middle, phase.bisect],
    [again, second, phase.secondSecant],
    [logicalAnd(slow, not(equal(state.phase, phase.middle))), middle, phase.middle],
  ]
  const begin = { step: plain, phase: count(phase.firstSecant) }
  const chosen = cases.reduceRight((rest, [flag, step, to]) => choose(flag, { step, phase: count(to) }, rest), begin)
  const width = where(equal(chosen.phase, phase.firstSecant), sub(right.step, left.step), state.width)
  return { ...chosen, left, right, width }
}

const inside = (step: Real, left: Known, right: Known): Flag =>
  logicalAnd(greater(step, left.step), less(step, right.step))

/** Where the line through two slopes is zero. */
const secant = (a: Known, b: Known): Real => div(sub(mul(a.step, b.slope), mul(b.step, a.slope)), sub(b.slope, a.slope))
