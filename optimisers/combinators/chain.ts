/** Transformations and a rule, one after the other. */
import { ArgumentError } from '../../src/index.ts'
import type { Rule, StateFunction, StateOf, Transformation } from '../../types/optimiser.ts'
import { defineLike, isRule } from '../rules/rule.ts'

type Links = readonly Transformation<StateFunction>[]

/** The states of the links, in order. */
export type ChainState<Rs extends Links, P> = { readonly [I in keyof Rs]: StateOf<Rs[I], P> }

/** What state `chain` keeps for parameters. */
export interface ChainStateFunction<Rs extends Links> extends StateFunction {
  readonly state: ChainState<Rs, this['params']>
}

type IsRule<R> = R extends { step: unknown } ? true : false

/** Is there a rule among the links? */
type HasRule<Rs extends Links> = true extends { readonly [I in keyof Rs]: IsRule<Rs[I]> }[number] ? true : false

/** A rule if one of the links is a rule, else a transformation. */
export type Chained<Rs extends Links> =
  HasRule<Rs> extends true ? Rule<ChainStateFunction<Rs>> : Transformation<ChainStateFunction<Rs>>

/** Are there two rules among the links? */
type HasTwoRules<Rs extends Links> = Rs extends readonly [infer First, ...infer Rest extends Links]
  ? IsRule<First> extends true
    ? HasRule<Rest>
    : HasTwoRules<Rest>
  : false

/** The links, or the sentence. */
type OneRule<Rs extends Links> =
  HasTwoRules<Rs> extends true ? readonly 'chain: two rules; the second would take steps for gradients'[] : Rs

/**
 * Transformations of the gradient, a rule, and transformations of its steps: each takes what the one before it gives. `chain()`
 * passes the gradient through, and chains of chains are chains (a monoid). Without a rule the result is a transformation.
 * @throws ArgumentError if there are two rules (the second would take steps for gradients), or if what needs the gradient itself
 * (weight decay) stands after the rule.
 * @example
 * import { adam, chain, clipByGlobalNorm } from 'conformable/optimisers'
 * import { tensor } from 'conformable'
 * const rule = chain(clipByGlobalNorm(1), adam({ learningRate: 0.1 }))
 * const x = tensor([1, 1])
 * console.log(rule.step(tensor([30, 40]), rule.init(x), x)[0]) // [0.9, 0.9]
 */
export function chain<const Rs extends Links>(...rules: OneRule<Rs>): Chained<Rs> {
  // The sentence is no list of links, and nobody can pass it.
  const links = rules as unknown as Links
  requireOrder(links)
  const whole = defineLike<ChainStateFunction<Rs>>(links, {
    // One state for each link, in order: what ChainState says, which no type can follow through a map.
    init: (params) => links.map((link) => link.init(params)) as never,
    update(gradient, states, params, measured) {
      let update = gradient
      const next = links.map((link, i) => {
        // The i-th state is the one that the i-th link made.
        const [changed, state] = link.update(update, (states as readonly unknown[])[i] as never, params, measured)
        update = changed
        return state
      })
      return [update, next as never]
    },
  })
  // `defineLike` looks for a rule among the links, as `Chained` does.
  return whole as Chained<Rs>
}

function requireOrder(links: Links): void {
  const rule = links.findIndex(isRule)
  if (rule < 0) return
  const second = links.findIndex((link, i) => i > rule && isRule(link))
  if (second >= 0) {
    throw new ArgumentError(
      `chain: links ${rule} and ${second} are both rules; the second would take the steps of the first for gradients. Keep one, or give each its parameters: partition({ 'encoder.*': a, '*': b }).`,
    )
  }
  const late = links.findIndex((link, i) => i > rule && link.beforeRule === true)
  if (late >= 0) {
    throw new ArgumentError(
      `chain: link ${late} changes gradients, but link ${rule} has made a step of them already. Put it in front of the rule.`,
    )
  }
}
