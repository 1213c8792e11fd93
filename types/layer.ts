/**
 * Layers: a parameter spec and a pure function `(params, x) → y`, or with state `(params, x, state) → [y, state]`.
 *
 * What a layer does to a shape is a type-level function: an interface that reads `this['in']` and defines `out`.
 */
import type { DType, FloatDType } from './dtype.ts'
import type { DTypeError } from './error.ts'
import type { Key } from './key.ts'
import type { Agree } from './operands.ts'
import type { AnyComponentArray, ComponentArray } from './parameters.ts'
import type { CheckParameters } from './rule-check.ts'
import type { Sentence } from './sentence.ts'
import type * as says from './sentences/dtypes.ts'
import type { Shape, ShowTensor } from './shape.ts'
import type { LayerState } from './state.ts'
import type { Check, Ok, Tensor } from './tensor.ts'

/**
 * A function from input shape to output shape or sentence. Extend it: read `this['in']`, define `out`. `dtype` is the element
 * type of the input when that is not the parameters' own (an embedding takes int32).
 */
export interface ShapeFunction {
  readonly in: unknown
  readonly out: unknown
  readonly dtype: unknown
  /** What the layer is called in sentences: 'dense', or with its sizes 'dense(784, 10)'. */
  readonly layer: unknown
}

/** The output shape, or sentence, of shape function F for input shape S. */
export type Apply<F extends ShapeFunction, S> = (F & { readonly in: S })['out']

/** The element type a layer's input has: its own, or that of the parameters. */
export type InputDType<F extends ShapeFunction, D extends DType> = F['dtype'] extends infer I extends DType ? I : D

/** The input of a layer with parameters of dtype D: a tensor of shape X and dtype E, or the sentence that E does not belong. */
type CheckInput<F extends ShapeFunction, D extends DType, X extends Shape, E extends DType> =
  Agree<E, InputDType<F, D>, never> extends true
    ? Tensor<X, E>
    : DTypeError<
        F['dtype'] extends DType
          ? Sentence<typeof says.inputTakes, { layer: KindOf<F['layer']>; dtype: F['dtype']; x: ShowTensor<X, E> }>
          : Sentence<typeof says.inputDiffers, { layer: KindOf<F['layer']>; dtype: D; x: ShowTensor<X, E> }>
      >

/** 'dense(784, 10)' → 'dense'. */
type KindOf<Name> = Name extends `${infer Kind}(${string}` ? Kind : Name extends string ? Name : 'layer'

/** No parameters, or no state. */
export type Empty = Record<never, never>

/** Type-level facts of a layer; no run-time property bears these keys. */
declare const shapeFunction: unique symbol
declare const domain: unique symbol

/** What every layer publishes, called or not. */
export interface LayerRecord<F extends ShapeFunction, P, S, Domain> {
  /** The shapes of its parameters. */
  readonly spec: P
  /** The shapes of its state. */
  readonly stateSpec: S
  /** Fresh parameters. */
  readonly init: Initialise<P>
  /** The state before the first call. */
  readonly initState: <D extends FloatDType = 'float32'>(key: Key, dtype?: D) => LayerState<S, D>
  readonly [shapeFunction]?: F
  readonly [domain]?: Domain
}

/** Overloads and not a default type argument, which the context of the call would overrule. */
interface Initialise<P> {
  (key: Key): ComponentArray<P, 'float32'>
  <D extends FloatDType>(key: Key, dtype: D): ComponentArray<P, D>
}

/**
 * A layer without state: `(params, x) → y`. An interface with one call signature, and not an intersection, because only such a
 * function stays generic when it is passed to `jit` or `vmap`.
 */
export interface PureLayer<F extends ShapeFunction, P, Domain = unknown> extends LayerRecord<F, P, Empty, Domain> {
  <X extends Shape, D extends DType, E extends DType, Q>(
    params: CheckParameters<P, Q, D>,
    x: Check<Apply<F, X>, CheckInput<F, D, X, E>>,
  ): Tensor<Ok<Apply<F, X>>, D>
}

/** A layer with state: `(params, x, state) → [y, state]`. */
export interface StatefulLayer<F extends ShapeFunction, P, S, Domain = unknown> extends LayerRecord<F, P, S, Domain> {
  <X extends Shape, D extends DType, E extends DType, Q>(
    params: CheckParameters<P, Q, D>,
    x: Check<Apply<F, X>, CheckInput<F, D, X, E>>,
    state: LayerState<S, NoInfer<D>>,
  ): [y: Tensor<Ok<Apply<F, X>>, D>, state: LayerState<S, D>]
}

/**
 * A layer with shape function F, parameters P, state S and Domain, the input shape it can be checked with before any input
 * is known (`unknown` when it takes what comes).
 */
export type Layer<F extends ShapeFunction, P = Empty, S = Empty, Domain = unknown> = keyof S extends never
  ? PureLayer<F, P, Domain>
  : StatefulLayer<F, P, S, Domain>

/** Any layer, to constrain a type parameter. */
export interface AnyLayer {
  readonly spec: object
  readonly stateSpec: object
  readonly [shapeFunction]?: ShapeFunction
  readonly [domain]?: unknown
}

/** The shape function of layer L. */
export type ShapeFunctionOf<L> = L extends { readonly [shapeFunction]?: infer F } ? Extract<F, ShapeFunction> : never

/** The input shape layer L asks for, or `unknown`. */
export type DomainOf<L> = L extends { readonly [domain]?: infer D } ? D : unknown

/** The parameters of a layer: `ParamsOf<typeof model>`. */
export type ParamsOf<L, D extends FloatDType = 'float32'> = L extends { readonly spec: infer P }
  ? ComponentArray<P, D>
  : never

/** The state of a layer: `LayerStateOf<typeof model>`; an empty record when it has none. */
export type LayerStateOf<L, D extends FloatDType = 'float32'> = L extends { readonly stateSpec: infer S }
  ? LayerState<S, D>
  : never

/** Marks a layer that takes any shape and element type and keeps both: a chain looks through it to the next one. */
export interface Transparent extends ShapeFunction {
  readonly transparent: true
}

/** The shape function of a layer that keeps the shape. */
export interface SameShape extends Transparent {
  readonly out: this['in']
}

/**
 * An activation: a layer without parameters for `chain`, and a plain function of a tensor. One call signature and not two
 * overloads, which would not stay generic in `jit(relu)` and `pipe(x, relu)`.
 */
export interface Activation extends LayerRecord<SameShape, Empty, Empty, unknown> {
  <S extends Shape, D extends DType>(
    ...args: [x: Tensor<S, D>] | [params: AnyComponentArray, x: Tensor<S, D>]
  ): Tensor<S, D>
}
