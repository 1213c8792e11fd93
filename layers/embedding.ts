/** Embeddings: a table of vectors, one for each of a number of symbols. */
import { take } from '../src/index.ts'
import { z } from '../src/options.ts'
import type { Empty, Layer } from '../types/layer.ts'
import type { EmbeddingFunction } from '../types/layer-shapes.ts'
import type { Shape } from '../types/shape.ts'
import { type Initialiser, normal } from './initialisers.ts'
import { defineLayer, type Leaf } from './layer.ts'
import { initialiserSchema, parseOptional, requireSize } from './options.ts'

/** Options of `embedding`. */
export interface EmbeddingOptions {
  /** Normal with standard deviation 1 by default, as in PyTorch. */
  readonly weightInitialiser?: Initialiser
}

const optionsSchema = () => z.strictObject({ weightInitialiser: initialiserSchema() })

/**
 * The vector of each index: int32 `[…] → […, features]`; weight [count, features]. Indices are those of `take`: negative ones
 * count from the end.
 * @throws DTypeError if the indices are not int32.
 * @example
 * import { random, tensor } from 'conformable'
 * import { embedding } from 'conformable/layers'
 * const model = embedding(1000, 64)
 * console.log(model(model.init(random.key(0)), tensor([3, 14, 15], 'int32')).shape) // [3, 64]
 */
export function embedding<const N extends number, const F extends number>(
  count: N,
  features: F,
  options?: EmbeddingOptions,
): Layer<EmbeddingFunction<F>, { readonly weight: readonly [N, F] }, Empty, Shape> {
  const name = `embedding(${count}, ${features})`
  const { weightInitialiser = normal() } = parseOptional(name, optionsSchema, options)
  requireSize(name, count)
  requireSize(name, features)
  return defineLayer({
    name,
    input: 'int32',
    spec: { weight: [count, features] },
    initialisers: { weight: weightInitialiser },
    call(params, indices: Leaf) {
      return take(params.weight, indices, 0)
    },
  })
}
