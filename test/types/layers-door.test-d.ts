/**
 * The two programs the framework is for, as printed in its design, type-check against the doors; and so do the wrong uses.
 */
import { expectTypeOf, test } from 'vitest'
import {
  accuracy,
  batches,
  chain,
  confusionMatrix,
  dense,
  dropout,
  embedding,
  flatten,
  input,
  type LayerStateOf,
  layer,
  layerNorm,
  mse,
  type ParamsOf,
  parallel,
  relu,
  repeat,
  skip,
  softmaxCrossEntropy,
  splitData,
  testMode,
} from '../../layers/index.ts'
import { adam, bfgs, leastSquares, levenbergMarquardt, lift, minimise, type StateOf } from '../../optimisers/index.ts'
import {
  add,
  type ComponentArray,
  type DType,
  jit,
  type Key,
  matmul,
  mean,
  pow,
  random,
  type Shape,
  sub,
  type Tensor,
  tanh,
  valueAndGrad,
} from '../../src/index.ts'
import { is } from './equal.ts'

declare const key: Key

/** A tensor of any shape, named ones too; only its type matters. */
declare function zeros<const S extends Shape>(shape: S): Tensor<S>
declare function zeros<const S extends Shape, D extends DType>(shape: S, dtype: D): Tensor<S, D>

test('a neural differential equation reads its parameters by name', () => {
  type Params = ComponentArray<{ L1: { weight: [50, 2]; bias: [50] }; L2: { weight: [2, 50]; bias: [2] } }>
  const dudt = (u: Tensor<[2]>, { L1, L2 }: Params) =>
    add(matmul(L2.weight, tanh(add(matmul(L1.weight, pow(u, 3)), L1.bias))), L2.bias)
  is<Tensor<readonly [2]>>()(dudt(zeros([2]), {} as Params))
})

test('training with a rule, then with another optimiser', async () => {
  const model = chain(dense(784, 128), relu, dense(128, 10))
  const params = model.init(random.key(0))
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
  for (const batch of batches({ images, labels }, { size: 64, shuffle: key })) {
    ;({ p, s, value } = step(p, s, batch.images, batch.labels))
  }
  is<Tensor<readonly []>>()(value)
  is<P>()(p)
  is<Tensor<readonly [128, 784]>>()(p.layer_0.weight)
  expectTypeOf(s).toEqualTypeOf<StateOf<typeof rule, P>>()

  // the same loss, another optimiser: one argument differs
  const solution = await minimise((q: P) => loss(q, images, labels), params, bfgs())
  is<P>()(solution.parameters)
  is<Tensor<readonly [128, 784, 10]>>()(solution.inverseHessian!.layer_0.weight.layer_2.bias)
  const other = await minimise((q) => loss(q, images, labels), params, lift(rule), {
    callback: ({ parameters }) => is<P>()(parameters),
  })
  is<P>()(other.parameters)
  // @ts-expect-error minimise: the objective must return a scalar, it returns [60000]; use mean or sum
  minimise((q: P) => softmaxCrossEntropy(model(q, images), labels), params, bfgs())
  const fit = await leastSquares((q) => sub(model(q, images), 1), params, levenbergMarquardt())
  is<Tensor<readonly [10, 10]>>()(fit.covariance.layer_2.bias.layer_2.bias)
})

test('a layer that does not fit is reported at its argument', () => {
  chain(
    dense(784, 128),
    relu,
    // @ts-expect-error dense(64, 10): expects 64 input features, got 128 (input [batch, 128])
    dense(64, 10),
  )
  chain(
    dense(784, 127),
    // @ts-expect-error layer expects [n, 128], got [batch, 127]: 128 vs 127
    layer({ weight: [128, 64] }, (p, x: Tensor<readonly ['n', 128]>) => matmul(x, p.weight)),
  )
})

test('a compiled layer stays generic', () => {
  const model = chain(dense(784, 128), relu, dense(128, 10))
  const compiled = jit(model)
  is<Tensor<readonly ['b', 10]>>()(compiled(model.init(key), zeros(['b', 784])))
  is<Tensor<readonly [7, 5, 10]>>()(compiled(model.init(key), zeros([7, 5, 784])))
  // @ts-expect-error dense(784, 128): expects 784 input features, got 783
  compiled(model.init(key), zeros(['b', 783]))
  // @ts-expect-error parameters of another layer
  compiled(dense(784, 10).init(key), zeros(['b', 784]))
})

test('a dense layer without a bias has none', () => {
  const params = dense(3, 4, { bias: false }).init(key)
  expectTypeOf<keyof typeof params & string>().toEqualTypeOf<'weight'>()
  is<Tensor<readonly [4, 3]>>()(params.weight)
  is<Tensor<readonly [4], 'float64'>>()(dense(3, 4).init(key, 'float64').bias)
})

test('layers with state', () => {
  const model = chain(dense(4, 8), dropout(0.5), relu, layerNorm(8))
  const state = model.initState(key)
  const [y, next] = model(model.init(key), zeros(['b', 4]), testMode(state))
  is<Tensor<readonly ['b', 8]>>()(y)
  expectTypeOf(next).toEqualTypeOf<LayerStateOf<typeof model>>()
  expectTypeOf(next.layer_1.training).toEqualTypeOf<boolean>()
  // @ts-expect-error the state is missing
  model(model.init(key), zeros(['b', 4]))
})

test('shapes and integers', () => {
  const model = chain(input('b', 4, 4), flatten, dense(16, 3))
  is<Tensor<readonly [2, 3]>>()(model(model.init(key), zeros([2, 4, 4])))
  const words = chain(embedding(100, 8), dense(8, 2))
  is<Tensor<readonly [5, 7, 2]>>()(words(words.init(key), zeros([5, 7], 'int32')))
  // @ts-expect-error floats are no indices
  words(words.init(key), zeros([5, 7]))
})

test('losses ask for targets that fit', () => {
  is<Tensor<readonly ['b']>>()(softmaxCrossEntropy(zeros(['b', 10]), zeros(['b'], 'int32')))
  is<Tensor<readonly ['b']>>()(softmaxCrossEntropy(zeros(['b', 10]), zeros(['b', 10]), { labelSmoothing: 0.1 }))
  is<Tensor<readonly [2, 3]>>()(mse(zeros([2, 3, 4]), zeros([2, 3, 4])))
  // @ts-expect-error other examples
  softmaxCrossEntropy(zeros([5, 10]), zeros([6], 'int32'))
  // @ts-expect-error other classes
  softmaxCrossEntropy(zeros([5, 10]), zeros([5, 11]))
  // @ts-expect-error nothing is broadcast
  mse(zeros([5, 1]), zeros([5]))
  // @ts-expect-error float64 with float32
  mse(zeros([5, 1], 'float64'), zeros([5, 1]))
})

test('data keep their names in batches', () => {
  const data = { images: zeros([100, 784]), labels: zeros([100], 'int32') }
  for (const { images, labels } of batches(data, { size: 32 })) {
    is<Tensor<readonly ['batch', 784]>>()(images)
    is<Tensor<readonly ['batch'], 'int32'>>()(labels)
  }
  for (const x of batches({} as Tensor<readonly ['n', 3]>, { size: 2 })) is<Tensor<readonly ['n', 3]>>()(x)
  const [first] = splitData(data, 0.9, key)
  is<Tensor<readonly ['batch', 784]>>()(first.images)
  is<Tensor<readonly []>>()(accuracy(zeros([5, 10]), zeros([5], 'int32')))
  is<Tensor<readonly [10, 10], 'int32'>>()(confusionMatrix(zeros([5], 'int32'), zeros([5], 'int32'), 10))
  // @ts-expect-error other examples
  accuracy(zeros([5, 10]), zeros([6], 'int32'))
})

test('layers side by side and around each other', () => {
  const both = parallel(dense(4, 3), dense(4, 5))
  is<Tensor<readonly ['b', 8]>>()(both(both.init(key), zeros(['b', 4])))
  is<Tensor<readonly [5, 4]>>()(both.init(key).layer_1.weight)
  const around = skip(chain(dense(4, 8), relu, dense(8, 4)))
  is<Tensor<readonly ['b', 4]>>()(around(around.init(key), zeros(['b', 4])))
  is<Tensor<readonly [8, 4]>>()(around.init(key).layer_0.weight)
  const deep = repeat(3, skip(dense(4, 4)))
  is<Tensor<readonly ['b', 4]>>()(deep(deep.init(key), zeros(['b', 4])))
  is<Tensor<readonly [4, 4]>>()(deep.init(key).layer_2.weight)
  // @ts-expect-error dense(4, 4): expects 4 input features, got 5
  deep(deep.init(key), zeros(['b', 5]))
  // @ts-expect-error skip: the layer gives [batch, 5] for [batch, 4]
  skip(dense(4, 5))
})
