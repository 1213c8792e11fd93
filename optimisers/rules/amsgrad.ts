/**
 * AMSGrad: Adam whose second moment never shrinks.
 *
 *     m, v, m̂, v̂ as Adam       w ← max(w, v̂)       x ← x − η m̂ / (√w + ε)
 *
 * The paper leaves the correction 1/(1 − βᵗ) out for simplicity and says that its arguments hold with it. We correct before the
 * maximum, as optax; PyTorch takes the maximum of the uncorrected v and corrects it then.
 */
import { add, div, maximum, mul, neg, sqrt, square, zerosLike } from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Rule, StateFunction } from '../../types/optimiser.ts'
import { valueAt } from '../schedules/schedule.ts'
import { type AdamOptions, adamShape } from './adam.ts'
import { type AdamState, movingAverage, noMoments, unbiased } from './moments.ts'
import { defineRule, mapFloats } from './rule.ts'

/** State of `amsgrad`: that of Adam, and the largest corrected second moment so far. */
export interface AmsgradState<P> extends AdamState<P> {
  readonly largest: P
}

/** What state `amsgrad` keeps for parameters. */
export interface AmsgradFunction extends StateFunction {
  readonly state: AmsgradState<this['params']>
}

const optionsSchema = () => z.strictObject(adamShape())

/**
 * AMSGrad: Adam with the largest second moment so far, so that no step grows because gradients have become small.
 *
 * Reddi, Kale and Kumar (2018), On the convergence of Adam and beyond, arXiv:1904.09237.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { scalar } from 'conformable'
 * import { amsgrad } from 'conformable/optimisers'
 * const rule = amsgrad({ learningRate: 0.1 })
 * const x = scalar(1)
 * console.log(rule.step(scalar(5), rule.init(x), x)[0]) // 0.9
 */
export function amsgrad(options: AdamOptions = {}): Rule<AmsgradFunction> {
  const { learningRate, firstDecay, secondDecay, epsilon } = parseOptions('amsgrad', optionsSchema, options)
  return defineRule<AmsgradFunction>({
    init: (params) => ({ ...noMoments(params), largest: mapFloats((p) => zerosLike(p), params) }),
    update(gradient, state) {
      const step = add(state.step, 1)
      const firstMoment = mapFloats((m, g) => movingAverage(m, g, firstDecay), state.firstMoment, gradient)
      const secondMoment = mapFloats((v, g) => movingAverage(v, square(g), secondDecay), state.secondMoment, gradient)
      const largest = mapFloats((w, v) => maximum(w, unbiased(v, secondDecay, step)), state.largest, secondMoment)
      const update = mapFloats(
        (m, w) => {
          const direction = div(unbiased(m, firstDecay, step), add(sqrt(w), epsilon))
          return neg(mul(direction, valueAt(learningRate, state.step, m.dtype)))
        },
        firstMoment,
        largest,
      )
      return [update, { step, firstMoment, secondMoment, largest }]
    },
  })
}
