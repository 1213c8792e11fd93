/**
 * Convolutions, channels last: images [batch, height, width, channels], kernels [kh, kw, in / groups, out]. As in all
 * frameworks of deep learning the kernel is not turned around (cross-correlation).
 */

import type {
  Conv1d,
  Conv1dOptions,
  Conv2d,
  Conv2dOptions,
  Conv3d,
  Conv3dOptions,
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTransposeOptions,
  DepthwiseConv2d,
  DepthwiseOptions,
} from '../../types/contract/convolution.ts'
import type { DType } from '../../types/dtype.ts'
import type { Numbers } from '../../types/element.ts'
import type { CheckDTypes } from '../../types/operands.ts'
import { sentence } from '../../types/sentence.ts'
import { channelsDiffer, channelsUngrouped, groupsDiffer, kernelNeeds } from '../../types/sentences/images.ts'
import type { Shape } from '../../types/shape.ts'
import type { Check, Ok, Tensor } from '../../types/tensor.ts'
import { showShape } from '../core/abstract.ts'
import { ShapeError } from '../core/errors.ts'
import type { Value } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import type { WindowGeometry } from '../primitives/convolution.ts'
import { convolution, convolutionInput } from '../primitives/convolution.ts'
import { reshape } from '../primitives/structural.ts'
import { typed } from '../typed.ts'
import { operands } from './broadcasting.ts'
import { numericOperand } from './operand.ts'
import {
  count,
  requireImages,
  requireOptions,
  slidingAxes,
  transposedAxes,
  type WindowSettings,
} from './window-options.ts'

/**
 * Convolution of sequences.
 * @param x [batch, length, in].
 * @param kernel [k, in / groups, out].
 * @throws ShapeError if the shapes do not fit; DTypeError if the dtypes differ; ArgumentError for options out of range.
 * @example
 * import { conv1d, tensor } from 'conformable'
 * const x = tensor([[[1], [2], [4]]])
 * console.log(conv1d(x, tensor([[[-1]], [[1]]]))) // [[[1], [2]]]
 */
export function conv1d<
  X extends Shape,
  K extends Shape,
  D extends DType,
  E extends DType,
  const O extends Conv1dOptions = {},
>(
  x: Numbers<'conv1d', X, D>,
  kernel: Check<Conv1d<X, K, O>, CheckDTypes<'conv1d', X, D, K, E>>,
  options?: O,
): Tensor<Ok<Conv1d<X, K, O>>, D> {
  return typed(convolved('conv1d', 1, x, kernel, options))
}

/**
 * Convolution of images.
 * @param x [batch, height, width, in].
 * @param kernel [kh, kw, in / groups, out].
 * @throws ShapeError if the shapes do not fit; DTypeError if the dtypes differ; ArgumentError for options out of range.
 * @example
 * import { conv2d, ones } from 'conformable'
 * const images = ones([8, 28, 28, 1])
 * console.log(conv2d(images, ones([3, 3, 1, 16]), { stride: 2, padding: 'same' }).shape) // [8, 14, 14, 16]
 */
export function conv2d<
  X extends Shape,
  K extends Shape,
  D extends DType,
  E extends DType,
  const O extends Conv2dOptions = {},
>(
  x: Numbers<'conv2d', X, D>,
  kernel: Check<Conv2d<X, K, O>, CheckDTypes<'conv2d', X, D, K, E>>,
  options?: O,
): Tensor<Ok<Conv2d<X, K, O>>, D> {
  return typed(convolved('conv2d', 2, x, kernel, options))
}

/**
 * Convolution of volumes.
 * @param x [batch, depth, height, width, in].
 * @param kernel [kd, kh, kw, in / groups, out].
 * @throws ShapeError if the shapes do not fit; DTypeError if the dtypes differ; ArgumentError for options out of range.
 * @example
 * import { conv3d, ones } from 'conformable'
 * console.log(conv3d(ones([1, 4, 4, 4, 2]), ones([3, 3, 3, 2, 5])).shape) // [1, 2, 2, 2, 5]
 */
export function conv3d<
  X extends Shape,
  K extends Shape,
  D extends DType,
  E extends DType,
  const O extends Conv3dOptions = {},
>(
  x: Numbers<'conv3d', X, D>,
  kernel: Check<Conv3d<X, K, O>, CheckDTypes<'conv3d', X, D, K, E>>,
  options?: O,
): Tensor<Ok<Conv3d<X, K, O>>, D> {
  return typed(convolved('conv3d', 3, x, kernel, options))
}

/**
 * Convolution of each channel by kernels of its own: output channel c · multiplier + j is channel c seen by its kernel j.
 * @param x [batch, height, width, channels].
 * @param kernel [kh, kw, channels, multiplier].
 * @throws ShapeError if the shapes do not fit; DTypeError if the dtypes differ; ArgumentError for options out of range.
 * @example
 * import { depthwiseConv2d, ones } from 'conformable'
 * console.log(depthwiseConv2d(ones([8, 28, 28, 4]), ones([3, 3, 4, 2])).shape) // [8, 26, 26, 8]
 */
export function depthwiseConv2d<
  X extends Shape,
  K extends Shape,
  D extends DType,
  E extends DType,
  const O extends DepthwiseOptions = {},
>(
  x: Numbers<'depthwiseConv2d', X, D>,
  kernel: Check<DepthwiseConv2d<X, K, O>, CheckDTypes<'depthwiseConv2d', X, D, K, E>>,
  options?: O,
): Tensor<Ok<DepthwiseConv2d<X, K, O>>, D> {
  const name = 'depthwiseConv2d'
  const settings: DepthwiseOptions = options ?? {}
  const [images, weights] = numeric(name, x, kernel)
  requireOptions(name, settings, ['stride', 'padding', 'dilation'])
  requireImages(name, images.shape, 2)
  requireKernel(name, weights, '[kh, kw, channels, multiplier]', 2)
  const [height, width, channels, multiplier] = weights.shape as [number, number, number, number] // requireKernel saw four
  if (images.shape[3] !== channels) throw unfit(name, images.shape, weights.shape, channels)
  const geometry = { axes: slidingAxes(name, images.shape, weights.shape, settings), groups: channels }
  const body = (v: Value, w: Value): Value =>
    convolution(v, reshape(w, [height, width, 1, channels * multiplier]), geometry)
  return typed(operateOne(name, geometry, [images, weights], body))
}

/**
 * Transposed convolution of sequences: the transpose of the `conv1d` that has the same kernel and options and makes [batch,
 * length, in] of its input; it makes that input's shape.
 * @param x [batch, length, in].
 * @param kernel [k, out / groups, in].
 * @throws ShapeError if the shapes do not fit; DTypeError if the dtypes differ; ArgumentError for options out of range.
 * @example
 * import { convTranspose1d, tensor } from 'conformable'
 * const x = tensor([[[1], [2]]])
 * console.log(convTranspose1d(x, tensor([[[1]], [[1]]]), { stride: 2 })) // [[[1], [1], [2], [2]]]
 */
export function convTranspose1d<
  X extends Shape,
  K extends Shape,
  D extends DType,
  E extends DType,
  const O extends ConvTransposeOptions<1> = {},
>(
  x: Numbers<'convTranspose1d', X, D>,
  kernel: Check<ConvTranspose1d<X, K, O>, CheckDTypes<'convTranspose1d', X, D, K, E>>,
  options?: O,
): Tensor<Ok<ConvTranspose1d<X, K, O>>, D> {
  return typed(transposed('convTranspose1d', 1, x, kernel, options))
}

/**
 * Transposed convolution of images: the transpose of the `conv2d` that has the same kernel and options and makes [batch, height,
 * width, in] of its input; it makes that input's shape.
 * @param x [batch, height, width, in].
 * @param kernel [kh, kw, out / groups, in].
 * @throws ShapeError if the shapes do not fit; DTypeError if the dtypes differ; ArgumentError for options out of range.
 * @example
 * import { convTranspose2d, ones } from 'conformable'
 * const small = ones([8, 7, 7, 16])
 * console.log(convTranspose2d(small, ones([3, 3, 4, 16]), { stride: 2, padding: 'same' }).shape) // [8, 14, 14, 4]
 */
export function convTranspose2d<
  X extends Shape,
  K extends Shape,
  D extends DType,
  E extends DType,
  const O extends ConvTransposeOptions<2> = {},
>(
  x: Numbers<'convTranspose2d', X, D>,
  kernel: Check<ConvTranspose2d<X, K, O>, CheckDTypes<'convTranspose2d', X, D, K, E>>,
  options?: O,
): Tensor<Ok<ConvTranspose2d<X, K, O>>, D> {
  return typed(transposed('convTranspose2d', 2, x, kernel, options))
}

function convolved(name: string, rank: number, x: unknown, kernel: unknown, options: WindowSettings = {}): Value {
  const [images, weights] = numeric(name, x, kernel)
  requireOptions(name, options, ['stride', 'padding', 'dilation', 'groups'])
  requireImages(name, images.shape, rank)
  requireKernel(name, weights, kernelNames[rank]!, rank)
  const groups = count(name, 'groups', options.groups ?? 1, 0, 1)
  requireChannels(name, images.shape, weights.shape, groups)
  const geometry = { axes: slidingAxes(name, images.shape, weights.shape, options), groups }
  return operated(name, geometry, [images, weights], convolution)
}

function transposed(name: string, rank: number, x: unknown, kernel: unknown, options: WindowSettings = {}): Value {
  const [images, weights] = numeric(name, x, kernel)
  requireOptions(name, options, ['stride', 'padding', 'dilation', 'groups', 'outputPadding'])
  requireImages(name, images.shape, rank)
  requireKernel(name, weights, transposedKernelNames[rank]!, rank)
  const groups = count(name, 'groups', options.groups ?? 1, 0, 1)
  const channels = images.shape.at(-1)!
  const expected = weights.shape.at(-1)!
  if (channels !== expected) throw unfit(name, images.shape, weights.shape, expected)
  if (channels % groups !== 0)
    throw new ShapeError(
      sentence(channelsUngrouped, { op: name, channels, side: 'input', kernel: weights.shape, groups }),
    )
  const geometry = { axes: transposedAxes(name, images.shape, weights.shape, options), groups }
  return operated(name, geometry, [images, weights], convolutionInput)
}

const operated = (
  name: string,
  geometry: WindowGeometry,
  inputs: readonly Value[],
  apply: (x: Value, w: Value, geometry: WindowGeometry) => Value,
): Value => operateOne(name, geometry, inputs, (v, w) => apply(v!, w!, geometry))

const kernelNames: readonly string[] = ['', '[k, in, out]', '[kh, kw, in, out]', '[kd, kh, kw, in, out]']
const transposedKernelNames: readonly string[] = ['', '[k, out, in]', '[kh, kw, out, in]']

/** The values behind two tensors of numbers of one dtype. */
function numeric(name: string, x: unknown, kernel: unknown): [Value, Value] {
  const images = numericOperand(name, x)
  const [, weights] = operands(name, [images, kernel])
  return [images, weights!]
}

function requireKernel(name: string, { shape }: Value, names: string, rank: number): void {
  if (shape.length !== rank + 2) throw new ShapeError(sentence(kernelNeeds, { op: name, needed: names, kernel: shape }))
  if (shape.slice(0, rank).includes(0))
    throw new ShapeError(`${name}: the kernel ${showShape(shape)} has a window of size 0`)
}

function requireChannels(name: string, x: readonly number[], kernel: readonly number[], groups: number): void {
  const [inputs, outputs] = kernel.slice(-2) as [number, number] // requireKernel saw at least three axes
  if (outputs % groups !== 0)
    throw new ShapeError(sentence(channelsUngrouped, { op: name, channels: outputs, side: 'output', kernel, groups }))
  if (x.at(-1) !== inputs * groups) throw unfit(name, x, kernel, inputs * groups, groups)
}

const unfit = (
  op: string,
  x: readonly number[],
  kernel: readonly number[],
  expected: number,
  groups = 1,
): ShapeError => {
  const parts = { op, x, given: x.at(-1)!, kernel, expected }
  if (groups === 1) return new ShapeError(sentence(channelsDiffer, parts))
  return new ShapeError(sentence(groupsDiffer, { ...parts, groups, each: expected / groups }))
}
