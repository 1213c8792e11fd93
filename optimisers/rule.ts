/**
 * Rules: gradient in, update out. A rule is two pure functions, `init` and `update`; `step` follows. Parameters may be a
 * ComponentArray (one fused update of the flat vector) or any tree of tensors.
 */
import { add, isFloatTensor, mapTree } from '../src/index.ts'
import type { Rule, StateFor, StateFunction } from '../types/optimiser.ts'
import type { Shape } from '../types/shape.ts'
import type { Tensor } from '../types/tensor.ts'

/** A tensor of the parameters, of whatever shape and dtype. */
export type Leaf = Tensor<Shape, any>

/** What a rule is made of; `update` returns what is to be added to the parameters. */
export interface RuleDefinition<F extends StateFunction> {
  init<P>(params: P): StateFor<F, P>
  update<P>(gradient: P, state: StateFor<F, P>, params: P): [update: P, state: StateFor<F, P>]
}

/**
 * Makes a rule of its two functions. Third parties' rules are made the same way as ours.
 * @example
 * import { mapTree, mul } from 'conformable'
 * import { defineRule, type StateFunction } from 'conformable/optimisers'
 * interface None extends StateFunction { readonly state: null }
 * const descent = defineRule<None>({
 *   init: () => null,
 *   update: (gradient) => [mapTree((g) => mul(g, -0.1), gradient), null],
 * })
 */
export function defineRule<F extends StateFunction>(definition: RuleDefinition<F>): Rule<F> {
  return {
    init: definition.init,
    update: definition.update,
    step<P>(gradient: P, state: StateFor<F, P>, params: P): [params: P, state: StateFor<F, P>] {
      const [update, next] = definition.update(gradient, state, params)
      return [mapFloats((p, u) => add(p, u), params, update), next]
    },
  }
}

/** A function of the float tensors at the same place of several trees; others stay as they are in the first tree. */
export const mapFloats = <T>(f: (...leaves: Leaf[]) => Leaf, tree: T, ...others: readonly unknown[]): T =>
  mapTree((first, ...rest) => (isFloatTensor(first) ? f(first, ...rest) : first), tree, ...others)
