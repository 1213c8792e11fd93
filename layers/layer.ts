/**
 * How a layer is made: a function `(params, x) → y`, or `(params, x, state) → [y, state]`, that carries the shapes of its
 * parameters and how they begin. `layer` makes one of a user's function; ours are made with `defineLayer`, as anyone's may be.
 */

import {
  ArgumentError,
  componentArray,
  type DType,
  DTypeError,
  type FloatDType,
  flat,
  fromFlat,
  type Key,
  type Layout,
  layout,
  layoutOf,
  type ParameterSpec,
  random,
  type Shape,
  type Tensor,
  zeros,
} from '../src/index.ts'
import type { AnyLayer, Empty, Layer } from '../types/layer.ts'
import type { ParameterDType, SignatureFunction } from '../types/layer-shapes.ts'
import type { AnyComponentArray, ComponentArray } from '../types/parameters.ts'
import { sentence } from '../types/sentence.ts'
import { inputDiffers, inputTakes } from '../types/sentences/dtypes.ts'
import { parametersDiffer, parametersFirst } from '../types/sentences/layers.ts'
import type { LayerState } from '../types/state.ts'
import { glorotUniform, type Initialiser, zeros as zerosInitialiser } from './initialisers.ts'

/** A tensor inside a layer, of whatever shape and dtype. */
export type Leaf = Tensor<Shape, any>

/** Fresh parameters of a layer or of a part of one, as a ComponentArray. */
export type Initialise = (key: Key, dtype: FloatDType) => AnyComponentArray

/** How each parameter of spec P begins; what is left out begins as the inner layer does, or by the default of its rank. */
export type Initialisers<P> = {
  readonly [K in keyof P]?: P[K] extends Shape ? Initialiser : Initialisers<P[K]> | Initialise
}

/** What a layer L is made of. */
export interface LayerDefinition<L extends AnyLayer = AnyLayer> {
  /** The call with its options, for messages: 'dense(784, 10)'. */
  readonly name: string
  /** The shapes of its parameters. */
  readonly spec: object
  /**
   * The element type its input must have: that of the parameters, or one of its own, such as 'int32'. Without it the operations
   * inside refuse what they cannot take.
   */
  readonly input?: 'parameters' | DType
  /** How they begin: by name, or all of them by one function. */
  readonly initialisers?: object | Initialise
  /** The shapes of its state; none, if not given. */
  readonly stateSpec?: object
  /** The state before the first call. */
  readonly initState?: (key: Key, dtype: FloatDType) => object
  /** `(params, x) → y`, or with state `(params, x, state) → [y, state]`; for parameters of either float dtype. */
  call<D extends FloatDType>(
    params: ComponentArray<L['spec'], D>,
    x: Tensor<Shape, D>,
    state: LayerState<L['stateSpec'], D>,
  ): unknown
}

/** What a layer is at run time, whatever its type says. */
export interface LayerAtRunTime extends AnyLayer {
  (params: unknown, x: unknown, state?: unknown): unknown
  readonly init: Initialise
  readonly initState: (key: Key, dtype?: FloatDType) => object
}

/** How the parameters of a spec begin, remembered by the spec itself, so that `{ inner: inner.spec }` begins as `inner` does. */
const beginnings = new WeakMap<object, Initialise>()

/**
 * Makes a layer of its parts. The type argument says what it does to shapes; nothing here can prove it, so write the rule in
 * `call` as it stands there.
 * @example
 * import { add } from 'conformable'
 * import { defineLayer, type Layer, type SameShape } from 'conformable/layers'
 * const shift = defineLayer<Layer<SameShape, { readonly by: readonly [] }>>({
 *   name: 'shift',
 *   spec: { by: [] },
 *   call: (params, x) => add(x, params.by),
 * })
 */
export const defineLayer = <L extends AnyLayer>(definition: LayerDefinition<L>): L =>
  assemble(definition as unknown as LayerParts) // its call takes what the type L says

/**
 * Makes a layer of a plain function. Its annotation says what it takes: `x: Tensor<['n', 128]>`, where names stand for any size. A
 * float dtype in it is that of the example; the layer is for both. An integer dtype is that of the input.
 * @param spec the shapes of its parameters; the `spec` of an inner layer gives its parameters, which begin as that layer's do.
 * @param f `(params, x) → y`, pure.
 * @param initialisers how parameters begin, by name. Without one, a tensor of two or more dimensions begins by `glorotUniform`,
 * any other as zeros.
 * @throws ArgumentError if an initialiser is given for a name that is not in the spec.
 * @example
 * import { matmul, random, type Tensor } from 'conformable'
 * import { layer } from 'conformable/layers'
 * const project = layer({ weight: [3, 2] }, (p, x: Tensor<['n', 3]>) => matmul(x, p.weight))
 * console.log(project.init(random.key(0)).weight.shape) // [3, 2]
 */
export function layer<
  const P extends ParameterSpec,
  const I extends Shape,
  const O extends Shape,
  E extends DType = 'float32',
>(
  spec: P,
  f: (params: ComponentArray<P, ParameterDType<E>>, x: Tensor<I, E>) => Tensor<O, ParameterDType<E>>,
  initialisers: Initialisers<P> = {},
): Layer<SignatureFunction<I, O, E>, P, Empty, I> {
  const call = (params: Leaves, x: Leaf): unknown => f(params as never, x as never) // what the layer's type lets through
  return assemble({ name: f.name === '' ? 'layer' : f.name, spec, initialisers, call })
}

/** A definition whose spec no type can follow: parameters by name. */
export interface LayerParts extends Omit<LayerDefinition, 'call'> {
  call(params: Leaves, x: Leaf, state: Leaves): unknown
}

/** Tensors by name. */
type Leaves = Readonly<Record<string, Leaf>>

/** `defineLayer` for a layer made of others, or of options. */
export function assemble<L extends AnyLayer>(definition: LayerParts): L {
  const { name, spec, stateSpec = {}, input } = definition
  const names = layoutOfSpec(spec)
  const { initialisers = {} } = definition
  const initialise = (key: Key, dtype: FloatDType = 'float32'): AnyComponentArray =>
    typeof initialisers === 'function' ? initialisers(key, dtype) : freshParameters(spec, initialisers, key, dtype)
  const run = (params: unknown, x: unknown, state?: unknown): unknown => {
    requireParameters(names, params)
    if (input !== undefined) requireInput(name, input, params as AnyComponentArray, x as Leaf)
    return definition.call(params as Leaves, x as Leaf, state as Leaves) // what the type L says of them
  }
  beginnings.set(spec, initialise)
  const initState = definition.initState ?? (() => ({}))
  Object.defineProperty(run, 'name', { value: name })
  const made = Object.assign(run, {
    spec,
    stateSpec,
    init: initialise,
    initState: (key: Key, dtype: FloatDType = 'float32') => initState(key, dtype),
  })
  return made as unknown as L // the call's rule for shapes is the caller's promise
}

/** `layout` checks that it is a record of shapes. */
const layoutOfSpec = (spec: object): Layout => layout(spec as ParameterSpec)

/** Does a layer have parameters? */
export const hasParameters = ({ spec }: AnyLayer): boolean => Object.keys(spec).length > 0

/** Does a layer have state? */
export const hasState = ({ stateSpec }: AnyLayer): boolean => Object.keys(stateSpec).length > 0

/** One flat vector of fresh parameters: each is drawn with a key of its own. */
function freshParameters(spec: object, initialisers: object, key: Key, dtype: FloatDType): AnyComponentArray {
  const shapes = Object.entries(spec)
  const names = layoutOfSpec(spec)
  requireKnown(Object.keys(initialisers), Object.keys(spec))
  if (names.size === 0) return fromFlat(zeros([0], dtype), names) as unknown as AnyComponentArray // seen without names
  const given = new Map<string, unknown>(Object.entries(initialisers))
  const keys: readonly Key[] = random.split(key, shapes.length)
  const begun = shapes.map(([name, part], i) => [name, begin(part, given.get(name), keys[i]!, dtype)] as const)
  return joined(Object.fromEntries(begun))
}

/** `componentArray`, seen without names, whose types nobody knows here. */
const joined = componentArray as unknown as (
  parts: Readonly<Record<string, Leaf | AnyComponentArray>>,
) => AnyComponentArray

/** A tensor for a shape, a ComponentArray for a record of shapes. */
function begin(part: unknown, given: unknown, key: Key, dtype: FloatDType): Leaf | AnyComponentArray {
  if (Array.isArray(part)) {
    const initialiser = (given as Initialiser | undefined) ?? (part.length >= 2 ? glorotUniform : zerosInitialiser)
    return initialiser(key, part, dtype)
  }
  if (typeof given === 'function') return given(key, dtype)
  const known = beginnings.get(part as object)
  if (given === undefined && known !== undefined) return known(key, dtype)
  return freshParameters(part as object, given ?? {}, key, dtype)
}

function requireKnown(given: readonly string[], names: readonly string[]): void {
  const unknown = given.find((name) => !names.includes(name))
  if (unknown === undefined) return
  throw new ArgumentError(
    `layer: an initialiser is given for '${unknown}', but the parameters are ${names.join(', ')}.`,
  )
}

/** Refuses the parameters of another layer with a sentence, before an operation deep inside meets a wrong shape. */
function requireParameters(names: Layout, params: unknown): void {
  if (names.size === 0) return
  refuseTensor(params)
  const given = layoutOf(params as ComponentArray<unknown>) // throws a sentence if it is none
  if (given.text === names.text) return
  const odd = names.fields.find((field) => !fits(field, given))
  if (odd === undefined) return
  const { dtype } = flat(params as ComponentArray<unknown>)
  const place = given.places.get(odd.path)
  const found = place?.kind === 'field' ? `${dtype}[${place.shape.join(', ')}]` : 'missing'
  const expected = `${dtype}[${odd.shape.join(', ')}]`
  throw new ArgumentError(sentence(parametersDiffer, { place: `'${odd.path}'`, given: found, expected }))
}

/** Refuses an input of another dtype with the sentence that the compiler shows. */
function requireInput(name: string, input: 'parameters' | DType, params: AnyComponentArray, x: Leaf): void {
  const dtype: DType = input === 'parameters' ? flat(params as ComponentArray<unknown>).dtype : input
  if (x.dtype === dtype) return
  const parts = { layer: name.replace(/\(.*/, ''), dtype, x: `${x.dtype}[${x.shape.join(', ')}]` }
  throw new DTypeError(input === 'parameters' ? sentence(inputDiffers, parts) : sentence(inputTakes, parts))
}

/** The most common slip: `model(x, params)`. */
function refuseTensor(params: unknown): void {
  const { shape, dtype } = (params ?? {}) as Partial<Leaf> // nothing is said of the kinds of the two
  if (Array.isArray(shape) && typeof dtype === 'string') throw new ArgumentError(parametersFirst)
}

/** Is there a parameter of the same name and shape? The order is free, and there may be more. */
function fits({ path, shape }: Layout['fields'][number], given: Layout): boolean {
  const place = given.places.get(path)
  return place?.kind === 'field' && place.shape.join() === shape.join()
}
