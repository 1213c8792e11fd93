/**
 * Layer normalisation: y = weight (x − mean) / √(variance + ε) + bias, with mean and variance (divided by n) of the last
 * dimension. Ba, Kiros, Hinton (2016), arXiv:1607.06450.
 */
import { add, mean, mul, rsqrt, sub, variance } from '../src/index.ts'
import { z } from '../src/options.ts'
import type { Layer } from '../types/layer.ts'
import type { LayerNormFunction } from '../types/layer-shapes.ts'
import { requireFeatures } from './dense.ts'
import { ones, zeros } from './initialisers.ts'
import { defineLayer, type Leaf } from './layer.ts'
import { parseOptional, positiveSchema, requireSize } from './options.ts'

/** Options of `layerNorm`. */
export interface LayerNormOptions {
  /** ε; 1e-5 by default, as in PyTorch (JAX libraries: 1e-6). */
  readonly epsilon?: number
}

const optionsSchema = () => z.strictObject({ epsilon: positiveSchema() })

/**
 * Normalises the last dimension: `[…, features] → […, features]`; weight (ones) and bias (zeros) [features].
 * @throws ShapeError if the last dimension of the input is not `features`; ArgumentError for options out of range.
 * @example
 * import { random, tensor } from 'conformable'
 * import { layerNorm } from 'conformable/layers'
 * const model = layerNorm(2)
 * console.log(model(model.init(random.key(0)), tensor([[1, 3]]))) // [[-0.999995, 0.999995]]
 */
export function layerNorm<const N extends number>(
  features: N,
  options?: LayerNormOptions,
): Layer<LayerNormFunction<N>, { readonly weight: readonly [N]; readonly bias: readonly [N] }> {
  const name = `layerNorm(${features})`
  const { epsilon = 1e-5 } = parseOptional(name, optionsSchema, options)
  requireSize(name, features)
  return defineLayer({
    name,
    input: 'parameters',
    spec: { weight: [features], bias: [features] },
    initialisers: { weight: ones, bias: zeros },
    call(params, x: Leaf) {
      requireFeatures(name, x, features)
      const centred: Leaf = sub(x, mean(x, -1, true))
      const normal: Leaf = mul(centred, rsqrt(add(variance(x, -1, true), epsilon)))
      return add(mul(normal, params.weight), params.bias)
    },
  })
}
