/**
 * AdaGrad: s ← s + g², x ← x − η g / √(s + ε); s starts at `initial`.
 * As optax; PyTorch puts ε outside the root and starts s at 0.
 */
import { add, fullLike, mul, neg, rsqrt, square } from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Rule, StateFunction } from '../../types/optimiser.ts'
import type { Scalar } from '../../types/tensor.ts'
import { epsilonSchema, learningRateSchema, nonNegativeSchema } from '../options.ts'
import { type Scheduled, valueAt } from '../schedules/schedule.ts'
import { defineRule, mapFloats, noSteps } from './rule.ts'

/** State of `adagrad`: steps done, and the sum of squared gradients, named like the parameters. */
export interface AdagradState<P> {
  readonly step: Scalar<'int32'>
  readonly squares: P
}

/** What state `adagrad` keeps for parameters. */
export interface AdagradFunction extends StateFunction {
  readonly state: AdagradState<this['params']>
}

/** Options of `adagrad`. */
export interface AdagradOptions {
  /** η; 0.01 by default, as PyTorch. */
  readonly learningRate?: Scheduled
  /** Where the sum of squares starts; 0.1 by default. */
  readonly initial?: number
  /** ε; 1e-7 by default. */
  readonly epsilon?: number
}

const optionsSchema = () =>
  z.strictObject({
    learningRate: learningRateSchema(0.01),
    initial: nonNegativeSchema(0.1),
    epsilon: epsilonSchema(1e-7),
  })

/**
 * AdaGrad: steps that shrink with the sum of all squared gradients so far.
 *
 * Duchi, Hazan and Singer (2011), Adaptive subgradient methods for online learning and stochastic optimization, JMLR 12.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { scalar } from 'conformable'
 * import { adagrad } from 'conformable/optimisers'
 * const rule = adagrad({ learningRate: 0.1, initial: 0 })
 * const x = scalar(1)
 * const [next] = rule.step(scalar(2), rule.init(x), x)
 * console.log(next) // 0.9
 */
export function adagrad(options: AdagradOptions = {}): Rule<AdagradFunction> {
  const { learningRate, initial, epsilon } = parseOptions('adagrad', optionsSchema, options)
  return defineRule<AdagradFunction>({
    init: (params) => ({ step: noSteps(params), squares: mapFloats((p) => fullLike(p, initial), params) }),
    update(gradient, { step, squares }) {
      const sums = mapFloats((s, g) => add(s, square(g)), squares, gradient)
      const update = mapFloats(
        (g, s) => neg(mul(mul(g, rsqrt(add(s, epsilon))), valueAt(learningRate, step, g.dtype))),
        gradient,
        sums,
      )
      return [update, { step: add(step, 1), squares: sums }]
    },
  })
}
