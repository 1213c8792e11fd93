/** Layers one after the other: the output of each is the input of the next. */
import { ArgumentError, type Key, random } from '../src/index.ts'
import type { ChainArguments, ChainDomain, ChainFunction, ChainSpec, ChainStateSpec } from '../types/chain.ts'
import type { Times } from '../types/contract/concat.ts'
import type { AnyLayer, Layer } from '../types/layer.ts'
import { defineLayer, hasParameters, hasState, type LayerAtRunTime } from './layer.ts'

/**
 * A chain of layers, f₂(f₁(x)). The layer at place i has its parameters under `layer_i`, its state too; layers that have none
 * leave no name. With a layer that has state, the chain has state. A layer that does not fit is reported at its argument.
 * @throws ShapeError from the layer that does not fit, when shapes are known only at run time.
 * @example
 * import { random, zeros } from 'conformable'
 * import { chain, dense, relu } from 'conformable/layers'
 * const model = chain(dense(784, 128), relu, dense(128, 10))
 * const params = model.init(random.key(0)) // { layer_0: { weight, bias }, layer_2: { weight, bias } }
 * model(params, zeros([32, 784])) // [32, 10]
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
  layer: L,
): Layer<ChainFunction<Times<L, N>>, ChainSpec<Times<L, N>>, ChainStateSpec<Times<L, N>>, ChainDomain<Times<L, N>>> {
  if (!Number.isInteger(count) || count < 1)
    throw new ArgumentError(`repeat: a whole number from 1 is needed, got ${count}.`)
  return chained(Array.from({ length: count }, () => layer as unknown as LayerAtRunTime)) // as in `chain`
}

function chained<L extends AnyLayer>(list: readonly LayerAtRunTime[]): L {
  list.forEach(requireLayer)
  const stateful = list.some(hasState)
  return defineLayer({
    name: `chain(${list.map(({ name }) => name).join(', ')})`,
    spec: membersOf(list, hasParameters, ({ spec }) => spec),
    stateSpec: membersOf(list, hasState, ({ stateSpec }) => stateSpec),
    initState: (key, dtype) => {
      const keys: readonly Key[] = random.split(key, list.length)
      return membersOf(list, hasState, ({ initState }, i) => initState(keys[i]!, dtype))
    },
    call: stateful
      ? (params, x, state) => runWithState(list, params, x, state)
      : (params, x) => list.reduce((y, f, i) => f(own(f, i, params), y), x),
  })
}

/** A member of each layer that has one, under the name of its place. */
const membersOf = (
  layers: readonly LayerAtRunTime[],
  has: (layer: AnyLayer) => boolean,
  member: (layer: LayerAtRunTime, i: number) => object,
): object => Object.fromEntries(layers.flatMap((layer, i) => (has(layer) ? [[`layer_${i}`, member(layer, i)]] : [])))

/** The parameters of the layer at a place; one without parameters does not look at them. */
const own = (layer: AnyLayer, i: number, params: Readonly<Record<string, unknown>>): unknown =>
  hasParameters(layer) ? params[`layer_${i}`] : params

function runWithState(
  layers: readonly LayerAtRunTime[],
  params: Readonly<Record<string, unknown>>,
  x: unknown,
  state: Readonly<Record<string, unknown>> | undefined,
): [unknown, object] {
  const next: Record<string, unknown> = {}
  let y = x
  layers.forEach((layer, i) => {
    const name = `layer_${i}`
    if (!hasState(layer)) {
      y = layer(own(layer, i, params), y)
      return
    }
    if (state?.[name] === undefined)
      throw new ArgumentError(`chain: the state of ${name}, ${layer.name}, is missing. Make it with initState(key).`)
    ;[y, next[name]] = layer(own(layer, i, params), y, state[name]) as [unknown, unknown] // what a layer with state returns
  })
  return [y, next]
}

function requireLayer(given: unknown, i: number): void {
  if (typeof given === 'function' && 'spec' in given) return
  throw new ArgumentError(
    `chain: argument ${i} is ${typeof given === 'function' ? `the plain function ${given.name}` : String(given)}, not a layer; make one with layer(spec, f).`,
  )
}
