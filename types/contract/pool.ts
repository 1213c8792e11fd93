/**
 * Pooling, channels last: a window slides over `[batch, height, width, channels]`.
 */
import type { ShapeError } from '../error.ts'
import type { Sentence } from '../sentence.ts'
import type * as says from '../sentences/images.ts'
import type { AsShape, DynamicRank, Shape } from '../shape.ts'
import type { Image, ImageNames, OptionOf, Pair, PerAxis, Slide, SpatialRank, WindowOptions } from './convolution.ts'

/** What `maxPool1d` may be told. */
export interface Pool1dOptions extends WindowOptions<1> {}
/** What `maxPool2d` may be told. */
export interface Pool2dOptions extends WindowOptions<2> {}

/** What `maxPool3d` may be told. */
export interface Pool3dOptions extends WindowOptions<3> {}

/** What an average may be told besides. */
interface AverageOptions {
  /** Whether the zeros of the border count as elements; they do not by default. */
  readonly countPadding?: boolean
}

/** What `avgPool1d` may be told. */
export interface AvgPool1dOptions extends Pool1dOptions, AverageOptions {}
/** What `avgPool2d` may be told. */
export interface AvgPool2dOptions extends Pool2dOptions, AverageOptions {}

/** What `avgPool3d` may be told. */
export interface AvgPool3dOptions extends Pool3dOptions, AverageOptions {}

/** Pooling over R spatial axes. */
export type Pool<X extends Shape, Size extends PerAxis<R>, O, R extends SpatialRank, Op extends string> =
  DynamicRank<X> extends true
    ? Shape
    : X extends readonly [infer N, ...infer Spatial, infer C]
      ? Spatial['length'] extends R
        ? Image<
            N,
            Slide<Spatial, Size, OptionOf<O, 'stride', Size>, OptionOf<O, 'padding', 'valid'>, 1, X, Size, R, Op>,
            C
          >
        : ShapeError<Sentence<typeof says.inputNeeds, { op: Op; needed: ImageNames[R]; x: X }>>
      : ShapeError<Sentence<typeof says.inputNeeds, { op: Op; needed: ImageNames[R]; x: X }>>

/** `maxPool1d(x, size, options)` and its kind. */
export type Pool1d<X extends Shape, Size extends PerAxis<1>, O = {}, Op extends string = 'pool1d'> = Pool<
  X,
  Size,
  O,
  1,
  Op
>

/** `maxPool2d(x, size, options)` and its kind. */
export type Pool2d<X extends Shape, Size extends Pair, O = {}, Op extends string = 'pool2d'> = Pool<X, Size, O, 2, Op>

/** `maxPool3d(x, size, options)` and its kind. */
export type Pool3d<X extends Shape, Size extends PerAxis<3>, O = {}, Op extends string = 'pool3d'> = Pool<
  X,
  Size,
  O,
  3,
  Op
>

/** `globalAveragePool(x)`: `[batch, …, channels] → [batch, channels]`. */
export type GlobalPool<X extends Shape, Op extends string = 'globalAveragePool'> =
  DynamicRank<X> extends true
    ? Shape
    : X extends readonly [infer N, infer _, ...infer _Rest, infer C]
      ? readonly [N, C]
      : ShapeError<Sentence<typeof says.globalNeeds, { op: Op; x: X }>>

/** `resize(x, [height, width])` and its kind: `[batch, _, _, channels] → [batch, height, width, channels]`. */
export type Resize<X extends Shape, Size extends readonly [number, number], Op extends string = 'resize'> =
  DynamicRank<X> extends true
    ? Shape
    : X extends readonly [infer N, infer _H, infer _W, infer C]
      ? AsShape<readonly [N, Size[0], Size[1], C]>
      : ShapeError<Sentence<typeof says.inputNeeds, { op: Op; needed: ImageNames[2]; x: X }>>
