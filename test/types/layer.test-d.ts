import { expectTypeOf, test } from 'vitest'
import type {
  Activation,
  AnyLayer,
  Apply,
  ChainFunction,
  ComponentArray,
  Conv2dFunction,
  DenseFunction,
  Dim,
  EmbeddingFunction,
  FlattenFunction,
  InputFunction,
  Key,
  LayerNormFunction,
  LayerState,
  LayerStateOf,
  ParamsOf,
  Pool2dFunction,
  SameShape,
  Shape,
  SignatureFunction,
  Tensor,
} from '../../types/index.ts'
import { add, matmul, zeros } from './declared.ts'
import {
  batchNorm,
  chain,
  conv2d,
  dense,
  dropout,
  embedding,
  flatten,
  input,
  jit,
  layer,
  layerNorm,
  maxPool2d,
  relu,
  vmap,
} from './declared-transforms.ts'
import { equal, is } from './equal.ts'

declare const key: Key

test('shape functions', () => {
  equal<Apply<SameShape, readonly ['b', 3]>, readonly ['b', 3]>()
  equal<Apply<DenseFunction<784, 10>, readonly ['b', 't', 784]>, readonly ['b', 't', 10]>()
  equal<Apply<DenseFunction<784, 10>, Shape>, Shape>()
  equal<Apply<LayerNormFunction<64>, readonly ['b', 64]>, readonly ['b', 64]>()
  equal<Apply<EmbeddingFunction<64>, readonly ['b', 't']>, readonly ['b', 't', 64]>()
  equal<Apply<FlattenFunction, readonly ['b', 4, 4, 8]>, readonly ['b', 128]>()
  equal<Apply<Conv2dFunction<readonly [3, 3, 1, 8]>, readonly ['b', 28, 28, 1]>, readonly ['b', 26, 26, 8]>()
  equal<Apply<Pool2dFunction<2>, readonly ['b', 26, 26, 8]>, readonly ['b', 13, 13, 8]>()
  equal<Apply<InputFunction<readonly ['batch', 28]>, readonly [32, 28]>, readonly [32, 28]>()
  equal<
    Apply<SignatureFunction<readonly ['n', 128], readonly ['n', 64]>, readonly ['batch', 128]>,
    readonly ['batch', 64]
  >()
})

test('what differs is named', () => {
  equal<
    Apply<DenseFunction<64, 10>, readonly ['batch', 128]>,
    'ShapeError: dense(64, 10): expects 64 input features, got 128 (input [batch, 128])'
  >()
  equal<Apply<DenseFunction<64, 10>, readonly []>, 'ShapeError: dense(64, 10): input must have rank >= 1, got []'>()
  equal<
    Apply<LayerNormFunction<64>, readonly ['batch', 128]>,
    'ShapeError: layerNorm(64): expects 64 input features, got 128 (input [batch, 128])'
  >()
  equal<
    Apply<InputFunction<readonly ['batch', 28]>, readonly [32, 27]>,
    'ShapeError: layer expects [batch, 28], got [32, 27]: 28 vs 27'
  >()
  equal<
    Apply<SignatureFunction<readonly ['n', 'n'], readonly ['n']>, readonly [3, 4]>,
    "ShapeError: layer expects [n, n], got [3, 4]: 'n' is both 3 and 4"
  >()
  equal<
    Apply<SignatureFunction<readonly ['n'], readonly ['n']>, readonly [3, 4]>,
    'ShapeError: layer expects [n], got [3, 4]: ranks differ'
  >()
})

test('a layer is a function of parameters and input', () => {
  const model = dense(784, 10)
  const params = model.init(key)
  is<ComponentArray<{ readonly weight: readonly [10, 784]; readonly bias: readonly [10] }>>()(params)
  is<Tensor<readonly ['batch', 10]>>()(model(params, zeros(['batch', 784])))
  is<Tensor<readonly ['b', 't', 10]>>()(model(params, zeros(['b', 't', 784])))
  // @ts-expect-error dense(784, 10): expects 784 input features, got 783
  model(params, zeros(['batch', 783]))
  // @ts-expect-error parameters of another layer
  model(dense(783, 10).init(key), zeros(['batch', 784]))
})

test('a layer stays generic when it is compiled', () => {
  const model = chain(dense(784, 128), relu, dense(128, 10))
  const compiled = jit(model)
  is<Tensor<readonly ['batch', 10]>>()(compiled(model.init(key), zeros(['batch', 784])))
  is<Tensor<readonly [7, 5, 10]>>()(compiled(model.init(key), zeros([7, 5, 784])))
  // @ts-expect-error dense(784, 128): expects 784 input features, got 783
  compiled(model.init(key), zeros(['batch', 783]))
})

test('a layer follows the element type of its parameters', () => {
  const model = dense(4, 3)
  is<Tensor<readonly [2, 3], 'float64'>>()(model(model.init(key, 'float64'), zeros([2, 4], 'float64')))
  // @ts-expect-error float64 input, float32 parameters
  model(model.init(key), zeros([2, 4], 'float64'))
})

test('an embedding takes integers', () => {
  const model = embedding(1000, 64)
  is<Tensor<readonly ['b', 't', 64]>>()(model(model.init(key), zeros(['b', 't'], 'int32')))
  // @ts-expect-error floats are no indices
  model(model.init(key), zeros(['b', 't']))
})

test('an activation is a layer and a function', () => {
  is<Tensor<readonly ['b', 3]>>()(relu(zeros(['b', 3])))
  is<Tensor<readonly ['b', 3], 'float64'>>()(relu(zeros(['b', 3], 'float64')))
  is<Tensor<readonly ['b', 3]>>()(relu(relu.init(key), zeros(['b', 3])))
  expectTypeOf(relu).toExtend<Activation>()
  expectTypeOf(relu).toExtend<AnyLayer>()
  const generic = <B extends Dim>(x: Tensor<readonly [B, 3]>): Tensor<readonly [B, 3]> => relu(add(x, x))
  // @ts-expect-error the first of two is a record of parameters
  relu(zeros([3]), zeros([3]))
  // @ts-expect-error a number is no tensor
  relu(3)
  is<Tensor<readonly [2, 3]>>()(generic(zeros([2, 3])))
  const mapped = vmap((x: Tensor<readonly [3]>) => relu(x))
  is<Tensor<readonly [5, 3]>>()(mapped(zeros([5, 3])))
})

test('an activation is passed to others', () => {
  const pipe = <A, B, C>(x: A, f: (x: A) => B, g: (x: B) => C): C => g(f(x))
  is<Tensor<readonly ['b', 3]>>()(pipe(zeros(['b', 3]), relu, relu))
  is<Tensor<readonly [2, 3]>>()(jit(relu)(zeros([2, 3])))
})

test('a chain folds shapes and names parameters by place', () => {
  const model = chain(dense(784, 128), relu, dense(128, 10))
  const params = model.init(key)
  is<Tensor<readonly ['batch', 10]>>()(model(params, zeros(['batch', 784])))
  is<Tensor<readonly [128, 784]>>()(params.layer_0.weight)
  is<Tensor<readonly [10]>>()(params.layer_2.bias)
  expectTypeOf<keyof typeof params & string>().toEqualTypeOf<'layer_0' | 'layer_2'>()
  expectTypeOf(params).toEqualTypeOf<ParamsOf<typeof model>>()
  // @ts-expect-error dense(784, 128): expects 784 input features, got 10
  model(params, zeros(['batch', 10]))
  // @ts-expect-error relu has no parameters
  params.layer_1
})

test('a chain reports the layer that does not fit, at its argument', () => {
  chain(
    dense(784, 128),
    relu,
    // @ts-expect-error dense(64, 10): expects 64 input features, got 128 (input [batch, 128])
    dense(64, 10),
  )
  chain(
    input('batch', 28, 28, 1),
    conv2d(1, 8, 3),
    relu,
    maxPool2d(2),
    flatten,
    // @ts-expect-error dense(1000, 10): expects 1000 input features, got 1352
    dense(1000, 10),
  )
  const first = dense(784, 128)
  const second = dense(64, 10)
  chain(
    first,
    // @ts-expect-error named layers as well
    second,
  )
})

test('a convolutional chain', () => {
  const model = chain(
    input('batch', 28, 28, 1),
    conv2d(1, 8, 3, { padding: 'same' }),
    relu,
    maxPool2d(2),
    flatten,
    dense(1568, 10),
  )
  const params = model.init(key)
  is<Tensor<readonly [32, 10]>>()(model(params, zeros([32, 28, 28, 1])))
  is<Tensor<readonly [3, 3, 1, 8]>>()(params.layer_1.weight)
  // @ts-expect-error layer expects [batch, 28, 28, 1], got [32, 28, 28, 3]
  model(params, zeros([32, 28, 28, 3]))
})

test('a chain that begins with flatten takes images', () => {
  const model = chain(flatten, dense(784, 10))
  is<Tensor<readonly ['b', 10]>>()(model(model.init(key), zeros(['b', 28, 28])))
  const outer = chain(relu, model)
  is<Tensor<readonly ['b', 10]>>()(outer(outer.init(key), zeros(['b', 28, 28])))
})

test('chains nest', () => {
  const inner = chain(dense(4, 8), relu)
  const model = chain(inner, dense(8, 2))
  const params = model.init(key)
  is<Tensor<readonly [8, 4]>>()(params.layer_0.layer_0.weight)
  is<Tensor<readonly ['b', 2]>>()(model(params, zeros(['b', 4])))
  chain(
    inner,
    // @ts-expect-error dense(9, 2): expects 9 input features, got 8
    dense(9, 2),
  )
})

test('a chain of an embedding takes integers, wherever it looks through', () => {
  const model = chain(input('b', 't'), embedding(1000, 64), dense(64, 10))
  const params = model.init(key)
  is<Tensor<readonly [2, 7, 10]>>()(model(params, zeros([2, 7], 'int32')))
  // @ts-expect-error floats are no indices
  model(params, zeros([2, 7]))
  chain(
    dense(3, 4),
    // @ts-expect-error DTypeError: chain: layer 1 takes int32, but the layers before it give floats
    embedding(1000, 64),
  )
})

test('a plain function of inner layers becomes a layer', () => {
  const inner = chain(dense(8, 32), relu, dense(32, 8))
  const gate = dense(8, 8)
  const residual = layer({ inner: inner.spec, gate: gate.spec }, (p, x: Tensor<readonly ['n', 8]>) =>
    add(gate(p.gate, x), inner(p.inner, x)),
  )
  const params = residual.init(key)
  is<Tensor<readonly [32, 8]>>()(params.inner.layer_0.weight)
  is<Tensor<readonly [5, 8]>>()(residual(params, zeros([5, 8])))
  layer({ gate: gate.spec }, (p, x: Tensor<readonly ['n', 8]>) =>
    // @ts-expect-error parameters of another layer
    inner(p.gate, x),
  )
})

test('a plain function becomes a layer', () => {
  const custom = layer({ weight: [128, 64] }, (p, x: Tensor<readonly ['n', 128]>) => matmul(x, p.weight))
  const params = custom.init(key)
  is<Tensor<readonly [128, 64]>>()(params.weight)
  is<Tensor<readonly ['batch', 64]>>()(custom(params, zeros(['batch', 128])))
  const model = chain(dense(784, 128), custom, dense(64, 10))
  is<Tensor<readonly [5, 10]>>()(model(model.init(key), zeros([5, 784])))
  chain(
    dense(784, 127),
    // @ts-expect-error layer expects [n, 128], got [batch, 127]: 128 vs 127
    custom,
  )
})

test('a layer with state gives the next state', () => {
  const model = batchNorm(8)
  const params = model.init(key)
  const state = model.initState(key)
  const [y, next] = model(params, zeros(['b', 8]), state)
  is<Tensor<readonly ['b', 8]>>()(y)
  is<Tensor<readonly [8]>>()(next.mean)
  expectTypeOf(next.training).toEqualTypeOf<boolean>()
  expectTypeOf(state).toEqualTypeOf<LayerStateOf<typeof model>>()
  // @ts-expect-error the state is missing
  model(params, zeros(['b', 8]))
})

test('a chain containing one is such a layer', () => {
  const model = chain(dense(4, 8), batchNorm(8), relu, dropout(0.5), layerNorm(8))
  const params = model.init(key)
  const state = model.initState(key)
  expectTypeOf<keyof typeof params & string>().toEqualTypeOf<'layer_0' | 'layer_1' | 'layer_4'>()
  expectTypeOf<keyof typeof state>().toEqualTypeOf<'layer_1' | 'layer_3'>()
  is<Tensor<readonly [2], 'uint32'>>()(state.layer_3.key)
  const [y, next] = model(params, zeros(['b', 4]), state)
  is<Tensor<readonly ['b', 8]>>()(y)
  expectTypeOf(next).toEqualTypeOf<LayerStateOf<typeof model>>()
  // @ts-expect-error the state is missing
  model(params, zeros(['b', 4]))
})

test('state follows the element type of the parameters, but keeps its own', () => {
  type Spec = {
    readonly mean: readonly [8]
    readonly key: { readonly shape: readonly [2]; readonly dtype: 'uint32' }
    readonly nested: { readonly variance: readonly [8] }
    readonly mode: 'train' | 'test'
  }
  type State = LayerState<Spec, 'float64'>
  equal<State['mean'], Tensor<readonly [8], 'float64'>>()
  equal<State['key'], Tensor<readonly [2], 'uint32'>>()
  equal<State['nested']['variance'], Tensor<readonly [8], 'float64'>>()
  equal<State['mode'], 'train' | 'test'>()
})

test('a chain of unknown length is any layer', () => {
  equal<Apply<ChainFunction<[]>, readonly [3]>, readonly [3]>()
  const layers: readonly AnyLayer[] = [dense(2, 3), relu, batchNorm(3)]
  expectTypeOf(layers[0]).toEqualTypeOf<AnyLayer>()
})
