/**
 * Optimisers of the form: choose a direction, search along it, repeat. A direction is a small record of pure functions; with a
 * line search it is an optimiser.
 */
import {
  abs,
  add,
  cond,
  div,
  equal,
  less,
  logicalAnd,
  logicalOr,
  minimum,
  mul,
  neg,
  scalar,
  where,
} from '../../src/index.ts'
import type { Iterate, Matrix, Optimiser, Problem, Real, Vector } from '../../types/optimiser.ts'
import { alike } from '../alike.ts'
import { type LineSearch, type Point, searchAlong } from '../line-searches/line-search.ts'
import { status } from '../minimise/status.ts'
import { choose, count, type Flag, inner, largest, length, not, roundingOf } from '../vectors.ts'

/** What every direction keeps; besides it holds what it remembers, as a tree of tensors. */
export interface DirectionState {
  /** Where to go next. */
  readonly direction: Vector
  /** The first step to try along it. */
  readonly guess: Real
}

/** A step that was taken. */
export interface Move {
  readonly from: Point
  readonly to: Point
  /** The direction that was taken, the slope φ′(0) along it, and how far: x⁺ = x + step · direction. */
  readonly direction: Vector
  readonly slope: Real
  readonly step: Real
}

/** How to choose where to go. */
export interface Direction<S extends DirectionState = DirectionState> {
  readonly name: string
  /** At the start, and wherever its memory led nowhere. */
  init(problem: Problem, point: Point): S
  /** After a step. */
  next(problem: Problem, state: S, move: Move): S
  /** Its approximation to the inverse of the Hessian, if it has one. */
  inverseHessian?(state: S): Matrix
}

/** What a line search optimiser is made of. */
export interface LineSearchParts<S extends DirectionState> {
  /** For messages. */
  readonly name: string
  readonly direction: Direction<S>
  readonly lineSearch: LineSearch
}

/** The state of an optimiser with a line search. */
export interface LineSearchState<S extends DirectionState = DirectionState> extends Iterate {
  readonly gradient: Vector
  /** What the direction remembers. */
  readonly memory: S
  /** Does it remember nothing but this point? */
  readonly fresh: Flag
}

/**
 * An optimiser of a direction and a line search. A direction that does not descend is replaced by the steepest descent; where a
 * search finds nothing, the direction forgets what it knows, and only then is the end.
 * @example
 * import { square, sum, tensor } from 'conformable'
 * import { lineSearchOptimiser, minimiseSync, quasiNewton, hagerZhang } from 'conformable/optimisers'
 * const optimiser = lineSearchOptimiser({ name: 'dfp', direction: quasiNewton({ formula: 'dfp' }), lineSearch: hagerZhang() })
 * console.log(minimiseSync((x) => sum(square(x)), tensor([3, 4]), optimiser).result) // converged
 */
export function lineSearchOptimiser<S extends DirectionState>(
  parts: LineSearchParts<S>,
): Optimiser<LineSearchState<S>> {
  const { name, direction } = parts
  const optimiser: Optimiser<LineSearchState<S>> = {
    name,
    monotone: true,
    init(problem, x) {
      const [value, gradient] = problem.valueAndGradient(x)
      const memory = direction.init(problem, { x, value, gradient })
      const known = { gradientNorm: largest(gradient), evaluations: count(1), status: count(status.running) }
      return { x, value, gradient, ...known, memory, fresh: scalar(true) }
    },
    step: (problem, state) => stepAlong(parts, problem, state),
  }
  if (direction.inverseHessian === undefined) return optimiser
  return { ...optimiser, inverseHessian: (_, { memory }) => direction.inverseHessian!(memory) }
}

function stepAlong<S extends DirectionState>(
  { direction, lineSearch }: LineSearchParts<S>,
  problem: Problem,
  state: LineSearchState<S>,
): LineSearchState<S> {
  const { value, gradient, memory } = state
  const from: Point = { x: state.x, value, gradient }
  const path = descending(gradient, memory)
  const found = searchAlong(problem, lineSearch, from, path)
  const moved = equal(found.status, 1)
  const to = choose(moved, { ...found.point }, { ...from })
  const next = cond(
    moved,
    (point: Point) => alike(memory, direction.next(problem, memory, { from, to: point, ...path, step: found.step })),
    () => alike(memory, direction.init(problem, from)),
    found.point,
  )
  const hidden = less(mul(abs(path.slope), minimum(path.guess, 1)), mul(abs(value), 64 * roundingOf(problem.dtype)))
  const failure = where(hidden, count(status.precision), count(status.noDescent))
  return {
    ...to,
    gradientNorm: largest(to.gradient),
    evaluations: add(state.evaluations, found.evaluations),
    status: where(logicalAnd(not(moved), logicalOr(state.fresh, hidden)), failure, count(status.running)),
    memory: next,
    fresh: not(moved),
  }
}

/** The direction with its slope and first step; the steepest descent if it does not go down. */
function descending(gradient: Vector, { direction, guess }: DirectionState) {
  const own = inner(gradient, direction)
  const down = less(own, 0)
  return {
    direction: where(down, direction, neg(gradient)),
    slope: where(down, own, neg(inner(gradient, gradient))),
    guess: where(down, guess, shortStep(gradient)),
  }
}

/** The first step along −g when nothing is known: not longer than 1, and not longer than g. */
export const shortStep = (gradient: Vector): Real => minimum(div(1, length(gradient)), 1)
