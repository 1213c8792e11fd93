/**
 * Convolution of images, channels last: `[batch, height, width, in]` with a kernel `[kh, kw, in / groups, out]`.
 */
import type { Add, ExactDiv, FloorDiv, Mul, Sub } from '../arithmetic.ts'
import type { Meets } from '../dimension.ts'
import type { ShapeError } from '../error.ts'
import type { AsNumber, AsShape, DynamicRank, Shape, Show, ShowDim } from '../shape.ts'

/** A number for both directions, or `[height, width]`. */
export type Pair = number | readonly [height: number, width: number]

/** What `conv2d` may be told. */
export interface Conv2dOptions {
  /** The step of the window; 1 by default. */
  readonly stride?: Pair
  /** Zeros on each side; `'same'` keeps ⌈size / stride⌉, `'valid'` (the default) adds none. */
  readonly padding?: Pair | 'same' | 'valid'
  /** The distance of the kernel's taps; 1 by default. */
  readonly dilation?: Pair
  /** Input channels fall into so many groups, each seen by its share of the output channels; 1 by default. */
  readonly groups?: number
}

/** The option K of O, or its default. */
export type OptionOf<O, K extends string, Default> = O extends { readonly [P in K]: infer V } ? V : Default

/** The part of a `Pair` for one direction: 0 is height, 1 is width. */
type Along<P, I extends 0 | 1> = P extends readonly [number, number] ? P[I] : P

/** D·(K − 1) + 1, the reach of a dilated window. */
type Reach<K extends number, D extends number> = D extends 1 ? K : Add<Mul<D, Sub<K, 1>>, 1>

type Padded<H extends number, P> = P extends number ? Add<H, Add<P, P>> : H

/**
 * ⌊(H + 2P − D·(K − 1) − 1) / S⌋ + 1, for 'same' ⌈H / S⌉; `never` when the window is larger than the padded image. A
 * symbolic size survives 'same' with stride 1 and is dynamic otherwise.
 */
export type WindowDim<H, K extends number, S extends number, P, D extends number> = H extends number
  ? number extends H | K | S | D | P
    ? number
    : P extends 'same'
      ? FloorDiv<Add<H, Sub<S, 1>>, S>
      : Sub<Padded<H, P>, Reach<K, D>> extends infer R extends number
        ? [R] extends [never]
          ? never
          : S extends 1
            ? Add<R, 1>
            : Add<FloorDiv<R, S>, 1>
        : never
  : P extends 'same'
    ? S extends 1
      ? H
      : number
    : number

/** `[batch, height', width', channels]` of a window that slides over `[batch, height, width, …]`, or a sentence. */
export type Windows<X extends Shape, KH, KW, Stride, Pads, Dilation, Channels, Op extends string> = X extends readonly [
  infer N,
  infer H,
  infer W,
  infer _,
]
  ? [OneDirection<H, KH, Stride, Pads, Dilation, 0>] extends [never]
    ? ShapeError<`${Op}: window ${ShowDim<KH>} is larger than the (padded) height of ${Show<X>}`>
    : [OneDirection<W, KW, Stride, Pads, Dilation, 1>] extends [never]
      ? ShapeError<`${Op}: window ${ShowDim<KW>} is larger than the (padded) width of ${Show<X>}`>
      : AsShape<
          readonly [
            N,
            OneDirection<H, KH, Stride, Pads, Dilation, 0>,
            OneDirection<W, KW, Stride, Pads, Dilation, 1>,
            Channels,
          ]
        >
  : ShapeError<`${Op}: input must be [batch, height, width, channels], got ${Show<X>}`>

type OneDirection<H, K, Stride, Pads, Dilation, I extends 0 | 1> = WindowDim<
  H,
  AsNumber<K>,
  AsNumber<Along<Stride, I>>,
  Along<Pads, I>,
  AsNumber<Along<Dilation, I>>
>

/** `conv2d(x, kernel, options)`. */
export type Conv2d<X extends Shape, K extends Shape, O = {}> = true extends DynamicRank<X> | DynamicRank<K>
  ? Shape
  : X extends readonly [infer _N, infer _H, infer _W, infer C]
    ? K extends readonly [infer KH, infer KW, infer In, infer Out]
      ? Channels<C, In, Out, OptionOf<O, 'groups', 1>> extends infer Failure
        ? [Failure] extends [never]
          ? Windows<
              X,
              KH,
              KW,
              OptionOf<O, 'stride', 1>,
              OptionOf<O, 'padding', 'valid'>,
              OptionOf<O, 'dilation', 1>,
              Out,
              'conv2d'
            >
          : Failure
        : never
      : ShapeError<`conv2d: kernel must be [kh, kw, in, out], got ${Show<K>}`>
    : ShapeError<`conv2d: input must be [batch, height, width, channels], got ${Show<X>}`>

/** The sentence of channels that do not fit, or `never`. */
type Channels<C, In, Out, Groups> = Groups extends 1
  ? Meets<C, In> extends true
    ? never
    : ShapeError<`conv2d: input has ${ShowDim<C>} channels but the kernel expects ${ShowDim<In>}`>
  : GroupedChannels<C, In, Out, AsNumber<Groups>>

type GroupedChannels<C, In, Out, Groups extends number> = Out extends number
  ? [ExactDiv<Out, Groups>] extends [never]
    ? ShapeError<`conv2d: ${Out} output channels do not fall into ${Groups} groups`>
    : In extends number
      ? Meets<C, Mul<In, Groups>> extends true
        ? never
        : ShapeError<`conv2d: input has ${ShowDim<C>} channels but the kernel expects ${ShowDim<Mul<In, Groups>>} (${Groups} groups of ${In})`>
      : never
  : never
