/**
 * Rules: gradient in, update out; transformations: gradient in, gradient out. Both are two pure functions, `init` and
 * `update`; the `step` of a rule follows. Parameters may be a ComponentArray (one fused update of the flat vector) or any tree
 * of tensors.
 */

import {
  add,
  convert,
  fullLike,
  isFloatTensor,
  leavesOf,
  mapParameters,
  mapTree,
  parametersOf,
  ShapeError,
  scalar,
  sum,
  zerosLike,
} from '../../src/index.ts'

import type { FloatDType } from '../../types/dtype.ts'
import type { Measured, Rule, StateFor, StateFunction, Transformation } from '../../types/optimiser.ts'
import { sentence } from '../../types/sentence.ts'
import { gradientDiffers, stateDiffers } from '../../types/sentences/rules.ts'
import type { Shape } from '../../types/shape.ts'
import type { Scalar, Tensor } from '../../types/tensor.ts'

/** A float tensor of the parameters, of whatever shape. */
export type Leaf = Tensor<Shape, FloatDType>

/** What a rule is made of; `update` returns what is to be added to the parameters (of a transformation: the changed gradient). */
export interface RuleDefinition<F extends StateFunction> {
  init<P>(params: P): StateFor<F, P>
  update<P>(gradient: P, state: StateFor<F, P>, params: P, measured: Measured): [update: P, state: StateFor<F, P>]
}

/**
 * Makes a rule of its two functions. Third parties' rules are made the same way as ours.
 * @throws ShapeError, when the rule is used, if gradient and parameters are not built alike, or if the state is another model's.
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
export function defineRule<F extends StateFunction>({ init, update }: RuleDefinition<F>): Rule<F> {
  const checked = checkedUpdate({ init, update })
  const step = <P>(gradient: P, state: StateFor<F, P>, params: P, measured?: Measured): [P, StateFor<F, P>] => {
    const [change, next] = checked(gradient, state, params, measured)
    return [mapFloats((p, u) => add(p, u), params, change), next]
  }
  return { init, update: checked, step } as Rule<F> // what the contract lets through is the gradient and the state of P
}

/**
 * Makes a transformation of its two functions: what changes a gradient, for a rule to take it. Without a rule it makes no step.
 * @throws ShapeError as `defineRule`.
 * @example
 * import { scalar, sign } from 'conformable'
 * import { chain, defineTransformation, mapFloats, sgd, type StateFunction } from 'conformable/optimisers'
 * interface None extends StateFunction { readonly state: null }
 * const signs = defineTransformation<None>({
 *   init: () => null,
 *   update: (gradient) => [mapFloats((g) => sign(g), gradient), null],
 * })
 * const rule = chain(signs, sgd({ learningRate: 0.1 }))
 * console.log(rule.step(scalar(20), rule.init(scalar(1)), scalar(1))[0]) // 0.9
 */
export function defineTransformation<F extends StateFunction>(definition: RuleDefinition<F>): Transformation<F> {
  return { init: definition.init, update: checkedUpdate(definition) } as Transformation<F> // as above
}

/** The update that refuses a gradient or a state of other parameters. */
const checkedUpdate =
  <F extends StateFunction>({ init, update }: RuleDefinition<F>) =>
  <P>(gradient: P, state: StateFor<F, P>, params: P, measured: Measured = {}): [P, StateFor<F, P>] => {
    requireAlike(params, gradient, gradientDiffers)
    const [change, next] = explained(
      () => update(gradient, state, params, measured),
      () => requireAlike(init(params), state, stateDiffers),
    )
    requireAlike(next, state, stateDiffers)
    return [change, next]
  }

/** Does it make steps, or does it only change gradients? */
export const isRule = <F extends StateFunction>(link: Transformation<F>): link is Rule<F> => 'step' in link

/** A rule if one of these is a rule, else a transformation, which stands where they may stand. */
export function defineLike<F extends StateFunction>(
  models: readonly Transformation<StateFunction>[],
  definition: RuleDefinition<F>,
): Transformation<F> {
  if (models.some(isRule)) return defineRule(definition)
  return { ...defineTransformation(definition), beforeRule: models.some((model) => model.beforeRule === true) }
}

/** When the work fails, the check may know a better reason; it costs nothing while all is well. */
function explained<R>(work: () => R, check: () => void): R {
  try {
    return work()
  } catch (error) {
    check()
    throw error
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

/**
 * A function of the float parameters at the same place of several trees, each with its name: as `mapFloats`, but view by view
 * of a ComponentArray. For rules that look at norms or shapes of single parameters.
 * @example
 * import { componentArray, flat, mean, sub, tensor } from 'conformable'
 * import { mapFloatParameters } from 'conformable/optimisers'
 * const g = componentArray({ weight: tensor([1, 3]), bias: tensor([5]) })
 * console.log(flat(mapFloatParameters((_, x) => sub(x, mean(x)), g))) // [-1, 1, 0]
 */
export const mapFloatParameters = <T>(
  f: (path: string, ...parameters: Leaf[]) => Leaf,
  tree: T,
  ...others: readonly unknown[]
): T =>
  mapParameters((path, first, ...rest) => (isFloatTensor(first) ? f(path, first, ...rest) : first), tree, ...others)

/** The same numbers in tensors of their own, so that parameters and state can be donated together. */
export const copyOf = <P>(params: P): P => mapFloats((p) => add(p, fullLike(p, -0)), params)

/** A counter of steps at 0, on the device of the parameters. */
export const noSteps = (params: unknown): Scalar<'int32'> => scalarBeside(params, 0, 'int32')

/** A scalar on the device of the parameters. */
export function scalarBeside<D extends FloatDType | 'int32'>(params: unknown, value: number, dtype: D): Scalar<D> {
  const float = leavesOf(params).find(isFloatTensor)
  return float === undefined ? scalar(value, dtype) : add(convert(sum(zerosLike(float)), dtype), value)
}

/** The dtype in which scalars of a state are kept: float64 if one of the parameters is, else float32. */
export const dtypeOf = (params: unknown): FloatDType =>
  leavesOf(params).some(({ dtype }) => dtype === 'float64') ? 'float64' : 'float32'

/** Without this, tensors of another model that happen to broadcast would be taken in silence. */
function requireAlike(expected: unknown, given: unknown, text: typeof gradientDiffers | typeof stateDiffers): void {
  const [wanted, found] = [kindsOf(expected), kindsOf(given)]
  const paths = new Set([...wanted.keys(), ...found.keys()])
  for (const path of paths) {
    const [want, got] = [wanted.get(path), found.get(path)]
    if (want === got) continue
    const place = path === '' ? 'the whole' : `'${path}'`
    throw new ShapeError(sentence(text, { place, given: got ?? 'missing', expected: want ?? 'missing' }))
  }
}

/** Path → 'float32[2, 3]'. */
const kindsOf = (tree: unknown): ReadonlyMap<string, string> =>
  new Map(parametersOf(tree).map(({ path, dtype, shape }) => [path, `${dtype}[${shape.join(', ')}]`]))
