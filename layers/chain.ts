/** Layers one after the other: the output of each is the input of the next. */
import { ArgumentError } from '../src/index.ts'
import type { ChainArguments, ChainDomain, ChainFunction, ChainSpec, ChainStateSpec } from '../types/chain.ts'
import type { Times } from '../types/contract/concat.ts'
import type { AnyLayer, Layer } from '../types/layer.ts'
import type { CheckRepeat } from '../types/layer-branches.ts'
import { assemble, type LayerAtRunTime } from './layer.ts'
import { combined } from './members.ts'

/**
 * A chain of layers, f₂(f₁(x)). The layer at place i has its parameters under `layer_i`, its state too; layers that have none
 * leave no name. With a layer that has state, the chain has state. A layer that does not fit is reported at its argument.
 * @throws ShapeError from the layer that does not fit, when shapes are known only at run time.
 * @example
 * import { random, zeros } from 'conformable'
 * import { chain, dense, relu } from 'conformable/layers'
 * const model = chain(dense(784, 128), relu, dense(128, 10))
 * const params = model.init(random.key(0)) // layer_0: weight, bias; layer_2: weight, bias
 * console.log(model(params, zeros([32, 784])).shape) // [32, 10]
 */
export function chain<L extends readonly AnyLayer[]>(
  ...layers: ChainArguments<L>
): Layer<ChainFunction<L>, ChainSpec<L>, ChainStateSpec<L>, ChainDomain<L>> {
  return chained(layers as unknown as readonly LayerAtRunTime[]) // layers all, where no sentence stands in the place of one
}

/**
 * A chain of n layers of one kind, each with parameters of its own.
 * @throws ArgumentError if n is not a whole number from 1.
 * @example
 * import { chain, dense, relu, repeat } from 'conformable/layers'
 * const deep = repeat(3, chain(dense(32, 32), relu)) // layer_0, layer_1, layer_2
 */
export function repeat<const N extends number, L extends AnyLayer>(
  count: N,
  layer: CheckRepeat<L>,
): Layer<ChainFunction<Times<L, N>>, ChainSpec<Times<L, N>>, ChainStateSpec<Times<L, N>>, ChainDomain<Times<L, N>>> {
  if (!Number.isInteger(count) || count < 1)
    throw new ArgumentError(`repeat: a whole number from 1 is needed, got ${count}.`)
  return chained(Array.from({ length: count }, () => layer as unknown as LayerAtRunTime)) // as in `chain`
}

const chained = <L extends AnyLayer>(members: readonly LayerAtRunTime[]): L =>
  assemble(combined('chain', members, (call, x) => members.reduce((y, _, i) => call(i, y), x)))
