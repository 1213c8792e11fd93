/** Layers side by side and around each other. */

import { add, concat, ShapeError } from '../src/index.ts'
import type { ChainDomain, ChainSpec, ChainStateSpec } from '../types/chain.ts'
import type { AnyLayer, DomainOf, Layer } from '../types/layer.ts'
import type { CheckSkip, ParallelArguments, ParallelFunction, SkipFunction } from '../types/layer-branches.ts'
import { sentence } from '../types/sentence.ts'
import { skipKeeps } from '../types/sentences/layers.ts'
import { assemble, hasState, type LayerAtRunTime, type Leaf } from './layer.ts'
import { combined } from './members.ts'

/**
 * All layers on one input; their outputs are joined along the last dimension. Parameters are named by place, as in `chain`.
 * @throws ShapeError if the outputs differ in other dimensions.
 * @example
 * import { random, zeros } from 'conformable'
 * import { dense, parallel } from 'conformable/layers'
 * const model = parallel(dense(4, 3), dense(4, 5))
 * console.log(model(model.init(random.key(0)), zeros([2, 4])).shape) // [2, 8]
 */
export function parallel<L extends readonly AnyLayer[]>(
  ...layers: ParallelArguments<L>
): Layer<ParallelFunction<L>, ChainSpec<L>, ChainStateSpec<L>, ChainDomain<L>> {
  const members = layers as unknown as readonly LayerAtRunTime[] // what layers are when they run
  return assemble(
    combined('parallel', members, (call, x) =>
      concat(
        members.map((_, i) => call(i, x) as Leaf),
        -1,
      ),
    ),
  )
}

/** What a layer L has under a name. */
type Of<L, K extends 'spec' | 'stateSpec'> = L extends { readonly [N in K]: infer P } ? P : never

/**
 * A residual connection: x + layer(x). Its parameters and its state are those of the layer.
 * He, Zhang, Ren, Sun (2015), Deep residual learning, arXiv:1512.03385.
 * @throws ShapeError if the layer does not keep the shape.
 * @example
 * import { chain, dense, relu, skip } from 'conformable/layers'
 * const block = skip(chain(dense(8, 32), relu, dense(32, 8)))
 */
export function skip<L extends AnyLayer>(
  layer: CheckSkip<L>,
): Layer<SkipFunction<L>, Of<L, 'spec'>, Of<L, 'stateSpec'>, DomainOf<L>> {
  const inner = layer as unknown as LayerAtRunTime // what a layer is when it runs
  const { name, spec, stateSpec, init, initState } = inner
  return assemble({
    name: `skip(${name})`,
    spec: { ...spec },
    initialisers: init,
    stateSpec,
    initState,
    call(params, x: Leaf, state) {
      if (!hasState(inner)) return around(x, inner(params, x) as Leaf)
      const [y, next] = inner(params, x, state) as [Leaf, unknown] // what a layer with state returns
      return [around(x, y), next]
    },
  })
}

function around(x: Leaf, y: Leaf): Leaf {
  if (y.shape.length !== x.shape.length || y.shape.some((size, i) => size !== x.shape[i]))
    throw new ShapeError(sentence(skipKeeps, { given: y.shape, x: x.shape }))
  return add(x, y)
}
