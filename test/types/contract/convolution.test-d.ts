import { test } from 'vitest'
import type {
  Conv1d,
  Conv2d,
  Conv2dOptions,
  Conv3d,
  ConvTranspose1d,
  ConvTranspose2d,
  DepthwiseConv2d,
  Dim,
  Shape,
  TransposedDim,
  WindowDim,
} from '../../../types/index.ts'
import { equal } from '../equal.ts'

test('one direction', () => {
  equal<WindowDim<28, 3, 1, 'valid', 1>, 26>()
  equal<WindowDim<28, 3, 2, 1, 1>, 14>()
  equal<WindowDim<28, 3, 2, 'same', 1>, 14>()
  equal<WindowDim<27, 3, 2, 'same', 1>, 14>()
  equal<WindowDim<'h', 3, 1, 'same', 1>, 'h'>()
  equal<WindowDim<'h', 3, 1, 'valid', 1>, number>()
  equal<WindowDim<3, 3, 1, 0, 1>, 1>()
  equal<WindowDim<2, 3, 1, 0, 1>, never>()
  equal<WindowDim<4, 3, 1, 0, 2>, never>()
  equal<WindowDim<8, 3, 3, readonly [2, 0], 1>, 3>()
  equal<WindowDim<7, 2, 4, 0, 1>, 2>()
  equal<WindowDim<'h', 3, 1, 1, 1>, 'h'>()
  equal<WindowDim<'h', 3, 1, readonly [4, 0], 2>, 'h'>()
  equal<WindowDim<'h', 3, 2, 1, 1>, number>()
  equal<WindowDim<28, 3, 1, number, 1>, number>()
  equal<WindowDim<28, 3, 1, readonly [1, number], 1>, number>()
  equal<WindowDim<number, 3, 1, 1, 1>, number>()
})

test('images times kernels, channels last', () => {
  equal<
    Conv2d<readonly ['n', 224, 224, 3], readonly [7, 7, 3, 64], { stride: 2; padding: 3 }>,
    readonly ['n', 112, 112, 64]
  >()
  equal<Conv2d<readonly ['n', 28, 28, 1], readonly [3, 3, 1, 8]>, readonly ['n', 26, 26, 8]>()
  equal<
    Conv2d<readonly ['n', 28, 28, 1], readonly [3, 3, 1, 8], { padding: 'same'; stride: 2 }>,
    readonly ['n', 14, 14, 8]
  >()
  equal<Conv2d<readonly ['n', 28, 28, 1], readonly [3, 3, 1, 8], { dilation: 2 }>, readonly ['n', 24, 24, 8]>()
  equal<
    Conv2d<readonly ['n', 28, 20, 1], readonly [5, 3, 1, 8], { stride: readonly [1, 2]; padding: readonly [2, 0] }>,
    readonly ['n', 28, 9, 8]
  >()
  equal<Conv2d<readonly ['n', 'h', 'w', 3], readonly [3, 3, 3, 8], { padding: 'same' }>, readonly ['n', 'h', 'w', 8]>()
  equal<Conv2d<Shape, readonly [3, 3, 1, 8]>, Shape>()
})

test('groups', () => {
  equal<Conv2d<readonly ['n', 8, 8, 6], readonly [3, 3, 1, 12], { groups: 6 }>, readonly ['n', 6, 6, 12]>()
  equal<Conv2d<readonly ['n', 8, 8, 6], readonly [3, 3, 3, 4], { groups: 2 }>, readonly ['n', 6, 6, 4]>()
  equal<
    Conv2d<readonly ['n', 8, 8, 6], readonly [3, 3, 2, 4], { groups: 2 }>,
    'ShapeError: conv2d: input [n, 8, 8, 6] has 6 channels but the kernel [3, 3, 2, 4] expects 4 (2 groups of 2)'
  >()
  equal<
    Conv2d<readonly ['n', 8, 8, 6], readonly [3, 3, 3, 5], { groups: 2 }>,
    'ShapeError: conv2d: 5 output channels of the kernel [3, 3, 3, 5] do not fall into 2 groups'
  >()
})

test('what differs is named', () => {
  equal<
    Conv2d<readonly ['n', 28, 28, 4], readonly [3, 3, 1, 8]>,
    'ShapeError: conv2d: input [n, 28, 28, 4] has 4 channels but the kernel [3, 3, 1, 8] expects 1'
  >()
  equal<
    Conv2d<readonly ['n', 2, 28, 1], readonly [3, 3, 1, 8]>,
    'ShapeError: conv2d: kernel [3, 3, 1, 8] is larger than the (padded) height of [n, 2, 28, 1]: 3 vs 2'
  >()
  equal<
    Conv2d<readonly ['n', 28, 2, 1], readonly [3, 3, 1, 8]>,
    'ShapeError: conv2d: kernel [3, 3, 1, 8] is larger than the (padded) width of [n, 28, 2, 1]: 3 vs 2'
  >()
  equal<
    Conv2d<readonly ['n', 28, 28], readonly [3, 3, 1, 8]>,
    'ShapeError: conv2d: input must be [batch, height, width, channels], got [n, 28, 28]'
  >()
  equal<
    Conv2d<readonly ['n', 28, 28, 1], readonly [3, 1, 8]>,
    'ShapeError: conv2d: kernel must be [kh, kw, in, out], got [3, 1, 8]'
  >()
})

test('type parameters stay alive', () => {
  const generic = <B extends Dim, C extends Dim>() => {
    equal<Conv2d<readonly [B, 28, 28, 1], readonly [3, 3, 1, 8]>, readonly [B, 26, 26, 8]>()
    equal<Conv2d<readonly [B, 28, 28, C], readonly [3, 3, C, 8]>, readonly [B, 26, 26, 8]>()
  }
  generic<'b', 3>()
})

test('borders', () => {
  type Images = readonly ['n', 8, 9, 1]
  type Kernel = readonly [3, 3, 1, 4]
  equal<Conv2d<Images, Kernel, { padding: 1 }>, readonly ['n', 8, 9, 4]>()
  equal<Conv2d<Images, Kernel, { padding: readonly [0, 1] }>, readonly ['n', 6, 9, 4]>()
  equal<Conv2d<Images, Kernel, { padding: readonly [readonly [2, 0], readonly [1, 0]] }>, readonly ['n', 8, 8, 4]>()
  equal<Conv2d<Images, Kernel, { padding: readonly [readonly [2, 0], 1] }>, readonly ['n', 8, 9, 4]>()
  equal<Conv2d<Images, Kernel, { stride: readonly [3, 2] }>, readonly ['n', 2, 4, 4]>()
})

test('options of a wide type leave sizes open', () => {
  equal<Conv2d<readonly ['n', 8, 9, 1], readonly [3, 3, 1, 4], Conv2dOptions>, readonly ['n', number, number, 4]>()
  equal<Conv2d<readonly ['n', 8, 9, 1], readonly [3, 3, 1, 4], { stride: number }>, readonly ['n', number, number, 4]>()
})

test('one and three spatial axes', () => {
  equal<Conv1d<readonly ['n', 16, 2], readonly [5, 2, 3], { stride: 2; padding: 2 }>, readonly ['n', 8, 3]>()
  equal<Conv1d<readonly ['n', 'time', 2], readonly [5, 2, 3], { padding: 'same' }>, readonly ['n', 'time', 3]>()
  equal<
    Conv3d<readonly [2, 4, 5, 6, 1], readonly [2, 3, 1, 1, 3], { stride: readonly [1, 2, 3] }>,
    readonly [2, 3, 2, 2, 3]
  >()
  equal<
    Conv1d<readonly [2, 3, 1], readonly [4, 1, 1]>,
    'ShapeError: conv1d: kernel [4, 1, 1] is larger than the (padded) length of [2, 3, 1]: 4 vs 3'
  >()
  equal<
    Conv3d<readonly [2, 4, 5, 6, 1], readonly [5, 1, 1, 1, 1]>,
    'ShapeError: conv3d: kernel [5, 1, 1, 1, 1] is larger than the (padded) depth of [2, 4, 5, 6, 1]: 5 vs 4'
  >()
  equal<
    Conv1d<readonly [2, 3], readonly [4, 1, 1]>,
    'ShapeError: conv1d: input must be [batch, length, channels], got [2, 3]'
  >()
  equal<
    Conv3d<readonly [2, 4, 5, 6, 1], readonly [5, 1, 1, 1]>,
    'ShapeError: conv3d: kernel must be [kd, kh, kw, in, out], got [5, 1, 1, 1]'
  >()
})

test('channel by channel', () => {
  equal<DepthwiseConv2d<readonly ['n', 8, 8, 3], readonly [3, 3, 3, 2]>, readonly ['n', 6, 6, 6]>()
  equal<DepthwiseConv2d<readonly ['n', 8, 8, 3], readonly [3, 3, 3, 1], { padding: 1 }>, readonly ['n', 8, 8, 3]>()
  equal<
    DepthwiseConv2d<readonly ['n', 8, 8, 3], readonly [3, 3, 2, 1]>,
    'ShapeError: depthwiseConv2d: input [n, 8, 8, 3] has 3 channels but the kernel [3, 3, 2, 1] expects 2'
  >()
  equal<
    DepthwiseConv2d<readonly ['n', 8, 8, 3], readonly [3, 3, 2]>,
    'ShapeError: depthwiseConv2d: kernel must be [kh, kw, channels, multiplier], got [3, 3, 2]'
  >()
})

test('transposed', () => {
  equal<TransposedDim<4, 3, 1, 'valid', 1, 0>, 6>()
  equal<TransposedDim<4, 3, 2, 1, 1, 1>, 8>()
  equal<TransposedDim<4, 3, 3, 0, 2, 0>, 14>()
  equal<TransposedDim<7, 3, 2, 'same', 1, 0>, 14>()
  equal<TransposedDim<'h', 3, 1, 1, 1, 0>, 'h'>()
  equal<TransposedDim<'h', 3, 2, 1, 1, 1>, number>()
  equal<TransposedDim<1, 3, 1, 2, 1, 0>, never>()
  equal<ConvTranspose1d<readonly ['n', 4, 2], readonly [3, 5, 2]>, readonly ['n', 6, 5]>()
  equal<
    ConvTranspose2d<readonly ['n', 3, 3, 2], readonly [3, 2, 2, 2], { stride: 2; padding: 1; outputPadding: 1 }>,
    readonly ['n', 6, 5, 2]
  >()
  equal<
    ConvTranspose2d<readonly ['n', 3, 3, 4], readonly [2, 2, 3, 4], { groups: 2; stride: 2 }>,
    readonly ['n', 6, 6, 6]
  >()
  equal<
    ConvTranspose2d<readonly ['n', 3, 3, 4], readonly [2, 2, 3, 4], { groups: 3 }>,
    'ShapeError: convTranspose2d: 4 input channels of the kernel [2, 2, 3, 4] do not fall into 3 groups'
  >()
  equal<
    ConvTranspose2d<readonly ['n', 3, 3, 4], readonly [2, 2, 4, 3]>,
    'ShapeError: convTranspose2d: input [n, 3, 3, 4] has 4 channels but the kernel [2, 2, 4, 3] expects 3'
  >()
  equal<
    ConvTranspose2d<readonly ['n', 1, 3, 4], readonly [3, 3, 1, 4], { padding: 2 }>,
    'ShapeError: convTranspose2d: padding takes 4 of the height 3 that the kernel [3, 3, 1, 4] makes of [n, 1, 3, 4]'
  >()
})
