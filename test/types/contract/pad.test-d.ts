import { test } from 'vitest'
import type { Dim, Pad, Repeat, Shape, Tile } from '../../../types/index.ts'
import { equal } from '../equal.ts'

test('a border of each dimension', () => {
  equal<Pad<readonly [3, 4], readonly [readonly [1, 2], readonly [0, 0]]>, readonly [6, 4]>()
  equal<Pad<readonly ['b', 4], readonly [readonly [0, 0], readonly [1, 1]]>, readonly ['b', 6]>()
  equal<Pad<readonly ['b', 4], readonly [readonly [1, 0], readonly [1, 1]]>, readonly [number, 6]>()
  equal<Pad<readonly [3, 4], readonly (readonly [number, number])[]>, readonly [number, number]>()
  equal<Pad<Shape, readonly [readonly [1, 2]]>, Shape>()
  equal<Pad<readonly [3, 4], readonly [readonly [1, 2]]>, 'ShapeError: pad: 1 pairs given for shape [3, 4] of rank 2'>()
})

test('the whole side by side', () => {
  equal<Tile<readonly [3, 4], readonly [2, 3]>, readonly [6, 12]>()
  equal<Tile<readonly [3, 4], readonly [2]>, readonly [3, 8]>()
  equal<Tile<readonly [4], readonly [5, 2]>, readonly [5, 8]>()
  equal<Tile<readonly ['b', 4], readonly [3, 1]>, readonly ['b*3', 4]>()
  equal<Tile<readonly [3], readonly number[]>, Shape>()
})

test('each element several times', () => {
  equal<Repeat<readonly [3, 4], 5, 1>, readonly [3, 20]>()
  equal<Repeat<readonly ['b', 4], 2, 0>, readonly ['b*2', 4]>()
  equal<Repeat<readonly [3, 4], number, 0>, readonly [number, 4]>()
  equal<Repeat<readonly [3], 2, 1>, 'ShapeError: repeat: axis 1 is out of range for shape [3] (rank 1)'>()
})

test('type parameters stay alive', () => {
  const generic = <B extends Dim>() => {
    equal<Repeat<readonly [B, 4], 5, 1>, readonly [B, 20]>()
    equal<Tile<readonly [B, 4], readonly [1, 2]>, readonly [B, 8]>()
  }
  generic<'b'>()
})
