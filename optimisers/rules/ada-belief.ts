/**
 * AdaBelief: Adam that measures how far gradients stray from their mean.
 *
 *     m ← β₁ m + (1 − β₁) g       s ← β₂ s + (1 − β₂)(g − m)² + ε       x ← x − η m̂ / (√ŝ + ε)
 */
import { add, div, mul, neg, sqrt, square, sub } from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Rule } from '../../types/optimiser.ts'
import { epsilonSchema } from '../options.ts'
import { valueAt } from '../schedules/schedule.ts'
import { type AdamOptions, adamShape } from './adam.ts'
import { type AdamFunction, movingAverage, noMoments, unbiased } from './moments.ts'
import { defineRule, mapFloats } from './rule.ts'

const optionsSchema = () => z.strictObject({ ...adamShape(), epsilon: epsilonSchema(1e-16) })

/**
 * AdaBelief: large steps where the gradient is as expected, small ones where it is not. Its `secondMoment` is the mean square of
 * g − m. ε is 1e-16 by default, as in the authors' code and optax, and stands inside the mean and beside the root, as in the paper.
 *
 * Zhuang et al. (2020), AdaBelief optimizer, arXiv:2010.07468.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { scalar } from 'conformable'
 * import { adaBelief } from 'conformable/optimisers'
 * const rule = adaBelief({ learningRate: 0.1 })
 * const x = scalar(1)
 * console.log(rule.step(scalar(5), rule.init(x), x)[0]) // 0.888889
 */
export function adaBelief(options: AdamOptions = {}): Rule<AdamFunction> {
  const { learningRate, firstDecay, secondDecay, epsilon } = parseOptions('adaBelief', optionsSchema, options)
  return defineRule<AdamFunction>({
    init: noMoments,
    update(gradient, state) {
      const step = add(state.step, 1)
      const firstMoment = mapFloats((m, g) => movingAverage(m, g, firstDecay), state.firstMoment, gradient)
      const secondMoment = mapFloats(
        (s, g, m) => add(movingAverage(s, square(sub(g, m)), secondDecay), epsilon),
        state.secondMoment,
        gradient,
        firstMoment,
      )
      const update = mapFloats(
        (m, s) => {
          const direction = div(unbiased(m, firstDecay, step), add(sqrt(unbiased(s, secondDecay, step)), epsilon))
          return neg(mul(direction, valueAt(learningRate, state.step, m.dtype)))
        },
        firstMoment,
        secondMoment,
      )
      return [update, { step, firstMoment, secondMoment }]
    },
  })
}
