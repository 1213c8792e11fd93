/**
 * Nadam: Adam with Nesterov's momentum.
 *
 *     m, v as Adam       m̂ = β₁ m / (1 − β₁ᵗ⁺¹) + (1 − β₁) g / (1 − β₁ᵗ)       x ← x − η m̂ / (√v̂ + ε)
 *
 * As the paper with a constant μ = β₁, and as optax; PyTorch lets μ move (momentum_decay), Optimisers.jl has a β₂ inside the root.
 */
import { add, div, mul, neg, sqrt, square } from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Rule } from '../../types/optimiser.ts'
import { learningRateSchema } from '../options.ts'
import { valueAt } from '../schedules/schedule.ts'
import { type AdamOptions, adamShape } from './adam.ts'
import { type AdamFunction, movingAverage, noMoments, unbiased } from './moments.ts'
import { defineRule, mapFloats } from './rule.ts'

const optionsSchema = () => z.strictObject({ ...adamShape(), learningRate: learningRateSchema(2e-3) })

/**
 * Adam with Nesterov's momentum: the step looks one step ahead. η is 2e-3 by default, as in the paper.
 *
 * Dozat (2016), Incorporating Nesterov momentum into Adam, ICLR workshop, https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { scalar } from 'conformable'
 * import { nadam } from 'conformable/optimisers'
 * const rule = nadam({ learningRate: 0.1 })
 * const x = scalar(1)
 * console.log(rule.step(scalar(5), rule.init(x), x)[0]) // 0.852632
 */
export function nadam(options: AdamOptions = {}): Rule<AdamFunction> {
  const { learningRate, firstDecay, secondDecay, epsilon } = parseOptions('nadam', optionsSchema, options)
  return defineRule<AdamFunction>({
    init: noMoments,
    update(gradient, state) {
      const step = add(state.step, 1)
      const firstMoment = mapFloats((m, g) => movingAverage(m, g, firstDecay), state.firstMoment, gradient)
      const secondMoment = mapFloats((v, g) => movingAverage(v, square(g), secondDecay), state.secondMoment, gradient)
      const update = mapFloats(
        (m, v, g) => {
          const old = unbiased(mul(m, firstDecay), firstDecay, add(step, 1))
          const ahead = add(old, unbiased(mul(g, 1 - firstDecay), firstDecay, step))
          const direction = div(ahead, add(sqrt(unbiased(v, secondDecay, step)), epsilon))
          return neg(mul(direction, valueAt(learningRate, state.step, m.dtype)))
        },
        firstMoment,
        secondMoment,
        gradient,
      )
      return [update, { step, firstMoment, secondMoment }]
    },
  })
}
