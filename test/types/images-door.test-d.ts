/** Convolutions, pooling and their layers at the doors: shapes that follow, and the wrong uses. */
import { test } from 'vitest'
import {
  avgPool2d as avgPool2dLayer,
  batchNorm,
  chain,
  conv1d as conv1dLayer,
  conv2d as conv2dLayer,
  convTranspose2d as convTranspose2dLayer,
  dense,
  depthwiseConv2d as depthwiseLayer,
  flatten,
  globalAveragePool as globalLayer,
  groupNorm,
  input,
  type LayerStateOf,
  maxPool2d as maxPool2dLayer,
  type ParamsOf,
  relu,
} from '../../layers/index.ts'
import {
  type ComponentArray,
  type Conv2dOptions,
  conv1d,
  conv2d,
  conv3d,
  convTranspose2d,
  type DType,
  depthwiseConv2d,
  globalAveragePool,
  grad,
  jit,
  type Key,
  maxPool2d,
  mean,
  resize,
  type Shape,
  type Tensor,
  vmap,
} from '../../src/index.ts'
import { equal, is } from './equal.ts'

declare const key: Key

/** A tensor of any shape, named ones too; only its type matters. */
declare function zeros<const S extends Shape>(shape: S): Tensor<S>
declare function zeros<const S extends Shape, D extends DType>(shape: S, dtype: D): Tensor<S, D>

declare const wide: Conv2dOptions

test('operations', () => {
  const images = zeros(['n', 28, 28, 3])
  const kernel = zeros([5, 5, 3, 8])
  is<Tensor<readonly ['n', 24, 24, 8]>>()(conv2d(images, kernel))
  is<Tensor<readonly ['n', 28, 28, 8]>>()(conv2d(images, kernel, { padding: 'same' }))
  is<Tensor<readonly ['n', 8, 12, 8]>>()(conv2d(images, kernel, { stride: [3, 2] }))
  is<Tensor<readonly ['n', 26, 27, 8]>>()(
    conv2d(images, kernel, {
      padding: [
        [2, 0],
        [0, 3],
      ],
    }),
  )
  is<Tensor<readonly ['n', number, number, 8]>>()(conv2d(images, kernel, wide))
  is<Tensor<readonly [2, 4, 5]>>()(conv1d(zeros([2, 6, 1]), zeros([3, 1, 5])))
  is<Tensor<readonly [2, 1, 2, 3, 4]>>()(conv3d(zeros([2, 2, 3, 4, 1]), zeros([2, 2, 2, 1, 4])))
  is<Tensor<readonly ['n', 26, 26, 6]>>()(depthwiseConv2d(images, zeros([3, 3, 3, 2])))
  is<Tensor<readonly ['n', 56, 56, 2]>>()(convTranspose2d(images, zeros([3, 3, 2, 3]), { stride: 2, padding: 'same' }))
  is<Tensor<readonly ['n', 14, 14, 3]>>()(maxPool2d(images, 2))
  is<Tensor<readonly ['n', 13, 14, 3]>>()(maxPool2d(images, [3, 2], { stride: 2 }))
  is<Tensor<readonly ['n', 3]>>()(globalAveragePool(images))
  is<Tensor<readonly ['n', 56, 14, 3]>>()(resize(images, [56, 14]))

  // @ts-expect-error input has 3 channels but the kernel expects 1
  conv2d(images, zeros([5, 5, 1, 8]))
  // @ts-expect-error window 29 is larger than the height
  conv2d(images, zeros([29, 5, 3, 8]))
  // @ts-expect-error kernel must be [kh, kw, in, out]
  conv2d(images, zeros([5, 3, 8]))
  // @ts-expect-error float32 with float64
  conv2d(images, zeros([5, 5, 3, 8], 'float64'))
  // @ts-expect-error no such padding
  conv2d(images, kernel, { padding: 'full' })
  // @ts-expect-error one stride too many
  conv2d(images, kernel, { stride: [1, 1, 1] })
  // @ts-expect-error window 29 is larger than the height
  maxPool2d(images, 29)
  // @ts-expect-error input must be [batch, height, width, channels]
  maxPool2d(zeros([28, 28, 3]), 2)
})

test('inside transforms', () => {
  const loss = (w: Tensor<[3, 3, 1, 4]>, x: Tensor<['n', 8, 8, 1]>) => mean(conv2d(x, w, { padding: 1 }))
  is<Tensor<readonly [3, 3, 1, 4]>>()(jit(grad(loss))(zeros([3, 3, 1, 4]), zeros(['n', 8, 8, 1])))
  const each = vmap((x: Tensor<[1, 8, 8, 2]>) => maxPool2d(x, 2))
  is<Tensor<readonly [5, 1, 4, 4, 2]>>()(each(zeros([5, 1, 8, 8, 2])))
})

test('a network', () => {
  const model = chain(
    input('batch', 28, 28, 1),
    conv2dLayer(1, 16, 3, { padding: 'same' }),
    relu,
    maxPool2dLayer(2),
    conv2dLayer(16, 32, [3, 5], { bias: false }),
    batchNorm(32),
    relu,
    avgPool2dLayer(2),
    flatten,
    dense(960, 10),
  )
  type P = ParamsOf<typeof model>
  equal<
    P,
    ComponentArray<{
      readonly layer_1: { readonly weight: readonly [3, 3, 1, 16]; readonly bias: readonly [16] }
      readonly layer_4: { readonly weight: readonly [3, 5, 16, 32] }
      readonly layer_5: { readonly weight: readonly [32]; readonly bias: readonly [32] }
      readonly layer_9: { readonly weight: readonly [10, 960]; readonly bias: readonly [10] }
    }>
  >()
  equal<
    LayerStateOf<typeof model>,
    {
      readonly layer_5: {
        readonly mean: Tensor<readonly [32]>
        readonly variance: Tensor<readonly [32]>
        readonly training: boolean
      }
    }
  >()
  const [y] = model(model.init(key), zeros(['batch', 28, 28, 1]), model.initState(key))
  is<Tensor<readonly ['batch', 10]>>()(y)
})

test('layers of other kinds', () => {
  const up = chain(input('n', 7, 7, 8), convTranspose2dLayer(8, 4, 4, { stride: 2, padding: 1 }), groupNorm(2, 4))
  is<Tensor<readonly ['n', 14, 14, 4]>>()(up(up.init(key), zeros(['n', 7, 7, 8])))
  const separable = chain(depthwiseLayer(8, 3, { multiplier: 2 }), conv2dLayer(16, 4, 1), globalLayer)
  is<Tensor<readonly ['n', 4]>>()(separable(separable.init(key), zeros(['n', 7, 7, 8])))
  equal<
    ParamsOf<typeof separable>['layer_0'],
    ComponentArray<{ readonly weight: readonly [3, 3, 8, 2]; readonly bias: readonly [16] }>
  >()
  const sequence = conv1dLayer(2, 4, 3, { groups: 2, stride: 2 })
  equal<
    ParamsOf<typeof sequence>,
    ComponentArray<{ readonly weight: readonly [3, 1, 4]; readonly bias: readonly [4] }>
  >()
  is<Tensor<readonly [5, 4, 4]>>()(sequence(sequence.init(key), zeros([5, 9, 2])))
})

test('a layer that does not fit is reported at its place', () => {
  // @ts-expect-error input has 16 channels but the kernel expects 8
  chain(input('n', 28, 28, 1), conv2dLayer(1, 16, 3), conv2dLayer(8, 4, 3))
  // @ts-expect-error input has 16 channels but the kernel expects 8, whatever the size of the images
  chain(conv2dLayer(1, 16, 3), conv2dLayer(8, 4, 3))
  chain(conv2dLayer(1, 16, 3, { padding: 'same' }), maxPool2dLayer(2), flatten, dense(3136, 10))
  // @ts-expect-error window 5 is larger than the (padded) height
  chain(input('n', 4, 4, 1), conv2dLayer(1, 16, 5))
  // @ts-expect-error batchNorm(8): expects 8 input features, got 16
  chain(input('n', 28, 28, 1), conv2dLayer(1, 16, 3), batchNorm(8))
  // @ts-expect-error dense(99, 10): expects 99 input features
  chain(input('n', 8, 8, 1), maxPool2dLayer(2), flatten, dense(99, 10))
  // @ts-expect-error input must be [batch, height, width, channels]
  chain(dense(4, 4), input('n', 4), conv2dLayer(1, 16, 3))
})
