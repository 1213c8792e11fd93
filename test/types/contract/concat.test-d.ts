import { test } from 'vitest'
import type { Concat, Dim, Shape, Split, Stack, Times } from '../../../types/index.ts'
import { equal } from '../equal.ts'

test('sizes along the axis add up', () => {
  equal<Concat<readonly [readonly ['b', 3], readonly ['b', 5]], -1>, readonly ['b', 8]>()
  equal<Concat<readonly [readonly [2, 3], readonly [4, 3], readonly [10, 3]], 0>, readonly [16, 3]>()
  equal<Concat<readonly [readonly [2, 3]], 0>, readonly [2, 3]>()
  equal<Concat<readonly [readonly ['b', 3], readonly ['b', 3]], 0>, readonly [number, 3]>()
  equal<Concat<readonly [readonly [2, number], readonly [2, 3]], 0>, readonly [4, 3]>()
  equal<Concat<readonly Shape[], 0>, Shape>()
})

test('concat: what differs is named', () => {
  equal<
    Concat<readonly [readonly ['b', 3], readonly ['t', 5]], -1>,
    'ShapeError: concat: [b, 3] and [t, 5] along axis -1: axis 0: b vs t'
  >()
  equal<
    Concat<readonly [readonly [2, 3], readonly [2, 3], readonly [3]], 0>,
    'ShapeError: concat: [4, 3] and [3] along axis 0: ranks differ'
  >()
  equal<
    Concat<readonly [readonly [2], readonly [2]], 1>,
    'ShapeError: concat: axis 1 is out of range for shape [2] (rank 1)'
  >()
  equal<Concat<readonly [readonly [2]], 1>, 'ShapeError: concat: axis 1 is out of range for shape [2] (rank 1)'>()
  equal<Concat<readonly [], 0>, 'ShapeError: concat: needs at least one tensor'>()
})

test('equal shapes are stacked', () => {
  equal<Stack<readonly [readonly ['b', 3], readonly ['b', 3]]>, readonly [2, 'b', 3]>()
  equal<Stack<readonly [readonly ['b', 3], readonly ['b', number]], -1>, readonly ['b', 3, 2]>()
  equal<Stack<readonly [readonly []], 0>, readonly [1]>()
  equal<Stack<readonly [readonly [3], readonly [4]]>, 'ShapeError: stack: [3] and [4]: axis 0: 3 vs 4'>()
  equal<
    Stack<readonly [readonly [3], readonly [3]], 2>,
    'ShapeError: stack: axis 2 is out of range for shape [3, 2] (rank 2)'
  >()
  equal<Stack<readonly []>, 'ShapeError: stack: needs at least one tensor'>()
})

test('equal parts', () => {
  equal<Split<readonly ['b', 12], 3, 1>, readonly ['b', 4]>()
  equal<Split<readonly ['b', 12], 3, 0>, readonly [number, 12]>()
  equal<Split<readonly ['b', 12], 5, 1>, 'ShapeError: split: axis 1 of [b, 12] (size 12) is not divisible by 5'>()
  equal<Split<readonly ['b', 12], 3, 2>, 'ShapeError: split: axis 2 is out of range for shape [b, 12] (rank 2)'>()
  equal<Times<'x', 3>, ['x', 'x', 'x']>()
  equal<Times<'x', number>, 'x'[]>()
})

test('type parameters stay alive', () => {
  const generic = <B extends Dim>() => {
    equal<Concat<readonly [readonly [B, 3], readonly [B, 5]], -1>, readonly [B, 8]>()
    equal<Stack<readonly [readonly [B, 3], readonly [B, 3]], 1>, readonly [B, 2, 3]>()
    equal<Split<readonly [B, 12], 3, 1>, readonly [B, 4]>()
  }
  generic<'b'>()
})
