/** Weight decay as a part of the gradient: the gradient of λ/2 ‖x‖². */
import { add, mul } from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Transformation } from '../../types/optimiser.ts'
import { scheduledFromZeroSchema } from '../options.ts'
import type { StepFunction } from '../rules/descent.ts'
import { defineTransformation, mapFloats, noSteps } from '../rules/rule.ts'
import { type Scheduled, valueAt } from '../schedules/schedule.ts'

const optionsSchema = () => z.strictObject({ decay: scheduledFromZeroSchema() })

/**
 * Adds λ x to the gradient: g ← g + λ x. In front of `sgd` that is weight decay, in front of an adaptive rule it is the
 * L2 penalty of a loss, scaled as everything else (`adamW` decays beside the adaptive step). It stands before the rule.
 * Weights only, without biases: `masked('*.weight', weightDecay(1e-4))`.
 * @param decay λ, a number from 0 or a schedule.
 * @throws ArgumentError if λ is neither.
 * @example
 * import { scalar } from 'conformable'
 * import { chain, sgd, weightDecay } from 'conformable/optimisers'
 * const rule = chain(weightDecay(0.5), sgd({ learningRate: 0.1 }))
 * const x = scalar(1)
 * console.log(rule.step(scalar(0), rule.init(x), x)[0]) // 0.95
 */
export function weightDecay(decay: Scheduled): Transformation<StepFunction> {
  parseOptions('weightDecay', optionsSchema, { decay })
  const transformation = defineTransformation<StepFunction>({
    init: (params) => ({ step: noSteps(params) }),
    update(gradient, { step }, params) {
      const update = mapFloats((g, x) => add(g, mul(x, valueAt(decay, step, x.dtype))), gradient, params)
      return [update, { step: add(step, 1) }]
    },
  })
  return { ...transformation, beforeRule: true }
}
