/**
 * Adamax: Adam with the maximum norm.
 *
 *     m ← β₁ m + (1 − β₁) g       u ← max(β₂ u, |g| + ε)       x ← x − η m / ((1 − β₁ᵗ) u)
 *
 * The paper has no ε and divides 0 by 0 where all gradients were 0; ε stands where PyTorch and optax have it.
 */
import { abs, add, div, maximum, mul, neg } from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Rule } from '../../types/optimiser.ts'
import { learningRateSchema } from '../options.ts'
import { valueAt } from '../schedules/schedule.ts'
import { type AdamOptions, adamShape } from './adam.ts'
import { type AdamFunction, movingAverage, noMoments, unbiased } from './moments.ts'
import { defineRule, mapFloats } from './rule.ts'

const optionsSchema = () => z.strictObject({ ...adamShape(), learningRate: learningRateSchema(2e-3) })

/**
 * Adamax: steps scaled by the largest recent gradient; its `secondMoment` is that maximum. η is 2e-3 by default.
 *
 * Kingma and Ba (2015), Adam: a method for stochastic optimization, section 7.1, arXiv:1412.6980.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { scalar } from 'conformable'
 * import { adamax } from 'conformable/optimisers'
 * const rule = adamax({ learningRate: 0.1 })
 * const x = scalar(1)
 * console.log(rule.step(scalar(5), rule.init(x), x)[0]) // 0.9
 */
export function adamax(options: AdamOptions = {}): Rule<AdamFunction> {
  const { learningRate, firstDecay, secondDecay, epsilon } = parseOptions('adamax', optionsSchema, options)
  return defineRule<AdamFunction>({
    init: noMoments,
    update(gradient, state) {
      const step = add(state.step, 1)
      const firstMoment = mapFloats((m, g) => movingAverage(m, g, firstDecay), state.firstMoment, gradient)
      const secondMoment = mapFloats(
        (u, g) => maximum(mul(u, secondDecay), add(abs(g), epsilon)),
        state.secondMoment,
        gradient,
      )
      const update = mapFloats(
        (m, u) => neg(mul(div(unbiased(m, firstDecay, step), u), valueAt(learningRate, state.step, m.dtype))),
        firstMoment,
        secondMoment,
      )
      return [update, { step, firstMoment, secondMoment }]
    },
  })
}
