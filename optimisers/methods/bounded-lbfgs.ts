/**
 * L-BFGS within bounds l ≤ x ≤ u, by projection: parameters that lie on a bound and want to cross it are held; the others take a
 * quasi-Newton step made of their own share of the last steps; and whatever leaves the box is brought back to its border.
 *
 *     x(t) = P(x + t d)       f(x(t)) ≤ f(x) + c gᵀ(x(t) − x)
 *
 * Bertsekas (1982), Projected Newton methods for optimization problems with simple constraints, SIAM J. Control Optim. 20. (The
 * L-BFGS-B of Byrd, Lu, Nocedal and Zhu chooses what it holds by a search of its own.)
 */
import {
  abs,
  add,
  concat,
  div,
  equal,
  expandDims,
  isFinite as finiteIn,
  full,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  logicalOr,
  maximum,
  minimum,
  mul,
  neg,
  onesLike,
  slice,
  square,
  sub,
  sum,
  where,
  whileLoop,
  zerosLike,
} from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Bounds, Iterate, Matrix, Optimiser, Problem, Real, Vector } from '../../types/optimiser.ts'
import type { Point } from '../line-searches/line-search.ts'
import { status } from '../minimise/status.ts'
import { type Count, choose, count, inner, largest, length, like, not, plus, roundingOf } from '../vectors.ts'
import { inverseProduct } from './lbfgs.ts'
import { shortStep } from './line-search-optimiser.ts'

/** Options of `boundedLbfgs`. */
export interface BoundedLbfgsOptions {
  /** m, the steps that are remembered; 10 by default. */
  readonly memory?: number
}

/** The state of `boundedLbfgs`. */
export interface BoundedLbfgsState extends Iterate {
  readonly gradient: Vector
  /** The last steps and the changes of the gradient, [m, n], the oldest first; zeros where there is none yet. */
  readonly steps: Matrix
  readonly changes: Matrix
  /** The first step to try. */
  readonly guess: Real
}

const optionsSchema = () => z.strictObject({ memory: z._default(z.int().check(z.positive()), 10) })

/** The share of the first decrease that is asked. */
const DECREASE = 1e-4
/** The most and the least that a trial keeps of the last one. */
const [MOST, LEAST] = [0.5, 0.1]
const TRIALS = 40

/**
 * L-BFGS within `lower` and `upper`, which are options of `minimise`; `gradientNorm` is then the largest step that the gradient
 * would make within the box.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { square, sub, sum, tensor, type Tensor } from 'conformable'
 * import { boundedLbfgs, minimiseSync } from 'conformable/optimisers'
 * const objective = (x: Tensor<readonly [2], 'float64'>) => sum(square(sub(x, tensor([3, -1], 'float64'))))
 * const solution = minimiseSync(objective, tensor([0.5, 0.5], 'float64'), boundedLbfgs(), { lower: 0, upper: 2 })
 * console.log(solution.parameters) // [2, 0]
 */
export function boundedLbfgs(options: BoundedLbfgsOptions = {}): Optimiser<BoundedLbfgsState> {
  const { memory } = parseOptions('boundedLbfgs', optionsSchema, options)
  return {
    name: 'boundedLbfgs',
    takes: ['bounds'],
    monotone: true,
    init(problem, start) {
      const bounds = boundsOf(problem)
      const x = projected(start, bounds)
      const [value, gradient] = problem.valueAndGradient(x)
      const rows = full([memory, problem.size], 0, problem.dtype)
      const known = { evaluations: count(1), status: count(status.running), steps: rows, changes: rows }
      const gradientNorm = optimality({ x, value, gradient }, bounds)
      return { x, value, gradient, gradientNorm, ...known, guess: shortStep(gradient) }
    },
    step: bounded,
  }
}

const boundsOf = ({ bounds, size, dtype }: Problem): Bounds =>
  bounds ?? {
    lower: full([size], Number.NEGATIVE_INFINITY, dtype),
    upper: full([size], Number.POSITIVE_INFINITY, dtype),
  }

/** P(x). */
const projected = (x: Vector, { lower, upper }: Bounds): Vector => minimum(maximum(x, lower), upper)

/** ‖P(x − g) − x‖∞. */
const optimality = ({ x, gradient }: Point, bounds: Bounds): Real =>
  largest(sub(projected(sub(x, gradient), bounds), x))

function bounded(problem: Problem, state: BoundedLbfgsState): BoundedLbfgsState {
  const bounds = boundsOf(problem)
  const from: Point = { x: state.x, value: state.value, gradient: state.gradient }
  const free = freeOf(from, bounds)
  const direction = directionWithin(state, mul(from.gradient, free), free)
  const { point: to, accepted, trials, slope } = search(problem, bounds, from, direction, state.guess)
  const s = sub(to.x, from.x)
  const y = sub(to.gradient, from.gradient)
  const curved = greater(inner(s, y), mul(mul(length(s), length(y)), roundingOf(s.dtype)))
  const rows = choose(
    logicalAnd(accepted, curved),
    { steps: shifted(state.steps, s), changes: shifted(state.changes, y) },
    { steps: state.steps, changes: state.changes },
  )
  const forgotten = zerosLike(state.steps)
  const hidden = less(abs(slope), mul(abs(from.value), 64 * roundingOf(problem.dtype)))
  const fresh = equal(largest(sum(square(state.steps), 1) as Vector), 0)
  const failure = where(hidden, count(status.precision), count(status.noDescent))
  const stuck = logicalAnd(logicalOr(fresh, hidden), not(accepted))
  return {
    ...choose(accepted, { ...to }, { ...from }),
    gradientNorm: where(accepted, optimality(to, bounds), state.gradientNorm),
    evaluations: add(state.evaluations, trials),
    status: where(stuck, failure, count(status.running)),
    // where nothing was found, it forgets what it knows and goes down the gradient
    steps: where(accepted, rows.steps, forgotten),
    changes: where(accepted, rows.changes, forgotten),
    guess: where(accepted, like(from.value, 1), shortStep(from.gradient)),
  }
}

/** 0 where a parameter lies on a bound and its gradient points outward, 1 elsewhere. */
function freeOf({ x, gradient }: Point, { lower, upper }: Bounds): Vector {
  const low = logicalAnd(lessEqual(x, lower), greater(gradient, 0))
  const high = logicalAnd(greaterEqual(x, upper), less(gradient, 0))
  return where(logicalOr(low, high), 0, onesLike(x))
}

/** −H g by the two loops, with the free share of each step; −g where that does not descend. */
function directionWithin({ steps, changes }: BoundedLbfgsState, gradient: Vector, free: Vector): Vector {
  const [s, y] = [mul(steps, expandDims(free, 0)), mul(changes, expandDims(free, 0))] as [Matrix, Matrix]
  const sy = sum(mul(s, y), 1) as Vector
  const yy = sum(square(y), 1) as Vector
  const usable = greater(sy, mul(yy, roundingOf(gradient.dtype)))
  const inverses = where(usable, div(1, where(usable, sy, 1)), 0)
  const last = slice(where(usable, div(sy, where(usable, yy, 1)), 0), 0, -1)
  const scale = where(greater(sum(last), 0), sum(last), 1)
  const quasi = neg(mul(inverseProduct({ steps: s, changes: y, inverses, scale }, gradient), free))
  return where(less(inner(quasi, gradient), 0), quasi, neg(gradient))
}

/** Ever shorter steps along the projected path until the decrease is enough. */
function search(problem: Problem, bounds: Bounds, from: Point, direction: Vector, guess: Real) {
  type Trial = {
    readonly point: Point
    readonly step: Real
    readonly trials: Count
    readonly state: Count
    readonly slope: Real
  }
  const slack = mul(abs(from.value), 4 * roundingOf(problem.dtype))
  const first: Trial = { point: from, step: guess, trials: count(0), state: count(0), slope: like(from.value, 0) }
  const { point, trials, state, slope } = whileLoop(
    ({ state }: Trial) => equal(state, 0),
    (trial): Trial => {
      const x = projected(plus(from.x, direction, trial.step), bounds)
      const [value, gradient] = problem.valueAndGradient(x)
      const slope = inner(from.gradient, sub(x, from.x))
      const enough = lessEqual(value, add(add(from.value, slack), mul(slope, DECREASE)))
      const fine = logicalAnd(enough, logicalAnd(finiteIn(value), finiteIn(largest(gradient))))
      const parabola = mul(div(slope, sub(slope, sub(value, from.value))), 0.5)
      const share = where(finiteIn(parabola), minimum(maximum(parabola, LEAST), MOST), LEAST)
      const spent = greaterEqual(trial.trials, TRIALS - 1)
      return {
        point: { x, value, gradient },
        step: mul(trial.step, share),
        trials: add(trial.trials, 1),
        state: where(fine, count(1), where(spent, count(2), count(0))),
        slope,
      }
    },
    first,
  )
  return { point, trials, slope, accepted: equal(state, 1) }
}

/** Forgets the first row and appends one. */
const shifted = (rows: Matrix, last: Vector): Matrix =>
  concat([slice(rows, 0, 1), expandDims(last, 0) as Matrix], 0) as unknown as Matrix
