/**
 * Gradient descent, plain, with momentum, and with Nesterov's momentum.
 *
 *     m ← μ m + g          x ← x − η m              (momentum)
 *     m ← μ m + g          x ← x − η (g + μ m)      (Nesterov)
 *
 * As PyTorch and optax; Optimisers.jl multiplies g by η inside m instead, which differs once the learning rate changes.
 */
import { add, mul, neg, zerosLike } from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Rule, StateFunction } from '../../types/optimiser.ts'
import type { Scalar } from '../../types/tensor.ts'
import { learningRateSchema, shareSchema } from '../options.ts'
import { type Scheduled, valueAt } from '../schedules/schedule.ts'
import { defineRule, mapFloats, noSteps } from './rule.ts'

/** State of `sgd`: the number of steps done. */
export interface StepState {
  readonly step: Scalar<'int32'>
}

/** From parameters to the state of `sgd`. */
export interface StepFunction extends StateFunction {
  readonly state: StepState
}

/** State of `momentum` and `nesterov`: steps done, and the velocity, named like the parameters. */
export interface MomentumState<P> {
  readonly step: Scalar<'int32'>
  readonly velocity: P
}

/** From parameters to the state of `momentum`. */
export interface MomentumFunction extends StateFunction {
  readonly state: MomentumState<this['params']>
}

/** Options of `sgd`. */
export interface SgdOptions {
  /** η; 0.01 by default. */
  readonly learningRate?: Scheduled
}

/** Options of `momentum` and `nesterov`. */
export interface MomentumOptions extends SgdOptions {
  /** μ, the share of the velocity that is kept; 0.9 by default. */
  readonly momentum?: number
}

const sgdOptions = () => z.strictObject({ learningRate: learningRateSchema(0.01) })
const momentumOptions = () => z.strictObject({ learningRate: learningRateSchema(0.01), momentum: shareSchema(0.9) })

/**
 * Gradient descent: x ← x − η g.
 *
 * Robbins and Monro (1951), A stochastic approximation method, doi:10.1214/aoms/1177729586.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { scalar } from 'conformable'
 * import { sgd } from 'conformable/optimisers'
 * const rule = sgd({ learningRate: 0.1 })
 * const x = scalar(1)
 * const [next] = rule.step(scalar(2), rule.init(x), x)
 * console.log(next) // 0.8
 */
export function sgd(options: SgdOptions = {}): Rule<StepFunction> {
  const { learningRate } = parseOptions('sgd', sgdOptions, options)
  return defineRule<StepFunction>({
    init: (params) => ({ step: noSteps(params) }),
    update(gradient, { step }) {
      const update = mapFloats((g) => neg(mul(g, valueAt(learningRate, step, g.dtype))), gradient)
      return [update, { step: add(step, 1) }]
    },
  })
}

/**
 * Gradient descent with momentum: m ← μ m + g, x ← x − η m.
 *
 * Polyak (1964), Some methods of speeding up the convergence of iteration methods, doi:10.1016/0041-5553(64)90137-5.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { scalar } from 'conformable'
 * import { momentum } from 'conformable/optimisers'
 * const rule = momentum({ learningRate: 0.1, momentum: 0.9 })
 * const x = scalar(1)
 * const [next, state] = rule.step(scalar(2), rule.init(x), x)
 * console.log(rule.step(scalar(0), state, next)[0]) // 0.62
 */
export const momentum = (options: MomentumOptions = {}): Rule<MomentumFunction> =>
  withVelocity('momentum', options, false)

/**
 * Gradient descent with Nesterov's momentum: m ← μ m + g, x ← x − η (g + μ m).
 *
 * Nesterov (1983), in the form of Sutskever, Martens, Dahl and Hinton (2013), On the importance of initialization and momentum
 * in deep learning.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { scalar } from 'conformable'
 * import { nesterov } from 'conformable/optimisers'
 * const rule = nesterov({ learningRate: 0.1, momentum: 0.9 })
 * const x = scalar(1)
 * console.log(rule.step(scalar(2), rule.init(x), x)[0]) // 0.62
 */
export const nesterov = (options: MomentumOptions = {}): Rule<MomentumFunction> =>
  withVelocity('nesterov', options, true)

function withVelocity(name: string, options: MomentumOptions, ahead: boolean): Rule<MomentumFunction> {
  const { learningRate, momentum } = parseOptions(name, momentumOptions, options)
  return defineRule<MomentumFunction>({
    init: (params) => ({ step: noSteps(params), velocity: mapFloats((p) => zerosLike(p), params) }),
    update(gradient, state) {
      const velocity = mapFloats((g, m) => add(mul(m, momentum), g), gradient, state.velocity)
      const direction = ahead ? mapFloats((g, m) => add(g, mul(m, momentum)), gradient, velocity) : velocity
      const update = mapFloats((d) => neg(mul(d, valueAt(learningRate, state.step, d.dtype))), direction)
      return [update, { step: add(state.step, 1), velocity }]
    },
  })
}
