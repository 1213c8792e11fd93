/** The same elements in other places. */
import {
  broadcastTo,
  concat,
  einsum,
  moveAxis,
  pad,
  permute,
  rearrange,
  reduce,
  repeat,
  reshape,
  split,
  squeeze,
  stack,
  type Tensor,
  transpose,
  zeros,
} from 'conformable'
import { exactly, mistake } from './case.ts'

/** The table. */
export const movements = [
  mistake({
    says: 'ShapeError: reshape: [32, 784] to [32, 28, 27]: 25088 elements vs 24192',
    wrong: () =>
      reshape(
        zeros([32, 784]),
        // @ts-expect-error
        [32, 28, 27],
      ),
    right: () => exactly<Tensor<readonly [32, 28, 28]>>()(reshape(zeros([32, 784]), [32, 28, -1])),
  }),
  mistake({
    says: 'ShapeError: reshape: [32, 784] to [32, 100, -1]: 784 is not divisible by 100',
    wrong: () =>
      reshape(
        zeros([32, 784]),
        // @ts-expect-error
        [32, 100, -1],
      ),
    right: () => exactly<Tensor<readonly [32, 112, 7]>>()(reshape(zeros([32, 784]), [32, 112, -1])),
  }),
  mistake({
    says: 'ShapeError: transpose: rank >= 2 needed, got [2]',
    wrong: () =>
      transpose(
        // @ts-expect-error
        zeros([2]),
      ),
    right: () => exactly<Tensor<readonly [3, 2]>>()(transpose(zeros([2, 3]))),
  }),
  mistake({
    says: 'ShapeError: permute: [0, 2, 2] is not a permutation of the axes of [2, 3, 4]',
    wrong: () =>
      permute(
        zeros([2, 3, 4]),
        // @ts-expect-error
        [0, 2, 2],
      ),
    right: () => exactly<Tensor<readonly [2, 4, 3]>>()(permute(zeros([2, 3, 4]), [0, 2, 1])),
  }),
  mistake({
    says: 'ShapeError: moveAxis: axis 2 is out of range for shape [2, 3] (rank 2)',
    wrong: () =>
      moveAxis(
        zeros([2, 3]),
        // @ts-expect-error
        2,
        0,
      ),
    right: () => exactly<Tensor<readonly [3, 2]>>()(moveAxis(zeros([2, 3]), 1, 0)),
  }),
  mistake({
    says: 'ShapeError: squeeze: axis 0 of [2, 3] is 2, not 1',
    wrong: () =>
      squeeze(
        zeros([2, 3]),
        // @ts-expect-error
        0,
      ),
    right: () => exactly<Tensor<readonly [2, 3]>>()(squeeze(zeros([2, 1, 3, 1]))),
  }),
  mistake({
    says: 'ShapeError: broadcastTo: cannot broadcast [2] to [2, 3]: 2 vs 3',
    wrong: () =>
      broadcastTo(
        zeros([2]),
        // @ts-expect-error
        [2, 3],
      ),
    right: () => exactly<Tensor<readonly [3, 2]>>()(broadcastTo(zeros([2]), [3, 2])),
  }),
  mistake({
    says: 'ShapeError: concat: [2, 3] and [2, 4] along axis 0: axis 1: 3 vs 4',
    wrong: () =>
      concat(
        // @ts-expect-error
        [zeros([2, 3]), zeros([2, 4])],
        0,
      ),
    right: () => exactly<Tensor<readonly [2, 7]>>()(concat([zeros([2, 3]), zeros([2, 4])], 1)),
  }),
  mistake({
    says: 'ShapeError: concat: axis 2 is out of range for shape [2, 3] (rank 2)',
    wrong: () =>
      concat(
        [zeros([2, 3]), zeros([2, 3])],
        // @ts-expect-error
        2,
      ),
    right: () => exactly<Tensor<readonly [4, 3]>>()(concat([zeros([2, 3]), zeros([2, 3])], 0)),
  }),
  mistake({
    says: 'ShapeError: stack: [2] and [3]: axis 0: 2 vs 3',
    wrong: () =>
      stack(
        // @ts-expect-error
        [zeros([2]), zeros([3])],
      ),
    right: () => exactly<Tensor<readonly [2, 3]>>()(stack([zeros([3]), zeros([3])])),
  }),
  mistake({
    says: 'ShapeError: split: axis 0 of [10, 2] (size 10) is not divisible by 3',
    wrong: () =>
      split(
        zeros([10, 2]),
        // @ts-expect-error
        3,
      ),
    right: () => exactly<Tensor<readonly [5, 2]>>()(split(zeros([10, 2]), 2)[0]),
  }),
  mistake({
    says: 'ShapeError: pad: 1 pairs given for shape [2, 3] of rank 2',
    wrong: () =>
      pad(
        zeros([2, 3]),
        // @ts-expect-error
        [[1, 1]],
      ),
    right: () =>
      exactly<Tensor<readonly [4, 3]>>()(
        pad(zeros([2, 3]), [
          [1, 1],
          [0, 0],
        ]),
      ),
  }),
  mistake({
    says: "ShapeError: rearrange: 768 is not divisible by 10 in (h d) ('b t (h d) -> b h t d' of [2, 5, 768])",
    wrong: () =>
      rearrange(
        zeros([2, 5, 768]),
        // @ts-expect-error
        'b t (h d) -> b h t d',
        { h: 10 },
      ),
    right: () =>
      exactly<Tensor<readonly [2, 12, 5, 64]>>()(rearrange(zeros([2, 5, 768]), 'b t (h d) -> b h t d', { h: 12 })),
  }),
  mistake({
    says: "ShapeError: rearrange: axis 's' does not appear on the left ('b t -> b s' of [2, 5])",
    wrong: () =>
      rearrange(
        zeros([2, 5]),
        // @ts-expect-error
        'b t -> b s',
      ),
    right: () => exactly<Tensor<readonly [5, 2]>>()(rearrange(zeros([2, 5]), 'b t -> t b')),
  }),
  mistake({
    says: "ShapeError: rearrange: axis 'w' does not appear on the right ('h w -> h' of [2, 3])",
    wrong: () =>
      rearrange(
        zeros([2, 3]),
        // @ts-expect-error
        'h w -> h',
      ),
    right: () => exactly<Tensor<readonly [2]>>()(reduce(zeros([2, 3]), 'h w -> h', 'sum')),
  }),
  mistake({
    says: "ShapeError: rearrange: axis 'h' is given twice ('h h -> h' of [2, 2])",
    wrong: () =>
      rearrange(
        zeros([2, 2]),
        // @ts-expect-error
        'h h -> h',
      ),
    right: () => exactly<Tensor<readonly [2]>>()(einsum('hh->h', zeros([2, 2]))),
  }),
  mistake({
    says: "ShapeError: reduce: the left side has another rank than the tensor ('b h w -> b' of [2, 3])",
    wrong: () =>
      reduce(
        zeros([2, 3]),
        // @ts-expect-error
        'b h w -> b',
        'mean',
      ),
    right: () => exactly<Tensor<readonly [2]>>()(reduce(zeros([2, 3, 4]), 'b ... -> b', 'mean')),
  }),
  mistake({
    says: "ShapeError: repeat: give the size of the new axis 'n' ('h w -> h w n' of [2, 3])",
    wrong: () =>
      repeat(
        zeros([2, 3]),
        // @ts-expect-error
        'h w -> h w n',
        {},
      ),
    right: () => exactly<Tensor<readonly [2, 3, 4]>>()(repeat(zeros([2, 3]), 'h w -> h w n', { n: 4 })),
  }),
  mistake({
    says: 'ShapeError: repeat: axis 2 is out of range for shape [2, 3] (rank 2)',
    wrong: () =>
      repeat(
        zeros([2, 3]),
        2,
        // @ts-expect-error
        2,
      ),
    right: () => exactly<Tensor<readonly [2, 6]>>()(repeat(zeros([2, 3]), 2, 1)),
  }),
]
