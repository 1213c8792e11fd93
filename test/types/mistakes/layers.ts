/** Layers and losses. */
import { expandDims, random, type Tensor, zeros } from 'conformable'
import * as layers from 'conformable/layers'
import {
  chain,
  dense,
  layerNorm,
  mse,
  type PureLayer,
  parallel,
  relu,
  type ShapeFunction,
  skip,
  softmaxCrossEntropy,
} from 'conformable/layers'
import { exactly, mistake } from './case.ts'

/** A layer with fresh parameters, whatever its type. */
const run = (layer: unknown, x: Tensor<any, any>): unknown => {
  const anyLayer = layer as PureLayer<ShapeFunction, Record<never, never>>
  return (anyLayer as unknown as (params: unknown, x: unknown) => unknown)(anyLayer.init(random.key(0)), x)
}

/** The table. */
export const ofLayers = [
  mistake({
    says: 'ShapeError: dense(64, 10): expects 64 input features, got 128 (input [batch, 128])',
    throws: 'ShapeError: dense(64, 10): expects 64 input features, got 128 (input [32, 128])',
    wrong: () =>
      run(
        chain(
          dense(784, 128),
          relu,
          // @ts-expect-error
          dense(64, 10),
        ),
        zeros([32, 784]),
      ),
    right: () => {
      const model = chain(dense(784, 128), relu, dense(128, 10))
      return exactly<Tensor<readonly [32, 10]>>()(model(model.init(random.key(0)), zeros([32, 784])))
    },
  }),
  mistake({
    says: 'ShapeError: dense(5, 3): expects 5 input features, got 4 (input [batch, 4])',
    throws: 'ShapeError: dense(5, 3): expects 5 input features, got 4 (input [32, 4])',
    wrong: () =>
      run(
        parallel(
          dense(4, 3),
          // @ts-expect-error
          dense(5, 3),
        ),
        zeros([32, 4]),
      ),
    right: () => {
      const model = parallel(dense(4, 3), dense(4, 3))
      return exactly<Tensor<readonly [32, 6]>>()(model(model.init(random.key(0)), zeros([32, 4])))
    },
  }),
  mistake({
    says: 'ShapeError: skip: the layer gives [batch, 5] for [batch, 4]; it must keep the shape',
    throws: 'ShapeError: skip: the layer gives [32, 5] for [32, 4]; it must keep the shape',
    wrong: () =>
      run(
        skip(
          // @ts-expect-error
          dense(4, 5),
        ),
        zeros([32, 4]),
      ),
    right: () => {
      const model = skip(dense(4, 4))
      return exactly<Tensor<readonly [32, 4]>>()(model(model.init(random.key(0)), zeros([32, 4])))
    },
  }),
  mistake({
    says: 'ShapeError: dense(4, 5): expects 4 input features, got 5 (input [batch, 5])',
    throws: 'ShapeError: dense(4, 5): expects 4 input features, got 5 (input [32, 5])',
    wrong: () =>
      run(
        layers.repeat(
          3,
          // @ts-expect-error
          dense(4, 5),
        ),
        zeros([32, 4]),
      ),
    right: () => {
      const model = layers.repeat(3, dense(4, 4))
      return exactly<Tensor<readonly [32, 4]>>()(model(model.init(random.key(0)), zeros([32, 4])))
    },
  }),
  mistake({
    says: 'ShapeError: dense(784, 10): expects 784 input features, got 783 (input [32, 783])',
    wrong: () =>
      dense(784, 10)(
        dense(784, 10).init(random.key(0)),
        // @ts-expect-error
        zeros([32, 783]),
      ),
    right: () => {
      const model = dense(784, 10)
      return exactly<Tensor<readonly [32, 10]>>()(model(model.init(random.key(0)), zeros([32, 784])))
    },
  }),
  mistake({
    says: 'ShapeError: layerNorm(8): expects 8 input features, got 4 (input [32, 4])',
    wrong: () =>
      layerNorm(8)(
        layerNorm(8).init(random.key(0)),
        // @ts-expect-error
        zeros([32, 4]),
      ),
    right: () => {
      const model = layerNorm(8)
      return exactly<Tensor<readonly [32, 8]>>()(model(model.init(random.key(0)), zeros([32, 8])))
    },
  }),
  mistake({
    says: 'ShapeError: mse: prediction and target must have one shape, got [5, 3] and [5, 4]: 3 vs 4',
    wrong: () =>
      mse(
        zeros([5, 3]),
        // @ts-expect-error
        zeros([5, 4]),
      ),
    right: () => exactly<Tensor<readonly [5]>>()(mse(zeros([5, 3]), zeros([5, 3]))),
  }),
  mistake({
    says: 'ShapeError: mse: prediction and target must have one shape, got [5, 1] and [5]',
    wrong: () =>
      mse(
        zeros([5, 1]),
        // @ts-expect-error
        zeros([5]),
      ),
    right: () => exactly<Tensor<readonly [5]>>()(mse(zeros([5, 1]), expandDims(zeros([5]), 1))),
  }),
  mistake({
    says: 'ShapeError: softmaxCrossEntropy: logits [5, 10] need labels [5], got [6]',
    wrong: () =>
      softmaxCrossEntropy(
        zeros([5, 10]),
        // @ts-expect-error
        zeros([6], 'int32'),
      ),
    right: () => exactly<Tensor<readonly [5]>>()(softmaxCrossEntropy(zeros([5, 10]), zeros([5], 'int32'))),
  }),
  mistake({
    says: "DTypeError: mse: float64[5, 1] with float32[5, 1]; convert one of them: convert(x, 'float64')",
    wrong: () =>
      mse(
        zeros([5, 1], 'float64'),
        // @ts-expect-error
        zeros([5, 1]),
      ),
    right: () => exactly<Tensor<readonly [5]>>()(mse(zeros([5, 1]), zeros([5, 1]))),
  }),
]
