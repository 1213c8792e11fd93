/** Types of the optimisers' door: the state of a rule belongs to one model. */
import { componentArray, matmul, mean, type Scalar, scalar, sum, type Tensor, tensor } from 'conformable'
import {
  type AdamState,
  accumulate,
  adam,
  averaged,
  chain,
  clipByGlobalNorm,
  cosine,
  freeze,
  masked,
  momentum,
  partition,
  type Rule,
  reduceOnPlateau,
  rmsProp,
  type StateFunction,
  type StateOf,
  type StepState,
  sgd,
  fit as train,
  tunable,
  weightDecay,
} from 'conformable/optimisers'
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

test('what only changes gradients makes no step', () => {
  // @ts-expect-error a transformation has no step
  clipByGlobalNorm(1).step
  // @ts-expect-error nor has a chain of them
  chain(clipByGlobalNorm(1), weightDecay(0.1)).step
  expectTypeOf(chain(clipByGlobalNorm(1), sgd())).toHaveProperty('step')
  expectTypeOf(chain(sgd(), clipByGlobalNorm(1))).toHaveProperty('step')
  // @ts-expect-error two rules; the second would take steps for gradients
  chain(sgd(), clipByGlobalNorm(1), adam())
  // @ts-expect-error a transformation has no steps to accumulate
  accumulate(2, clipByGlobalNorm(1))
  // @ts-expect-error a transformation moves nobody, so there is nothing to freeze
  freeze('a', clipByGlobalNorm(1))
  expectTypeOf(masked('a', adam())).toEqualTypeOf<ReturnType<typeof adam>>()
  expectTypeOf(masked('a', clipByGlobalNorm(1))).toEqualTypeOf<ReturnType<typeof clipByGlobalNorm>>()
})

test('combinators keep the state of their rules, named like the parameters', () => {
  const rule = averaged(0.9, accumulate(2, chain(clipByGlobalNorm(1), adam())))
  const state = rule.init(small)
  equal<typeof state.average, typeof small>()
  equal<typeof state.rule.sum, typeof small>()
  equal<(typeof state.rule.rule)[1], AdamState<typeof small>>()
  const parts = partition({ weight: adam(), '*': sgd() }).init(small)
  equal<(typeof parts)['weight'], AdamState<typeof small>>()
  equal<(typeof parts)['*'], StepState>()
  // @ts-expect-error the state of another model
  rule.step(small, rule.init(large), small)
})

test('hyper-parameters in the state have the names given', () => {
  const rule = tunable({ rate: 0.1, decay: 0 }, ({ rate, decay }) =>
    chain(weightDecay(decay), sgd({ learningRate: rate })),
  )
  const state = rule.init(small)
  equal<typeof state.values.rate, Scalar>()
  rule.step(small, { ...state, values: { ...state.values, rate: scalar(0.5) } }, small)
  // @ts-expect-error a hyper-parameter is a scalar, so that another one is no other program
  rule.step(small, { ...state, values: { rate: 0.5, decay: 0 } }, small)
  // @ts-expect-error there is no such hyper-parameter
  tunable({ rate: 0.1 }, ({ speed }) => sgd({ learningRate: speed }))
})

test('options of combinators and schedules are checked', () => {
  // @ts-expect-error there is no such option
  reduceOnPlateau({ wait: 3 }, sgd())
  // @ts-expect-error true or false
  rmsProp({ centred: 1 })
  // @ts-expect-error the steps are missing
  cosine({ initial: 1 })
  // @ts-expect-error the loss is a scalar
  sgd().step(scalar(1), sgd().init(scalar(1)), scalar(1), { value: tensor([1]) })
  expectTypeOf<ReturnType<typeof sgd>>().toExtend<Rule<StateFunction>>()
})

test('fit knows parameters, state and batches', async () => {
  type Batch = { readonly x: Tensor<['batch', 2]> }
  const loss = (p: typeof small, { x }: Batch): Scalar => mean(matmul(x, p.weight))
  const data: Batch[] = []
  const answer = await train(loss, small, adam(), data, { epochs: 2, metrics: { size: (p) => sum(p.weight) } })
  equal<typeof answer.params, typeof small>()
  equal<typeof answer.state, AdamState<typeof small>>()
  expectTypeOf(answer.result).toEqualTypeOf<'finished' | 'stoppedEarly' | 'aborted' | 'diverged'>()
  // @ts-expect-error batches of another kind
  train(loss, small, adam(), [tensor([1])], { epochs: 2 })
  // @ts-expect-error the loss of another model
  train(loss, large, adam(), data, { epochs: 2 })
  // @ts-expect-error there is no such option
  train(loss, small, adam(), data, { epochs: 2, epoch: 3 })
  // @ts-expect-error a transformation makes no steps
  train(loss, small, clipByGlobalNorm(1), data, { epochs: 2 })
  // @ts-expect-error a loss is a scalar
  train((p: typeof small, { x }: Batch) => matmul(x, p.weight), small, adam(), data, { epochs: 2 })
})
