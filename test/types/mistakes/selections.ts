/** Reductions and parts. */
import {
  at,
  dynamicSlice,
  flatten,
  mean,
  type Scalar,
  scatterAdd,
  slice,
  softmax,
  sum,
  type Tensor,
  take,
  takeAlongAxis,
  topK,
  zeros,
} from 'conformable'
import { exactly, mistake } from './case.ts'

/** The table. */
export const selections = [
  mistake({
    says: 'ShapeError: sum: axis 2 is out of range for shape [2, 3] (rank 2)',
    wrong: () =>
      sum(
        zeros([2, 3]),
        // @ts-expect-error
        2,
      ),
    right: () => exactly<Tensor<readonly [2]>>()(sum(zeros([2, 3]), -1)),
  }),
  mistake({
    says: 'ShapeError: mean: axis -2 of [2, 3] is given twice',
    wrong: () =>
      mean(
        zeros([2, 3]),
        // @ts-expect-error
        [0, -2],
      ),
    right: () => exactly<Tensor<readonly [1, 1]>>()(mean(zeros([2, 3]), [0, -1], true)),
  }),
  mistake({
    says: 'ShapeError: softmax: axis 2 is out of range for shape [2, 3] (rank 2)',
    wrong: () =>
      softmax(
        zeros([2, 3]),
        // @ts-expect-error
        2,
      ),
    right: () => exactly<Tensor<readonly [2, 3]>>()(softmax(zeros([2, 3]), 1)),
  }),
  mistake({
    says: 'ShapeError: at: index 10 is out of range for axis 0 of [10, 4]',
    wrong: () =>
      at(
        zeros([10, 4]),
        // @ts-expect-error
        10,
      ),
    right: () => exactly<Tensor<readonly [4]>>()(at(zeros([10, 4]), -1)),
  }),
  mistake({
    says: 'ShapeError: at: index 3 is out of range for axis 3 of [2, 28, 28, 3]',
    wrong: () =>
      at(
        zeros([2, 28, 28, 3]),
        '...',
        // @ts-expect-error
        3,
      ),
    right: () => exactly<Tensor<readonly [2, 28, 3]>>()(at(zeros([2, 28, 28, 3]), '...', 1, ':')),
  }),
  mistake({
    says: "ShapeError: at: '5:3' is empty or out of range for axis 1 of [2, 28]",
    wrong: () =>
      at(
        zeros([2, 28]),
        ':',
        // @ts-expect-error
        '5:3',
      ),
    right: () => exactly<Tensor<readonly [2, 14]>>()(at(zeros([2, 28]), ':', '::2')),
  }),
  mistake({
    says: 'ShapeError: at: 3 positions given for shape [2, 3] of rank 2',
    wrong: () =>
      at(
        zeros([2, 3]),
        ':',
        0,
        // @ts-expect-error
        0,
      ),
    right: () => exactly<Scalar>()(at(zeros([2, 3]), 1, 2, '...')),
  }),
  mistake({
    says: 'ShapeError: slice: [7, 7) is empty or out of range for axis 0 of [10, 4]',
    wrong: () =>
      slice(
        zeros([10, 4]),
        // @ts-expect-error
        0,
        7,
        7,
      ),
    right: () => exactly<Tensor<readonly [5, 4]>>()(slice(zeros([10, 4]), 0, 2, 7)),
  }),
  mistake({
    says: 'ShapeError: take: axis 1 is out of range for shape [10] (rank 1)',
    wrong: () =>
      take(
        zeros([10]),
        zeros([2], 'int32'),
        // @ts-expect-error
        1,
      ),
    right: () => exactly<Tensor<readonly [2, 4]>>()(take(zeros([10, 4]), zeros([2], 'int32'))),
  }),
  mistake({
    says: 'ShapeError: takeAlongAxis: indices [2, 3] do not fit [4, 3] along axis 1: axis 0: 4 vs 2',
    wrong: () =>
      takeAlongAxis(
        zeros([4, 3]),
        zeros([2, 3], 'int32'),
        // @ts-expect-error
        1,
      ),
    right: () => exactly<Tensor<readonly [4, 1]>>()(takeAlongAxis(zeros([4, 3]), zeros([4, 1], 'int32'), 1)),
  }),
  mistake({
    says: 'ShapeError: scatterAdd: updates [4, 2] do not hold the indices [3] at axis 0',
    wrong: () =>
      scatterAdd(
        zeros([3], 'int32'),
        // @ts-expect-error
        zeros([4, 2]),
        5,
      ),
    right: () => exactly<Tensor<readonly [5, 2]>>()(scatterAdd(zeros([4], 'int32'), zeros([4, 2]), 5)),
  }),
  mistake({
    says: 'ShapeError: dynamicSlice: a block [4] does not fit into [3]: 4 vs 3',
    wrong: () =>
      dynamicSlice(
        zeros([3]),
        [0],
        // @ts-expect-error
        [4],
      ),
    right: () => exactly<Tensor<readonly [2]>>()(dynamicSlice(zeros([3]), [0], [2])),
  }),
  mistake({
    says: 'ShapeError: topK: cannot take 5 of axis -1 of [2, 4]: it has 4',
    wrong: () =>
      topK(
        zeros([2, 4]),
        // @ts-expect-error
        5,
      ),
    right: () => exactly<Tensor<readonly [2, 3]>>()(topK(zeros([2, 4]), 3)[0]),
  }),
  mistake({
    says: 'ShapeError: flatten: cannot keep 2 dimensions of [2]',
    wrong: () =>
      flatten(
        zeros([2]),
        // @ts-expect-error
        2,
      ),
    right: () => exactly<Tensor<readonly [2, 12]>>()(flatten(zeros([2, 3, 4]), 1)),
  }),
]
