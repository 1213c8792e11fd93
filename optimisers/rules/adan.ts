/**
 * Adan: Adam with Nesterov's momentum, from the difference of gradients. With the shares kept β = 1 − (the paper's β):
 *
 *     m ← β₁ m + (1 − β₁) g           v ← β₂ v + (1 − β₂)(g − g₋)         n ← β₃ n + (1 − β₃)(g + β₂ (g − g₋))²
 *     x ← (x − η (m̂ + β₂ v̂) / (√n̂ + ε)) / (1 + η λ)
 *
 * The means start at 0 and are corrected by 1/(1 − βᵗ), as in the authors' code and optax; the paper starts them at the first
 * gradient. At the first step g − g₋ is 0.
 */
import { add, div, equal, mul, neg, sqrt, square, sub, where, zerosLike } from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Rule, StateFunction } from '../../types/optimiser.ts'
import { epsilonSchema, learningRateSchema, nonNegativeSchema, shareSchema } from '../options.ts'
import { type Scheduled, valueAt } from '../schedules/schedule.ts'
import { type AdamState, movingAverage, noMoments, unbiased } from './moments.ts'
import { defineRule, mapFloats } from './rule.ts'

/** State of `adan`: as Adam's, with the mean difference of gradients and the last gradient. */
export interface AdanState<P> extends AdamState<P> {
  readonly difference: P
  readonly gradient: P
}

/** What state `adan` keeps for parameters. */
export interface AdanFunction extends StateFunction {
  readonly state: AdanState<this['params']>
}

/** Options of `adan`. */
export interface AdanOptions {
  /** η; 1e-3 by default. */
  readonly learningRate?: Scheduled
  /** β₁, the share of the mean gradient that is kept; 0.98 by default. */
  readonly firstDecay?: number
  /** β₂, the share of the mean difference that is kept; 0.92 by default. */
  readonly differenceDecay?: number
  /** β₃, the share of the mean square that is kept; 0.99 by default. */
  readonly secondDecay?: number
  /** ε; 1e-8 by default. */
  readonly epsilon?: number
  /** λ, multiplied by the learning rate; 0 by default. */
  readonly weightDecay?: number
}

const optionsSchema = () =>
  z.strictObject({
    learningRate: learningRateSchema(1e-3),
    firstDecay: shareSchema(0.98),
    differenceDecay: shareSchema(0.92),
    secondDecay: shareSchema(0.99),
    epsilon: epsilonSchema(1e-8),
    weightDecay: nonNegativeSchema(0),
  })

/**
 * Adan: adaptive Nesterov momentum.
 *
 * Xie, Zhou, Li, Lin and Yan (2022), Adan: adaptive Nesterov momentum algorithm, arXiv:2208.06677.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { scalar } from 'conformable'
 * import { adan } from 'conformable/optimisers'
 * const rule = adan({ learningRate: 0.1 })
 * const x = scalar(1)
 * console.log(rule.step(scalar(5), rule.init(x), x)[0]) // 0.9
 */
export function adan(options: AdanOptions = {}): Rule<AdanFunction> {
  const settings = parseOptions('adan', optionsSchema, options)
  const { learningRate, firstDecay, differenceDecay, secondDecay, epsilon, weightDecay } = settings
  return defineRule<AdanFunction>({
    init(params) {
      const zeros = mapFloats((p) => zerosLike(p), params)
      return { ...noMoments(params), difference: zeros, gradient: zeros }
    },
    update(gradient, state, params) {
      const step = add(state.step, 1)
      const change = mapFloats((g, last) => where(equal(step, 1), 0, sub(g, last)), gradient, state.gradient)
      const firstMoment = mapFloats((m, g) => movingAverage(m, g, firstDecay), state.firstMoment, gradient)
      const difference = mapFloats((v, d) => movingAverage(v, d, differenceDecay), state.difference, change)
      const secondMoment = mapFloats(
        (n, g, d) => movingAverage(n, square(add(g, mul(d, differenceDecay))), secondDecay),
        state.secondMoment,
        gradient,
        change,
      )
      const update = mapFloats(
        (m, v, n, x) => {
          const ahead = mul(unbiased(v, differenceDecay, step), differenceDecay)
          const scale = add(sqrt(unbiased(n, secondDecay, step)), epsilon)
          const direction = div(add(unbiased(m, firstDecay, step), ahead), scale)
          const rate = valueAt(learningRate, state.step, m.dtype)
          // (x − η d) / (1 + η λ) − x, without the difference of nearly equal numbers
          const shrink = typeof rate === 'number' ? 1 + rate * weightDecay : add(mul(rate, weightDecay), 1)
          return neg(div(mul(add(direction, mul(x, weightDecay)), rate), shrink))
        },
        firstMoment,
        difference,
        secondMoment,
        params,
      )
      return [update, { step, firstMoment, secondMoment, difference, gradient }]
    },
  })
}
