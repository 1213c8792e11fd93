import { test } from 'vitest'
import type { Dim, Flip, Roll, Sort, TopK } from '../../../types/index.ts'
import { equal } from '../equal.ts'

test('sort, flip and roll keep the shape', () => {
  equal<Sort<readonly ['b', 3], -1>, readonly ['b', 3]>()
  equal<Flip<readonly ['b', 3], 0>, readonly ['b', 3]>()
  equal<Flip<readonly ['b', 3], readonly [0, 1]>, readonly ['b', 3]>()
  equal<Flip<readonly ['b', 3], readonly number[]>, readonly ['b', 3]>()
  equal<Roll<readonly ['b', 3], 1>, readonly ['b', 3]>()
  equal<Sort<readonly ['b'], 1, 'argsort'>, 'ShapeError: argsort: axis 1 is out of range for shape [b] (rank 1)'>()
  equal<Flip<readonly ['b'], -2>, 'ShapeError: flip: axis -2 is out of range for shape [b] (rank 1)'>()
  equal<Flip<readonly [2, 3], readonly [0, 2]>, 'ShapeError: flip: axis 2 is out of range for shape [2, 3] (rank 2)'>()
  equal<Flip<readonly [2, 3], readonly [0, -2]>, 'ShapeError: flip: axis -2 of [2, 3] is given twice'>()
  equal<Roll<readonly [], 0>, 'ShapeError: roll: axis 0 is out of range for shape [] (rank 0)'>()
})

test('topK', () => {
  equal<TopK<readonly ['b', 10], 3>, readonly ['b', 3]>()
  equal<TopK<readonly [10, 4], 10, 0>, readonly [10, 4]>()
  equal<TopK<readonly ['b', 10], 3, 0>, readonly [3, 10]>()
  equal<TopK<readonly ['b', 10], 11>, 'ShapeError: topK: cannot take 11 of axis -1 of [b, 10]: it has 10'>()
  equal<TopK<readonly ['b', 10], 1, 2>, 'ShapeError: topK: axis 2 is out of range for shape [b, 10] (rank 2)'>()
})

test('type parameters stay alive', () => {
  const generic = <B extends Dim>() => {
    equal<Sort<readonly [B, 3], -1>, readonly [B, 3]>()
    equal<TopK<readonly [B, 10], 3>, readonly [B, 3]>()
  }
  generic<'b'>()
})
