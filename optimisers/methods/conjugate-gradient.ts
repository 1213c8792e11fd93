/**
 * Non-linear conjugate gradients: d⁺ = −g⁺ + β d, without a matrix and with one vector of memory. With y = g⁺ − g:
 *
 *     Polak-Ribière+    β = max(0, g⁺ᵀy / gᵀg)        Fletcher-Reeves    β = g⁺ᵀg⁺ / gᵀg
 *     Hestenes-Stiefel  β = max(0, g⁺ᵀy / dᵀy)        Dai-Yuan           β = g⁺ᵀg⁺ / dᵀy
 *
 * And the steepest descent, β = 0, with the step of Barzilai and Borwein as its first trial.
 */
import { abs, div, greater, maximum, mul, neg, sub, where } from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Optimiser, Real, Vector } from '../../types/optimiser.ts'
import { backtracking } from '../line-searches/backtracking.ts'
import type { LineSearch } from '../line-searches/line-search.ts'
import { strongWolfe } from '../line-searches/wolfe.ts'
import { inner, plus } from '../vectors.ts'
import { lineSearchSchema } from './bfgs.ts'
import {
  type Direction,
  type DirectionState,
  type LineSearchState,
  lineSearchOptimiser,
  type Move,
  shortStep,
} from './line-search-optimiser.ts'

/** The name of a formula for β. */
export type ConjugateFormula = 'polakRibiere' | 'fletcherReeves' | 'hestenesStiefel' | 'daiYuan'

/** Options of `conjugateGradient`. */
export interface ConjugateGradientOptions {
  /** β; 'polakRibiere' by default. */
  readonly formula?: ConjugateFormula
  /** `strongWolfe({ curvature: 0.1 })` by default: directions are conjugate only if steps are nearly exact. */
  readonly lineSearch?: LineSearch
}

/** Options of `gradientDescent`. */
export interface GradientDescentOptions {
  /** `backtracking()` by default. */
  readonly lineSearch?: LineSearch
}

/** The gradients before and after a step, their difference, and the direction between. */
interface Change {
  readonly g: Vector
  readonly next: Vector
  readonly y: Vector
  readonly d: Vector
}

const formulas: Record<ConjugateFormula, (change: Change) => Real> = {
  polakRibiere: ({ g, next, y }) => maximum(div(inner(next, y), inner(g, g)), 0),
  fletcherReeves: ({ g, next }) => div(inner(next, next), inner(g, g)),
  hestenesStiefel: ({ next, y, d }) => maximum(div(inner(next, y), inner(d, y)), 0),
  daiYuan: ({ next, y, d }) => div(inner(next, next), inner(d, y)),
}

const formulaSchema = () =>
  z._default(z.enum(['polakRibiere', 'fletcherReeves', 'hestenesStiefel', 'daiYuan']), 'polakRibiere')
const conjugateOptions = () =>
  z.strictObject({
    formula: formulaSchema(),
    lineSearch: lineSearchSchema(() => strongWolfe({ curvature: 0.1 })),
  })
const descentOptions = () => z.strictObject({ lineSearch: lineSearchSchema(() => backtracking()) })

/**
 * The conjugate direction; its first step is such that the first-order change is the last one's.
 * @example
 * import { conjugateDirection, hagerZhang, lineSearchOptimiser } from 'conformable/optimisers'
 * const cg = lineSearchOptimiser({ name: 'cg', direction: conjugateDirection('daiYuan'), lineSearch: hagerZhang() })
 */
export const conjugateDirection = (formula: ConjugateFormula = 'polakRibiere'): Direction => ({
  name: formula,
  init: (_, { gradient }) => ({ direction: neg(gradient), guess: shortStep(gradient) }),
  next(_, __, { from, to, direction: d, slope, step }) {
    const y = sub(to.gradient, from.gradient)
    const beta = formulas[formula]({ g: from.gradient, next: to.gradient, y, d })
    const direction = plus(neg(to.gradient), d, beta)
    return { direction, guess: abs(div(mul(step, slope), inner(direction, to.gradient))) }
  },
})

/**
 * The direction of steepest descent, −g; its first step is sᵀs / sᵀy (Barzilai and Borwein, 1988).
 * @example
 * import { backtracking, lineSearchOptimiser, steepestDescent } from 'conformable/optimisers'
 * const descent = lineSearchOptimiser({ name: 'descent', direction: steepestDescent(), lineSearch: backtracking() })
 */
export const steepestDescent = (): Direction => ({
  name: 'steepestDescent',
  init: (_, { gradient }) => ({ direction: neg(gradient), guess: shortStep(gradient) }),
  next(_, __, { from, to, step }: Move) {
    const s = sub(to.x, from.x)
    const sy = inner(s, sub(to.gradient, from.gradient))
    const curved = greater(sy, 0)
    return { direction: neg(to.gradient), guess: where(curved, div(inner(s, s), where(curved, sy, 1)), mul(step, 2)) }
  },
})

/**
 * Non-linear conjugate gradients: little memory, more evaluations than L-BFGS.
 *
 * Nocedal and Wright (2006), Numerical Optimization, section 5.2.
 * @throws ArgumentError for options that are unknown.
 * @example
 * import { square, sub, sum, tensor } from 'conformable'
 * import { conjugateGradient, minimiseSync } from 'conformable/optimisers'
 * const solution = minimiseSync((x) => sum(square(sub(x, 3))), tensor([0, 0], 'float64'), conjugateGradient())
 * console.log(solution.parameters) // [3, 3]
 */
export function conjugateGradient(options: ConjugateGradientOptions = {}): Optimiser<LineSearchState<DirectionState>> {
  const { formula, lineSearch } = parseOptions('conjugateGradient', conjugateOptions, options)
  return lineSearchOptimiser({ name: 'conjugateGradient', direction: conjugateDirection(formula), lineSearch })
}

/**
 * Gradient descent with a line search; for fixed learning rates there is `lift(sgd())`.
 * @throws ArgumentError for options that are unknown.
 * @example
 * import { square, sub, sum, tensor } from 'conformable'
 * import { gradientDescent, minimiseSync } from 'conformable/optimisers'
 * const solution = minimiseSync((x) => sum(square(sub(x, 3))), tensor([0, 0], 'float64'), gradientDescent())
 * console.log(solution.parameters) // [3, 3]
 */
export function gradientDescent(options: GradientDescentOptions = {}): Optimiser<LineSearchState<DirectionState>> {
  const { lineSearch } = parseOptions('gradientDescent', descentOptions, options)
  return lineSearchOptimiser({ name: 'gradientDescent', direction: steepestDescent(), lineSearch })
}
