/**
 * Rules: gradient in, update out. A rule is two pure functions, `init` and `update`; `step` follows. Parameters may be a
 * ComponentArray (one fused update of the flat vector) or any tree of tensors.
 */
import {
  add,
  convert,
  isFloatTensor,
  leavesOf,
  mapTree,
  pathsOf,
  ShapeError,
  scalar,
  sum,
  zerosLike,
} from '../src/index.ts'
import type { Rule, StateFor, StateFunction } from '../types/optimiser.ts'
import type { Shape } from '../types/shape.ts'
import type { Scalar, Tensor } from '../types/tensor.ts'

/** A tensor of the parameters, of whatever shape and dtype. */
export type Leaf = Tensor<Shape, any>

/** What a rule is made of; `update` returns what is to be added to the parameters. */
export interface RuleDefinition<F extends StateFunction> {
  init<P>(params: P): StateFor<F, P>
  update<P>(gradient: P, state: StateFor<F, P>, params: P): [update: P, state: StateFor<F, P>]
}

/**
 * Makes a rule of its two functions. Third parties' rules are made the same way as ours.
 * @throws ShapeError, when the rule is used, if gradient and parameters are not built alike, or if the state is another model's:
 * the tensors of the next state would have other shapes.
 * @example
 * import { mapTree, mul, scalar } from 'conformable'
 * import { defineRule, type StateFunction } from 'conformable/optimisers'
 * interface None extends StateFunction { readonly state: null }
 * const descent = defineRule<None>({
 *   init: () => null,
 *   update: (gradient) => [mapTree((g) => mul(g, -0.1), gradient), null],
 * })
 * console.log(descent.step(scalar(2), null, scalar(1))[0]) // 0.8
 */
export function defineRule<F extends StateFunction>(definition: RuleDefinition<F>): Rule<F> {
  function update<P>(gradient: P, state: StateFor<F, P>, params: P): [update: P, state: StateFor<F, P>] {
    requireAlike(
      params,
      gradient,
      (path, expected, got) => `the gradient of ${path} is ${got}, the parameter is ${expected}`,
    )
    const [change, next] = definition.update(gradient, state, params)
    requireAlike(state, next, (path, expected, got) => `the state ${path} is ${expected} and its next value ${got}`)
    return [change, next]
  }
  return {
    init: definition.init,
    update,
    step<P>(gradient: P, state: StateFor<F, P>, params: P): [params: P, state: StateFor<F, P>] {
      const [change, next] = update(gradient, state, params)
      return [mapFloats((p, u) => add(p, u), params, change), next]
    },
  }
}

/**
 * A function of the float tensors at the same place of several trees; others stay as they are in the first tree.
 * @example
 * import { mul, tensor } from 'conformable'
 * import { mapFloats } from 'conformable/optimisers'
 * console.log(mapFloats((x) => mul(x, 2), { w: tensor([1, 2]), count: tensor([3], 'int32') })) // w [2, 4], count [3]
 */
export const mapFloats = <T>(f: (...leaves: Leaf[]) => Leaf, tree: T, ...others: readonly unknown[]): T =>
  mapTree((first, ...rest) => (isFloatTensor(first) ? f(first, ...rest) : first), tree, ...others)

/** A counter of steps at 0, on the device of the parameters. */
export function noSteps(params: unknown): Scalar<'int32'> {
  const float = leavesOf(params).find(isFloatTensor)
  return float === undefined ? scalar(0, 'int32') : convert(sum(zerosLike(float)), 'int32')
}

/** Without this, tensors of another model that happen to broadcast would be taken in silence. */
function requireAlike(
  expected: unknown,
  given: unknown,
  say: (path: string, expected: string, got: string) => string,
): void {
  const [wanted, found] = [kindsOf(expected), kindsOf(given)]
  const paths = new Set([...wanted.keys(), ...found.keys()])
  for (const path of paths) {
    const [want, got] = [wanted.get(path), found.get(path)]
    if (want === got) continue
    const sentence = say(path === '' ? 'the whole' : `'${path}'`, want ?? 'missing', got ?? 'missing')
    throw new ShapeError(
      `rule: ${sentence}. Gradient, state and parameters belong to one model: rule.init(params) makes its state.`,
    )
  }
}

/** Path → 'float32[2, 3]'. */
function kindsOf(tree: unknown): ReadonlyMap<string, string> {
  const paths = pathsOf(tree)
  return new Map(leavesOf(tree).map(({ dtype, shape }, i) => [paths[i]!, `${dtype}[${shape.join(', ')}]`]))
}
