/**
 * The two programs the framework is for, as printed in its design, type-check.
 */
import { expectTypeOf, test } from 'vitest'
import type { ComponentArray, Key, ParamsOf, StateOf, Tensor } from '../../types/index.ts'
import { add, matmul, mean, pow, softmaxCrossEntropy, tanh, zeros } from './declared.ts'
import { adam, bfgs, chain, dense, jit, minimise, relu, valueAndGrad } from './declared-transforms.ts'
import { is } from './equal.ts'

declare const key: Key

test('a neural differential equation reads its parameters by name', () => {
  type Params = ComponentArray<{ L1: { weight: [50, 2]; bias: [50] }; L2: { weight: [2, 50]; bias: [2] } }>
  const dudt = (u: Tensor<[2]>, { L1, L2 }: Params) =>
    add(matmul(L2.weight, tanh(add(matmul(L1.weight, pow(u, 3)), L1.bias))), L2.bias)
  is<Tensor<readonly [2]>>()(dudt(zeros([2]), {} as Params))
})

test('training with a rule, then with another optimiser', async () => {
  const model = chain(dense(784, 128), relu, dense(128, 10))
  const params = model.init(key)
  type P = ParamsOf<typeof model>
  type Images = Tensor<['batch', 784]>
  type Labels = Tensor<['batch'], 'int32'>
  const images = zeros([60000, 784])
  const labels = zeros([60000], 'int32')

  const loss = (p: P, x: Images, y: Labels) => mean(softmaxCrossEntropy(model(p, x), y))

  const rule = adam({ learningRate: 1e-3 })
  const step = jit((p: P, s: StateOf<typeof rule, P>, x: Images, y: Labels) => {
    const [value, gradient] = valueAndGrad(loss)(p, x, y)
    const [next, state] = rule.step(gradient, s, p)
    return { p: next, s: state, value }
  })
  let { p, s, value } = step(params, rule.init(params), images, labels)
  ;({ p, s, value } = step(p, s, zeros([37, 784]), zeros([37], 'int32')))
  is<Tensor<readonly []>>()(value)
  is<P>()(p)
  is<Tensor<readonly [128, 784]>>()(p.layer_0.weight)
  expectTypeOf(s).toEqualTypeOf<StateOf<typeof rule, P>>()

  const solution = await minimise((q: P) => loss(q, images, labels), params, bfgs())
  is<P>()(solution.parameters)
  const inferred = await minimise((q) => loss(q, images, labels), params, bfgs())
  is<P>()(inferred.parameters)
})
