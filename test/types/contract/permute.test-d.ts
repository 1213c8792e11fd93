import { test } from 'vitest'
import type { Dim, Permute, Shape, Transpose } from '../../../types/index.ts'
import { equal } from '../equal.ts'

test('transpose swaps the last two dimensions', () => {
  equal<Transpose<readonly ['b', 3, 4]>, readonly ['b', 4, 3]>()
  equal<Transpose<Shape>, Shape>()
  equal<Transpose<readonly [3]>, 'ShapeError: transpose: rank >= 2 needed, got [3]'>()
})

test('permute puts dimension axes[i] at i', () => {
  equal<Permute<readonly ['b', 3, 4], readonly [2, 0, 1]>, readonly [4, 'b', 3]>()
  equal<Permute<readonly ['b', 3, 4], readonly [-1, 0, 1]>, readonly [4, 'b', 3]>()
  equal<Permute<readonly [], readonly []>, readonly []>()
  equal<Permute<readonly ['b', 3], readonly number[]>, Shape>()
})

test('what differs is named', () => {
  equal<
    Permute<readonly ['b', 3, 4], readonly [0, 0, 1]>,
    'ShapeError: permute: [0, 0, 1] is not a permutation of the axes of [b, 3, 4]'
  >()
  equal<
    Permute<readonly ['b', 3], readonly [0, 2]>,
    'ShapeError: permute: [0, 2] is not a permutation of the axes of [b, 3]'
  >()
  equal<Permute<readonly ['b', 3], readonly [0]>, 'ShapeError: permute: 1 axes given for shape [b, 3] of rank 2'>()
})

test('type parameters stay alive', () => {
  const generic = <B extends Dim>() => {
    equal<Permute<readonly [B, 3, 4], readonly [1, 2, 0]>, readonly [3, 4, B]>()
    equal<Transpose<readonly [B, 3]>, readonly [3, B]>()
  }
  generic<'b'>()
})
