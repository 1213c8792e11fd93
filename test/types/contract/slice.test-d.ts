import { test } from 'vitest'
import type { At, Dim, Shape, Slice } from '../../../types/index.ts'
import { equal } from '../equal.ts'

test('a range of one axis', () => {
  equal<Slice<readonly [10, 4], 0, 2, 7>, readonly [5, 4]>()
  equal<Slice<readonly [10, 4], 0, 0, -1>, readonly [9, 4]>()
  equal<Slice<readonly [10, 4], 0, -3, 10>, readonly [3, 4]>()
  equal<Slice<readonly [10, 4], 0, 0, 100>, readonly [10, 4]>()
  equal<Slice<readonly [10, 4], 0, 0, 10, 3>, readonly [4, 4]>()
  equal<Slice<readonly [10, 4], 0, 1, 7, 2>, readonly [3, 4]>()
  equal<Slice<readonly ['b', 4], 0, 2, 7>, readonly [number, 4]>()
  equal<Slice<readonly [10, 4], 0, number, 7>, readonly [number, 4]>()
})

test('empty and out-of-range parts are named', () => {
  equal<Slice<readonly [10, 4], 0, 7, 7>, 'ShapeError: slice: [7, 7) is empty or out of range for axis 0 of [10, 4]'>()
  equal<Slice<readonly [10, 4], 1, 5, 9>, 'ShapeError: slice: [5, 9) is empty or out of range for axis 1 of [10, 4]'>()
  equal<
    Slice<readonly [10, 4], 1, -5, 2>,
    'ShapeError: slice: [-5, 2) is empty or out of range for axis 1 of [10, 4]'
  >()
  equal<Slice<readonly [10], 1, 0, 2>, 'ShapeError: slice: axis 1 is out of range for shape [10] (rank 1)'>()
})

test('an index drops the axis', () => {
  equal<At<readonly [10, 4], 3>, readonly [4]>()
  equal<At<readonly [10, 4], -10>, readonly [4]>()
  equal<At<readonly [10, 4], 0, -1>, readonly [10]>()
  equal<At<readonly ['b', 4], 1000>, readonly [4]>()
  equal<At<readonly [10, 4], number>, readonly [4]>()
  equal<At<Shape, 0>, Shape>()
  equal<At<readonly [10, 4], 10>, 'ShapeError: at: index 10 is out of range for axis 0 of [10, 4]'>()
  equal<At<readonly [10, 4], -5, 1>, 'ShapeError: at: index -5 is out of range for axis 1 of [10, 4]'>()
  equal<At<readonly [], 0>, 'ShapeError: at: axis 0 is out of range for shape [] (rank 0)'>()
})

test('type parameters stay alive', () => {
  const generic = <B extends Dim>() => {
    equal<Slice<readonly [B, 10], 1, 2, 5>, readonly [B, 3]>()
    equal<At<readonly [B, 10], 2, 1>, readonly [B]>()
  }
  generic<'b'>()
})
