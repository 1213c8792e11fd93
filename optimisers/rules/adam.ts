/**
 * Adam and AdamW.
 *
 *     m ← β₁ m + (1 − β₁) g              v ← β₂ v + (1 − β₂) g²
 *     m̂ = m / (1 − β₁ᵗ)                  v̂ = v / (1 − β₂ᵗ)
 *     x ← x − η m̂ / (√v̂ + ε)             (Adam)
 *     x ← x − η (m̂ / (√v̂ + ε) + λ x)     (AdamW, weight decay outside the adaptive step)
 *
 * ε stands outside the root and is compared with √v̂, as in the paper, PyTorch and optax (TensorFlow's ε̂ is another one).
 */
import { add, div, mul, neg, sqrt, square } from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Rule } from '../../types/optimiser.ts'
import { epsilonSchema, learningRateSchema, nonNegativeSchema, shareSchema } from '../options.ts'
import { type Scheduled, valueAt } from '../schedules/schedule.ts'
import { type AdamFunction, movingAverage, noMoments, unbiased } from './moments.ts'
import { defineRule, mapFloats } from './rule.ts'

/** Options of `adam`. */
export interface AdamOptions {
  /** η; 1e-3 by default, as in the paper. */
  readonly learningRate?: Scheduled
  /** β₁, the share of the first moment that is kept; 0.9 by default. */
  readonly firstDecay?: number
  /** β₂, the share of the second moment that is kept; 0.999 by default. */
  readonly secondDecay?: number
  /** ε; 1e-8 by default. */
  readonly epsilon?: number
}

/** Options of `adamW`. */
export interface AdamWOptions extends AdamOptions {
  /** λ; 1e-2 by default, as in PyTorch (optax: 1e-4). It is multiplied by the learning rate. */
  readonly weightDecay?: number
}

/** The options of Adam with their defaults; its relatives change some of them. */
export const adamShape = () => ({
  learningRate: learningRateSchema(1e-3),
  firstDecay: shareSchema(0.9),
  secondDecay: shareSchema(0.999),
  epsilon: epsilonSchema(1e-8),
})
const adamOptions = () => z.strictObject(adamShape())
const adamWOptions = () => z.strictObject({ ...adamShape(), weightDecay: nonNegativeSchema(1e-2) })

/**
 * Adam: steps of the size of the learning rate, scaled by running means of gradient and squared gradient.
 *
 * Kingma and Ba (2015), Adam: a method for stochastic optimization, arXiv:1412.6980.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { scalar } from 'conformable'
 * import { adam } from 'conformable/optimisers'
 * const rule = adam({ learningRate: 0.1 })
 * const x = scalar(1)
 * const [next, state] = rule.step(scalar(5), rule.init(x), x)
 * console.log(next) // 0.9
 * console.log(state.firstMoment) // 0.5
 */
export function adam(options: AdamOptions = {}): Rule<AdamFunction> {
  return adaptive({ ...parseOptions('adam', adamOptions, options), weightDecay: 0 })
}

/**
 * Adam with decoupled weight decay: x ← x − η (adaptive step + λ x).
 *
 * Loshchilov and Hutter (2019), Decoupled weight decay regularization, arXiv:1711.05101 (with λ multiplied by η, as libraries do).
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { scalar } from 'conformable'
 * import { adamW } from 'conformable/optimisers'
 * const rule = adamW({ learningRate: 0.1, weightDecay: 0.5 })
 * const x = scalar(1)
 * console.log(rule.step(scalar(0), rule.init(x), x)[0]) // 0.95
 */
export function adamW(options: AdamWOptions = {}): Rule<AdamFunction> {
  return adaptive(parseOptions('adamW', adamWOptions, options))
}

function adaptive({
  learningRate,
  firstDecay,
  secondDecay,
  epsilon,
  weightDecay,
}: Required<AdamWOptions>): Rule<AdamFunction> {
  return defineRule<AdamFunction>({
    init: noMoments,
    update(gradient, state, params) {
      const step = add(state.step, 1)
      const firstMoment = mapFloats((m, g) => movingAverage(m, g, firstDecay), state.firstMoment, gradient)
      const secondMoment = mapFloats((v, g) => movingAverage(v, square(g), secondDecay), state.secondMoment, gradient)
      const update = mapFloats(
        (m, v, x) => {
          const scale = add(sqrt(unbiased(v, secondDecay, step)), epsilon)
          const direction = div(unbiased(m, firstDecay, step), scale)
          const decayed = weightDecay === 0 ? direction : add(direction, mul(x, weightDecay))
          return neg(mul(decayed, valueAt(learningRate, state.step, m.dtype)))
        },
        firstMoment,
        secondMoment,
        params,
      )
      return [update, { step, firstMoment, secondMoment }]
    },
  })
}
