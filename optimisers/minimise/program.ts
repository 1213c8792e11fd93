/**
 * A whole minimisation as one program: a loop around the optimiser's step that ends when the step says so, when the gradient, the
 * step or the change is small, when numbers stop being finite, or when a limit is reached.
 */
import {
  abs,
  add,
  equal,
  isFinite as finiteIn,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  maximum,
  mul,
  stack,
  sub,
  where,
  whileLoop,
} from '../../src/index.ts'
import type { Iterate, Matrix, Optimiser, Problem, Real, Vector } from '../../types/optimiser.ts'
import type { Tensor } from '../../types/tensor.ts'
import { alike } from '../alike.ts'
import { type Count, choose, count, type Flag, largest, like, not } from '../vectors.ts'
import { gradientToleranceOf, type Settings } from './options.ts'
import { status } from './status.ts'

/** What goes round the loop. */
export interface Carry {
  readonly state: Iterate
  readonly iterations: Count
  /** A number of `status`. */
  readonly result: Count
  /** The lowest point so far, if the optimiser does not stand there: at most one. */
  readonly best: readonly Best[]
}

/** A point worth remembering. */
interface Best {
  readonly x: Vector
  readonly value: Real
  readonly gradientNorm: Real
}

/** What is minimised, by what, and how far. */
export interface Run {
  readonly problem: Problem
  readonly optimiser: Optimiser
  readonly settings: Settings
}

/** Before the first iteration. */
export function begin(run: Run, x: Vector): Carry {
  const state = run.optimiser.init(run.problem, x)
  const found = where(lessEqual(state.gradientNorm, toleranceOf(run)), count(status.converged), state.status)
  const result = where(sound(state), found, count(status.nonFinite))
  return { state, iterations: count(0), result, best: run.optimiser.monotone === true ? [] : [bestOf(state)] }
}

/** Goes on until there is a result, or so many iterations are done altogether. */
export const proceed = (run: Run, carry: Carry, until: Count): Carry =>
  whileLoop(
    ({ result, iterations }) => logicalAnd(equal(result, status.running), less(iterations, until)),
    (current) => iterate(run, current),
    carry,
  )

function iterate(run: Run, { state, iterations, best }: Carry): Carry {
  const next = alike(state, run.optimiser.step(run.problem, state))
  return {
    state: next,
    iterations: add(iterations, 1),
    result: judge(run, state, next),
    best: best.map((lowest) => choose(isBetter(next, lowest), { ...bestOf(next) }, { ...lowest })),
  }
}

/** Lower, and finite: −∞ is no place to stand. */
const isBetter = (next: Iterate, lowest: Best): Flag => logicalAnd(less(next.value, lowest.value), sound(next))

const bestOf = ({ x, value, gradientNorm }: Iterate): Best => ({ x, value, gradientNorm })

/** The first that applies. */
function judge(run: Run, before: Iterate, { x, value, gradientNorm, evaluations, status: own }: Iterate): Count {
  const { stepTolerance, objectiveTolerance, maxEvaluations } = run.settings
  const cases: (readonly [Flag, Count])[] = [
    [less(value, -LOWEST[run.problem.dtype]), count(status.unbounded)],
    [not(sound({ value, gradientNorm })), count(status.nonFinite)],
    [lessEqual(gradientNorm, toleranceOf(run)), count(status.converged)],
    [not(equal(own, status.running)), own],
  ]
  if (stepTolerance > 0) {
    const scale = maximum(largest(x), like(value, 1))
    cases.push([lessEqual(largest(sub(x, before.x)), mul(scale, stepTolerance)), count(status.smallStep)])
  }
  if (objectiveTolerance > 0) {
    const scale = maximum(abs(value), like(value, 1))
    const change = abs(sub(before.value, value))
    cases.push([lessEqual(change, mul(scale, objectiveTolerance)), count(status.smallChange)])
  }
  cases.push([greaterEqual(evaluations, maxEvaluations), count(status.maxEvaluations)])
  return cases.reduceRight((rest, [applies, code]) => where(applies, code, rest), count(status.running))
}

/** An objective below this falls without bound: the root of the largest number. */
const LOWEST = { float64: 1e154, float32: 1e19 } as const

const toleranceOf = ({ problem, settings }: Run): number => gradientToleranceOf(settings, problem.dtype)

const sound = ({ value, gradientNorm }: Pick<Iterate, 'value' | 'gradientNorm'>): Flag =>
  logicalAnd(finiteIn(value), finiteIn(gradientNorm))

/** What the caller reads of a run. */
export interface Outcome {
  readonly parameters: unknown
  /** Iterations, evaluations, result. */
  readonly counts: Tensor<readonly [number], 'int32'>
  /** The objective at the last and at the best point, and the gradient's norm there. */
  readonly numbers: Vector
}

/** The best parameters and the numbers of a run. */
export function outcomeOf({ problem }: Run, { state, iterations, result, best }: Carry): Outcome {
  const lowest = best[0] ?? bestOf(state)
  return {
    parameters: problem.toParameters(lowest.x),
    counts: stack([iterations, state.evaluations, result]),
    numbers: stack([state.value, lowest.value, lowest.gradientNorm]),
  }
}

/** The approximate inverse Hessian; null if the optimiser has none. */
export const inverseOf = ({ problem, optimiser }: Run, { state }: Carry): Matrix | null =>
  optimiser.inverseHessian?.(problem, state) ?? null
