/** Lookahead: slow parameters that follow fast ones. */
import { add, equal, mod, mul, sub, where } from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Rule, StateFor, StateFunction } from '../../types/optimiser.ts'
import type { Scalar } from '../../types/tensor.ts'
import { countSchema, wholeShareSchema } from '../options.ts'
import { copyOf, defineRule, mapFloats, noSteps } from '../rules/rule.ts'

/** State of `lookahead`: steps since the last return, the slow parameters, and the state of the rule. */
export interface LookaheadState<P, S> {
  readonly count: Scalar<'int32'>
  readonly slow: P
  readonly rule: S
}

/** What state `lookahead` keeps for parameters. */
export interface LookaheadFunction<F extends StateFunction> extends StateFunction {
  readonly state: LookaheadState<this['params'], StateFor<F, this['params']>>
}

/** Options of `lookahead`. */
export interface LookaheadOptions {
  /** k, the steps of the rule between two returns; 5 by default. */
  readonly every?: number
  /** α, how far the slow parameters follow; 0.5 by default. */
  readonly share?: number
}

const optionsSchema = () => z.strictObject({ every: z._default(countSchema(), 5), share: wholeShareSchema(0.5) })

/**
 * After every k steps of the rule, y ← y + α (x − y) and x ← y: the slow parameters y, `state.slow`, go a part of the way.
 *
 * Zhang, Lucas, Hinton and Ba (2019), Lookahead optimizer: k steps forward, 1 step back, arXiv:1907.08610. The state of the rule
 * is kept at a return.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { scalar } from 'conformable'
 * import { lookahead, sgd } from 'conformable/optimisers'
 * const rule = lookahead({ every: 1, share: 0.5 }, sgd({ learningRate: 0.1 }))
 * console.log(rule.step(scalar(2), rule.init(scalar(1)), scalar(1))[0]) // 0.9
 */
export function lookahead<F extends StateFunction>(
  options: LookaheadOptions,
  rule: Rule<F>,
): Rule<LookaheadFunction<F>> {
  const { every, share } = parseOptions('lookahead', optionsSchema, options)
  return defineRule<LookaheadFunction<F>>({
    init: (params) => ({ count: noSteps(params), slow: copyOf(params), rule: rule.init(params) }),
    update(gradient, state, params, measured) {
      const [step, next] = rule.update(gradient, state.rule, params, measured)
      const seen = add(state.count, 1)
      const due = equal(seen, every)
      const slow = mapFloats(
        (y, x, u) => where(due, add(y, mul(sub(add(x, u), y), share)), y),
        state.slow,
        params,
        step,
      )
      const update = mapFloats((u, y, x) => where(due, sub(y, x), u), step, slow, params)
      return [update, { count: mod(seen, every), slow, rule: next }]
    },
  })
}
