/**
 * Group and instance normalisation: y = weight (x − mean) / √(variance + ε) + bias, with mean and variance (divided by n) of each
 * group of channels of each sample. Wu, He (2018), arXiv:1803.08494; Ulyanov, Vedaldi, Lempitsky (2016), arXiv:1607.08022.
 */

import { ArgumentError, add, mean, mul, reshape, rsqrt, ShapeError, sub, variance } from '../src/index.ts'
import { z } from '../src/options.ts'
import type { Layer } from '../types/layer.ts'
import type { ChannelsFunction } from '../types/layer-shapes.ts'
import { sentence } from '../types/sentence.ts'
import { inputNeeds } from '../types/sentences/layers.ts'
import { requireFeatures } from './dense.ts'
import { ones, zeros } from './initialisers.ts'
import { assemble, type Leaf } from './layer.ts'
import { parseOptional, positiveSchema, requireSize } from './options.ts'

/** Options of `groupNorm` and `instanceNorm`. */
export interface GroupNormOptions {
  /** ε; 1e-5 by default, as in PyTorch. */
  readonly epsilon?: number
}

/** The parameters of a normalisation of N channels. */
export interface ScaleAndShift<N extends number> {
  readonly weight: readonly [N]
  readonly bias: readonly [N]
}

const optionsSchema = () => z.strictObject({ epsilon: positiveSchema() })

/**
 * Normalises groups of neighbouring channels of each sample: `[batch, …, channels] → [batch, …, channels]`; weight (ones) and bias
 * (zeros) [channels].
 * @throws ShapeError if the input does not have that many channels; ArgumentError if they do not fall into groups.
 * @example
 * import { random, tensor } from 'conformable'
 * import { groupNorm } from 'conformable/layers'
 * const model = groupNorm(1, 2)
 * console.log(model(model.init(random.key(0)), tensor([[1, 3]]))) // [[-0.999995, 0.999995]]
 */
export function groupNorm<const G extends number, const N extends number>(
  groups: G,
  channels: N,
  options?: GroupNormOptions,
): Layer<ChannelsFunction<`groupNorm(${G}, ${N})`, N>, ScaleAndShift<N>> {
  return grouped(`groupNorm(${groups}, ${channels})`, groups, channels, options)
}

/**
 * Normalises each channel of each sample: `[batch, …, channels] → [batch, …, channels]`; weight (ones) and bias (zeros) [channels].
 * @throws ShapeError if the input does not have that many channels; ArgumentError for options out of range.
 * @example
 * import { random, tensor } from 'conformable'
 * import { instanceNorm } from 'conformable/layers'
 * const model = instanceNorm(1)
 * console.log(model(model.init(random.key(0)), tensor([[[1], [3]]]))) // [[[-0.999995], [0.999995]]]
 */
export function instanceNorm<const N extends number>(
  channels: N,
  options?: GroupNormOptions,
): Layer<ChannelsFunction<`instanceNorm(${N})`, N>, ScaleAndShift<N>> {
  return grouped(`instanceNorm(${channels})`, channels, channels, options)
}

function grouped<L extends Layer<any, any>>(
  name: string,
  groups: number,
  channels: number,
  options?: GroupNormOptions,
): L {
  const { epsilon = 1e-5 } = parseOptional(name, optionsSchema, options)
  requireSize(name, groups)
  requireSize(name, channels)
  if (channels % groups !== 0)
    throw new ArgumentError(`${name}: ${channels} channels do not fall into ${groups} groups.`)
  return assemble({
    name,
    input: 'parameters',
    spec: { weight: [channels], bias: [channels] },
    initialisers: { weight: ones, bias: zeros },
    call(params, x: Leaf) {
      requireChannels(name, x, channels)
      const shape = x.shape as readonly number[]
      const places = shape.slice(1, -1).reduce((product, size) => product * size, 1)
      const parts: Leaf = reshape(x, [shape[0]!, places, groups, channels / groups])
      const centred: Leaf = sub(parts, mean(parts, [1, 3], true))
      const normal: Leaf = reshape(mul(centred, rsqrt(add(variance(parts, [1, 3], true), epsilon))), shape)
      return add(mul(normal, params.weight), params.bias)
    },
  })
}

/** Refuses an input that is not [batch, …, channels]. */
export function requireChannels(name: string, x: Leaf, channels: number): void {
  if (x.shape.length < 2)
    throw new ShapeError(sentence(inputNeeds, { layer: name, needed: '[batch, …, channels]', x: x.shape }))
  requireFeatures(name, x, channels)
}
