import { test } from 'vitest'
import type { Diag, Dim, Eye, Shape, Tril, Triu } from '../../../types/index.ts'
import { equal } from '../equal.ts'

test('diagonals', () => {
  equal<Diag<readonly [3]>, readonly [3, 3]>()
  equal<Diag<readonly ['n']>, readonly ['n', 'n']>()
  equal<Diag<readonly [3, 5]>, readonly [3]>()
  equal<Diag<readonly [5, 3]>, readonly [3]>()
  equal<Diag<readonly ['n', 'n']>, readonly ['n']>()
  equal<Diag<readonly ['n', 3]>, readonly [number]>()
  equal<Diag<readonly [2, 3, 4]>, 'ShapeError: diag: a vector or a matrix needed, got [2, 3, 4]'>()
  equal<Diag<readonly []>, 'ShapeError: diag: a vector or a matrix needed, got []'>()
})

test('triangles', () => {
  equal<Tril<readonly ['b', 3, 3]>, readonly ['b', 3, 3]>()
  equal<Triu<readonly [3, 4]>, readonly [3, 4]>()
  equal<Tril<Shape>, Shape>()
  equal<Tril<readonly [3]>, 'ShapeError: tril: rank >= 2 needed, got [3]'>()
  equal<Triu<readonly []>, 'ShapeError: triu: rank >= 2 needed, got []'>()
})

test('the identity', () => {
  equal<Eye<3>, readonly [3, 3]>()
  equal<Eye<3, 'n'>, readonly [3, 'n']>()
})

test('type parameters stay alive', () => {
  const generic = <N extends Dim>() => {
    equal<Diag<readonly [N]>, readonly [N, N]>()
    equal<Diag<readonly [N, N]>, readonly [N]>()
    equal<Tril<readonly [N, N]>, readonly [N, N]>()
  }
  generic<3>()
})
