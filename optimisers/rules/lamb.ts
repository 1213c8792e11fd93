/**
 * LAMB and LARS: each parameter's step is as long as the parameter allows.
 *
 *     d = m̂ / (√v̂ + ε) + λ x       x ← x − η (‖x‖ / ‖d‖) d                              (LAMB)
 *     w ← μ w + η τ ‖x‖ / (‖g‖ + λ ‖x‖) (g + λ x)       x ← x − w                        (LARS)
 *
 * Norms are taken over each parameter by itself ("layer" in the papers): over each view of a ComponentArray, not over its flat
 * vector. A ratio with a zero in it is 1.
 */
import { add, div, greater, logicalAnd, mul, neg, sqrt, square, sum, where, zerosLike } from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Rule } from '../../types/optimiser.ts'
import { epsilonSchema, learningRateSchema, nonNegativeSchema, positiveSchema, shareSchema } from '../options.ts'
import { type Scheduled, valueAt } from '../schedules/schedule.ts'
import { type AdamWOptions, adamShape } from './adam.ts'
import type { MomentumFunction } from './descent.ts'
import { type AdamFunction, movingAverage, noMoments, unbiased } from './moments.ts'
import { defineRule, type Leaf, mapFloatParameters, mapFloats, noSteps } from './rule.ts'

const lambOptions = () =>
  z.strictObject({
    ...adamShape(),
    epsilon: epsilonSchema(1e-6),
    weightDecay: nonNegativeSchema(1e-2),
  })

/**
 * LAMB: Adam's direction with weight decay, scaled parameter by parameter to the length of the parameter. ε is 1e-6 by default.
 *
 * You et al. (2020), Large batch optimization for deep learning: training BERT in 76 minutes, arXiv:1904.00962 (φ the identity).
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { tensor } from 'conformable'
 * import { lamb } from 'conformable/optimisers'
 * const rule = lamb({ learningRate: 0.1, weightDecay: 0 })
 * const x = tensor([3, 4])
 * console.log(rule.step(tensor([5, 5]), rule.init(x), x)[0]) // [2.646447, 3.646447]
 */
export function lamb(options: AdamWOptions = {}): Rule<AdamFunction> {
  const settings = parseOptions('lamb', lambOptions, options)
  const { learningRate, firstDecay, secondDecay, epsilon, weightDecay } = settings
  return defineRule<AdamFunction>({
    init: noMoments,
    update(gradient, state, params) {
      const step = add(state.step, 1)
      const firstMoment = mapFloats((m, g) => movingAverage(m, g, firstDecay), state.firstMoment, gradient)
      const secondMoment = mapFloats((v, g) => movingAverage(v, square(g), secondDecay), state.secondMoment, gradient)
      const update = mapFloatParameters(
        (_, x, m, v) => {
          const adaptive = div(unbiased(m, firstDecay, step), add(sqrt(unbiased(v, secondDecay, step)), epsilon))
          const direction = add(adaptive, mul(x, weightDecay))
          const ratio = ratioOf(length(x), length(direction))
          return neg(mul(mul(direction, ratio), valueAt(learningRate, state.step, x.dtype)))
        },
        params,
        firstMoment,
        secondMoment,
      )
      return [update, { step, firstMoment, secondMoment }]
    },
  })
}

/** Options of `lars`. */
export interface LarsOptions {
  /** η; 0.1 by default, and multiplied by the trust. */
  readonly learningRate?: Scheduled
  /** μ, the share of the velocity that is kept; 0.9 by default. */
  readonly momentum?: number
  /** τ, how far a parameter trusts its gradient; 0.001 by default, as in the paper. */
  readonly trust?: number
  /** λ; 0 by default. */
  readonly weightDecay?: number
}

const larsOptions = () =>
  z.strictObject({
    learningRate: learningRateSchema(0.1),
    momentum: shareSchema(0.9),
    trust: positiveSchema(1e-3),
    weightDecay: nonNegativeSchema(0),
  })

/**
 * LARS: momentum with a learning rate for each parameter, in proportion to ‖x‖ / ‖g‖. The learning rate stands inside the
 * velocity and the norm of the gradient without weight decay, as in the paper; optax has ‖g + λ x‖.
 *
 * You, Gitman and Ginsburg (2017), Large batch training of convolutional networks, arXiv:1708.03888.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { tensor } from 'conformable'
 * import { lars } from 'conformable/optimisers'
 * const rule = lars({ learningRate: 1, trust: 0.1 })
 * const x = tensor([3, 4])
 * console.log(rule.step(tensor([10, 0]), rule.init(x), x)[0]) // [2.5, 4]
 */
export function lars(options: LarsOptions = {}): Rule<MomentumFunction> {
  const { learningRate, momentum, trust, weightDecay } = parseOptions('lars', larsOptions, options)
  return defineRule<MomentumFunction>({
    init: (params) => ({ step: noSteps(params), velocity: mapFloats((p) => zerosLike(p), params) }),
    update(gradient, state, params) {
      const velocity = mapFloatParameters(
        (_, x, g, w) => {
          const size = length(x)
          const ratio = ratioOf(mul(size, trust), add(length(g), mul(size, weightDecay)))
          const rate = mul(ratio, valueAt(learningRate, state.step, x.dtype))
          return add(mul(w, momentum), mul(add(g, mul(x, weightDecay)), rate))
        },
        params,
        gradient,
        state.velocity,
      )
      return [mapFloats((w) => neg(w), velocity), { step: add(state.step, 1), velocity }]
    },
  })
}

const length = (x: Leaf): Leaf => sqrt(sum(square(x)))

/** a / b, or 1 where one of them is 0. A NaN stays. */
const ratioOf = (a: Leaf, b: Leaf): Leaf =>
  where(logicalAnd(greater(a, 0), greater(b, 0)), div(a, b), where(greater(add(a, b), -1), 1, add(a, b)))
