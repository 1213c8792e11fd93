import { test } from 'vitest'
import type { Dim, ExpandDims, Shape, Squeeze } from '../../../types/index.ts'
import { equal } from '../equal.ts'

test('a dimension of size 1 is dropped', () => {
  equal<Squeeze<readonly ['b', 1, 4], 1>, readonly ['b', 4]>()
  equal<Squeeze<readonly ['b', 1], -1>, readonly ['b']>()
  equal<Squeeze<readonly [number, 4], 0>, readonly [4]>()
  equal<Squeeze<readonly ['b', 1], number>, Shape>()
  equal<Squeeze<readonly ['b', 2, 4], 1>, 'ShapeError: squeeze: axis 1 of [b, 2, 4] is 2, not 1'>()
  equal<Squeeze<readonly ['b', 2], 0>, 'ShapeError: squeeze: axis 0 of [b, 2] is b, not 1'>()
  equal<Squeeze<readonly ['b'], 1>, 'ShapeError: squeeze: axis 1 is out of range for shape [b] (rank 1)'>()
})

test('a dimension of size 1 is inserted', () => {
  equal<ExpandDims<readonly ['b', 4], -1>, readonly ['b', 4, 1]>()
  equal<ExpandDims<readonly ['b', 4], 0>, readonly [1, 'b', 4]>()
  equal<ExpandDims<readonly [], 0>, readonly [1]>()
  equal<ExpandDims<readonly ['b'], 2>, 'ShapeError: expandDims: axis 2 is out of range for shape [b, 1] (rank 2)'>()
})

test('type parameters stay alive', () => {
  const generic = <B extends Dim>() => {
    equal<Squeeze<readonly [B, 1], 1>, readonly [B]>()
    equal<ExpandDims<readonly [B, 4], 1>, readonly [B, 1, 4]>()
  }
  generic<'b'>()
})
