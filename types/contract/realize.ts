/**
 * From what is known at run time to what is known before: `realize(x, shape)`.
 */
import type { Meets } from '../dimension.ts'
import type { ShapeError } from '../error.ts'
import type { Sentence } from '../sentence.ts'
import type * as says from '../sentences/movements.ts'
import type { DynamicRank, Shape } from '../shape.ts'

/** Can sizes S turn out to be T? A name stands for any size. */
type MayBe<S extends readonly unknown[], T extends readonly unknown[]> = S extends readonly [infer X, ...infer RestS]
  ? T extends readonly [infer Y, ...infer RestT]
    ? X extends string
      ? MayBe<RestS, RestT>
      : Y extends string
        ? MayBe<RestS, RestT>
        : Meets<X, Y> extends true
          ? MayBe<RestS, RestT>
          : false
    : false
  : T extends readonly []
    ? true
    : false

/** `realize(x, shape)`: T itself, or the sentence that a tensor of shape S cannot have it. */
export type Realize<S extends Shape, T extends Shape> = true extends DynamicRank<S> | DynamicRank<T> | MayBe<S, T>
  ? T
  : ShapeError<Sentence<typeof says.realizeDiffers, { x: S; shape: T }>>
