/** Element types, and ComponentArrays. */
import {
  add,
  bitwiseAnd,
  componentArray,
  convert,
  exp,
  flat,
  fromFlat,
  layout,
  less,
  logicalNot,
  matmul,
  mean,
  notEqual,
  ones,
  replace,
  type Scalar,
  stack,
  sum,
  type Tensor,
  take,
  where,
  zeros,
} from 'conformable'
import { exactly, mistake } from './case.ts'

/** The table. */
export const elements = [
  mistake({
    says: "DTypeError: add: float64[3] with float32[3]; convert one of them: convert(x, 'float64')",
    wrong: () =>
      add(
        zeros([3], 'float64'),
        // @ts-expect-error
        zeros([3]),
      ),
    right: () => exactly<Tensor<readonly [3]>>()(add(convert(zeros([3], 'float64'), 'float32'), zeros([3]))),
  }),
  mistake({
    says: "DTypeError: add: needs numbers, got bool[3]; convert it first: convert(x, 'int32')",
    wrong: () =>
      add(
        // @ts-expect-error
        zeros([3], 'bool'),
        zeros([3], 'bool'),
      ),
    right: () => exactly<Tensor<readonly [3], 'int32'>>()(add(convert(zeros([3], 'bool'), 'int32'), 1)),
  }),
  mistake({
    says: "DTypeError: exp: needs a float tensor, got int32[3]; convert it first: convert(x, 'float32')",
    wrong: () =>
      exp(
        // @ts-expect-error
        zeros([3], 'int32'),
      ),
    right: () => exactly<Tensor<readonly [3], 'float64'>>()(exp(zeros([3], 'float64'))),
  }),
  mistake({
    says: "DTypeError: mean: needs a float tensor, got int32[3]; convert it first: convert(x, 'float32')",
    wrong: () =>
      mean(
        // @ts-expect-error
        zeros([3], 'int32'),
      ),
    right: () => exactly<Scalar>()(mean(convert(zeros([3], 'int32'), 'float32'))),
  }),
  mistake({
    says: "DTypeError: sum: needs numbers, got bool[3]; convert it first: convert(x, 'int32')",
    wrong: () =>
      sum(
        // @ts-expect-error
        zeros([3], 'bool'),
      ),
    right: () => exactly<Scalar<'int32'>>()(sum(convert(zeros([3], 'bool'), 'int32'))),
  }),
  mistake({
    says: "DTypeError: take: needs int32 indices, got float32[2]; convert them first: convert(indices, 'int32')",
    wrong: () =>
      take(
        zeros([10, 4]),
        // @ts-expect-error
        zeros([2]),
      ),
    right: () => exactly<Tensor<readonly [2, 4]>>()(take(zeros([10, 4]), convert(zeros([2]), 'int32'))),
  }),
  mistake({
    says: 'DTypeError: logicalNot: needs a bool tensor, got float32[3]; compare first: notEqual(x, 0)',
    wrong: () =>
      logicalNot(
        // @ts-expect-error
        zeros([3]),
      ),
    right: () => exactly<Tensor<readonly [3], 'bool'>>()(logicalNot(notEqual(zeros([3]), 0))),
  }),
  mistake({
    says: "DTypeError: bitwiseAnd: needs integers, got float32[3]; convert them first: convert(x, 'int32')",
    wrong: () =>
      bitwiseAnd(
        // @ts-expect-error
        zeros([3]),
        1,
      ),
    right: () => exactly<Tensor<readonly [3], 'int32'>>()(bitwiseAnd(zeros([3], 'int32'), 1)),
  }),
  mistake({
    says: "DTypeError: matmul: float32[2, 3] with float64[3, 2]; convert one of them: convert(x, 'float32')",
    wrong: () =>
      matmul(
        zeros([2, 3]),
        // @ts-expect-error
        zeros([3, 2], 'float64'),
      ),
    right: () =>
      exactly<Tensor<readonly [2, 2], 'float64'>>()(matmul(zeros([2, 3], 'float64'), zeros([3, 2], 'float64'))),
  }),
  mistake({
    says: "DTypeError: where: float32[3] with float64[3]; convert one of them: convert(x, 'float32')",
    wrong: () =>
      where(
        less(zeros([3]), 1),
        zeros([3]),
        // @ts-expect-error
        zeros([3], 'float64'),
      ),
    right: () => exactly<Tensor<readonly [3]>>()(where(less(zeros([3]), 1), zeros([3]), 1)),
  }),
  mistake({
    says: "DTypeError: stack: float32[2] with float64[2]; convert one of them: convert(x, 'float32')",
    wrong: () =>
      stack(
        // @ts-expect-error
        [zeros([2]), zeros([2], 'float64')],
      ),
    right: () => exactly<Tensor<readonly [2, 2]>>()(stack([zeros([2]), zeros([2])])),
  }),
  mistake({
    says: "DTypeError: componentArray: 'b' is float64[2], but others are float32; one flat vector has one dtype. Convert one of them.",
    wrong: () =>
      componentArray({
        a: zeros([2]),
        // @ts-expect-error
        b: zeros([2], 'float64'),
      }),
    right: () => exactly<Tensor<readonly [4]>>()(flat(componentArray({ a: zeros([2]), b: zeros([2]) }))),
  }),
  mistake({
    says: "DTypeError: componentArray: 'L.b' is int32[2]; parameters are float32 or float64. Keep integers in a record beside it.",
    wrong: () =>
      componentArray({
        a: zeros([2]),
        L: {
          // @ts-expect-error
          b: zeros([2], 'int32'),
        },
      }),
    right: () => exactly<Tensor<readonly [2]>>()(componentArray({ a: zeros([2]), L: { b: zeros([2]) } }).L.b),
  }),
  mistake({
    says: 'ShapeError: fromFlat: the layout has 3 numbers, the vector is [4]',
    wrong: () =>
      fromFlat(
        // @ts-expect-error
        zeros([4]),
        layout({ weight: [2], bias: [1] }),
      ),
    right: () => exactly<Tensor<readonly [2]>>()(fromFlat(zeros([3]), layout({ weight: [2], bias: [1] })).weight),
  }),
  mistake({
    says: "ShapeError: replace: 'bias' has shape [2], the new one [3]. Other shapes need a new ComponentArray: mapLeaves or componentArray.",
    wrong: () =>
      replace(
        componentArray({ bias: zeros([2]) }),
        'bias',
        // @ts-expect-error
        zeros([3]),
      ),
    right: () => exactly<Tensor<readonly [2]>>()(replace(componentArray({ bias: zeros([2]) }), 'bias', ones([2])).bias),
  }),
]
