/** Steps without NaN and ∞. */
import {
  add,
  all,
  isFinite as areFinite,
  convert,
  fullLike,
  isFloatTensor,
  leavesOf,
  logicalAnd,
  mapTree,
  sub,
  where,
} from '../../src/index.ts'
import type { Rule, StateFor, StateFunction } from '../../types/optimiser.ts'
import type { Scalar } from '../../types/tensor.ts'
import { defineRule, mapFloats, noSteps } from '../rules/rule.ts'

/** State of `skipNonFinite`: steps left out so far, and the state of the rule. */
export interface SkipState<S> {
  readonly skipped: Scalar<'int32'>
  readonly rule: S
}

/** What state `skipNonFinite` keeps for parameters. */
export interface SkipFunction<F extends StateFunction> extends StateFunction {
  readonly state: SkipState<StateFor<F, this['params']>>
}

/**
 * The rule, but where the gradient holds a NaN or an infinity anywhere, nothing moves, the state of the rule stays, and
 * `state.skipped` counts one more. Look at that count: a loss that is always NaN trains nothing.
 * @example
 * import { tensor } from 'conformable'
 * import { sgd, skipNonFinite } from 'conformable/optimisers'
 * const rule = skipNonFinite(sgd({ learningRate: 0.1 }))
 * const x = tensor([1, 1])
 * const [next, state] = rule.step(tensor([NaN, 1]), rule.init(x), x)
 * console.log(next) // [1, 1]
 * console.log(state.skipped) // 1
 */
export function skipNonFinite<F extends StateFunction>(rule: Rule<F>): Rule<SkipFunction<F>> {
  return defineRule<SkipFunction<F>>({
    init: (params) => ({ skipped: noSteps(params), rule: rule.init(params) }),
    update(gradient, state, params, measured) {
      const [update, next] = rule.update(gradient, state.rule, params, measured)
      const finite = leavesOf(gradient)
        .filter(isFloatTensor)
        .map((leaf): Scalar<'bool'> => all(areFinite(leaf)))
        .reduce<Scalar<'bool'> | null>((a, b) => (a === null ? b : logicalAnd(a, b)), null)
      if (finite === null) return [update, { ...state, rule: next }]
      return [
        mapFloats((u) => where(finite, u, fullLike(u, -0)), update),
        {
          skipped: add(state.skipped, sub(1, convert(finite, 'int32'))),
          rule: mapTree((after, before) => where(finite, after, before!), next, state.rule),
        },
      ]
    },
  })
}
