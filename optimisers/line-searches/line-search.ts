/**
 * Line searches: how far to go along a direction d from x, so that φ(t) = f(x + t d) is lower in a way that helps.
 *
 * A line search is a small machine of scalars, φ and φ′ at one trial step after another; it never sees a vector, and the
 * objective stands in one place of the program (`searchAlong`), however many searches there are.
 */
import { add, equal, whileLoop } from '../../src/index.ts'
import type { Problem, Real, Vector } from '../../types/optimiser.ts'
import { alike } from '../alike.ts'
import { type Count, count, inner, plus } from '../vectors.ts'

/** φ and φ′ at a step. */
export interface Trial {
  readonly value: Real
  readonly slope: Real
}

/** What every line search keeps; besides it holds what it remembers, as a tree of scalars. */
export interface SearchState {
  /** The step to try next; after the last trial the step that was taken. */
  readonly step: Real
  /** 0: try `step`; 1: the last trial is accepted; 2: there is none to accept. */
  readonly status: Count
}

/** A line search. `start` is φ at 0, with φ′ < 0; `guess` is the first step to try. */
export interface LineSearch<S extends SearchState = SearchState> {
  readonly name: string
  init(start: Trial, guess: Real): S
  /** Judges the trial at `state.step`. */
  next(start: Trial, state: S, trial: Trial): S
}

/** A point of the objective. */
export interface Point {
  readonly x: Vector
  readonly value: Real
  readonly gradient: Vector
}

/** Where a search ended. */
export interface Found {
  readonly point: Point
  readonly step: Real
  /** 1: found; 2: not. */
  readonly status: Count
  readonly evaluations: Count
}

/** A step with its trial. */
export type Known = { readonly step: Real; readonly value: Real; readonly slope: Real }

/** Searches from a point along a direction. */
export function searchAlong(
  problem: Problem,
  search: LineSearch,
  from: Point,
  { direction, slope, guess }: { readonly direction: Vector; readonly slope: Real; readonly guess: Real },
): Found {
  const start: Trial = { value: from.value, slope }
  const { state, point, evaluations } = whileLoop(
    (carry) => equal(carry.state.status, 0),
    (carry) => {
      const x = plus(from.x, direction, carry.state.step)
      const [value, gradient] = problem.valueAndGradient(x)
      const trial = { value, slope: inner(gradient, direction) }
      const state = alike(carry.state, search.next(start, carry.state, trial))
      return { state, point: { x, value, gradient }, evaluations: add(carry.evaluations, 1) }
    },
    { state: search.init(start, guess), point: from, evaluations: count(0) },
  )
  return { point, step: state.step, status: state.status, evaluations }
}
