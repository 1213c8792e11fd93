/**
 * The shape functions of the layers.
 */
import type { ExactDiv } from './arithmetic.ts'
import type {
  Conv1d,
  Conv2d,
  ConvTranspose2d,
  DepthwiseConv2d,
  OptionOf,
  PerAxis,
  SpatialRank,
} from './contract/convolution.ts'
import type { GlobalPool, Pool1d, Pool2d } from './contract/pool.ts'
import type { Flatten } from './contract/reshape.ts'
import type { MeetDim, Meets } from './dimension.ts'
import type { DType, FloatDType } from './dtype.ts'
import type { ShapeError } from './error.ts'
import type { ShapeFunction, Transparent } from './layer.ts'
import type { Sentence } from './sentence.ts'
import type * as says from './sentences/layers.ts'
import type { AsNumber, AsShape, Dim, Shape, ShowDim } from './shape.ts'

/** `dense(I, O)`: `[…, I] → […, O]`. */
export interface DenseFunction<I extends number, O extends number> extends ShapeFunction {
  readonly layer: `dense(${I}, ${O})`
  readonly out: DenseOutput<this['in'], I, O>
}

type DenseOutput<S, I extends number, O extends number> = S extends readonly [...infer Batch, infer D]
  ? Meets<D, I> extends true
    ? readonly [...Batch, O]
    : ShapeError<Sentence<typeof says.featuresDiffer, { layer: `dense(${I}, ${O})`; expected: I; given: D; x: S }>>
  : S extends readonly []
    ? ShapeError<Sentence<typeof says.inputScalar, { layer: `dense(${I}, ${O})` }>>
    : Shape

/** A layer called `Name` that keeps the shape and asks for N features in the last dimension, such as a normalisation. */
export interface FeaturesFunction<Name extends string, N extends number> extends ShapeFunction {
  readonly layer: Name
  readonly out: FeaturesOutput<this['in'], Name, N>
}

type FeaturesOutput<S, Name extends string, N extends number> = S extends readonly [...infer _, infer D]
  ? Meets<D, N> extends true
    ? S
    : ShapeError<Sentence<typeof says.featuresDiffer, { layer: `${Name}(${N})`; expected: N; given: D; x: S }>>
  : S extends readonly []
    ? ShapeError<Sentence<typeof says.inputScalar, { layer: `${Name}(${N})` }>>
    : Shape

/** `layerNorm(N)`: `[…, N] → […, N]`. */
export interface LayerNormFunction<N extends number> extends FeaturesFunction<'layerNorm', N> {}

/** `embedding(count, features)`: int32 `[…] → […, features]`. */
export interface EmbeddingFunction<Features extends number> extends ShapeFunction {
  readonly layer: 'embedding'
  readonly dtype: 'int32'
  readonly out: this['in'] extends infer S extends Shape ? readonly [...S, Features] : never
}

/** `flatten`: `[batch, …] → [batch, product]`. */
export interface FlattenFunction extends ShapeFunction {
  readonly out: Flatten<AsShape<this['in']>, 1>
}

/** Sizes for each of R spatial axes. */
export type WindowSizes<K extends PerAxis<R>, R extends SpatialRank> = K extends number
  ? R extends 1
    ? readonly [K]
    : R extends 2
      ? readonly [K, K]
      : readonly [K, K, K]
  : K

/** The share of a group in N channels; open where they do not fall into groups, which is refused when the layer is made. */
export type PerGroup<N extends number, Options> =
  OptionOf<Options, 'groups', 1> extends 1
    ? N
    : ExactDiv<N, AsNumber<OptionOf<Options, 'groups', 1>>> extends infer Q extends number
      ? [Q] extends [never]
        ? number
        : Q
      : number

/** A kernel `[kh, kw, in / groups, out]`. */
export type ConvKernel<
  I extends number,
  O extends number,
  K extends PerAxis<R>,
  R extends SpatialRank,
  Options,
> = AsShape<readonly [...WindowSizes<K, R>, PerGroup<I, Options>, O]>

/** A kernel `[kh, kw, out / groups, in]`. */
export type TransposedKernel<
  I extends number,
  O extends number,
  K extends PerAxis<R>,
  R extends SpatialRank,
  Options,
> = AsShape<readonly [...WindowSizes<K, R>, PerGroup<O, Options>, I]>

/** `conv1d(in, out, size, options)`: `[batch, length, in] → [batch, length', out]`. */
export interface Conv1dFunction<Kernel extends Shape, Options = {}> extends ShapeFunction {
  readonly layer: 'conv1d'
  readonly out: Conv1d<AsShape<this['in']>, Kernel, Options>
}

/** `conv2d(in, out, size, options)`: `[batch, height, width, in] → [batch, height', width', out]`. */
export interface Conv2dFunction<Kernel extends Shape, Options = {}> extends ShapeFunction {
  readonly layer: 'conv2d'
  readonly out: Conv2d<AsShape<this['in']>, Kernel, Options>
}

/** `depthwiseConv2d(channels, size, options)`: `[batch, height, width, channels] → [batch, height', width', channels · multiplier]`. */
export interface DepthwiseFunction<Kernel extends Shape, Options = {}> extends ShapeFunction {
  readonly layer: 'depthwiseConv2d'
  readonly out: DepthwiseConv2d<AsShape<this['in']>, Kernel, Options>
}

/** `convTranspose2d(in, out, size, options)`: `[batch, height, width, in] → [batch, height', width', out]`. */
export interface ConvTranspose2dFunction<Kernel extends Shape, Options = {}> extends ShapeFunction {
  readonly layer: 'convTranspose2d'
  readonly out: ConvTranspose2d<AsShape<this['in']>, Kernel, Options>
}

/** `globalAveragePool`: `[batch, …, channels] → [batch, channels]`. */
export interface GlobalPoolFunction extends ShapeFunction {
  readonly out: GlobalPool<AsShape<this['in']>>
}

/** `maxPool1d(size, options)` and its kind. */
export interface Pool1dFunction<Size extends PerAxis<1>, Options = {}, Name extends string = 'pool1d'>
  extends ShapeFunction {
  readonly out: Pool1d<AsShape<this['in']>, Size, Options, Name>
}

/** A layer called `Name` that normalises the N channels of `[batch, …, channels]` and keeps the shape. */
export interface ChannelsFunction<Name extends string, N extends number> extends ShapeFunction {
  readonly layer: Name
  readonly out: ChannelsOutput<this['in'], Name, N>
}

type ChannelsOutput<S, Name extends string, N extends number> = S extends readonly [infer _, ...infer _Rest, infer C]
  ? Meets<C, N> extends true
    ? S
    : ShapeError<Sentence<typeof says.featuresDiffer, { layer: Name; expected: N; given: C; x: S }>>
  : S extends readonly [] | readonly [unknown]
    ? ShapeError<Sentence<typeof says.inputNeeds, { layer: Name; needed: '[batch, …, channels]'; x: S }>>
    : Shape

/** A layer called `Name` over sequences: `[…, time, I] → […, time, O]`. */
export interface SequenceFunction<Name extends string, I extends number, O extends number = I> extends ShapeFunction {
  readonly layer: Name
  readonly out: SequenceOutput<this['in'], Name, I, O>
}

/** The same, of which the last element is kept: `[…, time, I] → […, O]`. */
export interface LastFunction<Name extends string, I extends number, O extends number> extends ShapeFunction {
  readonly layer: Name
  readonly out: SequenceOutput<this['in'], Name, I, O> extends infer R
    ? R extends readonly [...infer Batch, infer _, infer D]
      ? readonly [...Batch, D]
      : R
    : never
}

type SequenceOutput<S, Name extends string, I extends number, O extends number> = S extends readonly [
  ...infer Batch,
  infer Time,
  infer D,
]
  ? Meets<D, I> extends true
    ? readonly [...Batch, Time, O]
    : ShapeError<Sentence<typeof says.featuresDiffer, { layer: Name; expected: I; given: D; x: S }>>
  : S extends readonly [] | readonly [unknown]
    ? ShapeError<Sentence<typeof says.inputNeeds, { layer: Name; needed: '[…, time, features]'; x: S }>>
    : S extends readonly [...Dim[], infer D] // of any rank, but the features are known
      ? Meets<D, I> extends true
        ? readonly [...Shape, O]
        : ShapeError<Sentence<typeof says.featuresDiffer, { layer: Name; expected: I; given: D; x: S }>>
      : Shape

/** `maxPool2d(size, options)` and its kind. */
export interface Pool2dFunction<
  Size extends number | readonly [number, number],
  Options = {},
  Name extends string = 'pool2d',
> extends ShapeFunction {
  readonly out: Pool2d<AsShape<this['in']>, Size, Options, Name>
}

/** `input(...shape)`: asks for a shape and keeps it; symbolic dimensions of it are bound to the input's. */
export interface InputFunction<S extends Shape> extends Transparent {
  readonly out: SignatureOutput<S, S, this['in']>
}

/**
 * `layer(spec, f)`: the shapes of a plain function's signature; its symbolic dimensions are pattern variables, bound anew at
 * each use.
 */
export interface SignatureFunction<I extends Shape, O extends Shape, E extends DType = 'float32'>
  extends ShapeFunction {
  readonly dtype: E extends FloatDType ? unknown : E
  readonly out: SignatureOutput<I, O, this['in']>
}

/** The element type of parameters beside an input of element type E. */
export type ParameterDType<E extends DType> = E extends FloatDType ? E : 'float32'

/** Binds the names of I to the dimensions of S: a record name → dimension, or the reason why it does not fit. */
type BindSignature<I extends readonly unknown[], S extends readonly unknown[], Bound = {}> = I extends readonly [
  infer X,
  ...infer RestI,
]
  ? S extends readonly [infer D, ...infer RestS]
    ? X extends keyof Bound
      ? { d: MeetDim<Bound[X], D> } extends { d: infer _ extends Dim }
        ? BindSignature<RestI, RestS, Bound>
        : `'${X & string}' is both ${ShowDim<Bound[X]>} and ${ShowDim<D>}`
      : X extends string
        ? BindSignature<RestI, RestS, Bound & { [K in X]: D }>
        : Meets<X, D> extends true
          ? BindSignature<RestI, RestS, Bound>
          : `${ShowDim<X>} vs ${ShowDim<D>}`
    : 'ranks differ'
  : S extends readonly []
    ? Bound
    : 'ranks differ'

type SignatureOutput<I extends Shape, O extends Shape, S> = S extends readonly unknown[]
  ? BindSignature<I, S> extends infer Bound
    ? Bound extends string
      ? ShapeError<Sentence<typeof says.signatureDiffers, { expected: I; x: S; why: Bound }>>
      : { readonly [J in keyof O]: O[J] extends keyof Bound ? Bound[O[J]] : O[J] }
    : never
  : never
