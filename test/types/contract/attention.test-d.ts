import { test } from 'vitest'
import type { Attention, Dim, Shape } from '../../../types/index.ts'
import { equal } from '../equal.ts'

test('queries by keys by values', () => {
  equal<
    Attention<readonly ['b', 8, 't', 64], readonly ['b', 8, 's', 64], readonly ['b', 8, 's', 32]>,
    readonly ['b', 8, 't', 32]
  >()
  equal<Attention<readonly [5, 4], readonly [7, 4], readonly [7, 3]>, readonly [5, 3]>()
  equal<
    Attention<readonly ['b', 8, 't', 64], readonly ['b', 1, 's', 64], readonly ['b', 1, 's', 64]>,
    readonly ['b', 8, 't', 64]
  >()
  equal<Attention<Shape, readonly [7, 4], readonly [7, 3]>, Shape>()
})

test('what differs is named', () => {
  equal<
    Attention<readonly ['b', 8, 't', 64], readonly ['b', 8, 's', 32], readonly ['b', 8, 's', 32]>,
    'ShapeError: attention: queries [b, 8, t, 64] have 64 features but keys [b, 8, s, 32] have 32'
  >()
  equal<
    Attention<readonly [5, 4], readonly [7, 4], readonly [6, 3]>,
    'ShapeError: attention: keys [7, 4] have length 7 but values [6, 3] have 6'
  >()
  equal<
    Attention<readonly [2, 5, 4], readonly [3, 7, 4], readonly [3, 7, 4]>,
    'ShapeError: attention: batch dimensions do not broadcast: 2 vs 3 (queries [2, 5, 4], keys [3, 7, 4], values [3, 7, 4])'
  >()
  equal<
    Attention<readonly [4], readonly [7, 4], readonly [7, 3]>,
    'ShapeError: attention: queries must have rank >= 2, got [4]'
  >()
  equal<
    Attention<readonly [5, 4], readonly [4], readonly [7, 3]>,
    'ShapeError: attention: keys must have rank >= 2, got [4]'
  >()
  equal<
    Attention<readonly [5, 4], readonly [7, 4], readonly [3]>,
    'ShapeError: attention: values must have rank >= 2, got [3]'
  >()
})

test('type parameters stay alive', () => {
  const generic = <B extends Dim, T extends Dim>() => {
    equal<Attention<readonly [B, 8, T, 64], readonly [B, 8, T, 64], readonly [B, 8, T, 32]>, readonly [B, 8, T, 32]>()
  }
  generic<'b', 't'>()
})
