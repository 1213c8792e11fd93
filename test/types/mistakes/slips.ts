/** Slips of a day's work, of all kinds: parameters, losses, branches, reductions, predicates. */
import * as c from 'conformable'
import { random, type Scalar, scalar, type Tensor, zeros } from 'conformable'
import * as layers from 'conformable/layers'
import { chain, dense, type PureLayer, relu, type ShapeFunction } from 'conformable/layers'
import { exactly, mistake } from './case.ts'

const key = random.key(0)
const [project, other] = [dense(4, 3), dense(5, 3)]
const [matrix, flags] = [zeros([2, 3]), zeros([2, 3], 'bool')]

/** A layer with fresh parameters, whatever its type. */
const run = (layer: unknown, x: Tensor<any, any>): unknown => {
  const anyLayer = layer as PureLayer<ShapeFunction, Record<never, never>>
  return (anyLayer as unknown as (params: unknown, x: unknown) => unknown)(anyLayer.init(key), x)
}

/** The table. */
export const slips = [
  mistake({
    says: "ArgumentError: params: 'weight' is float32[3, 5], this layer's is float32[3, 4]. Make them with init(key).",
    wrong: () =>
      project(
        // @ts-expect-error
        other.init(key),
        zeros([2, 4]),
      ),
    right: () => exactly<Tensor<readonly [2, 3]>>()(project(project.init(key), zeros([2, 4]))),
  }),
  mistake({
    says: 'ArgumentError: params: the parameters come first, then the input: model(params, x)',
    wrong: () =>
      project(
        // @ts-expect-error
        zeros([2, 4]),
        project.init(key) as never,
      ),
    right: () => exactly<Tensor<readonly [2, 3]>>()(project(project.init(key), zeros([2, 4]))),
  }),
  mistake({
    says: "DTypeError: einsum: float32[2, 3] with float64[3, 4]; convert one of them: convert(x, 'float32')",
    wrong: () =>
      c.einsum(
        // @ts-expect-error
        'ij,jk->ik',
        zeros([2, 3]),
        zeros([3, 4], 'float64'),
      ),
    right: () => exactly<Tensor<readonly [2, 4]>>()(c.einsum('ij,jk->ik', zeros([2, 3]), zeros([3, 4]))),
  }),
  mistake({
    says: 'ShapeError: lstm(5, 8): expects 5 input features, got 4 (input [..., 4])',
    throws: 'ShapeError: lstm(5, 8): expects 5 input features, got 4 (input [2, 6, 4])',
    wrong: () =>
      run(
        chain(
          layers.embedding(10, 4),
          // @ts-expect-error
          layers.lstm(5, 8),
        ),
        zeros([2, 6], 'int32'),
      ),
    right: () => run(chain(layers.embedding(10, 4), layers.lstm(4, 8)), zeros([2, 6], 'int32')),
  }),
  mistake({
    says: 'ShapeError: dense(5, 8): expects 5 input features, got 4 (input [..., 4])',
    throws: 'ShapeError: dense(5, 8): expects 5 input features, got 4 (input [2, 6, 4])',
    wrong: () =>
      run(
        chain(
          layers.embedding(10, 4),
          // @ts-expect-error
          dense(5, 8),
        ),
        zeros([2, 6], 'int32'),
      ),
    right: () => run(chain(layers.embedding(10, 4), dense(4, 8)), zeros([2, 6], 'int32')),
  }),
  mistake({
    says: 'ShapeError: realize: the tensor has shape [2, 3], not [2, 4]',
    wrong: () =>
      c.realize(
        matrix,
        // @ts-expect-error
        [2, 4],
      ),
    right: () => exactly<Tensor<readonly ['batch', 3]>>()(c.realize(matrix, ['batch', 3])),
  }),
  mistake({
    says: 'DTypeError: cond: the predicate must be a bool scalar, got float32[]; compare with less, equal …, reduce with all or any',
    wrong: () =>
      c.cond(
        // @ts-expect-error
        scalar(1),
        () => matrix,
        () => matrix,
      ),
    right: () =>
      exactly<Tensor<readonly [2, 3]>>()(
        c.cond(
          c.less(scalar(1), 2),
          () => matrix,
          () => matrix,
        ),
      ),
  }),
  mistake({
    says: 'DTypeError: whileLoop: the condition must return a bool scalar, it returns float32[]; compare with less, equal …, reduce with all or any',
    lines: 2,
    wrong: () =>
      c.whileLoop(
        // @ts-expect-error
        (s: Scalar) => s,
        (s) => c.add(s, 1),
        scalar(0),
      ),
    right: () =>
      exactly<Scalar>()(
        c.whileLoop(
          (s: Scalar) => c.less(s, 3),
          (s) => c.add(s, 1),
          scalar(0),
        ),
      ),
  }),
  mistake({
    says: 'ShapeError: softmaxCrossEntropy: prediction and target must have one shape, got [8, 10] and [8, 3]: 10 vs 3',
    wrong: () =>
      layers.softmaxCrossEntropy(
        zeros([8, 10]),
        // @ts-expect-error
        zeros([8, 3]),
      ),
    right: () => exactly<Tensor<readonly [8]>>()(layers.softmaxCrossEntropy(zeros([8, 10]), zeros([8, 10]))),
  }),
  mistake({
    says: 'ShapeError: dense(100, 10): expects 100 input features, got 144 (input [batch, 144])',
    throws: 'ShapeError: dense(100, 10): expects 100 input features, got 144 (input [2, 144])',
    wrong: () =>
      run(
        chain(
          layers.input('batch', 8, 8, 1),
          layers.conv2d(1, 4, 3),
          layers.flatten,
          // @ts-expect-error
          dense(100, 10),
        ),
        zeros([2, 8, 8, 1]),
      ),
    right: () =>
      run(
        chain(layers.input('batch', 8, 8, 1), layers.conv2d(1, 4, 3), layers.flatten, dense(144, 10)),
        zeros([2, 8, 8, 1]),
      ),
  }),
  mistake({
    says: 'ShapeError: skip: the layer gives [batch, 5] for [batch, 4]; it must keep the shape',
    throws: 'ShapeError: skip: the layer gives [2, 5] for [2, 4]; it must keep the shape',
    wrong: () =>
      run(
        layers.skip(
          // @ts-expect-error
          chain(dense(4, 8), relu, dense(8, 5)),
        ),
        zeros([2, 4]),
      ),
    right: () => run(layers.skip(chain(dense(4, 8), relu, dense(8, 4))), zeros([2, 4])),
  }),
  mistake({
    says: "DTypeError: maximum: float32[2, 3] with int32[2, 3]; convert one of them: convert(x, 'float32')",
    wrong: () =>
      c.maximum(
        matrix,
        // @ts-expect-error
        zeros([2, 3], 'int32'),
      ),
    right: () => exactly<Tensor<readonly [2, 3]>>()(c.maximum(matrix, zeros([3]))),
  }),
  mistake({
    says: 'ShapeError: norm: axis 3 is out of range for shape [2, 3] (rank 2)',
    wrong: () =>
      c.norm(
        matrix,
        // @ts-expect-error
        3,
      ),
    right: () => exactly<Tensor<readonly [2]>>()(c.norm(matrix, 1)),
  }),
  mistake({
    says: 'ShapeError: argmax: axis 2 is out of range for shape [2, 3] (rank 2)',
    wrong: () =>
      c.argmax(
        matrix,
        // @ts-expect-error
        2,
      ),
    right: () => exactly<Tensor<readonly [2], 'int32'>>()(c.argmax(matrix, 1)),
  }),
  mistake({
    says: 'DTypeError: logicalAnd: needs a bool tensor, got float32[2, 3]; compare first: notEqual(x, 0)',
    wrong: () =>
      c.logicalAnd(
        flags,
        // @ts-expect-error
        matrix,
      ),
    right: () => exactly<Tensor<readonly [2, 3], 'bool'>>()(c.logicalAnd(flags, flags)),
  }),
  mistake({
    says: "DTypeError: oneHot: needs int32 indices, got float32[5]; convert them first: convert(indices, 'int32')",
    wrong: () =>
      c.oneHot(
        // @ts-expect-error
        zeros([5]),
        3,
      ),
    right: () => exactly<Tensor<readonly [5, 3]>>()(c.oneHot(zeros([5], 'int32'), 3)),
  }),
  mistake({
    says: 'ShapeError: outer: both operands must be vectors, got [3] and [2, 3]',
    wrong: () =>
      c.outer(
        zeros([3]),
        // @ts-expect-error
        matrix,
      ),
    right: () => exactly<Tensor<readonly [3, 2]>>()(c.outer(zeros([3]), zeros([2]))),
  }),
  mistake({
    says: 'ShapeError: kron: ranks differ: [2, 3] and [3]',
    wrong: () =>
      c.kron(
        matrix,
        // @ts-expect-error
        zeros([3]),
      ),
    right: () => exactly<Tensor<readonly [2, 6]>>()(c.kron(matrix, zeros([1, 2]))),
  }),
  mistake({
    says: 'ShapeError: cross: equal shapes [..., 3] needed, got [3] and [2]',
    wrong: () =>
      c.cross(
        zeros([3]),
        // @ts-expect-error
        zeros([2]),
      ),
    right: () => exactly<Tensor<readonly [3]>>()(c.cross(zeros([3]), zeros([3]))),
  }),
  mistake({
    says: 'ShapeError: dynamicUpdateSlice: a block [5] does not fit into [4]: 5 vs 4',
    wrong: () =>
      c.dynamicUpdateSlice(
        zeros([4]),
        // @ts-expect-error
        zeros([5]),
        [0],
      ),
    right: () => exactly<Tensor<readonly [4]>>()(c.dynamicUpdateSlice(zeros([4]), zeros([2]), [0])),
  }),
  mistake({
    says: 'ShapeError: trace: rank >= 2 needed, got [3]',
    wrong: () =>
      c.trace(
        // @ts-expect-error
        zeros([3]),
      ),
    right: () => exactly<Scalar>()(c.trace(zeros([3, 3]))),
  }),
  mistake({
    says: 'ShapeError: diag: a vector or a matrix needed, got [2, 2, 2]',
    wrong: () =>
      c.diag(
        // @ts-expect-error
        zeros([2, 2, 2]),
      ),
    right: () => exactly<Tensor<readonly [2]>>()(c.diag(zeros([2, 2]))),
  }),
  mistake({
    says: 'ShapeError: lerp: cannot broadcast [3] with [4]: 3 vs 4',
    wrong: () =>
      c.lerp(
        zeros([3]),
        zeros([3]),
        // @ts-expect-error
        zeros([4]),
      ),
    right: () => exactly<Tensor<readonly [3]>>()(c.lerp(zeros([3]), zeros([3]), zeros([3]))),
  }),
  mistake({
    says: 'ShapeError: mae: prediction and target must have one shape, got [5, 3] and [5]',
    wrong: () =>
      layers.mae(
        zeros([5, 3]),
        // @ts-expect-error
        zeros([5]),
      ),
    right: () => exactly<Tensor<readonly [5]>>()(layers.mae(zeros([5, 3]), zeros([5, 3]))),
  }),
  mistake({
    says: 'ShapeError: tensorDot: 2 axes of [2, 3] are paired with 1 of [3, 4]',
    wrong: () =>
      c.tensorDot(
        matrix,
        zeros([3, 4]),
        // @ts-expect-error
        [[0, 1], [0]],
      ),
    right: () => exactly<Tensor<readonly [2, 4]>>()(c.tensorDot(matrix, zeros([3, 4]), [[1], [0]])),
  }),
]
