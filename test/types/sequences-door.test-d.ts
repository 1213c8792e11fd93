/** Attention and recurrent layers at the doors: shapes that follow, and the wrong uses. */
import { test } from 'vitest'
import {
  chain,
  dense,
  embedding,
  gru,
  layerNorm,
  learnedEncoding,
  lstm,
  multiHeadAttention,
  type ParamsOf,
  rnn,
  rotaryEncoding,
  sinusoidalEncoding,
  skip,
} from '../../layers/index.ts'
import { attention, type ComponentArray, type DType, type Key, type Shape, type Tensor } from '../../src/index.ts'
import { equal, is } from './equal.ts'

declare const key: Key

/** A tensor of any shape, named ones too; only its type matters. */
declare function zeros<const S extends Shape>(shape: S): Tensor<S>
declare function zeros<const S extends Shape, D extends DType>(shape: S, dtype: D): Tensor<S, D>

test('attention', () => {
  const [q, k, v] = [zeros(['b', 8, 't', 64]), zeros(['b', 1, 's', 64]), zeros(['b', 1, 's', 32])]
  is<Tensor<readonly ['b', 8, 't', 32]>>()(attention(q, k, v))
  is<Tensor<readonly ['b', 8, 't', 32]>>()(attention(q, k, v, { causal: true, bias: zeros(['t', 's']) }))
  // @ts-expect-error keys have length s but values u
  attention(q, k, zeros(['b', 1, 'u', 32]))
  // @ts-expect-error queries have 64 features but keys 32
  attention(q, zeros(['b', 1, 's', 32]), v)
  // @ts-expect-error float32 with float64
  attention(q, zeros(['b', 1, 's', 64], 'float64'), v)
  // @ts-expect-error a mask is bool
  attention(q, k, v, { mask: zeros(['t', 's']) })
  // @ts-expect-error needs a float tensor
  attention(zeros([2, 3], 'int32'), zeros([2, 3], 'int32'), zeros([2, 3], 'int32'))
})

test('a transformer', () => {
  const block = skip(chain(layerNorm(64), multiHeadAttention(64, 4, { causal: true })))
  const model = chain(embedding(1000, 64), sinusoidalEncoding(64), block, dense(64, 1000))
  is<Tensor<readonly ['b', 't', 1000]>>()(model(model.init(key), zeros(['b', 't'], 'int32')))
  equal<
    ParamsOf<typeof model>['layer_2']['layer_1']['query'],
    ComponentArray<{ readonly weight: readonly [64, 64]; readonly bias: readonly [64] }>
  >()
  // @ts-expect-error multiHeadAttention(32, 4): expects 32 input features, got 64
  chain(dense(10, 64), multiHeadAttention(32, 4))
  const places = chain(learnedEncoding(100, 8), rotaryEncoding(8))
  is<Tensor<readonly [5, 20, 8]>>()(places(places.init(key), zeros([5, 20, 8])))
  // @ts-expect-error input must be […, time, features]
  places(places.init(key), zeros([8]))
})

test('recurrent layers', () => {
  const model = chain(lstm(3, 16), gru(16, 8, { last: true }), dense(8, 1))
  is<Tensor<readonly ['b', 1]>>()(model(model.init(key), zeros(['b', 'time', 3])))
  const simple = rnn(2, 4, { reverse: true })
  is<Tensor<readonly ['b', 7, 4]>>()(simple(simple.init(key), zeros(['b', 7, 2])))
  equal<
    ParamsOf<typeof model>['layer_1'],
    ComponentArray<{
      readonly input: { readonly weight: readonly [24, 16]; readonly bias: readonly [24] }
      readonly hidden: { readonly weight: readonly [24, 8]; readonly bias: readonly [8] }
    }>
  >()
  // @ts-expect-error gru(8, 4): expects 8 input features, got 16
  chain(lstm(3, 16), gru(8, 4))
})
