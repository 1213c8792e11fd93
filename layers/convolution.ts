/**
 * Convolutions, channels last: y = x ∗ weight + bias. A weight is [kh, kw, in / groups, out]; PyTorch's, [out, in / groups, kh, kw],
 * becomes ours by `permute(w, [2, 3, 1, 0])`.
 */
import {
  ArgumentError,
  add,
  type Conv1dOptions,
  type Conv2dOptions,
  type ConvTransposeOptions,
  conv1d as conv1dOf,
  conv2d as conv2dOf,
  convTranspose2d as convTranspose2dOf,
  type DepthwiseOptions,
  depthwiseConv2d as depthwiseConv2dOf,
  reshape,
} from '../src/index.ts'
import { z } from '../src/options.ts'
import type { Mul } from '../types/arithmetic.ts'
import type { Pair, PerAxis } from '../types/contract/convolution.ts'
import type { Empty, Layer } from '../types/layer.ts'
import type {
  Conv1dFunction,
  Conv2dFunction,
  ConvKernel,
  ConvTranspose2dFunction,
  DepthwiseFunction,
  TransposedKernel,
  WindowSizes,
} from '../types/layer-shapes.ts'
import type { Shape } from '../types/shape.ts'
import { glorotUniform, type Initialiser, zeros } from './initialisers.ts'
import { assemble, type Leaf } from './layer.ts'
import { initialiserSchema, parseOptional, requireSize } from './options.ts'

/** What all convolutions may be told of their parameters. */
interface Beginning {
  /** Whether a bias is added; true by default. */
  readonly bias?: boolean
  /** `glorotUniform` by default, as Keras and Lux. */
  readonly weightInitialiser?: Initialiser
  /** Zeros by default. */
  readonly biasInitialiser?: Initialiser
}

/** Options of the layer `conv1d`. */
export interface Conv1dLayerOptions extends Conv1dOptions, Beginning {}
/** Options of the layer `conv2d`. */
export interface Conv2dLayerOptions extends Conv2dOptions, Beginning {}
/** Options of the layer `depthwiseConv2d`. */
export interface DepthwiseLayerOptions extends DepthwiseOptions, Beginning {
  /** How many kernels each channel has; 1 by default. */
  readonly multiplier?: number
}
/** Options of the layer `convTranspose2d`. */
export interface ConvTranspose2dLayerOptions extends ConvTransposeOptions<2>, Beginning {}

/** The parameters of a convolution. */
export type ConvSpec<Kernel extends Shape, Out extends number, Options> = Options extends { readonly bias: false }
  ? { readonly weight: Kernel }
  : { readonly weight: Kernel; readonly bias: readonly [Out] }

/** Images with C channels, of any size. */
type Images<C extends number> = readonly ['batch', number, number, C]

/**
 * Convolution of sequences: `[batch, length, in] → [batch, length', out]`; weight [k, in / groups, out], bias [out].
 * @throws ShapeError if an input does not fit; ArgumentError for sizes or options out of range.
 * @example
 * import { random, zeros } from 'conformable'
 * import { conv1d } from 'conformable/layers'
 * const model = conv1d(3, 8, 5, { stride: 2, padding: 'same' })
 * console.log(model(model.init(random.key(0)), zeros([4, 100, 3])).shape) // [4, 50, 8]
 */
export function conv1d<
  const I extends number,
  const O extends number,
  const K extends PerAxis<1>,
  const Options extends Conv1dLayerOptions = {},
>(
  inputs: I,
  outputs: O,
  size: K,
  options?: Options,
): Layer<
  Conv1dFunction<ConvKernel<I, O, K, 1, Options>, Options>,
  ConvSpec<ConvKernel<I, O, K, 1, Options>, O, Options>,
  Empty,
  readonly ['batch', number, I]
> {
  return convolution('conv1d', 1, conv1dOf, [inputs, outputs], size, options)
}

/**
 * Convolution of images: `[batch, height, width, in] → [batch, height', width', out]`; weight [kh, kw, in / groups, out], bias
 * [out].
 * @throws ShapeError if an input does not fit; ArgumentError for sizes or options out of range.
 * @example
 * import { random, zeros } from 'conformable'
 * import { conv2d } from 'conformable/layers'
 * const model = conv2d(1, 16, 3, { padding: 'same' })
 * console.log(model(model.init(random.key(0)), zeros([8, 28, 28, 1])).shape) // [8, 28, 28, 16]
 */
export function conv2d<
  const I extends number,
  const O extends number,
  const K extends Pair,
  const Options extends Conv2dLayerOptions = {},
>(
  inputs: I,
  outputs: O,
  size: K,
  options?: Options,
): Layer<
  Conv2dFunction<ConvKernel<I, O, K, 2, Options>, Options>,
  ConvSpec<ConvKernel<I, O, K, 2, Options>, O, Options>,
  Empty,
  Images<I>
> {
  return convolution('conv2d', 2, conv2dOf, [inputs, outputs], size, options)
}

/**
 * Transposed convolution of images, which makes them larger: `[batch, height, width, in] → [batch, height', width', out]`; weight
 * [kh, kw, out / groups, in], bias [out].
 * @throws ShapeError if an input does not fit; ArgumentError for sizes or options out of range.
 * @example
 * import { random, zeros } from 'conformable'
 * import { convTranspose2d } from 'conformable/layers'
 * const model = convTranspose2d(16, 4, 3, { stride: 2, padding: 'same' })
 * console.log(model(model.init(random.key(0)), zeros([8, 7, 7, 16])).shape) // [8, 14, 14, 4]
 */
export function convTranspose2d<
  const I extends number,
  const O extends number,
  const K extends Pair,
  const Options extends ConvTranspose2dLayerOptions = {},
>(
  inputs: I,
  outputs: O,
  size: K,
  options?: Options,
): Layer<
  ConvTranspose2dFunction<TransposedKernel<I, O, K, 2, Options>, Options>,
  ConvSpec<TransposedKernel<I, O, K, 2, Options>, O, Options>,
  Empty,
  Images<I>
> {
  return convolution('convTranspose2d', 2, convTranspose2dOf, [inputs, outputs], size, options)
}

/** The number of kernels of each channel. */
type MultiplierOf<Options> = Options extends { readonly multiplier: infer M extends number } ? M : 1

/** A kernel [kh, kw, channels, multiplier]. */
type DepthwiseKernel<C extends number, K extends Pair, Options> = readonly [
  ...WindowSizes<K, 2>,
  C,
  MultiplierOf<Options>,
]

/**
 * Convolution of each channel by kernels of its own: `[batch, height, width, channels] → [batch, height', width', channels ·
 * multiplier]`; weight [kh, kw, channels, multiplier], bias [channels · multiplier].
 * @throws ShapeError if an input does not fit; ArgumentError for sizes or options out of range.
 * @example
 * import { random, zeros } from 'conformable'
 * import { depthwiseConv2d } from 'conformable/layers'
 * const model = depthwiseConv2d(8, 3, { padding: 'same', multiplier: 2 })
 * console.log(model(model.init(random.key(0)), zeros([4, 14, 14, 8])).shape) // [4, 14, 14, 16]
 */
export function depthwiseConv2d<
  const C extends number,
  const K extends Pair,
  const Options extends DepthwiseLayerOptions = {},
>(
  channels: C,
  size: K,
  options?: Options,
): Layer<
  DepthwiseFunction<DepthwiseKernel<C, K, Options>, Options>,
  ConvSpec<DepthwiseKernel<C, K, Options>, Mul<C, MultiplierOf<Options>>, Options>,
  Empty,
  Images<C>
> {
  const name = `depthwiseConv2d(${channels}, ${show(size)})`
  const { parameters, rest } = parted(parseOptional(name, depthwiseSchema, options))
  const { multiplier = 1, ...sliding } = rest
  requireSize(name, channels)
  requireSize(name, multiplier)
  const sizes = windowSizes(name, 2, size)
  const outputs = channels * multiplier
  // Each output sees the window alone: fans are those of the grouped convolution, [kh, kw, 1, channels · multiplier].
  const grouped: Initialiser = (key, shape, dtype) =>
    reshape(parameters.weightInitialiser(key, [...sizes, 1, outputs], dtype), shape) as Leaf
  return made(name, depthwiseConv2dOf, [...sizes, channels, multiplier], outputs, sliding, {
    ...parameters,
    weightInitialiser: grouped,
  })
}

/** An operation, seen without shapes. */
type Operation = (...args: never[]) => unknown

/** A layer whose weight is [kernel…, in / groups, out]; of a transposed one [kernel…, out / groups, in]. */
function convolution<L extends Layer<any, any>>(
  kind: string,
  rank: number,
  operation: Operation,
  [inputs, outputs]: readonly [number, number],
  size: unknown,
  options: object | undefined,
): L {
  const name = `${kind}(${inputs}, ${outputs}, ${show(size)})`
  const isTransposed = operation === convTranspose2dOf
  const schema = isTransposed ? transposedSchema : plainSchema
  const { parameters, rest } = parted(parseOptional(name, schema, options))
  requireSize(name, inputs)
  requireSize(name, outputs)
  const { groups = 1 } = rest
  requireSize(name, groups)
  for (const channels of [inputs, outputs]) {
    if (channels % groups !== 0)
      throw new ArgumentError(`${name}: ${channels} channels do not fall into ${groups} groups.`)
  }
  const last = isTransposed ? [outputs / groups, inputs] : [inputs / groups, outputs]
  return made(name, operation, [...windowSizes(name, rank, size), ...last], outputs, rest, parameters)
}

type Parameters = Required<Beginning>

function made<L extends Layer<any, any>>(
  name: string,
  operation: Operation,
  weight: readonly number[],
  outputs: number,
  options: object,
  { bias, weightInitialiser, biasInitialiser }: Parameters,
): L {
  const operate = operation as (...args: readonly unknown[]) => unknown // the type of the layer checks its input
  return assemble({
    name,
    input: 'parameters',
    spec: { weight, ...(bias ? { bias: [outputs] } : {}) },
    initialisers: { weight: weightInitialiser, ...(bias ? { bias: biasInitialiser } : {}) },
    call(params, x: Leaf) {
      const y = operate(x, params.weight, options) as Leaf
      return bias ? add(y, params.bias) : y
    },
  })
}

const whole = () => z.number().check(z.int(), z.nonnegative())
const perAxis = () => z.optional(z.union([whole(), z.array(whole())]))

/** What all of them may be told. */
const common = () => ({
  bias: z.optional(z.boolean()),
  weightInitialiser: initialiserSchema(),
  biasInitialiser: initialiserSchema(),
  stride: perAxis(),
  padding: z.optional(
    z.union([z.enum(['same', 'valid']), whole(), z.array(z.union([whole(), z.tuple([whole(), whole()])]))]),
  ),
  dilation: perAxis(),
})
const plainSchema = () => z.strictObject({ ...common(), groups: z.optional(whole()) })
const transposedSchema = () => z.strictObject({ ...common(), groups: z.optional(whole()), outputPadding: perAxis() })
const depthwiseSchema = () => z.strictObject({ ...common(), multiplier: z.optional(whole()) })

/** The options by what they concern: the parameters, or how windows slide (checked with the shapes, by the operation). */
function parted<O extends { readonly [K in keyof Beginning]: Beginning[K] | undefined }>({
  bias = true,
  weightInitialiser = glorotUniform,
  biasInitialiser = zeros,
  ...rest
}: O) {
  return { parameters: { bias, weightInitialiser, biasInitialiser }, rest }
}

/** One size for each spatial axis. */
function windowSizes(name: string, rank: number, size: unknown): number[] {
  const sizes: readonly unknown[] = Array.isArray(size) ? size : Array.from({ length: rank }, () => size)
  if (sizes.length !== rank)
    throw new ArgumentError(`${name}: a size for each of ${rank} axes is needed, got ${show(size)}.`)
  return sizes.map((each) => {
    requireSize(name, each as number) // refuses what is no number
    return each as number
  })
}

const show = (size: unknown): string => (Array.isArray(size) ? `[${size.join(', ')}]` : String(size))
