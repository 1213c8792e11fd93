import { test } from 'vitest'
import type { Dim, Gather, OneHot, Shape, Take, TakeAlongAxis } from '../../../types/index.ts'
import { equal } from '../equal.ts'

test('take puts the shape of the indices in place of the axis', () => {
  equal<Take<readonly [50257, 768], readonly ['b', 't'], 0>, readonly ['b', 't', 768]>()
  equal<Take<readonly [4, 5, 6], readonly [], 1>, readonly [4, 6]>()
  equal<Take<readonly [4, 5], readonly [7], -1>, readonly [4, 7]>()
  equal<Take<readonly [4, 5], Shape, 0>, Shape>()
  equal<Take<readonly [4], readonly [7], 1>, 'ShapeError: take: axis 1 is out of range for shape [4] (rank 1)'>()
})

test('gather has the shape of the indices', () => {
  equal<Gather<readonly ['b', 10], readonly ['b', 3], 1>, readonly ['b', 3]>()
  equal<Gather<readonly [number, 10], readonly [4, 3], 1>, readonly [4, 3]>()
  equal<
    Gather<readonly [4, 10], readonly [5, 3], 1>,
    'ShapeError: gather: indices [5, 3] do not fit [4, 10] along axis 1: axis 0: 4 vs 5'
  >()
  equal<
    TakeAlongAxis<readonly [4, 10], readonly [4], 1>,
    'ShapeError: takeAlongAxis: indices [4] do not fit [4, 10] along axis 1: ranks differ'
  >()
  equal<
    TakeAlongAxis<readonly [4, 10], readonly [4, 1], 2>,
    'ShapeError: takeAlongAxis: axis 2 is out of range for shape [4, 10] (rank 2)'
  >()
})

test('oneHot adds a dimension', () => {
  equal<OneHot<readonly ['b'], 10>, readonly ['b', 10]>()
  equal<OneHot<Shape, 10>, Shape>()
})

test('type parameters stay alive', () => {
  const generic = <B extends Dim, T extends Dim>() => {
    equal<Take<readonly [50257, 768], readonly [B, T], 0>, readonly [B, T, 768]>()
    equal<Gather<readonly [B, 10], readonly [B, 1], 1>, readonly [B, 1]>()
    equal<OneHot<readonly [B], 10>, readonly [B, 10]>()
  }
  generic<'b', 't'>()
})
