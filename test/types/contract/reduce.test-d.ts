import { test } from 'vitest'
import type { ArgReduce, Cumulative, Dim, Reduce, Shape } from '../../../types/index.ts'
import { equal } from '../equal.ts'

test('axes are dropped or kept as 1', () => {
  equal<Reduce<readonly ['b', 3, 4], -1>, readonly ['b', 3]>()
  equal<Reduce<readonly ['b', 3, 4], readonly [0, -1], true>, readonly [1, 3, 1]>()
  equal<Reduce<readonly ['b', 3, 4], readonly []>, readonly ['b', 3, 4]>()
  equal<Reduce<readonly ['b', 3, 4], undefined>, readonly []>()
  equal<Reduce<readonly ['b', 3], undefined, true>, readonly [1, 1]>()
  equal<Reduce<Shape, undefined>, readonly []>()
  equal<Reduce<Shape, 0>, Shape>()
  equal<Reduce<readonly ['b', 3], number>, Shape>()
  equal<Reduce<readonly ['b', 3], readonly number[]>, Shape>()
})

test('what differs is named', () => {
  equal<
    Reduce<readonly ['b', 3, 4], 3, false, 'sum'>,
    'ShapeError: sum: axis 3 is out of range for shape [b, 3, 4] (rank 3)'
  >()
  equal<
    Reduce<readonly ['b', 3], readonly [0, -3], false, 'mean'>,
    'ShapeError: mean: axis -3 is out of range for shape [b, 3] (rank 2)'
  >()
  equal<
    Reduce<readonly ['b', 3], readonly [1, -1], false, 'max'>,
    'ShapeError: max: axis -1 of [b, 3] is given twice'
  >()
})

test('argmax drops its axis', () => {
  equal<ArgReduce<readonly ['b', 10], -1>, readonly ['b']>()
  equal<ArgReduce<readonly ['b', 10], undefined>, readonly []>()
  equal<ArgReduce<readonly ['b'], 1>, 'ShapeError: argmax: axis 1 is out of range for shape [b] (rank 1)'>()
})

test('cumsum keeps the shape', () => {
  equal<Cumulative<readonly ['b', 10], 1>, readonly ['b', 10]>()
  equal<Cumulative<readonly ['b', 10], number>, readonly ['b', 10]>()
  equal<
    Cumulative<readonly ['b'], 1, 'cumprod'>,
    'ShapeError: cumprod: axis 1 is out of range for shape [b] (rank 1)'
  >()
})

test('type parameters stay alive', () => {
  const generic = <B extends Dim>() => {
    equal<Reduce<readonly [B, 3, 4], -1>, readonly [B, 3]>()
    equal<Reduce<readonly [B, 3, 4], readonly [1, 2]>, readonly [B]>()
    equal<Cumulative<readonly [B, 3], 0>, readonly [B, 3]>()
  }
  generic<'b'>()
})
