import { test } from 'vitest'
import type { FromNested, Nested, NestedDType, Shape } from '../../../types/index.ts'
import { equal } from '../equal.ts'

test('regular nesting', () => {
  equal<FromNested<3>, readonly []>()
  equal<FromNested<true>, readonly []>()
  equal<FromNested<readonly [1, 2, 3]>, readonly [3]>()
  equal<FromNested<readonly [readonly [1, 2], readonly [3, 4]]>, readonly [2, 2]>()
  equal<FromNested<readonly [readonly [readonly [1, 2, 3]], readonly [readonly [4, 5, 6]]]>, readonly [2, 1, 3]>()
  equal<FromNested<readonly []>, readonly [0]>()
  equal<FromNested<readonly [readonly [], readonly []]>, readonly [2, 0]>()
})

test('what is known before running', () => {
  equal<FromNested<number[]>, readonly [number]>()
  equal<FromNested<number[][]>, readonly [number, number]>()
  equal<FromNested<readonly [number[], number[]]>, readonly [2, number]>()
  equal<FromNested<Nested>, Shape>()
})

test('ragged nesting is named', () => {
  equal<
    FromNested<readonly [readonly [1, 2], readonly [3, 4], readonly [5]]>,
    'ShapeError: tensor: row 0 has shape [2] but row 2 has shape [1]'
  >()
  equal<FromNested<readonly [1, readonly [2]]>, 'ShapeError: tensor: row 0 has shape [] but row 1 has shape [1]'>()
  equal<
    FromNested<readonly [readonly [readonly [1], readonly [2, 3]], readonly [readonly [4], readonly [5]]]>,
    'ShapeError: tensor: row 0 has shape [1] but row 1 has shape [2]'
  >()
})

test('the element type of nested values', () => {
  equal<NestedDType<3>, 'float32'>()
  equal<NestedDType<readonly [readonly [true, false]]>, 'bool'>()
  equal<NestedDType<boolean[][]>, 'bool'>()
  equal<NestedDType<readonly [true, 1]>, 'float32'>()
  equal<NestedDType<Nested>, 'float32'>()
})
