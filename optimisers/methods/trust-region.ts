/**
 * Trust regions: a step to the minimum of a quadratic model where the model may be trusted, ‖D p‖ ≤ Δ. The ratio of the actual to
 * the predicted decrease tells whether to take the step, and how far to trust the next model.
 *
 * An optimiser is a curvature (what B is) and a subproblem (how the step is found); `levenbergMarquardt` is one of them.
 *
 * Conn, Gould and Toint (2000), Trust-Region Methods; Moré (1978), The Levenberg-Marquardt algorithm: implementation and theory,
 * for D and the change of Δ.
 */
import {
  abs,
  add,
  cond,
  diagonal,
  div,
  expandDims,
  isFinite as finiteIn,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  logicalOr,
  maximum,
  minimum,
  mul,
  onesLike,
  sqrt,
  sub,
  where,
} from '../../src/index.ts'
import type { Iterate, Matrix, Optimiser, Problem, ProblemPart, Real, Vector } from '../../types/optimiser.ts'
import { alike } from '../alike.ts'
import type { Point } from '../line-searches/line-search.ts'
import { status } from '../minimise/status.ts'
import { choose, count, inner, largest, length, not, roundingOf } from '../vectors.ts'
import type { QuadraticModel, Subproblem } from './trust-region-subproblem.ts'

/** What B is, and what it remembers from point to point, as a record of tensors. */
export interface Curvature<S = { readonly [name: string]: Matrix | Vector }> {
  readonly name: string
  readonly needs?: readonly ProblemPart[]
  /** At the start. */
  init(problem: Problem, point: Point): S
  /** After a step was taken. */
  next(problem: Problem, state: S, from: Point, to: Point): S
  /** B v at a point. */
  product(problem: Problem, state: S, point: Point, v: Vector): Vector
  /** B itself, if there is one. */
  matrix?(state: S): Matrix
  /** The approximation to the inverse Hessian, if B is a good one. */
  inverse?(state: S): Matrix
}

/** What a trust region optimiser is made of. */
export interface TrustRegionParts<S> {
  /** For messages. */
  readonly name: string
  readonly curvature: Curvature<S>
  readonly subproblem: Subproblem
  /** D: 'none', or 'diagonal' for the largest √|B_ii| so far, so that the unit of no parameter matters; 'none' by default. */
  readonly scaling?: 'none' | 'diagonal'
  /** Δ before the first step, as a multiple of ‖D x‖ (of 1, if x = 0); 1 by default. */
  readonly radius?: number
}

/** The state of a trust region optimiser. */
export interface TrustRegionState<S> extends Iterate {
  readonly gradient: Vector
  readonly radius: Real
  /** D. */
  readonly scale: Vector
  /** What the curvature remembers. */
  readonly memory: S
}

/** A step is taken if the decrease is at least this share of the predicted one. */
const TAKEN = 1e-4
/** Below this share the region shrinks, above the other it grows. */
const POOR = 0.25
const GOOD = 0.75
/** How much it shrinks at most and at least, and grows. */
const SHRINK = [0.1, 0.5] as const
const GROW = 2

/**
 * An optimiser of a curvature and a subproblem.
 * @example
 * import { square, sum, tensor } from 'conformable'
 * import { minimiseSync, steihaug, symmetricRankOne, trustRegionOptimiser } from 'conformable/optimisers'
 * const optimiser = trustRegionOptimiser({ name: 'sr1', curvature: symmetricRankOne(), subproblem: steihaug() })
 * console.log(minimiseSync((x) => sum(square(x)), tensor([3, 4]), optimiser).result) // converged
 */
export function trustRegionOptimiser<S extends object>(parts: TrustRegionParts<S>): Optimiser<TrustRegionState<S>> {
  const { name, curvature, scaling = 'none', radius = 1 } = parts
  const optimiser: Optimiser<TrustRegionState<S>> = {
    name,
    needs: curvature.needs ?? [],
    monotone: true,
    init(problem, x) {
      const [value, gradient] = problem.valueAndGradient(x)
      const memory = curvature.init(problem, { x, value, gradient })
      const scale = scaling === 'none' ? onesLike(x) : scaleOf(curvature, memory, null, x)
      const far = length(mul(x, scale))
      const trusted = mul(where(greater(far, 0), far, 1), radius)
      const known = { gradientNorm: largest(gradient), evaluations: count(1), status: count(status.running) }
      return { x, value, gradient, ...known, radius: trusted, scale, memory }
    },
    step: (problem, state) => stepWithin(parts, problem, state),
  }
  if (curvature.inverse === undefined) return optimiser
  return { ...optimiser, inverseHessian: (_, { memory }) => curvature.inverse!(memory) }
}

function stepWithin<S extends object>(
  parts: TrustRegionParts<S>,
  problem: Problem,
  state: TrustRegionState<S>,
): TrustRegionState<S> {
  const { curvature, subproblem, scaling = 'none' } = parts
  const { radius, scale, memory } = state
  const from: Point = { x: state.x, value: state.value, gradient: state.gradient }
  const { step: scaled, predicted } = subproblem.solve(modelOf(curvature, problem, memory, from, scale), radius)
  const step = div(scaled, scale)
  const x = add(from.x, step)
  const [value, gradient] = problem.valueAndGradient(x)
  const finite = logicalAnd(finiteIn(value), finiteIn(largest(gradient)))
  // Where both decreases drown in rounding errors, they count as equal.
  const slack = mul(abs(from.value), 10 * roundingOf(problem.dtype))
  const ratio = div(add(sub(from.value, value), slack), add(predicted, slack))
  const taken = logicalAnd(finite, greaterEqual(ratio, TAKEN))
  const to = choose(taken, { x, value, gradient }, { ...from })
  const next = cond(
    taken,
    (point: Point) => alike(memory, curvature.next(problem, memory, from, point)),
    () => memory,
    { x, value, gradient },
  )
  const tiny = lessEqual(largest(step), mul(largest(from.x), roundingOf(problem.dtype)))
  const stuck = logicalOr(not(finiteIn(predicted)), logicalAnd(not(taken), tiny))
  const hidden = lessEqual(predicted, slack)
  const failure = where(hidden, count(status.precision), count(status.noDescent))
  const slope = inner(from.gradient, step)
  return {
    ...to,
    gradientNorm: largest(to.gradient),
    evaluations: add(state.evaluations, 1),
    status: where(logicalOr(stuck, logicalAnd(not(taken), hidden)), failure, count(status.running)),
    radius: trusted({
      radius,
      reached: length(scaled),
      ratio: where(finite, ratio, -1),
      slope,
      change: sub(value, from.value),
    }),
    scale: scaling === 'none' ? scale : where(taken, scaleOf(curvature, next, scale, scale), scale),
    memory: next,
  }
}

/** The model in the scaled variables D p. */
function modelOf<S>(curvature: Curvature<S>, problem: Problem, memory: S, point: Point, scale: Vector): QuadraticModel {
  const matrix = curvature.matrix?.(memory)
  const scaled = matrix === undefined ? null : div(div(matrix, expandDims(scale, 0)), expandDims(scale, 1))
  return {
    gradient: div(point.gradient, scale),
    product: (v) => div(curvature.product(problem, memory, point, div(v, scale)), scale),
    matrix: scaled as Matrix | null,
  }
}

/** D: the largest √|B_ii| so far; 1 where that is 0. */
function scaleOf<S>(curvature: Curvature<S>, memory: S, before: Vector | null, like: Vector): Vector {
  const matrix = curvature.matrix?.(memory)
  if (matrix === undefined) return onesLike(like)
  const now = sqrt(abs(diagonal(matrix) as Vector))
  return before === null ? where(greater(now, 0), now, 1) : maximum(before, now)
}

interface Trust {
  readonly radius: Real
  /** ‖D p‖. */
  readonly reached: Real
  readonly ratio: Real
  /** gᵀp and f(x + p) − f(x): the parabola through both tells how much to shrink. */
  readonly slope: Real
  readonly change: Real
}

/** Δ after a step. */
function trusted({ radius, reached, ratio, slope, change }: Trust): Real {
  const parabola = div(mul(slope, 0.5), sub(slope, change))
  const share = where(finiteIn(change), maximum(minimum(parabola, SHRINK[1]), SHRINK[0]), SHRINK[0])
  const smaller = mul(minimum(radius, reached), share)
  return where(
    less(ratio, POOR),
    smaller,
    where(greaterEqual(ratio, GOOD), maximum(radius, mul(reached, GROW)), radius),
  )
}
