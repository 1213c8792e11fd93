/** Windows of every rank: convolutions, transposed convolutions, pooling. */
import * as c from 'conformable'
import { type Tensor, zeros } from 'conformable'
import { exactly, mistake } from './case.ts'

/** The table. */
export const windows = [
  mistake({
    says: 'ShapeError: conv1d: input [2, 9, 3] has 3 channels but the kernel [3, 4, 8] expects 4',
    wrong: () =>
      c.conv1d(
        zeros([2, 9, 3]),
        // @ts-expect-error
        zeros([3, 4, 8]),
      ),
    right: () => exactly<Tensor<readonly [2, 7, 8]>>()(c.conv1d(zeros([2, 9, 3]), zeros([3, 3, 8]))),
  }),
  mistake({
    says: 'ShapeError: conv1d: kernel [5, 3, 8] is larger than the (padded) length of [2, 9, 3]: 13 vs 9',
    wrong: () =>
      c.conv1d(
        zeros([2, 9, 3]),
        // @ts-expect-error
        zeros([5, 3, 8]),
        { dilation: 3 },
      ),
    right: () => exactly<Tensor<readonly [2, 1, 8]>>()(c.conv1d(zeros([2, 9, 3]), zeros([5, 3, 8]), { dilation: 2 })),
  }),
  mistake({
    says: 'ShapeError: conv1d: input must be [batch, length, channels], got [2, 9]',
    wrong: () =>
      c.conv1d(
        zeros([2, 9]),
        // @ts-expect-error
        zeros([3, 3, 8]),
      ),
    right: () => exactly<Tensor<readonly [2, 7, 8]>>()(c.conv1d(zeros([2, 9, 3]), zeros([3, 3, 8]))),
  }),
  mistake({
    says: 'ShapeError: conv2d: kernel must be [kh, kw, in, out], got [3, 3, 4]',
    wrong: () =>
      c.conv2d(
        zeros([1, 8, 8, 4]),
        // @ts-expect-error
        zeros([3, 3, 4]),
      ),
    right: () => exactly<Tensor<readonly [1, 6, 6, 2]>>()(c.conv2d(zeros([1, 8, 8, 4]), zeros([3, 3, 4, 2]))),
  }),
  mistake({
    says: 'ShapeError: conv2d: input [1, 8, 8, 4] has 4 channels but the kernel [3, 3, 4, 6] expects 8 (2 groups of 4)',
    wrong: () =>
      c.conv2d(
        zeros([1, 8, 8, 4]),
        // @ts-expect-error
        zeros([3, 3, 4, 6]),
        { groups: 2 },
      ),
    right: () =>
      exactly<Tensor<readonly [1, 6, 6, 6]>>()(c.conv2d(zeros([1, 8, 8, 4]), zeros([3, 3, 2, 6]), { groups: 2 })),
  }),
  mistake({
    says: 'ShapeError: conv2d: 5 output channels of the kernel [3, 3, 2, 5] do not fall into 2 groups',
    wrong: () =>
      c.conv2d(
        zeros([1, 8, 8, 4]),
        // @ts-expect-error
        zeros([3, 3, 2, 5]),
        { groups: 2 },
      ),
    right: () =>
      exactly<Tensor<readonly [1, 6, 6, 6]>>()(c.conv2d(zeros([1, 8, 8, 4]), zeros([3, 3, 2, 6]), { groups: 2 })),
  }),
  mistake({
    says: 'ShapeError: conv3d: input [1, 4, 8, 8, 2] has 2 channels but the kernel [3, 3, 3, 1, 4] expects 1',
    wrong: () =>
      c.conv3d(
        zeros([1, 4, 8, 8, 2]),
        // @ts-expect-error
        zeros([3, 3, 3, 1, 4]),
      ),
    right: () => exactly<Tensor<readonly [1, 2, 6, 6, 4]>>()(c.conv3d(zeros([1, 4, 8, 8, 2]), zeros([3, 3, 3, 2, 4]))),
  }),
  mistake({
    says: 'ShapeError: conv3d: kernel [3, 3, 3, 2, 4] is larger than the (padded) depth of [1, 2, 8, 8, 2]: 3 vs 2',
    wrong: () =>
      c.conv3d(
        zeros([1, 2, 8, 8, 2]),
        // @ts-expect-error
        zeros([3, 3, 3, 2, 4]),
      ),
    right: () => exactly<Tensor<readonly [1, 2, 6, 6, 4]>>()(c.conv3d(zeros([1, 2, 8, 8, 2]), zeros([1, 3, 3, 2, 4]))),
  }),
  mistake({
    says: 'ShapeError: depthwiseConv2d: input [1, 8, 8, 4] has 4 channels but the kernel [3, 3, 3, 1] expects 3',
    wrong: () =>
      c.depthwiseConv2d(
        zeros([1, 8, 8, 4]),
        // @ts-expect-error
        zeros([3, 3, 3, 1]),
      ),
    right: () => exactly<Tensor<readonly [1, 6, 6, 4]>>()(c.depthwiseConv2d(zeros([1, 8, 8, 4]), zeros([3, 3, 4, 1]))),
  }),
  mistake({
    says: 'ShapeError: convTranspose1d: input [1, 4, 3] has 3 channels but the kernel [2, 5, 4] expects 4',
    wrong: () =>
      c.convTranspose1d(
        zeros([1, 4, 3]),
        // @ts-expect-error
        zeros([2, 5, 4]),
      ),
    right: () => exactly<Tensor<readonly [1, 5, 5]>>()(c.convTranspose1d(zeros([1, 4, 3]), zeros([2, 5, 3]))),
  }),
  mistake({
    says: 'ShapeError: convTranspose2d: input [1, 4, 4, 3] has 3 channels but the kernel [2, 2, 5, 4] expects 4',
    wrong: () =>
      c.convTranspose2d(
        zeros([1, 4, 4, 3]),
        // @ts-expect-error
        zeros([2, 2, 5, 4]),
      ),
    right: () => exactly<Tensor<readonly [1, 5, 5, 5]>>()(c.convTranspose2d(zeros([1, 4, 4, 3]), zeros([2, 2, 5, 3]))),
  }),
  mistake({
    says: 'ShapeError: convTranspose2d: padding takes 4 of the height 3 that the kernel [3, 3, 5, 3] makes of [1, 1, 1, 3]',
    wrong: () =>
      c.convTranspose2d(
        zeros([1, 1, 1, 3]),
        // @ts-expect-error
        zeros([3, 3, 5, 3]),
        { padding: 2 },
      ),
    right: () =>
      exactly<Tensor<readonly [1, 1, 1, 5]>>()(
        c.convTranspose2d(zeros([1, 1, 1, 3]), zeros([3, 3, 5, 3]), { padding: 1 }),
      ),
  }),
  mistake({
    says: 'ShapeError: maxPool1d: window [5] is larger than the (padded) length of [2, 3, 4]: 5 vs 3',
    wrong: () =>
      c.maxPool1d(
        // @ts-expect-error
        zeros([2, 3, 4]),
        5,
      ),
    right: () => exactly<Tensor<readonly [2, 1, 4]>>()(c.maxPool1d(zeros([2, 5, 4]), 5)),
  }),
  mistake({
    says: 'ShapeError: maxPool3d: window [3, 3, 3] is larger than the (padded) depth of [2, 2, 8, 8, 1]: 3 vs 2',
    wrong: () =>
      c.maxPool3d(
        // @ts-expect-error
        zeros([2, 2, 8, 8, 1]),
        3,
      ),
    right: () => exactly<Tensor<readonly [2, 1, 2, 2, 1]>>()(c.maxPool3d(zeros([2, 2, 8, 8, 1]), [2, 4, 4])),
  }),
  mistake({
    says: 'ShapeError: avgPool1d: input must be [batch, length, channels], got [2, 3]',
    wrong: () =>
      c.avgPool1d(
        // @ts-expect-error
        zeros([2, 3]),
        2,
      ),
    right: () => exactly<Tensor<readonly [2, 2, 3]>>()(c.avgPool1d(zeros([2, 4, 3]), 2)),
  }),
  mistake({
    says: 'ShapeError: avgPool2d: window [2, 4] is larger than the (padded) width of [2, 3, 3, 4]: 4 vs 3',
    wrong: () =>
      c.avgPool2d(
        // @ts-expect-error
        zeros([2, 3, 3, 4]),
        [2, 4],
      ),
    right: () => exactly<Tensor<readonly [2, 2, 1, 4]>>()(c.avgPool2d(zeros([2, 4, 4, 4]), [2, 4])),
  }),
  mistake({
    says: 'ShapeError: avgPool3d: window [4, 4, 4] is larger than the (padded) depth of [2, 2, 8, 8, 1]: 4 vs 2',
    wrong: () =>
      c.avgPool3d(
        // @ts-expect-error
        zeros([2, 2, 8, 8, 1]),
        4,
      ),
    right: () => exactly<Tensor<readonly [2, 1, 2, 2, 1]>>()(c.avgPool3d(zeros([2, 4, 8, 8, 1]), 4)),
  }),
  mistake({
    says: 'ShapeError: globalAveragePool: input must be [batch, …, channels] with at least one axis between them, got [4, 64]',
    wrong: () =>
      c.globalAveragePool(
        // @ts-expect-error
        zeros([4, 64]),
      ),
    right: () => exactly<Tensor<readonly [4, 64]>>()(c.globalAveragePool(zeros([4, 7, 7, 64]))),
  }),
]
