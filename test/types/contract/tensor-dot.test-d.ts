import { test } from 'vitest'
import type { Shape, TensorDot } from '../../../types/index.ts'
import { equal } from '../equal.ts'

type A = readonly [2, 3, 'k']
type B = readonly ['k', 3, 5]

test('paired axes are summed over', () => {
  equal<TensorDot<A, B, readonly [2], readonly [0]>, readonly [2, 3, 3, 5]>()
  equal<TensorDot<A, B, readonly [1, -1], readonly [1, 0]>, readonly [2, 5]>()
  equal<TensorDot<A, B, readonly [], readonly []>, readonly [2, 3, 'k', 'k', 3, 5]>()
  equal<TensorDot<A, B, readonly number[], readonly number[]>, Shape>()
})

test('what differs is named', () => {
  equal<
    TensorDot<A, B, readonly [0], readonly [2]>,
    'ShapeError: tensorDot: axis 0 of [2, 3, k] and axis 2 of [k, 3, 5] differ: 2 vs 5'
  >()
  equal<
    TensorDot<A, B, readonly [0, 1], readonly [2]>,
    'ShapeError: tensorDot: 2 axes of [2, 3, k] are paired with 1 of [k, 3, 5]'
  >()
  equal<
    TensorDot<A, B, readonly [3], readonly [0]>,
    'ShapeError: tensorDot: axis 3 is out of range for shape [2, 3, k] (rank 3)'
  >()
  equal<
    TensorDot<A, B, readonly [2], readonly [-4]>,
    'ShapeError: tensorDot: axis -4 is out of range for shape [k, 3, 5] (rank 3)'
  >()
  equal<
    TensorDot<A, B, readonly [1, 1], readonly [1, 0]>,
    'ShapeError: tensorDot: axis 1 of [2, 3, k] is given twice'
  >()
})
