import { test } from 'vitest'
import type { Dim, Dot, MatMul, Shape } from '../../../types/index.ts'
import { equal } from '../equal.ts'

test('matrices, batched', () => {
  equal<MatMul<readonly ['b', 784], readonly [784, 10]>, readonly ['b', 10]>()
  equal<MatMul<readonly [8, 1, 5, 6], readonly [3, 6, 7]>, readonly [8, 3, 5, 7]>()
  equal<MatMul<readonly ['b', number], readonly [64, 10]>, readonly ['b', 10]>()
  equal<MatMul<Shape, readonly [64, 10]>, Shape>()
})

test('vectors lose their dimension', () => {
  equal<MatMul<readonly [3, 4], readonly [4]>, readonly [3]>()
  equal<MatMul<readonly ['b', 3, 4], readonly [4]>, readonly ['b', 3]>()
  equal<MatMul<readonly [4], readonly [4, 5]>, readonly [5]>()
  equal<MatMul<readonly [4], readonly ['b', 4, 5]>, readonly ['b', 5]>()
  equal<MatMul<readonly [4], readonly [4]>, readonly []>()
})

test('what differs is named', () => {
  equal<
    MatMul<readonly ['batch', 128], readonly [64, 10]>,
    'ShapeError: matmul: inner dimensions differ: 128 vs 64 ([batch, 128] @ [64, 10])'
  >()
  equal<MatMul<readonly [3, 4], readonly [5]>, 'ShapeError: matmul: inner dimensions differ: 4 vs 5 ([3, 4] @ [5])'>()
  equal<MatMul<readonly [4], readonly [5]>, 'ShapeError: matmul: inner dimensions differ: 4 vs 5 ([4] @ [5])'>()
  equal<MatMul<readonly [4], readonly [5, 4]>, 'ShapeError: matmul: inner dimensions differ: 4 vs 5 ([4] @ [5, 4])'>()
  equal<
    MatMul<readonly [2, 3, 4], readonly [5, 4, 6]>,
    'ShapeError: matmul: batch dimensions do not broadcast: 2 vs 5 ([2, 3, 4] @ [5, 4, 6])'
  >()
  equal<MatMul<readonly [], readonly [4]>, 'ShapeError: matmul: left operand must have rank >= 1, got []'>()
  equal<MatMul<readonly [3, 4], readonly []>, 'ShapeError: matmul: right operand must have rank >= 1, got []'>()
})

test('type parameters stay alive', () => {
  const generic = <B extends Dim, K extends Dim, N extends Dim>() => {
    equal<MatMul<readonly [B, 784], readonly [784, 10]>, readonly [B, 10]>()
    equal<MatMul<readonly [B, K], readonly [K, N]>, readonly [B, N]>()
    equal<MatMul<readonly [N, K], readonly [K]>, readonly [N]>()
  }
  generic<'b', 2, 3>()
})

test('dot takes two vectors', () => {
  equal<Dot<readonly [3], readonly [3]>, readonly []>()
  equal<Dot<readonly [3], readonly [4]>, 'ShapeError: dot: lengths differ: 3 vs 4 ([3] with [4])'>()
  equal<
    Dot<readonly [3, 3], readonly [3]>,
    'ShapeError: dot: both operands must be vectors, got [3, 3] and [3]; use matmul or tensorDot'
  >()
  equal<
    Dot<readonly [3], readonly []>,
    'ShapeError: dot: both operands must be vectors, got [3] and []; use matmul or tensorDot'
  >()
})
