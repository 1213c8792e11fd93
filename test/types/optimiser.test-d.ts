import { convert, fullLike, scalar } from 'conformable'
import {
  type DenseCurvature,
  hessianProducts,
  steihaug,
  type TrustRegionState,
  trustRegion,
} from 'conformable/optimisers'
import { expectTypeOf, test } from 'vitest'
import type {
  FloatDType,
  Iterate,
  Key,
  Optimiser,
  Real,
  Rule,
  Solution,
  StateFunction,
  StateOf,
  Tensor,
  Vector,
} from '../../types/index.ts'
import { mul, sum, zeros } from './declared.ts'
import { type AdamFunction, type AdamState, adam, bfgs, chain, dense, minimise } from './declared-transforms.ts'
import { equal, is } from './equal.ts'

declare const key: Key

type MomentumState<P> = { readonly velocity: P }
interface MomentumFunction extends StateFunction {
  readonly state: MomentumState<this['params']>
}
declare const momentum: Rule<MomentumFunction>

interface NewtonState extends Iterate {
  readonly last: Vector
}
declare const newton: Optimiser<NewtonState>

test('the state of a rule is made of its parameters', () => {
  type P = { w: Tensor<readonly [3]> }
  equal<StateOf<Rule<AdamFunction>, P>, AdamState<P>>()
  equal<StateOf<typeof momentum, P>, { readonly velocity: P }>()
  equal<StateOf<number, P>, never>()
})

test('a rule steps', () => {
  const rule = adam()
  const p = chain(dense(4, 3)).init(key)
  const state = rule.init(p)
  const [next, after] = rule.step(p, state, p)
  expectTypeOf(next).toEqualTypeOf<typeof p>()
  expectTypeOf(after).toEqualTypeOf<typeof state>()
  const [update] = rule.update(p, state, p)
  expectTypeOf(update).toEqualTypeOf<typeof p>()
  const [w] = momentum.step(zeros([3]), momentum.init(zeros([3])), zeros([3]))
  is<Tensor<readonly [3]>>()(w)
})

test('the state or gradient of another model is refused', () => {
  const rule = adam()
  const a = chain(dense(4, 3)).init(key)
  const b = chain(dense(5, 3)).init(key)
  // @ts-expect-error state of another model
  rule.step(a, rule.init(b), a)
  // @ts-expect-error gradient of another model
  rule.step(b, rule.init(a), a)
  // @ts-expect-error state of another rule
  rule.step(a, momentum.init(a), a)
})

test('minimise takes any optimiser', async () => {
  const objective = (w: Tensor<readonly [3]>) => sum(mul(w, w))
  const solution = await minimise(objective, zeros([3]), bfgs())
  is<Solution<Tensor<readonly [3]>, 'float32'>>()(solution)
  is<Tensor<readonly [3]>>()((await minimise(objective, zeros([3]), newton)).parameters)
  const double = await minimise((w) => sum(mul(w, w)), zeros([3], 'float64'), bfgs())
  is<Tensor<readonly [3, 3], 'float64'>>()(double.inverseHessian!)
  expectTypeOf(double.objective).toEqualTypeOf<number>()
  // @ts-expect-error minimise: the objective must return a scalar, it returns [3]; use mean or sum
  minimise((w) => w, zeros([3]), bfgs())
  // @ts-expect-error minimise: the objective returns a scalar of int32; float32 or float64 is needed
  minimise((w) => sum(convert(w, 'int32')), zeros([3]), bfgs())
  // @ts-expect-error minimise: the objective must return a scalar tensor
  minimise(() => 3, zeros([3]), bfgs())
})

test('the dtype of an optimiser is a float, and not known before the parameters are', () => {
  equal<Vector['dtype'], FloatDType>()
  const one = (value: Real): Real => fullLike(value, 1)
  is<(value: Real) => Real>()(one)
  // @ts-expect-error the parameters may be float32
  is<Real>()(scalar(1, 'float64'))
  // @ts-expect-error integers are not moved
  is<Vector>()(zeros([3], 'int32'))
})

test('the state of a trust region remembers its curvature', () => {
  is<Optimiser<TrustRegionState<DenseCurvature>>>()(trustRegion())
  const products = trustRegion({ curvature: hessianProducts(), subproblem: steihaug() })
  equal<ReturnType<typeof products.init>['memory'], object>()
})
