import { test } from 'vitest'
import type { Dim, GlobalPool, Pool1d, Pool2d, Shape } from '../../../types/index.ts'
import { equal } from '../equal.ts'

test('a window steps by its own size unless told otherwise', () => {
  equal<Pool2d<readonly ['n', 26, 26, 8], 2>, readonly ['n', 13, 13, 8]>()
  equal<Pool2d<readonly ['n', 27, 26, 8], 2>, readonly ['n', 13, 13, 8]>()
  equal<Pool2d<readonly ['n', 26, 26, 8], 3, { stride: 2 }>, readonly ['n', 12, 12, 8]>()
  equal<Pool2d<readonly ['n', 26, 26, 8], 3, { stride: 2; padding: 1 }>, readonly ['n', 13, 13, 8]>()
  equal<Pool2d<readonly ['n', 26, 26, 8], readonly [2, 13]>, readonly ['n', 13, 2, 8]>()
  equal<Pool2d<readonly ['n', 'h', 26, 8], 2>, readonly ['n', number, 13, 8]>()
  equal<Pool2d<Shape, 2>, Shape>()
})

test('what differs is named', () => {
  equal<
    Pool2d<readonly ['n', 26, 26], 2, {}, 'maxPool2d'>,
    'ShapeError: maxPool2d: input must be [batch, height, width, channels], got [n, 26, 26]'
  >()
  equal<
    Pool2d<readonly ['n', 2, 26, 8], 3, {}, 'avgPool2d'>,
    'ShapeError: avgPool2d: window [3, 3] is larger than the (padded) height of [n, 2, 26, 8]: 3 vs 2'
  >()
})

test('type parameters stay alive', () => {
  const generic = <B extends Dim, C extends Dim>() => {
    equal<Pool2d<readonly [B, 26, 26, C], 2>, readonly [B, 13, 13, C]>()
  }
  generic<'b', 3>()
})

test('one spatial axis, and none left', () => {
  equal<Pool1d<readonly ['n', 9, 2], 3, { stride: 2; padding: 'same' }>, readonly ['n', 5, 2]>()
  equal<GlobalPool<readonly ['n', 7, 7, 64]>, readonly ['n', 64]>()
  equal<GlobalPool<readonly ['n', 'time', 3]>, readonly ['n', 3]>()
  equal<
    GlobalPool<readonly ['n', 64]>,
    'ShapeError: globalAveragePool: input must be [batch, …, channels] with at least one axis between them, got [n, 64]'
  >()
})
