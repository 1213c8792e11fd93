import { test } from 'vitest'
import type { Dim, Flatten, Reshape, Shape } from '../../../types/index.ts'
import { equal } from '../equal.ts'

test('as many elements as before', () => {
  equal<Reshape<readonly ['b', 784], readonly ['b', 28, 28]>, readonly ['b', 28, 28]>()
  equal<Reshape<readonly [2, 3], readonly [6]>, readonly [6]>()
  equal<Reshape<readonly [], readonly [1, 1]>, readonly [1, 1]>()
  equal<Reshape<readonly ['b*t', 768], readonly ['b', 't', 768]>, readonly ['b', 't', 768]>()
})

test('-1 is worked out', () => {
  equal<Reshape<readonly ['b', 784], readonly ['b', 28, -1]>, readonly ['b', 28, 28]>()
  equal<Reshape<readonly ['b', 28, 28], readonly [-1, 784]>, readonly ['b', 784]>()
  equal<Reshape<readonly ['b', 't', 12, 64], readonly ['b', 't', -1]>, readonly ['b', 't', 768]>()
  equal<Reshape<readonly ['b', 't', 768], readonly [-1, 768]>, readonly ['b*t', 768]>()
  equal<Reshape<readonly ['t*b', 768], readonly ['b', 't', -1]>, readonly ['b', 't', 768]>()
  equal<Reshape<readonly [number, 6], readonly [-1, 3]>, readonly [number, 3]>()
  equal<Reshape<Shape, readonly [-1, 3]>, readonly [number, 3]>()
  equal<Reshape<readonly [6], readonly number[]>, Shape>()
})

test('what differs is named', () => {
  equal<Reshape<readonly [2, 3], readonly [4, 2]>, 'ShapeError: reshape: [2, 3] to [4, 2]: 6 elements vs 8'>()
  equal<Reshape<readonly ['b', 6], readonly [6]>, 'ShapeError: reshape: [b, 6] to [6]: b*6 elements vs 6'>()
  equal<Reshape<readonly [10], readonly [3, -1]>, 'ShapeError: reshape: [10] to [3, -1]: 10 is not divisible by 3'>()
  equal<Reshape<readonly [10], readonly [0, -1]>, 'ShapeError: reshape: [10] to [0, -1]: cannot divide by 0'>()
  equal<
    Reshape<readonly [12], readonly [-1, 3, -1]>,
    'ShapeError: reshape: [12] to [-1, 3, -1]: only one -1 is allowed'
  >()
  equal<
    Reshape<readonly ['b', 6], readonly ['t', -1]>,
    'ShapeError: reshape: [b, 6] to [t, -1]: symbolic dimensions do not match'
  >()
})

test('type parameters in front stay alive', () => {
  const generic = <B extends Dim>() => {
    equal<Reshape<readonly [B, 784], readonly [B, 28, 28]>, readonly [B, 28, 28]>()
    equal<Reshape<readonly [B, 784], readonly [B, 28, -1]>, readonly [B, 28, 28]>()
  }
  generic<'b'>()
})

test('flatten keeps the first dimensions', () => {
  equal<Flatten<readonly ['b', 16, 5, 5], 1>, readonly ['b', 400]>()
  equal<Flatten<readonly ['b', 16, 5]>, readonly ['b*80']>()
  equal<Flatten<readonly ['b', 't', 4, 4], 2>, readonly ['b', 't', 16]>()
  equal<Flatten<readonly [2, 3, 4, 5, 6], 3>, readonly [2, 3, 4, 30]>()
  equal<Flatten<readonly []>, readonly [1]>()
  equal<Flatten<readonly [3], 2>, 'ShapeError: flatten: cannot keep 2 dimensions of [3]'>()
})
