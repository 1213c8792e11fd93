/**
 * RMSProp: steps divided by the root of a running mean of the squared gradient.
 *
 *     v ← ρ v + (1 − ρ) g²       x ← x − η g / √(v + ε)
 *
 *     k ← ρ k + (1 − ρ) g        x ← x − η g / √(v − k² + ε)                (centred)
 *     d = g / √(…)               w ← μ w + d        x ← x − η w             (with momentum)
 *
 * ε stands inside the root, as in Graves (2013) and optax; PyTorch and Optimisers.jl add it to the root.
 */
import { add, maximum, mul, neg, rsqrt, square, sub, zerosLike } from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Rule, StateFunction } from '../../types/optimiser.ts'
import type { Scalar } from '../../types/tensor.ts'
import { epsilonSchema, learningRateSchema, shareSchema } from '../options.ts'
import { type Scheduled, valueAt } from '../schedules/schedule.ts'
import { movingAverage } from './moments.ts'
import { defineRule, mapFloats, noSteps } from './rule.ts'

/** State of `rmsProp`: steps done, the running mean of g², and what the options ask for: that of g, and the velocity. */
export interface RmsPropState<P> {
  readonly step: Scalar<'int32'>
  readonly secondMoment: P
  /** If centred, else null. */
  readonly firstMoment: P | null
  /** If there is momentum, else null. */
  readonly velocity: P | null
}

/** What state `rmsProp` keeps for parameters. */
export interface RmsPropFunction extends StateFunction {
  readonly state: RmsPropState<this['params']>
}

/** Options of `rmsProp`. */
export interface RmsPropOptions {
  /** η; 1e-3 by default. */
  readonly learningRate?: Scheduled
  /** ρ, the share of the means that is kept; 0.9 by default. */
  readonly decay?: number
  /** Divides by the standard deviation of the gradient, not by its root mean square; false by default. */
  readonly centred?: boolean
  /** μ; 0 by default. */
  readonly momentum?: number
  /** ε; 1e-8 by default. */
  readonly epsilon?: number
}

const optionsSchema = () =>
  z.strictObject({
    learningRate: learningRateSchema(1e-3),
    decay: shareSchema(0.9),
    centred: z._default(z.boolean(), false),
    momentum: shareSchema(0),
    epsilon: epsilonSchema(1e-8),
  })

/**
 * RMSProp, also centred and with momentum.
 *
 * Tieleman and Hinton (2012), Lecture 6.5, COURSERA: Neural networks for machine learning; centred and with momentum: Graves
 * (2013), Generating sequences with recurrent neural networks, arXiv:1308.0850, equations 38 to 45.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { scalar } from 'conformable'
 * import { rmsProp } from 'conformable/optimisers'
 * const rule = rmsProp({ learningRate: 0.1, decay: 0.75 })
 * const x = scalar(1)
 * console.log(rule.step(scalar(5), rule.init(x), x)[0]) // 0.8
 */
export function rmsProp(options: RmsPropOptions = {}): Rule<RmsPropFunction> {
  const { learningRate, decay, centred, momentum, epsilon } = parseOptions('rmsProp', optionsSchema, options)
  return defineRule<RmsPropFunction>({
    init(params) {
      const zeros = mapFloats((p) => zerosLike(p), params)
      const firstMoment = centred ? zeros : null
      return { step: noSteps(params), secondMoment: zeros, firstMoment, velocity: momentum > 0 ? zeros : null }
    },
    update(gradient, state) {
      const average = <P>(mean: P, of: P): P => mapFloats((m, x) => movingAverage(m, x, decay), mean, of)
      const squares = mapFloats((g) => square(g), gradient)
      const secondMoment = average(state.secondMoment, squares)
      const firstMoment = state.firstMoment === null ? null : average(state.firstMoment, gradient)
      // Rounding must not make a variance negative.
      const spread =
        firstMoment === null
          ? secondMoment
          : mapFloats((v, k) => maximum(sub(v, square(k)), 0), secondMoment, firstMoment)
      const scaled = mapFloats((g, v) => mul(g, rsqrt(add(v, epsilon))), gradient, spread)
      const velocity =
        state.velocity === null ? null : mapFloats((w, d) => add(mul(w, momentum), d), state.velocity, scaled)
      const update = mapFloats((d) => neg(mul(d, valueAt(learningRate, state.step, d.dtype))), velocity ?? scaled)
      return [update, { step: add(state.step, 1), secondMoment, firstMoment, velocity }]
    },
  })
}
