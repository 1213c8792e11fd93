/** Hyper-parameters in the state, where a user can set them between steps. */
import { convert } from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { FloatDType } from '../../types/dtype.ts'
import type { Rule, StateFor, StateFunction } from '../../types/optimiser.ts'
import type { Scalar } from '../../types/tensor.ts'
import { defineRule, scalarBeside } from '../rules/rule.ts'
import type { Schedule } from '../schedules/schedule.ts'

/** State of `tunable`: the hyper-parameters as float32 scalars, and the state of the rule. */
export interface TunableState<Names extends string, S> {
  readonly values: { readonly [N in Names]: Scalar }
  readonly rule: S
}

/** What state `tunable` keeps for parameters. */
export interface TunableFunction<Names extends string, F extends StateFunction> extends StateFunction {
  readonly state: TunableState<Names, StateFor<F, this['params']>>
}

const valuesSchema = () => z.record(z.string(), z.number())

/**
 * A rule whose hyper-parameters live in its state: `{ ...state, values: { learningRate: scalar(1e-4) } }` sets one, and nothing is
 * traced or compiled anew. They stand wherever an option takes a schedule.
 * @param values the first values, by names of your choice.
 * @param make the rule, from a schedule for each name.
 * @throws ArgumentError if a value is not a finite number.
 * @example
 * import { scalar } from 'conformable'
 * import { sgd, tunable } from 'conformable/optimisers'
 * const rule = tunable({ rate: 0.1 }, ({ rate }) => sgd({ learningRate: rate }))
 * const [x, state] = rule.step(scalar(1), rule.init(scalar(1)), scalar(1))
 * console.log(x) // 0.9
 * console.log(rule.step(scalar(1), { ...state, values: { rate: scalar(0.5) } }, x)[0]) // 0.4
 */
export function tunable<const Names extends string, F extends StateFunction>(
  values: { readonly [N in Names]: number },
  make: (values: { readonly [N in Names]: Schedule }) => Rule<F>,
): Rule<TunableFunction<Names, F>> {
  parseOptions('tunable', valuesSchema, values)
  const names = Object.keys(values) as Names[] // the keys of a record of these names
  const byName = <T>(entry: (name: Names) => T) =>
    Object.fromEntries(names.map((name) => [name, entry(name)])) as { readonly [N in Names]: T }
  const first = make(byName((name) => reading(() => scalarBeside(null, values[name], 'float32'))))
  return defineRule<TunableFunction<Names, F>>({
    init: (params) => ({
      values: byName((name) => scalarBeside(params, values[name], 'float32')),
      rule: first.init(params),
    }),
    update(gradient, state, params, measured) {
      const rule = make(byName((name) => reading(() => state.values[name])))
      const [update, next] = rule.update(gradient, state.rule, params, measured)
      return [update, { values: state.values, rule: next }]
    },
  })
}

/** A schedule that looks a number up, whatever the step. */
const reading =
  (value: () => Scalar): Schedule =>
  <D extends FloatDType>(t: Scalar<D>): Scalar<D> =>
    convert(value(), t.dtype)
