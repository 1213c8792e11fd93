/** Rules for some of the parameters: the others rest, or have rules of their own. */
import { ArgumentError, fullLike, parametersOf } from '../../src/index.ts'
import type { Rule, StateFor, StateFunction, Transformation } from '../../types/optimiser.ts'
import { defineLike, defineRule, isRule, mapFloats } from '../rules/rule.ts'
import { accepts, type Choices, choicesOf, chosen, either, requireMatch, type Which } from './select.ts'

/**
 * A rule for some of the parameters: the others do not move at all, neither by gradient nor by decay. A transformation for
 * some: the others keep their gradient. (In optax raw gradients pass through what is masked from a rule, too, and are added.)
 *
 * The rule sees a gradient of 0 elsewhere, so that norms are those of its own parameters, and its state has the names of all.
 * @param which a pattern of names such as '*.weight', or a question (path, shape) → boolean.
 * @throws ArgumentError, when it is used, if a pattern fits no parameter.
 * @example
 * import { tensor } from 'conformable'
 * import { chain, masked, sgd, weightDecay } from 'conformable/optimisers'
 * const rule = chain(masked('*.weight', weightDecay(0.5)), sgd({ learningRate: 0.1 }))
 * const x = { L1: { weight: tensor([1]), bias: tensor([1]) } }
 * const g = { L1: { weight: tensor([0]), bias: tensor([1]) } }
 * console.log(rule.step(g, rule.init(x), x)[0]) // weight [0.95], bias [0.9]
 */
export function masked<F extends StateFunction>(which: Which, rule: Rule<F>): Rule<F>
export function masked<F extends StateFunction>(which: Which, transformation: Transformation<F>): Transformation<F>
export function masked<F extends StateFunction>(which: Which, link: Transformation<F>): Transformation<F> {
  return restricted((params) => choicesOf('masked', which, params), link)
}

/**
 * The rule, without some of the parameters: these do not move at all, neither by gradient nor by decay, and NaN in their gradient
 * reaches nobody.
 * @param which a pattern of names such as 'encoder.*', or a question (path, shape) → boolean.
 * @throws ArgumentError, when it is used, if a pattern fits no parameter.
 * @example
 * import { tensor } from 'conformable'
 * import { adamW, freeze } from 'conformable/optimisers'
 * const rule = freeze('encoder.*', adamW({ learningRate: 0.1 }))
 * const x = { encoder: { weight: tensor([1]) }, head: { weight: tensor([1]) } }
 * console.log(rule.step(x, rule.init(x), x)[0].encoder.weight) // [1]
 */
export function freeze<F extends StateFunction>(which: Which, rule: Rule<F>): Rule<F> {
  const moving = (params: unknown): Choices => {
    const parameters = parametersOf(params)
    requireMatch('freeze', which, parameters)
    return chosen(
      params,
      parameters,
      parameters.map((parameter) => !accepts(which, parameter)),
    )
  }
  // Made of a rule, it is one.
  return restricted(moving, rule) as Rule<F>
}

function restricted<F extends StateFunction>(
  choices: (params: unknown) => Choices,
  link: Transformation<F>,
): Transformation<F> {
  return defineLike<F>([link], {
    init(params) {
      choices(params) // A mistyped name is told of at once.
      return link.init(params)
    },
    update(gradient, state, params, measured) {
      const own = choices(params)
      const [update, next] = link.update(either(own, gradient, filled(gradient, 0)), state, params, measured)
      return [either(own, update, isRule(link) ? still(gradient) : gradient), next]
    },
  })
}

/** The state of each rule of a partition, under its pattern. */
export type PartitionState<Fs extends Readonly<Record<string, StateFunction>>, P> = {
  readonly [K in keyof Fs]: StateFor<Fs[K], P>
}

/** What state `partition` keeps for parameters. */
export interface PartitionFunction<Fs extends Readonly<Record<string, StateFunction>>> extends StateFunction {
  readonly state: PartitionState<Fs, this['params']>
}

/**
 * A rule for each part of the parameters. A parameter belongs to the first pattern that fits its name; '*' at the end takes the
 * rest. Each rule keeps a state with the names of all parameters.
 * @throws ArgumentError, when it is used, if a parameter has no rule, or a rule no parameter.
 * @example
 * import { tensor } from 'conformable'
 * import { adam, partition, sgd } from 'conformable/optimisers'
 * const rule = partition({ 'encoder.*': sgd({ learningRate: 0.5 }), '*': adam({ learningRate: 0.1 }) })
 * const x = { encoder: { weight: tensor([1]) }, head: { weight: tensor([1]) } }
 * console.log(rule.step(x, rule.init(x), x)[0]) // { encoder: { weight: [0.5] }, head: { weight: [0.9] } }
 */
export function partition<const Fs extends Readonly<Record<string, StateFunction>>>(
  rules: {
    readonly [K in keyof Fs]: Rule<Fs[K]>
  },
): Rule<PartitionFunction<Fs>> {
  // Each rule with the state that it made: what PartitionState says, which no type can follow through a list.
  const parts = Object.entries(rules) as unknown as readonly (readonly [string, Rule<StateFunction>])[]
  return defineRule<PartitionFunction<Fs>>({
    init(params) {
      partsOf(Object.keys(rules), params)
      return Object.fromEntries(parts.map(([pattern, rule]) => [pattern, rule.init(params)])) as never
    },
    update(gradient, states, params, measured) {
      const choices = partsOf(Object.keys(rules), params)
      const zeros = filled(gradient, 0)
      let whole = still(gradient)
      const next = parts.map(([pattern, rule], i) => {
        const own = either(choices[i]!, gradient, zeros)
        const state = (states as Readonly<Record<string, unknown>>)[pattern]
        const [update, after] = rule.update(own, state as never, params, measured)
        whole = either(choices[i]!, update, whole)
        return [pattern, after] as const
      })
      return [whole, Object.fromEntries(next) as never]
    },
  })
}

/** What belongs to each pattern. */
function partsOf(patterns: readonly string[], params: unknown): readonly Choices[] {
  const parameters = parametersOf(params)
  const owners = parameters.map((parameter) => patterns.findIndex((pattern) => accepts(pattern, parameter)))
  const orphan = owners.indexOf(-1)
  if (orphan >= 0) {
    throw new ArgumentError(
      `partition: '${parameters[orphan]!.path}' has no rule. There are rules for ${patterns.map((p) => `'${p}'`).join(', ')}; '*' takes the rest.`,
    )
  }
  const idle = patterns.find((_, i) => parameters.length > 0 && !owners.includes(i))
  if (idle !== undefined) {
    requireMatch('partition', idle, parameters)
    throw new ArgumentError(`partition: all parameters that fit '${idle}' belong to earlier patterns.`)
  }
  return patterns.map((_, i) =>
    chosen(
      params,
      parameters,
      owners.map((owner) => owner === i),
    ),
  )
}

const filled = <P>(tree: P, value: number): P => mapFloats((leaf) => fullLike(leaf, value), tree)

/** The step that moves nothing: x + (−0) is x, also where x is −0. */
const still = <P>(tree: P): P => filled(tree, -0)
