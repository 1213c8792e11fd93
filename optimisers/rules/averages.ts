/** Running averages: of gradients, and of parameters. */
import { add, mul, zerosLike } from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Rule, StateFor, StateFunction, Transformation } from '../../types/optimiser.ts'
import { shareSchema } from '../options.ts'
import type { MomentumFunction } from './descent.ts'
import { movingAverage, unbiased } from './moments.ts'
import { copyOf, defineRule, defineTransformation, mapFloats, noSteps } from './rule.ts'

const optionsSchema = () => z.strictObject({ decay: shareSchema(0) })

/**
 * The running average of gradients instead of the gradient: m ← β m + (1 − β) g, m / (1 − βᵗ). Its `velocity` is m.
 * @param decay β in [0, 1): about the last 1 / (1 − β) gradients count.
 * @throws ArgumentError if β is not in [0, 1).
 * @example
 * import { scalar } from 'conformable'
 * import { chain, ema, sgd } from 'conformable/optimisers'
 * const rule = chain(ema(0.9), sgd({ learningRate: 0.1 }))
 * const x = scalar(1)
 * console.log(rule.step(scalar(2), rule.init(x), x)[0]) // 0.8
 */
export function ema(decay: number): Transformation<MomentumFunction> {
  parseOptions('ema', optionsSchema, { decay })
  return defineTransformation<MomentumFunction>({
    init: (params) => ({ step: noSteps(params), velocity: mapFloats((p) => zerosLike(p), params) }),
    update(gradient, state) {
      const step = add(state.step, 1)
      const velocity = mapFloats((m, g) => movingAverage(m, g, decay), state.velocity, gradient)
      return [mapFloats((m) => unbiased(m, decay, step), velocity), { step, velocity }]
    },
  })
}

/** State of `averaged`: the average of the parameters, named like them, and the state of the rule. */
export interface AveragedState<P, S> {
  readonly average: P
  readonly rule: S
}

/** What state `averaged` keeps for parameters. */
export interface AveragedFunction<F extends StateFunction> extends StateFunction {
  readonly state: AveragedState<this['params'], StateFor<F, this['params']>>
}

/**
 * The rule, with a running average of the parameters in its state: a ← β a + (1 − β) x, from the first parameters on. Models are
 * often better at the average: `state.average`.
 *
 * Polyak and Juditsky (1992), Acceleration of stochastic approximation by averaging, doi:10.1137/0330046.
 * @param decay β in [0, 1).
 * @throws ArgumentError if β is not in [0, 1).
 * @example
 * import { scalar } from 'conformable'
 * import { averaged, sgd } from 'conformable/optimisers'
 * const rule = averaged(0.75, sgd({ learningRate: 0.1 }))
 * const x = scalar(1)
 * const [, state] = rule.step(scalar(2), rule.init(x), x)
 * console.log(state.average) // 0.95
 */
export function averaged<F extends StateFunction>(decay: number, rule: Rule<F>): Rule<AveragedFunction<F>> {
  parseOptions('averaged', optionsSchema, { decay })
  return defineRule<AveragedFunction<F>>({
    init: (params) => ({ average: copyOf(params), rule: rule.init(params) }),
    update(gradient, state, params, measured) {
      const [update, next] = rule.update(gradient, state.rule, params, measured)
      const average = mapFloats(
        (a, x, u) => add(mul(a, decay), mul(add(x, u), 1 - decay)),
        state.average,
        params,
        update,
      )
      return [update, { average, rule: next }]
    },
  })
}
