/** Convolutions, pooling and attention: operations, and layers in a chain. */
import { attention, conv2d, maxPool2d, random, type Tensor, zeros } from 'conformable'
import * as layers from 'conformable/layers'
import { chain, flatten, type PureLayer, relu, type ShapeFunction } from 'conformable/layers'
import { exactly, mistake } from './case.ts'

/** A layer with fresh parameters, whatever its type. */
const run = (layer: unknown, x: Tensor<any, any>): unknown => {
  const anyLayer = layer as PureLayer<ShapeFunction, Record<never, never>>
  return (anyLayer as unknown as (params: unknown, x: unknown) => unknown)(anyLayer.init(random.key(0)), x)
}

/** The table. */
export const images = [
  mistake({
    says: 'ShapeError: conv2d: input [8, 28, 28, 3] has 3 channels but the kernel [5, 5, 1, 16] expects 1',
    wrong: () =>
      conv2d(
        zeros([8, 28, 28, 3]),
        // @ts-expect-error
        zeros([5, 5, 1, 16]),
      ),
    right: () => exactly<Tensor<readonly [8, 24, 24, 16]>>()(conv2d(zeros([8, 28, 28, 3]), zeros([5, 5, 3, 16]))),
  }),
  mistake({
    says: 'ShapeError: conv2d: kernel [5, 5, 1, 16] is larger than the (padded) height of [8, 4, 4, 1]: 5 vs 4',
    wrong: () =>
      conv2d(
        zeros([8, 4, 4, 1]),
        // @ts-expect-error
        zeros([5, 5, 1, 16]),
      ),
    right: () =>
      exactly<Tensor<readonly [8, 4, 4, 16]>>()(conv2d(zeros([8, 4, 4, 1]), zeros([5, 5, 1, 16]), { padding: 'same' })),
  }),
  mistake({
    says: 'ShapeError: maxPool2d: window [3, 3] is larger than the (padded) height of [8, 2, 3, 16]: 3 vs 2',
    wrong: () =>
      maxPool2d(
        // @ts-expect-error
        zeros([8, 2, 3, 16]),
        3,
      ),
    right: () => exactly<Tensor<readonly [8, 1, 1, 16]>>()(maxPool2d(zeros([8, 2, 3, 16]), [2, 3])),
  }),
  mistake({
    says: 'ShapeError: conv2d: input [batch, ?, ?, 8] has 8 channels but the kernel [3, 3, 16, 32] expects 16',
    throws: 'ShapeError: conv2d: input [2, 7, 7, 8] has 8 channels but the kernel [3, 3, 16, 32] expects 16',
    wrong: () =>
      run(
        chain(
          layers.conv2d(1, 8, 3),
          relu,
          // @ts-expect-error
          layers.conv2d(16, 32, 3),
        ),
        zeros([2, 9, 9, 1]),
      ),
    right: () => {
      const model = chain(layers.conv2d(1, 8, 3), relu, layers.conv2d(8, 32, 3))
      return exactly<Tensor<readonly [2, 5, 5, 32]>>()(model(model.init(random.key(0)), zeros([2, 9, 9, 1])))
    },
  }),
  mistake({
    says: 'ShapeError: conv2d: kernel [5, 5, 1, 8] is larger than the (padded) height of [batch, 4, 4, 1]: 5 vs 4',
    throws: 'ShapeError: conv2d: kernel [5, 5, 1, 8] is larger than the (padded) height of [2, 4, 4, 1]: 5 vs 4',
    wrong: () =>
      run(
        chain(
          layers.input('batch', 4, 4, 1),
          // @ts-expect-error
          layers.conv2d(1, 8, 5),
        ),
        zeros([2, 4, 4, 1]),
      ),
    right: () => {
      const model = chain(layers.input('batch', 5, 5, 1), layers.conv2d(1, 8, 5), flatten)
      return exactly<Tensor<readonly [2, 8]>>()(model(model.init(random.key(0)), zeros([2, 5, 5, 1])))
    },
  }),
  mistake({
    says: 'ShapeError: maxPool2d: window [3, 3] is larger than the (padded) height of [batch, 2, 2, 8]: 3 vs 2',
    throws: 'ShapeError: maxPool2d: window [3, 3] is larger than the (padded) height of [2, 2, 2, 8]: 3 vs 2',
    wrong: () =>
      run(
        chain(
          layers.input('batch', 4, 4, 1),
          layers.conv2d(1, 8, 3),
          // @ts-expect-error
          layers.maxPool2d(3),
        ),
        zeros([2, 4, 4, 1]),
      ),
    right: () => {
      const model = chain(layers.input('batch', 4, 4, 1), layers.conv2d(1, 8, 3), layers.maxPool2d(2))
      return exactly<Tensor<readonly [2, 1, 1, 8]>>()(model(model.init(random.key(0)), zeros([2, 4, 4, 1])))
    },
  }),
  mistake({
    says: 'ShapeError: attention: queries [2, 5, 8] have 8 features but keys [2, 6, 4] have 4',
    wrong: () =>
      attention(
        zeros([2, 5, 8]),
        zeros([2, 6, 4]),
        // @ts-expect-error
        zeros([2, 6, 3]),
      ),
    right: () => exactly<Tensor<readonly [2, 5, 3]>>()(attention(zeros([2, 5, 8]), zeros([2, 6, 8]), zeros([2, 6, 3]))),
  }),
  mistake({
    says: 'ShapeError: attention: keys [2, 6, 8] have length 6 but values [2, 7, 8] have 7',
    wrong: () =>
      attention(
        zeros([2, 5, 8]),
        zeros([2, 6, 8]),
        // @ts-expect-error
        zeros([2, 7, 8]),
      ),
    right: () => exactly<Tensor<readonly [2, 5, 8]>>()(attention(zeros([2, 5, 8]), zeros([2, 7, 8]), zeros([2, 7, 8]))),
  }),
  mistake({
    says: 'ShapeError: attention: batch dimensions do not broadcast: 3 vs 2 (queries [3, 5, 8], keys [2, 6, 8], values [2, 6, 8])',
    wrong: () =>
      attention(
        zeros([3, 5, 8]),
        zeros([2, 6, 8]),
        // @ts-expect-error
        zeros([2, 6, 8]),
      ),
    right: () => exactly<Tensor<readonly [3, 5, 8]>>()(attention(zeros([3, 5, 8]), zeros([1, 6, 8]), zeros([6, 8]))),
  }),
]
