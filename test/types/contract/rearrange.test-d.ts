import { test } from 'vitest'
import type { Dim, Rearrange, Shape } from '../../../types/index.ts'
import { equal } from '../equal.ts'

test('axes are permuted, split and joined', () => {
  equal<Rearrange<readonly ['b', 32, 3], 'b (h w) c -> b h w c', { h: 4 }>, readonly ['b', 4, 8, 3]>()
  equal<
    Rearrange<readonly ['b', 3, 32, 32], 'b c (h p) (w q) -> b (h w) (p q c)', { p: 8; q: 8 }>,
    readonly ['b', 16, 192]
  >()
  equal<Rearrange<readonly ['b', 't', 768], 'b t (h d) -> b h t d', { h: 12 }>, readonly ['b', 12, 't', 64]>()
  equal<Rearrange<readonly ['b', 12, 't', 64], 'b h t d -> (b t) (h d)'>, readonly ['b*t', 768]>()
  equal<Rearrange<readonly ['b', 5], 'b c -> b 1 c'>, readonly ['b', 1, 5]>()
  equal<Rearrange<Shape, 'b c -> c b'>, Shape>()
})

test('what differs is named', () => {
  equal<
    Rearrange<readonly ['b', 30, 3], 'b (h w) c -> b h w c', { h: 4 }>,
    "ShapeError: rearrange: 30 is not divisible by 4 in (h w) ('b (h w) c -> b h w c' of [b, 30, 3])"
  >()
  equal<
    Rearrange<readonly ['b', 30], 'b (h w) -> b h w'>,
    "ShapeError: rearrange: give sizes for all but one axis of (h w) ('b (h w) -> b h w' of [b, 30])"
  >()
  equal<
    Rearrange<readonly ['b', 30], 'b (h w) -> b h w', { h: 5; w: 7 }>,
    "ShapeError: rearrange: (h w) = 35 but the dimension is 30 ('b (h w) -> b h w' of [b, 30])"
  >()
  equal<
    Rearrange<readonly ['b', 30], 'b c d -> b c'>,
    "ShapeError: rearrange: the left side has another rank than the tensor ('b c d -> b c' of [b, 30])"
  >()
  equal<
    Rearrange<readonly ['b', 30], 'b c -> b d'>,
    "ShapeError: rearrange: axis 'd' does not appear on the left ('b c -> b d' of [b, 30])"
  >()
  equal<
    Rearrange<readonly [3, 4], 'a a -> a'>,
    "ShapeError: rearrange: axis 'a' is both 3 and 4 ('a a -> a' of [3, 4])"
  >()
  equal<Rearrange<readonly [3, 4], 'a b'>, "ShapeError: rearrange: 'a b' has no '->' ('a b' of [3, 4])">()
})

test('type parameters stay alive', () => {
  const generic = <B extends Dim, T extends Dim>() => {
    equal<Rearrange<readonly [B, T, 768], 'b t (h d) -> b h t d', { h: 12 }>, readonly [B, 12, T, 64]>()
  }
  generic<'b', 't'>()
})
