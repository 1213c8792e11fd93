/** Layers that concern shapes only. */

import { flatten as flattenOf, ShapeError } from '../src/index.ts'
import type { Empty, Layer } from '../types/layer.ts'
import type { FlattenFunction, InputFunction } from '../types/layer-shapes.ts'
import { sentence } from '../types/sentence.ts'
import { signatureDiffers } from '../types/sentences/layers.ts'
import type { Shape } from '../types/shape.ts'
import { defineLayer, type Leaf } from './layer.ts'

/**
 * Makes one dimension of all but the first: `[batch, …] → [batch, product]`.
 * @example
 * import { chain, dense, flatten, relu } from 'conformable/layers'
 * const model = chain(flatten, dense(784, 10)) // from [batch, 28, 28] to [batch, 10]
 */
export const flatten: Layer<FlattenFunction> = /* @__PURE__ */ defineLayer({
  name: 'flatten',
  spec: {},
  call: (_, x: Leaf) => flattenOf(x, 1),
})

/**
 * Says which shape a chain takes, so that its layers are checked when it is written; names stand for any size.
 * @throws ShapeError if an input has another shape.
 * @example
 * import { chain, dense, flatten, input } from 'conformable/layers'
 * const model = chain(input('batch', 28, 28), flatten, dense(784, 10))
 */
export function input<const S extends Shape>(...shape: S): Layer<InputFunction<S>, Empty, Empty, S> {
  return defineLayer({
    name: `input(${shape.join(', ')})`,
    spec: {},
    call(_, x: Leaf) {
      const reason = misfit(shape, x.shape)
      if (reason === undefined) return x
      throw new ShapeError(sentence(signatureDiffers, { expected: shape, x: x.shape, why: reason }))
    },
  })
}

/** Why sizes are not of a shape whose names are bound at their first place; nothing if they are. */
function misfit(shape: Shape, sizes: readonly number[]): string | undefined {
  if (shape.length !== sizes.length) return 'ranks differ'
  const bound = new Map<string, number>()
  for (const [i, dim] of shape.entries()) {
    const size = sizes[i]!
    const wanted = typeof dim === 'string' ? (bound.get(dim) ?? size) : dim
    if (typeof dim === 'string') bound.set(dim, wanted)
    if (wanted !== size) return typeof dim === 'string' ? `'${dim}' is both ${wanted} and ${size}` : `${dim} vs ${size}`
  }
  return undefined
}
