/**
 * Batch normalisation: y = weight (x − mean) / √(variance + ε) + bias. In training, mean and variance (divided by n) are those of
 * each channel over the batch and all axes before it, and running averages of them are kept in the state; in use, they are those
 * averages. Ioffe, Szegedy (2015), arXiv:1502.03167.
 */
import { ArgumentError, add, mean, mul, ones as onesOf, rsqrt, sub, variance, zeros as zerosOf } from '../src/index.ts'
import { z } from '../src/options.ts'
import type { Layer } from '../types/layer.ts'
import type { ChannelsFunction } from '../types/layer-shapes.ts'
import { requireChannels } from './group-norm.ts'
import { ones, zeros } from './initialisers.ts'
import { defineLayer, type Leaf } from './layer.ts'
import { parseOptional, positiveSchema, requireSize } from './options.ts'

/** Options of `batchNorm`. */
export interface BatchNormOptions {
  /** ε; 1e-5 by default, as in PyTorch (Keras: 1e-3). */
  readonly epsilon?: number
  /** The share of the old in running averages; 0.9 by default, as in PyTorch, which calls 0.1 its momentum (Keras: 0.99). */
  readonly decay?: number
}

/** The state of `batchNorm`: running averages of mean and variance, and whether it looks at the batch. */
export type BatchNormState<N extends number> = {
  readonly mean: readonly [N]
  readonly variance: readonly [N]
  readonly training: boolean
}

const optionsSchema = () =>
  z.strictObject({
    epsilon: positiveSchema(),
    decay: z.optional(z.number().check(z.nonnegative(), z.lte(1))),
  })

/** The state at run time. */
interface State {
  readonly mean: Leaf
  readonly variance: Leaf
  readonly training: boolean
}

/**
 * Normalises each channel over the batch: `[batch, …, channels] → [batch, …, channels]`; weight (ones) and bias (zeros) [channels].
 * Its state begins in training mode; `testMode(state)` makes it use the running averages. As in PyTorch, the running variance is
 * that divided by n − 1.
 * @throws ShapeError if the input does not have that many channels; ArgumentError for options out of range.
 * @example
 * import { random, tensor } from 'conformable'
 * import { batchNorm } from 'conformable/layers'
 * const model = batchNorm(1)
 * const state = model.initState(random.key(0))
 * const [y, next] = model(model.init(random.key(0)), tensor([[1], [3]]), state)
 * console.log(y) // [[-0.999995], [0.999995]]
 * console.log(next.mean) // [0.2]
 */
export function batchNorm<const N extends number>(
  channels: N,
  options?: BatchNormOptions,
): Layer<
  ChannelsFunction<`batchNorm(${N})`, N>,
  { readonly weight: readonly [N]; readonly bias: readonly [N] },
  BatchNormState<N>
> {
  const name = `batchNorm(${channels})`
  const { epsilon = 1e-5, decay = 0.9 } = parseOptional(name, optionsSchema, options)
  requireSize(name, channels)
  return defineLayer({
    name,
    input: 'parameters',
    spec: { weight: [channels], bias: [channels] },
    initialisers: { weight: ones, bias: zeros },
    stateSpec: { mean: [channels], variance: [channels], training: true },
    initState: (_, dtype) => ({
      mean: zerosOf([channels], dtype),
      variance: onesOf([channels], dtype),
      training: true,
    }),
    call(params, x: Leaf, state?: State) {
      requireChannels(name, x, channels)
      if (state === undefined) throw new ArgumentError(`${name}: the state is missing; make it with initState(key).`)
      const { centre, spread, next } = state.training ? observed(x, state, decay) : remembered(state)
      const normal: Leaf = mul(sub(x, centre), rsqrt(add(spread, epsilon)))
      return [add(mul(normal, params.weight), params.bias), next]
    },
  })
}

const remembered = (state: State) => ({ centre: state.mean, spread: state.variance, next: state })

/** Mean and variance of the batch, and the state that has seen them. */
function observed(x: Leaf, state: State, decay: number) {
  const axes = x.shape.slice(0, -1).map((_, i) => i)
  const count = (x.shape.slice(0, -1) as readonly number[]).reduce((product, size) => product * size, 1)
  const [centre, spread]: [Leaf, Leaf] = [mean(x, axes), variance(x, axes)]
  const next = {
    mean: averaged(state.mean, centre, decay),
    variance: averaged(state.variance, mul(spread, count / Math.max(count - 1, 1)), decay),
    training: true,
  }
  return { centre, spread, next }
}

const averaged = (old: Leaf, seen: Leaf, decay: number): Leaf => add(mul(old, decay), mul(seen, 1 - decay))
