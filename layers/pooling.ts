/** Pooling as layers without parameters, channels last. */
import {
  type AvgPool1dOptions,
  type AvgPool2dOptions,
  avgPool1d as avgPool1dOf,
  avgPool2d as avgPool2dOf,
  globalAveragePool as globalAveragePoolOf,
  maxPool1d as maxPool1dOf,
  maxPool2d as maxPool2dOf,
  type Pool1dOptions,
  type Pool2dOptions,
} from '../src/index.ts'
import type { Pair, PerAxis } from '../types/contract/convolution.ts'
import type { Layer } from '../types/layer.ts'
import type { GlobalPoolFunction, Pool1dFunction, Pool2dFunction } from '../types/layer-shapes.ts'
import { defineLayer, type Leaf } from './layer.ts'

/**
 * The largest element of each window: `[batch, length, channels] → [batch, length', channels]`.
 * @param size the window, and its step unless `stride` is given.
 * @example
 * import { chain, conv1d, maxPool1d, relu } from 'conformable/layers'
 * const model = chain(conv1d(1, 8, 5), relu, maxPool1d(2))
 */
export function maxPool1d<const K extends PerAxis<1>, const O extends Pool1dOptions = {}>(
  size: K,
  options?: O,
): Layer<Pool1dFunction<K, O, 'maxPool1d'>> {
  return pooling('maxPool1d', maxPool1dOf, size, options)
}

/**
 * The largest element of each window: `[batch, height, width, channels] → [batch, height', width', channels]`.
 * @param size the window, and its step unless `stride` is given.
 * @example
 * import { chain, conv2d, maxPool2d, relu } from 'conformable/layers'
 * const model = chain(conv2d(1, 8, 3), relu, maxPool2d(2))
 */
export function maxPool2d<const K extends Pair, const O extends Pool2dOptions = {}>(
  size: K,
  options?: O,
): Layer<Pool2dFunction<K, O, 'maxPool2d'>> {
  return pooling('maxPool2d', maxPool2dOf, size, options)
}

/**
 * The mean of each window: `[batch, length, channels] → [batch, length', channels]`.
 * @param size the window, and its step unless `stride` is given.
 * @example
 * import { avgPool1d, chain, conv1d, relu } from 'conformable/layers'
 * const model = chain(conv1d(1, 8, 5), relu, avgPool1d(2))
 */
export function avgPool1d<const K extends PerAxis<1>, const O extends AvgPool1dOptions = {}>(
  size: K,
  options?: O,
): Layer<Pool1dFunction<K, O, 'avgPool1d'>> {
  return pooling('avgPool1d', avgPool1dOf, size, options)
}

/**
 * The mean of each window: `[batch, height, width, channels] → [batch, height', width', channels]`.
 * @param size the window, and its step unless `stride` is given.
 * @example
 * import { avgPool2d, chain, conv2d, relu } from 'conformable/layers'
 * const model = chain(conv2d(1, 8, 3), relu, avgPool2d(2))
 */
export function avgPool2d<const K extends Pair, const O extends AvgPool2dOptions = {}>(
  size: K,
  options?: O,
): Layer<Pool2dFunction<K, O, 'avgPool2d'>> {
  return pooling('avgPool2d', avgPool2dOf, size, options)
}

/**
 * The mean of each channel: `[batch, …, channels] → [batch, channels]`.
 * @example
 * import { chain, conv2d, dense, globalAveragePool, relu } from 'conformable/layers'
 * const model = chain(conv2d(3, 32, 3), relu, globalAveragePool, dense(32, 10))
 */
export const globalAveragePool: Layer<GlobalPoolFunction> = /* @__PURE__ */ defineLayer({
  name: 'globalAveragePool',
  spec: {},
  call: (_, x: Leaf) => globalAveragePoolOf(x),
})

/** A layer that calls an operation, seen without shapes. */
function pooling<L extends Layer<any>>(
  kind: string,
  operation: (...args: never[]) => unknown,
  size: unknown,
  options: object = {},
): L {
  const operate = operation as (...args: readonly unknown[]) => unknown // the type of the layer checks its input
  const shown = Array.isArray(size) ? `[${size.join(', ')}]` : String(size)
  return defineLayer({ name: `${kind}(${shown})`, spec: {}, call: (_, x: Leaf) => operate(x, size, options) })
}
