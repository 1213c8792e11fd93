/**
 * Pooling of images, channels last: a window slides over `[batch, height, width, channels]`.
 */
import type { DynamicRank, Shape } from '../shape.ts'
import type { OptionOf, Pair, Windows } from './convolution.ts'

/** What `maxPool2d` and `avgPool2d` may be told. */
export interface Pool2dOptions {
  /** The step of the window; the size of the window by default. */
  readonly stride?: Pair
  /** The border on each side; `'valid'` (the default) adds none. */
  readonly padding?: Pair | 'same' | 'valid'
}

type Side<P, I extends 0 | 1> = P extends readonly [number, number] ? P[I] : P

/** `maxPool2d(x, size, options)` and its kind. */
export type Pool2d<X extends Shape, Size extends Pair, O = {}, Op extends string = 'pool2d'> =
  DynamicRank<X> extends true
    ? Shape
    : Windows<
        X,
        Side<Size, 0>,
        Side<Size, 1>,
        OptionOf<O, 'stride', Size>,
        OptionOf<O, 'padding', 'valid'>,
        1,
        X[3 & keyof X],
        Op
      >
