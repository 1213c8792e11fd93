/**
 * Root-mean-square normalisation: y = weight x / √(mean(x²) + ε), over the last dimension.
 * Zhang, Sennrich (2019), arXiv:1910.07467.
 */
import { add, mean, mul, rsqrt, square } from '../src/index.ts'
import { z } from '../src/options.ts'
import type { Layer } from '../types/layer.ts'
import type { FeaturesFunction } from '../types/layer-shapes.ts'
import { requireFeatures } from './dense.ts'
import { ones } from './initialisers.ts'
import { defineLayer, type Leaf } from './layer.ts'
import { parseOptional, positiveSchema, requireSize } from './options.ts'

/** Options of `rmsNorm`. */
export interface RmsNormOptions {
  /** ε; 1e-6 by default. */
  readonly epsilon?: number
}

const optionsSchema = () => z.strictObject({ epsilon: positiveSchema() })

/**
 * Divides the last dimension by its root mean square: `[…, features] → […, features]`; weight (ones) [features].
 * @throws ShapeError if the last dimension of the input is not `features`; ArgumentError for options out of range.
 * @example
 * import { random, tensor } from 'conformable'
 * import { rmsNorm } from 'conformable/layers'
 * const model = rmsNorm(2)
 * console.log(model(model.init(random.key(0)), tensor([[3, 4]]))) // [[0.8485281, 1.131371]]
 */
export function rmsNorm<const N extends number>(
  features: N,
  options?: RmsNormOptions,
): Layer<FeaturesFunction<'rmsNorm', N>, { readonly weight: readonly [N] }> {
  const name = `rmsNorm(${features})`
  const { epsilon = 1e-6 } = parseOptional(name, optionsSchema, options)
  requireSize(name, features)
  return defineLayer({
    name,
    input: 'parameters',
    spec: { weight: [features] },
    initialisers: { weight: ones },
    call(params, x: Leaf) {
      requireFeatures(name, x, features)
      return mul(mul(x, rsqrt(add(mean(square(x), -1, true), epsilon))), params.weight)
    },
  })
}
