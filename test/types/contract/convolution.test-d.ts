import { test } from 'vitest'
import type { Conv2d, Dim, Shape, WindowDim } from '../../../types/index.ts'
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
    'ShapeError: conv2d: input has 6 channels but the kernel expects 4 (2 groups of 2)'
  >()
  equal<
    Conv2d<readonly ['n', 8, 8, 6], readonly [3, 3, 3, 5], { groups: 2 }>,
    'ShapeError: conv2d: 5 output channels do not fall into 2 groups'
  >()
})

test('what differs is named', () => {
  equal<
    Conv2d<readonly ['n', 28, 28, 4], readonly [3, 3, 1, 8]>,
    'ShapeError: conv2d: input has 4 channels but the kernel expects 1'
  >()
  equal<
    Conv2d<readonly ['n', 2, 28, 1], readonly [3, 3, 1, 8]>,
    'ShapeError: conv2d: window 3 is larger than the (padded) height of [n, 2, 28, 1]'
  >()
  equal<
    Conv2d<readonly ['n', 28, 2, 1], readonly [3, 3, 1, 8]>,
    'ShapeError: conv2d: window 3 is larger than the (padded) width of [n, 28, 2, 1]'
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
