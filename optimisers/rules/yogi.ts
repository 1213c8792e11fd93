/**
 * Yogi: Adam whose second moment moves by small steps of a sign.
 *
 *     m ← β₁ m + (1 − β₁) g       v ← v − (1 − β₂) sign(v − g²) g²       x ← x − η m̂ / (√v̂ + ε)
 *
 * Both means start at `initial` and are corrected by 1/(1 − βᵗ), as in the authors' code and optax; the paper has neither.
 */
import { add, div, fullLike, mul, neg, sign, sqrt, square, sub } from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Rule } from '../../types/optimiser.ts'
import { epsilonSchema, learningRateSchema, nonNegativeSchema } from '../options.ts'
import { valueAt } from '../schedules/schedule.ts'
import type { AdamOptions } from './adam.ts'
import { adamShape } from './adam.ts'
import { type AdamFunction, movingAverage, unbiased } from './moments.ts'
import { defineRule, mapFloats, noSteps } from './rule.ts'

/** Options of `yogi`. */
export interface YogiOptions extends AdamOptions {
  /** Where both means start; 1e-6 by default. */
  readonly initial?: number
}

const optionsSchema = () =>
  z.strictObject({
    ...adamShape(),
    learningRate: learningRateSchema(1e-2),
    epsilon: epsilonSchema(1e-3),
    initial: nonNegativeSchema(1e-6),
  })

/**
 * Yogi: as Adam, but a second moment forgets large gradients slowly. η is 1e-2 and ε 1e-3 by default, as in the paper.
 *
 * Zaheer, Reddi, Sachan, Kale and Kumar (2018), Adaptive methods for nonconvex optimization, NeurIPS 31.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { scalar } from 'conformable'
 * import { yogi } from 'conformable/optimisers'
 * const rule = yogi({ learningRate: 0.1, initial: 0 })
 * const x = scalar(1)
 * console.log(rule.step(scalar(5), rule.init(x), x)[0]) // 0.90002
 */
export function yogi(options: YogiOptions = {}): Rule<AdamFunction> {
  const { learningRate, firstDecay, secondDecay, epsilon, initial } = parseOptions('yogi', optionsSchema, options)
  return defineRule<AdamFunction>({
    init(params) {
      const mean = mapFloats((p) => fullLike(p, initial), params)
      return { step: noSteps(params), firstMoment: mean, secondMoment: mean }
    },
    update(gradient, state) {
      const step = add(state.step, 1)
      const firstMoment = mapFloats((m, g) => movingAverage(m, g, firstDecay), state.firstMoment, gradient)
      const secondMoment = mapFloats(
        (v, g) => sub(v, mul(mul(sign(sub(v, square(g))), square(g)), 1 - secondDecay)),
        state.secondMoment,
        gradient,
      )
      const update = mapFloats(
        (m, v) => {
          const direction = div(unbiased(m, firstDecay, step), add(sqrt(unbiased(v, secondDecay, step)), epsilon))
          return neg(mul(direction, valueAt(learningRate, state.step, m.dtype)))
        },
        firstMoment,
        secondMoment,
      )
      return [update, { step, firstMoment, secondMoment }]
    },
  })
}
