/**
 * Convolution over one to three spatial axes, channels last: `[batch, height, width, in]` with a kernel
 * `[kh, kw, in / groups, out]`.
 */
import type { Add, ExactDiv, FloorDiv, Mul, Sub } from '../arithmetic.ts'
import type { Meets } from '../dimension.ts'
import type { ShapeError } from '../error.ts'
import type { Sentence } from '../sentence.ts'
import type * as says from '../sentences/images.ts'
import type { AsNumber, AsShape, DynamicRank, Eq, Shape } from '../shape.ts'

/** How many spatial axes there are. */
export type SpatialRank = 1 | 2 | 3

/** One T for each spatial axis. */
export interface ForEachAxis<T> {
  readonly 1: readonly [T]
  readonly 2: readonly [T, T]
  readonly 3: readonly [T, T, T]
}

/** A number for every spatial axis, or one for each. */
export type PerAxis<R extends SpatialRank> = number | ForEachAxis<number>[R]

/** A number for both directions, or `[height, width]`. */
export type Pair = PerAxis<2>

/** A border: equal on both sides, or `[before, after]`. */
export type Border = number | readonly [before: number, after: number]

/** `'valid'`: none; `'same'`: so that ⌈size / stride⌉ windows fit; a number for all sides; or a border for each spatial axis. */
export type Borders<R extends SpatialRank> = 'same' | 'valid' | number | ForEachAxis<Border>[R]

/** How windows slide. */
export interface WindowOptions<R extends SpatialRank> {
  /** The step of the window; 1 by default for convolutions, the size of the window for pooling. */
  readonly stride?: PerAxis<R>
  /** The border; `'valid'` (none) by default. Where `'same'` needs an odd number, the end gets one more than the beginning. */
  readonly padding?: Borders<R>
}

/** What a convolution may be told. */
export interface ConvOptions<R extends SpatialRank> extends WindowOptions<R> {
  /** The distance of the kernel's taps; 1 by default. */
  readonly dilation?: PerAxis<R>
  /** Input channels fall into so many groups, each seen by its share of the output channels; 1 by default. */
  readonly groups?: number
}

/** What a transposed convolution may be told: the options of the convolution that it is the transpose of. */
export interface ConvTransposeOptions<R extends SpatialRank> extends ConvOptions<R> {
  /** More elements at the end, which a convolution with a stride does not look at; 0 by default. */
  readonly outputPadding?: PerAxis<R>
}

/** What `conv1d` may be told. */
export interface Conv1dOptions extends ConvOptions<1> {}
/** What `conv2d` may be told. */
export interface Conv2dOptions extends ConvOptions<2> {}
/** What `conv3d` may be told. */
export interface Conv3dOptions extends ConvOptions<3> {}
/** What `depthwiseConv2d` may be told. */
export interface DepthwiseOptions extends WindowOptions<2> {
  /** The distance of the kernel's taps; 1 by default. */
  readonly dilation?: PerAxis<2>
}

/** The option K of O, or its default; every possibility where the type of O does not say whether it is given. */
export type OptionOf<O, K extends string, Default> = O extends { readonly [P in K]: infer V }
  ? V
  : K extends keyof O
    ? Default | Exclude<O[K], undefined>
    : Default

/** The part of an option for one spatial axis. */
export type Along<P, I> = P extends readonly unknown[] ? P[I & keyof P] : P

/** D·(K − 1) + 1, the reach of a dilated window. */
type Reach<K extends number, D extends number> = D extends 1 ? K : Add<Mul<D, Sub<K, 1>>, 1>

/** The elements that a border adds. */
type BorderSize<P> = P extends number
  ? Add<P, P>
  : P extends readonly [infer Before extends number, infer After extends number]
    ? Add<Before, After>
    : 0

/** Is a size, or what a border adds, known only at run time? */
type Wide<P> = number extends P
  ? true
  : P extends readonly unknown[]
    ? number extends P[number]
      ? true
      : false
    : false

/**
 * ⌊(H + border − D·(K − 1) − 1) / S⌋ + 1, for 'same' ⌈H / S⌉; `never` when the window is larger than the padded image. A
 * symbolic size survives a border that makes up for the window where the stride is 1, and is dynamic otherwise.
 */
export type WindowDim<H, K extends number, S extends number, P, D extends number> = true extends
  | Wide<K>
  | Wide<S>
  | Wide<D>
  | Wide<P>
  ? number
  : H extends number
    ? number extends H
      ? number
      : P extends 'same'
        ? FloorDiv<Add<H, Sub<S, 1>>, S>
        : Sub<Add<H, BorderSize<P>>, Reach<K, D>> extends infer R extends number
          ? [R] extends [never]
            ? never
            : S extends 1
              ? Add<R, 1>
              : Add<FloorDiv<R, S>, 1>
          : never
    : S extends 1
      ? P extends 'same'
        ? H
        : Eq<BorderSize<P>, Sub<Reach<K, D>, 1>> extends true
          ? H
          : number
      : number

/** How spatial axes are called in sentences. */
interface Names {
  readonly 1: readonly ['length']
  readonly 2: readonly ['height', 'width']
  readonly 3: readonly ['depth', 'height', 'width']
}

/** Images in sentences. */
export interface ImageNames {
  readonly 1: '[batch, length, channels]'
  readonly 2: '[batch, height, width, channels]'
  readonly 3: '[batch, depth, height, width, channels]'
}

interface KernelNames {
  readonly 1: '[k, in, out]'
  readonly 2: '[kh, kw, in, out]'
  readonly 3: '[kd, kh, kw, in, out]'
}

/** The spatial axes after a window has slid over them, or a sentence. `X` is the whole input, `K` the kernel, or the window. */
export type Slide<
  Spatial extends readonly unknown[],
  Window,
  Stride,
  Pads,
  Dilation,
  X extends Shape,
  K,
  R extends SpatialRank,
  Op extends string,
  Out extends readonly unknown[] = readonly [],
> = Spatial extends readonly [infer H, ...infer Rest]
  ? SlideOne<H, Window, Stride, Pads, Dilation, Out['length']> extends infer Size
    ? [Size] extends [never]
      ? TooLarge<
          H,
          Along<Window, Out['length']>,
          Along<Pads, Out['length']>,
          Along<Dilation, Out['length']>,
          X,
          K,
          R,
          Op,
          Out['length']
        >
      : Slide<Rest, Window, Stride, Pads, Dilation, X, K, R, Op, readonly [...Out, Size]>
    : never
  : Out

type SlideOne<H, Window, Stride, Pads, Dilation, I> = WindowDim<
  H,
  AsNumber<Along<Window, I>>,
  AsNumber<Along<Stride, I>>,
  Along<Pads, I>,
  AsNumber<Along<Dilation, I>>
>

type TooLarge<H, W, P, D, X extends Shape, K, R extends SpatialRank, Op extends string, I> = ShapeError<
  Sentence<
    typeof says.windowTooLarge,
    {
      op: Op
      what: K extends readonly unknown[] ? (K['length'] extends R ? 'window' : 'kernel') : 'window'
      window: K extends number ? ForEachAxis<K>[R] : K
      axis: Named<R, I>
      x: X
      reach: Reach<AsNumber<W>, AsNumber<D>>
      size: Add<AsNumber<H>, BorderSize<P>>
    }
  >
>

type Named<R extends SpatialRank, I> = Along<Names[R], I> extends infer Name extends string ? Name : never

/** Images with other spatial axes and channels; the sentence, where that is one. */
export type Image<N, Spatial, C> = Spatial extends readonly unknown[] ? AsShape<readonly [N, ...Spatial, C]> : Spatial

/** A convolution over R spatial axes. */
export type Conv<X extends Shape, K extends Shape, O, R extends SpatialRank, Op extends string> = true extends
  | DynamicRank<X>
  | DynamicRank<K>
  ? Shape
  : X extends readonly [infer N, ...infer Spatial, infer C]
    ? Spatial['length'] extends R
      ? K extends readonly [...infer Window, infer In, infer Out]
        ? Window['length'] extends R
          ? Channels<C, In, Out, OptionOf<O, 'groups', 1>, X, K, Op> extends infer Failure
            ? [Failure] extends [never]
              ? Image<N, Slid<Spatial, Window, O, X, K, R, Op>, Out>
              : Failure
            : never
          : ShapeError<Sentence<typeof says.kernelNeeds, { op: Op; needed: KernelNames[R]; kernel: K }>>
        : ShapeError<Sentence<typeof says.kernelNeeds, { op: Op; needed: KernelNames[R]; kernel: K }>>
      : ShapeError<Sentence<typeof says.inputNeeds, { op: Op; needed: ImageNames[R]; x: X }>>
    : ShapeError<Sentence<typeof says.inputNeeds, { op: Op; needed: ImageNames[R]; x: X }>>

type Slid<
  Spatial extends readonly unknown[],
  Window,
  O,
  X extends Shape,
  K extends Shape,
  R extends SpatialRank,
  Op extends string,
> = Slide<
  Spatial,
  Window,
  OptionOf<O, 'stride', 1>,
  OptionOf<O, 'padding', 'valid'>,
  OptionOf<O, 'dilation', 1>,
  X,
  K,
  R,
  Op
>

/** `conv1d(x, kernel, options)`. */
export type Conv1d<X extends Shape, K extends Shape, O = {}> = Conv<X, K, O, 1, 'conv1d'>
/** `conv2d(x, kernel, options)`. */
export type Conv2d<X extends Shape, K extends Shape, O = {}> = Conv<X, K, O, 2, 'conv2d'>
/** `conv3d(x, kernel, options)`. */
export type Conv3d<X extends Shape, K extends Shape, O = {}> = Conv<X, K, O, 3, 'conv3d'>

/** The sentence of channels that do not fit, or `never`, for an input X and a kernel K. */
type Channels<C, In, Out, Groups, X extends Shape, K extends Shape, Op extends string> = Groups extends 1
  ? Meets<C, In> extends true
    ? never
    : ShapeError<Sentence<typeof says.channelsDiffer, { op: Op; x: X; kernel: K; given: C; expected: In }>>
  : GroupedChannels<C, In, Out, AsNumber<Groups>, X, K, Op>

type GroupedChannels<
  C,
  In,
  Out,
  Groups extends number,
  X extends Shape,
  K extends Shape,
  Op extends string,
> = number extends Groups
  ? never
  : Out extends number
    ? [ExactDiv<Out, Groups>] extends [never]
      ? ShapeError<
          Sentence<typeof says.channelsUngrouped, { op: Op; kernel: K; channels: Out; side: 'output'; groups: Groups }>
        >
      : In extends number
        ? Meets<C, Mul<In, Groups>> extends true
          ? never
          : ShapeError<
              Sentence<
                typeof says.groupsDiffer,
                { op: Op; x: X; kernel: K; given: C; expected: Mul<In, Groups>; groups: Groups; each: In }
              >
            >
        : never
    : never

/** `depthwiseConv2d(x, kernel, options)`: a kernel `[kh, kw, channels, multiplier]`. */
export type DepthwiseConv2d<X extends Shape, K extends Shape, O = {}> = true extends DynamicRank<X> | DynamicRank<K>
  ? Shape
  : X extends readonly [infer N, infer H, infer W, infer C]
    ? K extends readonly [infer KH, infer KW, infer In, infer Multiplier]
      ? Meets<C, In> extends true
        ? Image<
            N,
            Slid<readonly [H, W], readonly [KH, KW], O, X, K, 2, 'depthwiseConv2d'>,
            Mul<AsNumber<In>, AsNumber<Multiplier>>
          >
        : ShapeError<
            Sentence<typeof says.channelsDiffer, { op: 'depthwiseConv2d'; x: X; given: C; kernel: K; expected: In }>
          >
      : ShapeError<
          Sentence<
            typeof says.kernelNeeds,
            { op: 'depthwiseConv2d'; needed: '[kh, kw, channels, multiplier]'; kernel: K }
          >
        >
    : ShapeError<Sentence<typeof says.inputNeeds, { op: 'depthwiseConv2d'; needed: ImageNames[2]; x: X }>>

/**
 * (H − 1)·S + D·(K − 1) + 1 − border + more, for 'same' H·S: the size whose windows are H; `never` when the border leaves less
 * than nothing.
 */
export type TransposedDim<
  H,
  K extends number,
  S extends number,
  P,
  D extends number,
  More extends number,
> = true extends Wide<K> | Wide<S> | Wide<D> | Wide<P> | Wide<More>
  ? number
  : H extends number
    ? number extends H
      ? number
      : P extends 'same'
        ? Mul<H, S>
        : Sub<Add<Add<Mul<Sub<H, 1>, S>, Reach<K, D>>, More>, BorderSize<P>>
    : S extends 1
      ? P extends 'same'
        ? H
        : Eq<BorderSize<P>, Add<Sub<Reach<K, D>, 1>, More>> extends true
          ? H
          : number
      : number

interface TransposedKernelNames {
  readonly 1: '[k, out, in]'
  readonly 2: '[kh, kw, out, in]'
  readonly 3: '[kd, kh, kw, out, in]'
}

type Unslide<
  Spatial extends readonly unknown[],
  Window,
  O,
  X extends Shape,
  K,
  R extends SpatialRank,
  Op extends string,
  Out extends readonly unknown[] = readonly [],
> = Spatial extends readonly [infer H, ...infer Rest]
  ? TransposedDim<
      H,
      AsNumber<Along<Window, Out['length']>>,
      AsNumber<Along<OptionOf<O, 'stride', 1>, Out['length']>>,
      Along<OptionOf<O, 'padding', 'valid'>, Out['length']>,
      AsNumber<Along<OptionOf<O, 'dilation', 1>, Out['length']>>,
      AsNumber<Along<OptionOf<O, 'outputPadding', 0>, Out['length']>>
    > extends infer Size
    ? [Size] extends [never]
      ? PaddingTooLarge<H, Window, O, Out['length'], X, K, R, Op>
      : Unslide<Rest, Window, O, X, K, R, Op, readonly [...Out, Size]>
    : never
  : Out

type PaddingTooLarge<H, Window, O, I, X extends Shape, K, R extends SpatialRank, Op extends string> = ShapeError<
  Sentence<
    typeof says.paddingTooLarge,
    {
      op: Op
      kernel: K
      x: X
      axis: Named<R, I>
      border: BorderSize<Along<OptionOf<O, 'padding', 'valid'>, I>>
      size: TransposedDim<
        H,
        AsNumber<Along<Window, I>>,
        AsNumber<Along<OptionOf<O, 'stride', 1>, I>>,
        0,
        AsNumber<Along<OptionOf<O, 'dilation', 1>, I>>,
        AsNumber<Along<OptionOf<O, 'outputPadding', 0>, I>>
      >
    }
  >
>

/** A transposed convolution over R spatial axes, with a kernel `[kh, kw, out / groups, in]`. */
export type ConvTranspose<X extends Shape, K extends Shape, O, R extends SpatialRank, Op extends string> = true extends
  | DynamicRank<X>
  | DynamicRank<K>
  ? Shape
  : X extends readonly [infer N, ...infer Spatial, infer C]
    ? Spatial['length'] extends R
      ? K extends readonly [...infer Window, infer Out, infer In]
        ? Window['length'] extends R
          ? TransposedChannels<C, In, OptionOf<O, 'groups', 1>, X, K, Op> extends infer Failure
            ? [Failure] extends [never]
              ? Image<N, Unslide<Spatial, Window, O, X, K, R, Op>, TimesGroups<Out, OptionOf<O, 'groups', 1>>>
              : Failure
            : never
          : ShapeError<Sentence<typeof says.kernelNeeds, { op: Op; needed: TransposedKernelNames[R]; kernel: K }>>
        : ShapeError<Sentence<typeof says.kernelNeeds, { op: Op; needed: TransposedKernelNames[R]; kernel: K }>>
      : ShapeError<Sentence<typeof says.inputNeeds, { op: Op; needed: ImageNames[R]; x: X }>>
    : ShapeError<Sentence<typeof says.inputNeeds, { op: Op; needed: ImageNames[R]; x: X }>>

type TransposedChannels<C, In, Groups, X extends Shape, K extends Shape, Op extends string> =
  Meets<C, In> extends true
    ? Groups extends 1
      ? never
      : number extends In | Groups
        ? never
        : [ExactDiv<AsNumber<In>, AsNumber<Groups>>] extends [never]
          ? ShapeError<
              Sentence<
                typeof says.channelsUngrouped,
                { op: Op; kernel: K; channels: In; side: 'input'; groups: Groups }
              >
            >
          : never
    : ShapeError<Sentence<typeof says.channelsDiffer, { op: Op; x: X; kernel: K; given: C; expected: In }>>

type TimesGroups<Out, Groups> = Groups extends 1 ? Out : Mul<AsNumber<Out>, AsNumber<Groups>>

/** `convTranspose1d(x, kernel, options)`. */
export type ConvTranspose1d<X extends Shape, K extends Shape, O = {}> = ConvTranspose<X, K, O, 1, 'convTranspose1d'>
/** `convTranspose2d(x, kernel, options)`. */
export type ConvTranspose2d<X extends Shape, K extends Shape, O = {}> = ConvTranspose<X, K, O, 2, 'convTranspose2d'>
