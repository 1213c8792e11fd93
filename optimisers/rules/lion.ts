/**
 * Lion: steps of one size, by the sign of a mean gradient.
 *
 *     c = β₁ m + (1 − β₁) g       x ← x − η (sign(c) + λ x)       m ← β₂ m + (1 − β₂) g
 *
 * As the paper and optax; Optimisers.jl has the weights of the state swapped (m ← β₂ g + (1 − β₂) m).
 */
import { add, mul, neg, sign, zerosLike } from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Rule } from '../../types/optimiser.ts'
import { learningRateSchema, nonNegativeSchema, shareSchema } from '../options.ts'
import { type Scheduled, valueAt } from '../schedules/schedule.ts'
import type { MomentumFunction } from './descent.ts'
import { movingAverage } from './moments.ts'
import { defineRule, mapFloats, noSteps } from './rule.ts'

/** Options of `lion`. */
export interface LionOptions {
  /** η; 1e-4 by default: three to ten times smaller than for AdamW. */
  readonly learningRate?: Scheduled
  /** β₁, the share of the mean in the step; 0.9 by default. */
  readonly firstDecay?: number
  /** β₂, the share of the mean that is kept; 0.99 by default. */
  readonly secondDecay?: number
  /** λ, multiplied by the learning rate; 0 by default. */
  readonly weightDecay?: number
}

const optionsSchema = () =>
  z.strictObject({
    learningRate: learningRateSchema(1e-4),
    firstDecay: shareSchema(0.9),
    secondDecay: shareSchema(0.99),
    weightDecay: nonNegativeSchema(0),
  })

/**
 * Lion: the sign of an interpolated mean gradient, with decoupled weight decay. Its `velocity` is the mean.
 *
 * Chen et al. (2023), Symbolic discovery of optimization algorithms, arXiv:2302.06675.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { tensor } from 'conformable'
 * import { lion } from 'conformable/optimisers'
 * const rule = lion({ learningRate: 0.1 })
 * const x = tensor([1, 1])
 * console.log(rule.step(tensor([5, -0.01]), rule.init(x), x)[0]) // [0.9, 1.1]
 */
export function lion(options: LionOptions = {}): Rule<MomentumFunction> {
  const { learningRate, firstDecay, secondDecay, weightDecay } = parseOptions('lion', optionsSchema, options)
  return defineRule<MomentumFunction>({
    init: (params) => ({ step: noSteps(params), velocity: mapFloats((p) => zerosLike(p), params) }),
    update(gradient, state, params) {
      const update = mapFloats(
        (m, g, x) => {
          const direction = sign(movingAverage(m, g, firstDecay))
          const decayed = weightDecay === 0 ? direction : add(direction, mul(x, weightDecay))
          return neg(mul(decayed, valueAt(learningRate, state.step, m.dtype)))
        },
        state.velocity,
        gradient,
        params,
      )
      const velocity = mapFloats((m, g) => movingAverage(m, g, secondDecay), state.velocity, gradient)
      return [update, { step: add(state.step, 1), velocity }]
    },
  })
}
