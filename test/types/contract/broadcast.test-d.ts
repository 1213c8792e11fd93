import { test } from 'vitest'
import type { Broadcast, BroadcastTo, Dim, Shape, Where } from '../../../types/index.ts'
import { equal } from '../equal.ts'

test('shapes align at the end and 1 stretches', () => {
  equal<Broadcast<readonly [32, 10], readonly [10]>, readonly [32, 10]>()
  equal<Broadcast<readonly [32, 1, 5], readonly [7, 1]>, readonly [32, 7, 5]>()
  equal<Broadcast<readonly [], readonly ['b', 5]>, readonly ['b', 5]>()
  equal<Broadcast<readonly ['b', 10], readonly [number, 1]>, readonly ['b', 10]>()
  equal<Broadcast<Shape, readonly [3]>, Shape>()
})

test('what differs is named', () => {
  equal<Broadcast<readonly [2, 3], readonly [4], 'add'>, 'ShapeError: add: cannot broadcast [2, 3] with [4]: 3 vs 4'>()
  equal<
    Broadcast<readonly ['b', 3], readonly ['t', 3]>,
    'ShapeError: broadcast: cannot broadcast [b, 3] with [t, 3]: b vs t'
  >()
})

test('type parameters stay alive', () => {
  const generic = <B extends Dim, S extends Shape>() => {
    equal<Broadcast<readonly [B, 10], readonly [10]>, readonly [B, 10]>()
    equal<Broadcast<readonly [B, 10], readonly [B, 1]>, readonly [B, 10]>()
    equal<Broadcast<S, S>, S>()
    equal<Broadcast<readonly [B, 4, 10], readonly [1, 4, 10]>, readonly [B, 4, 10]>()
    equal<Broadcast<readonly [B, 4], readonly []>, readonly [B, 4]>()
  }
  generic<'b', readonly [2]>()
})

test('where broadcasts three', () => {
  equal<Where<readonly ['b', 1], readonly [], readonly ['b', 5]>, readonly ['b', 5]>()
  equal<Where<readonly [2], readonly [3], readonly [4]>, 'ShapeError: where: cannot broadcast [3] with [4]: 3 vs 4'>()
  equal<Where<readonly [2], readonly [3], readonly [3]>, 'ShapeError: where: cannot broadcast [2] with [3]: 2 vs 3'>()
})

test('broadcastTo stretches in one direction only', () => {
  equal<BroadcastTo<readonly [1, 3], readonly [2, 3]>, readonly [2, 3]>()
  equal<BroadcastTo<readonly [], readonly ['b', 3]>, readonly ['b', 3]>()
  equal<BroadcastTo<readonly [number], readonly [3]>, readonly [3]>()
  equal<
    BroadcastTo<readonly [2, 3], readonly [1, 3]>,
    'ShapeError: broadcastTo: cannot broadcast [2, 3] to [1, 3]: 2 vs 1'
  >()
  equal<
    BroadcastTo<readonly [2, 3], readonly [3]>,
    'ShapeError: broadcastTo: cannot broadcast [2, 3] to [3]: the target has fewer dimensions'
  >()
  const generic = <B extends Dim>() => {
    equal<BroadcastTo<readonly [B, 1], readonly [B, 5]>, readonly [B, 5]>()
    equal<BroadcastTo<readonly [5], readonly [B, 5]>, readonly [B, 5]>()
  }
  generic<'b'>()
})
