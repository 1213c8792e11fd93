/**
 * Signatures of transforms, layers and optimisers written with the types of this floor.
 */
import type {
  Activation,
  AnyLayer,
  Carry,
  ChainArguments,
  ChainDomain,
  ChainFunction,
  ChainSpec,
  ChainStateSpec,
  ComponentArray,
  Conv2dFunction,
  DenseFunction,
  Dim,
  DType,
  EmbeddingFunction,
  Empty,
  FlattenFunction,
  FloatOf,
  FloatResult,
  Head,
  InputFunction,
  Layer,
  LayerNormFunction,
  LengthOf,
  Loss,
  Mapped,
  MappedArgs,
  ObjectiveDType,
  ObjectiveOf,
  Optimiser,
  Outer,
  ParameterCount,
  ParameterSpec,
  Pool2dFunction,
  Rule,
  SameShape,
  Scalar,
  ScalarLoss,
  Series,
  Shape,
  SignatureFunction,
  Solution,
  Stacked,
  StateFunction,
  Tensor,
  TupleHint,
} from '../../types/index.ts'

type Function_<A extends readonly unknown[], R> = (...args: A) => R

// ---- derivatives
export declare function grad<A extends readonly unknown[], R>(
  f: (...args: A) => Loss<'grad', A, R, 0>,
): (...args: A) => A[0]
export declare function grad<A extends readonly unknown[], R, const I extends number>(
  f: (...args: A) => Loss<'grad', A, R, I>,
  argument: I,
): (...args: A) => A[I]
export declare function valueAndGrad<A extends readonly unknown[], R>(
  f: (...args: A) => Loss<'valueAndGrad', A, R, 0>,
): (...args: A) => [value: R, gradient: A[0]]
export declare function valueAndGrad<A extends readonly unknown[], R, const I extends number>(
  f: (...args: A) => Loss<'valueAndGrad', A, R, I>,
  argument: I,
): (...args: A) => [value: R, gradient: A[I]]
export declare function gradAll<A extends readonly unknown[], R, const I extends readonly number[]>(
  f: Function_<A, R>,
  args: I,
): (...args: A) => { -readonly [K in keyof I]: I[K] extends number ? A[I[K]] : never }
export declare function jvp<A extends readonly unknown[], R>(
  f: Function_<A, R>,
  primals: NoInfer<A>,
  tangents: NoInfer<A>,
): [value: R, tangent: R]
export declare function vjp<A extends readonly unknown[], R>(
  f: Function_<A, R>,
  ...primals: NoInfer<A>
): [value: R, pullback: (cotangent: R) => A]
export declare function hessian<A, R>(f: (x: A) => ScalarLoss<'hessian', A, R>): (x: A) => Outer<A, A, FloatOf<A>>
export declare function jacrev<A, R extends TupleHint>(
  f: (x: A) => FloatResult<'jacrev', A, R>,
): (x: A) => Outer<R, A, FloatOf<A>>
export declare function jet<A, R, const K extends number>(
  f: (x: A) => R,
  order: K,
): (x: A, direction: A) => Series<R, K>

// ---- vmap, jit
export declare function vmap<
  A extends readonly unknown[],
  R,
  const Axes extends number | { readonly [K in keyof A]: number | null } = 0,
  const Out extends number = 0,
>(
  f: Function_<A, R>,
  axes?: Axes,
  out?: Out,
): <const N extends Dim, const M extends Dim = N>(...args: MappedArgs<A, Axes, N, M>) => Mapped<R, Out, N>
export declare function jit<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  options?: { readonly donate?: readonly number[] },
): (...args: A) => R

// ---- loops
export declare function scan<C, X, Y>(
  body: (carry: C, x: Head<X>) => readonly [carry: NoInfer<C>, y: Y],
  start: Carry<C>,
  xs: X,
): [carry: C, ys: Stacked<Y, LengthOf<X>>]
export declare function whileLoop<C>(
  condition: (carry: C) => Scalar<'bool'>,
  body: (carry: C) => NoInfer<C>,
  start: Carry<C>,
): C
export declare function cond<A extends readonly unknown[], R>(
  predicate: Scalar<'bool'>,
  whenTrue: (...args: A) => R,
  whenFalse: (...args: NoInfer<A>) => NoInfer<R>,
  ...args: A
): R

// ---- parameters
export declare function componentArray<const P extends ParameterSpec>(spec: P): ComponentArray<P>
export declare function flat<P, D extends DType>(
  parameters: ComponentArray<P, D>,
): Tensor<readonly [ParameterCount<P>], D>

// ---- layers
export declare function dense<const I extends number, const O extends number>(
  inputs: I,
  outputs: O,
): Layer<
  DenseFunction<I, O>,
  { readonly weight: readonly [O, I]; readonly bias: readonly [O] },
  Empty,
  readonly ['batch', I]
>
export declare function conv2d<
  const I extends number,
  const O extends number,
  const K extends number,
  const Options extends { readonly stride?: number; readonly padding?: number | 'same' } = {},
>(
  inputs: I,
  outputs: O,
  size: K,
  options?: Options,
): Layer<
  Conv2dFunction<readonly [K, K, I, O], Options>,
  { readonly weight: readonly [K, K, I, O]; readonly bias: readonly [O] }
>
export declare function maxPool2d<const K extends number>(size: K): Layer<Pool2dFunction<K, {}, 'maxPool2d'>>
export declare function layerNorm<const N extends number>(
  features: N,
): Layer<LayerNormFunction<N>, { readonly scale: readonly [N]; readonly shift: readonly [N] }>
export declare function batchNorm<const N extends number>(
  features: N,
): Layer<
  SameShape,
  { readonly scale: readonly [N] },
  { readonly mean: readonly [N]; readonly variance: readonly [N]; readonly training: boolean }
>
export declare function dropout(
  rate: number,
): Layer<SameShape, Empty, { readonly key: { readonly shape: readonly [2]; readonly dtype: 'uint32' } }>
export declare function embedding<const N extends number, const F extends number>(
  count: N,
  features: F,
): Layer<EmbeddingFunction<F>, { readonly weight: readonly [N, F] }>
export declare function input<const S extends Shape>(...shape: S): Layer<InputFunction<S>, Empty, Empty, S>
export declare const relu: Activation
export declare const flatten: Layer<FlattenFunction>
export declare function layer<const P extends ParameterSpec, const I extends Shape, const O extends Shape>(
  spec: P,
  f: (params: ComponentArray<P>, x: Tensor<I>) => Tensor<O>,
): Layer<SignatureFunction<I, O>, P, Empty, I>
export declare function chain<L extends readonly AnyLayer[]>(
  ...layers: ChainArguments<L>
): Layer<ChainFunction<L>, ChainSpec<L>, ChainStateSpec<L>, ChainDomain<L>>

// ---- optimisers
export interface AdamState<P> {
  readonly step: Scalar<'int32'>
  readonly first: P
  readonly second: P
}
export interface AdamFunction extends StateFunction {
  readonly state: AdamState<this['params']>
}
export declare function adam(options?: { readonly learningRate?: number }): Rule<AdamFunction>
export declare function bfgs(): Optimiser
export declare function minimise<P, R>(
  objective: (parameters: NoInfer<P>) => ObjectiveOf<R>,
  start: P,
  optimiser: Optimiser,
): Promise<Solution<P, ObjectiveDType<R>>>
