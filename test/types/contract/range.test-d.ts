import { test } from 'vitest'
import type { Arange, Linspace } from '../../../types/index.ts'
import { equal } from '../equal.ts'

test('the number of steps', () => {
  equal<Arange<0, 10>, readonly [10]>()
  equal<Arange<3, 10>, readonly [7]>()
  equal<Arange<0, 10, 3>, readonly [4]>()
  equal<Arange<0, 9, 3>, readonly [3]>()
  equal<Arange<10, 3>, readonly [0]>()
  equal<Arange<5, 5>, readonly [0]>()
})

test('what is not whole, negative or unknown is left to run time', () => {
  equal<Arange<0, 1, 0.1>, readonly [number]>()
  equal<Arange<-3, 3>, readonly [number]>()
  equal<Arange<10, 0, -1>, readonly [number]>()
  equal<Arange<0, number>, readonly [number]>()
  equal<Arange<0, 1e21>, readonly [number]>()
})

test('a step of 0 is named', () => {
  equal<Arange<0, 10, 0>, 'ShapeError: arange: the step must not be 0'>()
})

test('linspace', () => {
  equal<Linspace<50>, readonly [50]>()
  equal<Linspace<number>, readonly [number]>()
})
