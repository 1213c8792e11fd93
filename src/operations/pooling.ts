/** Pooling, channels last: each window of an image becomes one element. */

import type { Pair, PerAxis, SpatialRank } from '../../types/contract/convolution.ts'
import type {
  AvgPool1dOptions,
  AvgPool2dOptions,
  AvgPool3dOptions,
  GlobalPool,
  Pool1d,
  Pool1dOptions,
  Pool2d,
  Pool2dOptions,
  Pool3d,
  Pool3dOptions,
} from '../../types/contract/pool.ts'
import type { DType } from '../../types/dtype.ts'
import type { Floats, Numbers } from '../../types/element.ts'
import { sentence } from '../../types/sentence.ts'
import { globalNeeds } from '../../types/sentences/images.ts'
import type { Shape } from '../../types/shape.ts'
import type { Check, Ok, Tensor } from '../../types/tensor.ts'
import { ArgumentError, ShapeError } from '../core/errors.ts'
import type { Value } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import { full, sum } from '../primitives/broadcast.ts'
import type { WindowAxis } from '../primitives/convolution.ts'
import { div, scale } from '../primitives/elementwise.ts'
import { extreme, reduceMax } from '../primitives/reduction.ts'
import { windows } from '../primitives/windows.ts'
import { typed } from '../typed.ts'
import { broadcastTo } from './broadcasting.ts'
import { floatOperand, numericOperand } from './operand.ts'
import { count, requireImages, requireOptions, slidingAxes, type WindowSettings } from './window-options.ts'

/**
 * The largest element of each window of a sequence: [batch, length, channels] → [batch, length', channels]. Ties share the
 * gradient equally, as in `max`; the border never wins.
 * @param size the window, and its step unless `stride` is given.
 * @throws ShapeError if the window is larger than the sequence; ArgumentError for options out of range.
 * @example
 * import { maxPool1d, tensor } from 'conformable'
 * console.log(maxPool1d(tensor([[[1], [3], [2], [0]]]), 2)) // [[[3], [2]]]
 */
export function maxPool1d<
  X extends Shape,
  D extends DType,
  const K extends PerAxis<1>,
  const O extends Pool1dOptions = {},
>(
  x: Check<Pool1d<X, K, O, 'maxPool1d'>, Numbers<'maxPool1d', X, D>>,
  size: K,
  options?: O,
): Tensor<Ok<Pool1d<X, K, O, 'maxPool1d'>>, D> {
  return typed(pooled('maxPool1d', 1, x, size, options, largest))
}

/**
 * The largest element of each window of an image: [batch, height, width, channels] → [batch, height', width', channels]. Ties
 * share the gradient equally, as in `max`; the border never wins.
 * @param size the window, and its step unless `stride` is given.
 * @throws ShapeError if the window is larger than the image; ArgumentError for options out of range.
 * @example
 * import { maxPool2d, ones } from 'conformable'
 * console.log(maxPool2d(ones([8, 28, 28, 16]), 2).shape) // [8, 14, 14, 16]
 */
export function maxPool2d<X extends Shape, D extends DType, const K extends Pair, const O extends Pool2dOptions = {}>(
  x: Check<Pool2d<X, K, O, 'maxPool2d'>, Numbers<'maxPool2d', X, D>>,
  size: K,
  options?: O,
): Tensor<Ok<Pool2d<X, K, O, 'maxPool2d'>>, D> {
  return typed(pooled('maxPool2d', 2, x, size, options, largest))
}

/**
 * The largest element of each window of a volume: [batch, depth, height, width, channels] → [batch, depth', height', width', channels].
 * @param size the window, and its step unless `stride` is given.
 * @throws ShapeError if the window is larger than the volume; ArgumentError for options out of range.
 * @example
 * import { maxPool3d, ones } from 'conformable'
 * console.log(maxPool3d(ones([1, 4, 6, 6, 2]), [2, 3, 3]).shape) // [1, 2, 2, 2, 2]
 */
export function maxPool3d<
  X extends Shape,
  D extends DType,
  const K extends PerAxis<3>,
  const O extends Pool3dOptions = {},
>(
  x: Check<Pool3d<X, K, O, 'maxPool3d'>, Numbers<'maxPool3d', X, D>>,
  size: K,
  options?: O,
): Tensor<Ok<Pool3d<X, K, O, 'maxPool3d'>>, D> {
  return typed(pooled('maxPool3d', 3, x, size, options, largest))
}

/**
 * The mean of each window of a sequence: [batch, length, channels] → [batch, length', channels].
 * @param size the window, and its step unless `stride` is given.
 * @throws ShapeError if the window is larger than the sequence; ArgumentError for options out of range; DTypeError for integers.
 * @example
 * import { avgPool1d, tensor } from 'conformable'
 * console.log(avgPool1d(tensor([[[1], [3], [2], [0]]]), 2)) // [[[2], [1]]]
 */
export function avgPool1d<
  X extends Shape,
  D extends DType,
  const K extends PerAxis<1>,
  const O extends AvgPool1dOptions = {},
>(
  x: Check<Pool1d<X, K, O, 'avgPool1d'>, Floats<'avgPool1d', X, D>>,
  size: K,
  options?: O,
): Tensor<Ok<Pool1d<X, K, O, 'avgPool1d'>>, D> {
  return typed(pooled('avgPool1d', 1, x, size, options, average(options)))
}

/**
 * The mean of each window of an image: [batch, height, width, channels] → [batch, height', width', channels].
 * @param size the window, and its step unless `stride` is given.
 * @throws ShapeError if the window is larger than the image; ArgumentError for options out of range; DTypeError for integers.
 * @example
 * import { avgPool2d, ones } from 'conformable'
 * console.log(avgPool2d(ones([8, 28, 28, 16]), 3, { stride: 2, padding: 'same' }).shape) // [8, 14, 14, 16]
 */
export function avgPool2d<
  X extends Shape,
  D extends DType,
  const K extends Pair,
  const O extends AvgPool2dOptions = {},
>(
  x: Check<Pool2d<X, K, O, 'avgPool2d'>, Floats<'avgPool2d', X, D>>,
  size: K,
  options?: O,
): Tensor<Ok<Pool2d<X, K, O, 'avgPool2d'>>, D> {
  return typed(pooled('avgPool2d', 2, x, size, options, average(options)))
}

/**
 * The mean of each window of a volume: [batch, depth, height, width, channels] → [batch, depth', height', width', channels].
 * @param size the window, and its step unless `stride` is given.
 * @throws ShapeError if the window is larger than the volume; ArgumentError for options out of range; DTypeError for integers.
 * @example
 * import { avgPool3d, ones } from 'conformable'
 * console.log(avgPool3d(ones([1, 4, 6, 6, 2]), [2, 3, 3]).shape) // [1, 2, 2, 2, 2]
 */
export function avgPool3d<
  X extends Shape,
  D extends DType,
  const K extends PerAxis<3>,
  const O extends AvgPool3dOptions = {},
>(
  x: Check<Pool3d<X, K, O, 'avgPool3d'>, Floats<'avgPool3d', X, D>>,
  size: K,
  options?: O,
): Tensor<Ok<Pool3d<X, K, O, 'avgPool3d'>>, D> {
  return typed(pooled('avgPool3d', 3, x, size, options, average(options)))
}

/**
 * The mean of each channel: [batch, …, channels] → [batch, channels], over any number of axes between them.
 * @throws ShapeError if there is no such axis; DTypeError for integers.
 * @example
 * import { globalAveragePool, ones } from 'conformable'
 * console.log(globalAveragePool(ones([8, 7, 7, 64])).shape) // [8, 64]
 */
export function globalAveragePool<X extends Shape, D extends DType>(
  x: Check<GlobalPool<X>, Floats<'globalAveragePool', X, D>>,
): Tensor<Ok<GlobalPool<X>>, D> {
  const name = 'globalAveragePool'
  const images = floatOperand(name, x)
  const { shape } = images
  if (shape.length < 3) {
    throw new ShapeError(sentence(globalNeeds, { op: name, x: shape }))
  }
  const axes = shape.slice(1, -1).map((_, i) => i + 1)
  const elements = axes.reduce((total, axis) => total * shape[axis]!, 1)
  return typed(operateOne(name, undefined, [images], (v) => scale(sum(v!, axes), 1 / elements)))
}

/** What becomes of the windows of x along spatial axes. */
type Pooling = (x: Value, axes: readonly WindowAxis[]) => Value

function pooled(
  name: string,
  rank: number,
  input: unknown,
  size: PerAxis<SpatialRank>,
  options: WindowSettings = {},
  pooling: Pooling,
): Value {
  const averages = pooling !== largest
  const x = averages ? floatOperand(name, input) : numericOperand(name, input)
  requireOptions(name, options, averages ? ['stride', 'padding', 'countPadding'] : ['stride', 'padding'])
  requireImages(name, x.shape, rank)
  const sizes = Array.from({ length: rank }, (_, i) => count(name, 'size', size, i, 1))
  const axes = slidingAxes(name, x.shape, sizes, { stride: size, ...options })
  requireContent(name, axes)
  const { countPadding = false } = options
  return operateOne(name, [axes, countPadding], [x], (v) => pooling(v!, axes))
}

/** A window that lies in the border alone would have no largest element and no mean. */
function requireContent(name: string, axes: readonly WindowAxis[]): void {
  const bad = axes.find(
    ({ input, window, output, stride, before }) => before >= window || (output - 1) * stride - before >= input,
  )
  if (bad === undefined) return
  throw new ArgumentError(`${name}: the padding is smaller than the window ${bad.window}, or windows would be empty.`)
}

/** The axes of taps among those of windows. */
const tapAxes = (axes: readonly WindowAxis[]): number[] => axes.map((_, i) => 1 + axes.length + i)

const largest: Pooling = (x, axes) => reduceMax(windows(x, axes, extreme(x.dtype, -1)), tapAxes(axes))

/** The mean over each window; the border counts or not. */
function average({ countPadding = false }: WindowSettings = {}): Pooling {
  if (typeof countPadding !== 'boolean')
    throw new ArgumentError(`avgPool: countPadding is true or false, got ${String(countPadding)}.`)
  return (x, axes) => {
    const total = sum(windows(x, axes), tapAxes(axes))
    const taps = axes.reduce((product, { window }) => product * window, 1)
    if (countPadding || axes.every(staysInside)) return scale(total, 1 / taps)
    const ones = full([1, ...axes.map(({ input }) => input), 1], x.dtype, 1)
    return div(total, broadcastTo(sum(windows(ones, axes), tapAxes(axes)), total.shape))
  }
}

const staysInside = ({ input, window, output, stride, before }: WindowAxis): boolean =>
  before === 0 && (output - 1) * stride + window <= input
