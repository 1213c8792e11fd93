import { test } from 'vitest'
import type { Dim, Einsum, Shape } from '../../../types/index.ts'
import { equal } from '../equal.ts'

test('letters bind dimensions', () => {
  equal<Einsum<'bij,bjk->bik', [readonly ['b', 2, 3], readonly ['b', 3, 4]]>, readonly ['b', 2, 4]>()
  equal<
    Einsum<'bhtd, bhsd -> bhts', [readonly ['b', 8, 128, 64], readonly ['b', 8, 256, 64]]>,
    readonly ['b', 8, 128, 256]
  >()
  equal<Einsum<'ii->i', [readonly [3, 3]]>, readonly [3]>()
  equal<Einsum<'ij->', [readonly [3, 4]]>, readonly []>()
  equal<Einsum<'ij,ij->ij', [readonly [number, 4], readonly [3, number]]>, readonly [3, 4]>()
  equal<Einsum<'ij->ji', [Shape]>, Shape>()
  equal<Einsum<string, [readonly [3]]>, Shape>()
})

test('what differs is named', () => {
  equal<
    Einsum<'ij,jk->ik', [readonly [2, 3], readonly [5, 4]]>,
    "ShapeError: einsum: index 'j' is both 3 and 5 ('ij,jk->ik' with [2, 3], [5, 4])"
  >()
  equal<
    Einsum<'ij->k', [readonly [3, 3]]>,
    "ShapeError: einsum: output index 'k' does not appear in the inputs ('ij->k' with [3, 3])"
  >()
  equal<
    Einsum<'ij->j', [readonly [3, 3, 3]]>,
    "ShapeError: einsum: fewer indices than dimensions of [3, 3, 3] ('ij->j' with [3, 3, 3])"
  >()
  equal<
    Einsum<'ijk->j', [readonly [3, 3]]>,
    "ShapeError: einsum: more indices than dimensions of [3, 3] ('ijk->j' with [3, 3])"
  >()
  equal<
    Einsum<'ij->j', [readonly [3, 3], readonly [3]]>,
    "ShapeError: einsum: more operands than subscripts ('ij->j' with [3, 3], [3])"
  >()
  equal<
    Einsum<'ij,j->i', [readonly [3, 3]]>,
    "ShapeError: einsum: fewer operands than subscripts ('ij,j->i' with [3, 3])"
  >()
  equal<Einsum<'ij', [readonly [3, 3]]>, "ShapeError: einsum: 'ij' has no '->' ('ij' with [3, 3])">()
})

test('type parameters stay alive', () => {
  const generic = <B extends Dim, K extends Dim>() => {
    equal<Einsum<'bij,bjk->bik', [readonly [B, 2, K], readonly [B, K, 4]]>, readonly [B, 2, 4]>()
  }
  generic<'b', 3>()
})
