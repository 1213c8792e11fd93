/**
 * AdaDelta: the unit of a step is that of the parameters.
 *
 *     v ← ρ v + (1 − ρ) g²       d = √(u + ε) / √(v + ε) g       u ← ρ u + (1 − ρ) d²       x ← x − η d
 */
import { add, mul, neg, rsqrt, sqrt, square, zerosLike } from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Rule, StateFunction } from '../../types/optimiser.ts'
import type { Scalar } from '../../types/tensor.ts'
import { epsilonSchema, learningRateSchema, shareSchema } from '../options.ts'
import { type Scheduled, valueAt } from '../schedules/schedule.ts'
import { movingAverage } from './moments.ts'
import { defineRule, mapFloats, noSteps } from './rule.ts'

/** State of `adadelta`: steps done, and running means of squared gradients and squared steps, named like the parameters. */
export interface AdadeltaState<P> {
  readonly step: Scalar<'int32'>
  readonly gradients: P
  readonly steps: P
}

/** What state `adadelta` keeps for parameters. */
export interface AdadeltaFunction extends StateFunction {
  readonly state: AdadeltaState<this['params']>
}

/** Options of `adadelta`. */
export interface AdadeltaOptions {
  /** η; 1 by default: the paper has none. */
  readonly learningRate?: Scheduled
  /** ρ, the share of the means that is kept; 0.9 by default (the paper: 0.95). */
  readonly decay?: number
  /** ε, whose root is the size of the first steps; 1e-6 by default, as in the paper. */
  readonly epsilon?: number
}

const optionsSchema = () =>
  z.strictObject({
    learningRate: learningRateSchema(1),
    decay: shareSchema(0.9),
    epsilon: epsilonSchema(1e-6),
  })

/**
 * AdaDelta: steps as large as the steps before them, scaled by the gradient.
 *
 * Zeiler (2012), ADADELTA: an adaptive learning rate method, arXiv:1212.5701.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { scalar } from 'conformable'
 * import { adadelta } from 'conformable/optimisers'
 * const rule = adadelta({ epsilon: 0.01 })
 * const x = scalar(1)
 * console.log(rule.step(scalar(3), rule.init(x), x)[0]) // 0.685514
 */
export function adadelta(options: AdadeltaOptions = {}): Rule<AdadeltaFunction> {
  const { learningRate, decay, epsilon } = parseOptions('adadelta', optionsSchema, options)
  return defineRule<AdadeltaFunction>({
    init(params) {
      const zeros = mapFloats((p) => zerosLike(p), params)
      return { step: noSteps(params), gradients: zeros, steps: zeros }
    },
    update(gradient, state) {
      const gradients = mapFloats((v, g) => movingAverage(v, square(g), decay), state.gradients, gradient)
      const direction = mapFloats(
        (g, v, u) => mul(mul(sqrt(add(u, epsilon)), rsqrt(add(v, epsilon))), g),
        gradient,
        gradients,
        state.steps,
      )
      const steps = mapFloats((u, d) => movingAverage(u, square(d), decay), state.steps, direction)
      const update = mapFloats((d) => neg(mul(d, valueAt(learningRate, state.step, d.dtype))), direction)
      return [update, { step: add(state.step, 1), gradients, steps }]
    },
  })
}
