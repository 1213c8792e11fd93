/** Types of the optimisers' door: the state of a rule belongs to one model. */
import { componentArray, type Scalar, scalar, tensor } from 'conformable'
import { type AdamState, adam, chain, clipByGlobalNorm, momentum, type StateOf, sgd } from 'conformable/optimisers'
import { expectTypeOf, test } from 'vitest'
import { equal } from './equal.ts'

const small = componentArray({ weight: tensor([1, 2]) })
const large = componentArray({ weight: tensor([1, 2, 3]) })

test('state and result have the type of the parameters', () => {
  const rule = adam()
  const [next, state] = rule.step(small, rule.init(small), small)
  equal<typeof next, typeof small>()
  equal<typeof state, AdamState<typeof small>>()
  expectTypeOf(state.firstMoment.weight.shape).toEqualTypeOf(small.weight.shape)
  equal<StateOf<typeof rule, typeof small>, AdamState<typeof small>>()
})

test('a chain keeps the state of each of its rules', () => {
  const rule = chain(clipByGlobalNorm(1), adam())
  const [clipped, adapted] = rule.init(small)
  expectTypeOf(clipped).toEqualTypeOf<null>()
  equal<typeof adapted, AdamState<typeof small>>()
})

test('what belongs to another model is refused', () => {
  const rule = adam()
  // @ts-expect-error the state of another model
  rule.step(small, rule.init(large), small)
  // @ts-expect-error the gradient of another model
  rule.step(large, rule.init(small), small)
  // @ts-expect-error the state of another rule
  rule.step(small, momentum().init(small), small)
  const linked = chain(clipByGlobalNorm(1), adam())
  // @ts-expect-error a link's state of another model
  linked.step(small, linked.init(large), small)
})

test('options are checked', () => {
  // @ts-expect-error there is no such option
  adam({ rate: 1 })
  // @ts-expect-error a number or a schedule
  sgd({ learningRate: '0.1' })
  sgd({ learningRate: <T extends Scalar<any>>(t: T): T => t })
  expectTypeOf(scalar(1)).toEqualTypeOf<Scalar>()
})
