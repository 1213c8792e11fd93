/** One step for several gradients. */
import { add, div, equal, fullLike, mapTree, mod, where, zerosLike } from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Rule, StateFor, StateFunction } from '../../types/optimiser.ts'
import type { Scalar } from '../../types/tensor.ts'
import { countSchema } from '../options.ts'
import { defineRule, mapFloats, noSteps } from '../rules/rule.ts'

/** State of `accumulate`: gradients since the last step and their sum, named like the parameters, and the state of the rule. */
export interface AccumulateState<P, S> {
  readonly count: Scalar<'int32'>
  readonly sum: P
  readonly rule: S
}

/** What state `accumulate` keeps for parameters. */
export interface AccumulateFunction<F extends StateFunction> extends StateFunction {
  readonly state: AccumulateState<this['params'], StateFor<F, this['params']>>
}

const optionsSchema = () => z.strictObject({ count: countSchema() })

/**
 * Steps once for every `count` gradients, with their mean; between these steps nothing moves. So batches larger than memory are
 * taken in pieces of equal size.
 * @throws ArgumentError if the count is not a whole number from 1.
 * @example
 * import { scalar } from 'conformable'
 * import { accumulate, sgd } from 'conformable/optimisers'
 * const rule = accumulate(2, sgd({ learningRate: 0.1 }))
 * const [x, state] = rule.step(scalar(1), rule.init(scalar(1)), scalar(1))
 * console.log(x) // 1
 * console.log(rule.step(scalar(3), state, x)[0]) // 0.8
 */
export function accumulate<F extends StateFunction>(count: number, rule: Rule<F>): Rule<AccumulateFunction<F>> {
  parseOptions('accumulate', optionsSchema, { count })
  return defineRule<AccumulateFunction<F>>({
    init: (params) => ({
      count: noSteps(params),
      sum: mapFloats((p) => zerosLike(p), params),
      rule: rule.init(params),
    }),
    update(gradient, state, params, measured) {
      const seen = add(state.count, 1)
      const due = equal(seen, count)
      const sum = mapFloats((s, g) => add(s, g), state.sum, gradient)
      const mean = mapFloats((s) => div(s, count), sum)
      const [update, next] = rule.update(mean, state.rule, params, measured)
      return [
        mapFloats((u) => where(due, u, fullLike(u, -0)), update),
        {
          count: mod(seen, count),
          sum: mapFloats((s) => where(due, fullLike(s, 0), s), sum),
          rule: mapTree((after, before) => where(due, after, before!), next, state.rule),
        },
      ]
    },
  })
}
