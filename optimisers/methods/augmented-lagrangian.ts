/**
 * Constraints by an augmented Lagrangian: an optimiser without constraints minimises
 *
 *     f(x) + λᵀc(x) + ρ/2 ‖c(x)‖² + 1/(2ρ) ‖max(0, μ − ρ h(x))‖²        for c(x) = 0, h(x) ≥ 0,
 *
 * and whenever it is done, λ ← λ + ρ c, μ ← max(0, μ − ρ h); where the constraints are not met much better than before, ρ grows.
 * λ and μ tend to the multipliers, so that ρ may stay small.
 *
 * Hestenes (1969), Powell (1969), Rockafellar (1974); Birgin and Martínez (2014), Practical Augmented Lagrangian Methods.
 */
import {
  add,
  cond,
  div,
  greater,
  hessian,
  hvp,
  lessEqual,
  logicalOr,
  maximum,
  minimum,
  mul,
  notEqual,
  square,
  sub,
  sum,
  valueAndGrad,
  where,
  zerosLike,
} from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Iterate, Optimiser, Problem, Real, Vector } from '../../types/optimiser.ts'
import type { Scalar } from '../../types/tensor.ts'
import { alike } from '../alike.ts'
import { status } from '../minimise/status.ts'
import { count, inner, largest, like } from '../vectors.ts'
import { boundedLbfgs } from './bounded-lbfgs.ts'

/** Options of `augmentedLagrangian`. */
export interface AugmentedLagrangianOptions {
  /** What minimises between two changes of the multipliers; `boundedLbfgs()` by default, which takes bounds as well. */
  readonly inner?: Optimiser
  /** The first ρ; 10 by default. */
  readonly penalty?: number
}

/** λ, μ and ρ. */
interface Multipliers {
  /** One for each equality; none or one for each inequality. */
  readonly equalities: readonly Vector[]
  readonly inequalities: readonly Vector[]
  readonly penalty: Real
}

/** The state of `augmentedLagrangian`; its `gradientNorm` covers the gradient of the Lagrangian and the constraints. */
export interface AugmentedLagrangianState extends Iterate {
  readonly inner: Iterate
  readonly multipliers: Multipliers
  /** How far constraints were from being met when the multipliers last changed. */
  readonly violation: Real
  /** How small the inner gradient must become before they change again. */
  readonly goal: Real
}

const optionsSchema = () =>
  z.strictObject({
    inner: z.prefault(
      z.custom<Optimiser>((x) => typeof x === 'object' && x !== null && 'step' in x, {
        error: () => 'must be an optimiser, such as bfgs()',
      }),
      () => boundedLbfgs(),
    ),
    penalty: z._default(z.number().check(z.positive()), 10),
  })

/** Constraints must be met better by this factor, else ρ grows by the other; beyond the last one there is no hope. */
const [PROGRESS, GROWTH, HOPELESS] = [0.25, 10, 1e14]
/** The goals of the inner optimiser fall by this factor, down to these. */
const TIGHTEN = 0.1
const TIGHTEST = { float64: 1e-10, float32: 1e-5 } as const

/**
 * Minimises under `equalities` and `inequalities`, which are options of `minimise`, and bounds if the inner optimiser takes them.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { at, square, sub, sum, tensor, type Tensor } from 'conformable'
 * import { augmentedLagrangian, minimiseSync } from 'conformable/optimisers'
 * const start = tensor([0, 0], 'float64')
 * const nearest = minimiseSync((x) => sum(square(x)), start, augmentedLagrangian(), {
 *   equalities: (x: Tensor<readonly [2], 'float64'>) => sub(sum(x), 2),
 *   inequalities: (x: Tensor<readonly [2], 'float64'>) => sub(at(x, 0), 1.5),
 * })
 * console.log(nearest.parameters) // [1.5, 0.5]
 */
export function augmentedLagrangian(options: AugmentedLagrangianOptions = {}): Optimiser<AugmentedLagrangianState> {
  const { inner: optimiser, penalty } = parseOptions('augmentedLagrangian', optionsSchema, options)
  return {
    name: 'augmentedLagrangian',
    needs: ['constraints'],
    takes: optimiser.takes ?? [],
    monotone: true,
    init(problem, x) {
      const value = problem.value(x)
      const multipliers: Multipliers = {
        equalities: valuesOf(problem, 'equalities', x).map((c) => zerosLike(c)),
        inequalities: valuesOf(problem, 'inequalities', x).map((h) => zerosLike(h)),
        penalty: like(value, penalty),
      }
      const first = optimiser.init(augmented(problem, multipliers), x)
      const violation = violationAt(problem, multipliers, first.x)
      return {
        ...measured(problem, first, violation),
        evaluations: first.evaluations,
        status: count(status.running),
        inner: first,
        multipliers,
        violation,
        goal: like(value, 0.1),
      }
    },
    step: (problem, state) => advanced(problem, optimiser, state),
  }
}

function advanced(problem: Problem, optimiser: Optimiser, state: AugmentedLagrangianState): AugmentedLagrangianState {
  const { multipliers, goal } = state
  const next = alike(state.inner, optimiser.step(augmented(problem, multipliers), state.inner))
  const violation = violationAt(problem, multipliers, next.x)
  const done = logicalOr(lessEqual(next.gradientNorm, goal), notEqual(next.status, status.running))
  type Phase = Pick<AugmentedLagrangianState, 'inner' | 'multipliers' | 'violation' | 'goal'>
  const phase = cond(
    done,
    (): Phase => {
      const moved = movedMultipliers(problem, multipliers, next.x, lessEqual(violation, mul(state.violation, PROGRESS)))
      const restarted = alike(next, optimiser.init(augmented(problem, moved), next.x))
      const evaluations = add(next.evaluations, 1)
      const tighter = maximum(mul(goal, TIGHTEN), TIGHTEST[problem.dtype])
      return { inner: { ...restarted, evaluations }, multipliers: moved, violation, goal: tighter }
    },
    (): Phase => ({ inner: next, multipliers, violation: state.violation, goal }),
  )
  const hopeless = greater(phase.multipliers.penalty, HOPELESS)
  return {
    ...measured(problem, next, violation),
    evaluations: phase.inner.evaluations,
    status: where(hopeless, count(status.infeasible), count(status.running)),
    ...phase,
  }
}

/** The objective, and how far from a solution: the gradient of the Lagrangian with the next multipliers is that of the inner problem. */
function measured(problem: Problem, { x, gradientNorm }: Iterate, violation: Real) {
  return { x, value: problem.value(x), gradientNorm: maximum(gradientNorm, violation) }
}

/** The values of the constraints, if there are any. */
function valuesOf(problem: Problem, kind: 'equalities' | 'inequalities', x: Vector): readonly Vector[] {
  const f = problem.constraints?.[kind]
  return f === null || f === undefined ? [] : [f(x)]
}

/** The problem without constraints. */
function augmented(problem: Problem, { equalities, inequalities, penalty }: Multipliers): Problem {
  const value = (x: Vector): Real => {
    const equal = valuesOf(problem, 'equalities', x).map((c, i) =>
      add(inner(equalities[i]!, c), mul(sum(square(c)), mul(penalty, 0.5))),
    )
    const unequal = valuesOf(problem, 'inequalities', x).map((h, i) =>
      div(sum(square(maximum(sub(inequalities[i]!, mul(h, penalty)), 0))), mul(penalty, 2)),
    )
    return [...equal, ...unequal].reduce((total: Real, term) => add(total, term), problem.value(x))
  }
  return {
    ...problem,
    value,
    valueAndGradient: (x) => valueAndGrad(value)(x),
    hessian: (x) => hessian(value)(x),
    hessianProduct: (x, direction) => hvp(value)(x, direction),
    residuals: null,
    constraints: null,
  }
}

/** max(‖c‖∞, ‖min(h, μ/ρ)‖∞): constraints and complementarity. */
function violationAt(problem: Problem, { inequalities, penalty }: Multipliers, x: Vector): Real {
  const unmet = [
    ...valuesOf(problem, 'equalities', x),
    ...valuesOf(problem, 'inequalities', x).map((h, i) => minimum(h, div(inequalities[i]!, penalty)) as Vector),
  ]
  return unmet.map(largest).reduce((a, b) => maximum(a, b))
}

/** The next multipliers; `better`: the constraints are met so much better that ρ may stay. */
function movedMultipliers(
  problem: Problem,
  { equalities, inequalities, penalty }: Multipliers,
  x: Vector,
  better: Scalar<'bool'>,
): Multipliers {
  return {
    equalities: valuesOf(problem, 'equalities', x).map((c, i) => add(equalities[i]!, mul(c, penalty))),
    inequalities: valuesOf(problem, 'inequalities', x).map((h, i) =>
      maximum(sub(inequalities[i]!, mul(h, penalty)), 0),
    ),
    penalty: where(better, penalty, mul(penalty, GROWTH)),
  }
}
