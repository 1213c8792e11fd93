/**
 * Signatures written with the contracts, to test them at calls: what they infer and where they report.
 */
import type {
  AnyTensor,
  Arange,
  ArgReduce,
  At,
  Attention,
  Axes,
  BroadcastTo,
  Check,
  CheckBroadcast,
  Concat,
  Conv2d,
  Conv2dOptions,
  Dim,
  DType,
  DTypeOf,
  Einsum,
  ExpandDims,
  Flatten,
  FromNested,
  MatMul,
  Nested,
  Ok,
  OkBroadcast,
  OneHot,
  Permute,
  Pool2d,
  Rearrange,
  Reduce,
  Reshape,
  Shape,
  Shapes,
  Slice,
  Split,
  Squeeze,
  Stack,
  Take,
  Tensor,
  Times,
  Transpose,
} from '../../types/index.ts'

// ---- creation
// Overloads and not a default type argument: one that occurs only in the result is overruled by the call's context.
export declare function zeros<const S extends Shape>(shape: S): Tensor<S, 'float32'>
export declare function zeros<const S extends Shape, D extends DType>(shape: S, dtype: D): Tensor<S, D>
export declare function tensor<const A extends Nested>(values: Check<FromNested<A>, A>): Tensor<Ok<FromNested<A>>>
export declare function scalar(x: number): Tensor<readonly [], 'float32'>
export declare function realize<const S extends Shape, D extends DType>(x: Tensor<any, D>, shape: S): Tensor<S, D>
export declare function arange<const A extends number, const B extends number>(
  start: A,
  stop: B,
): Tensor<Arange<A, B>, 'int32'>

// ---- elementwise
export declare function tanh<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D>
export declare function relu<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D>
export declare function softmax<S extends Shape, D extends DType>(x: Tensor<S, D>, axis?: number): Tensor<S, D>
export declare function pow<S extends Shape, D extends DType>(x: Tensor<S, D>, n: number): Tensor<S, D>
export declare function less<D extends DType>(a: Tensor<readonly [], D>, b: number): Tensor<readonly [], 'bool'>
export declare function add<A extends Shape, B extends Shape, D extends DType>(
  a: Tensor<A, D>,
  b: CheckBroadcast<A, B, 'add', Tensor<B, NoInfer<D>>>,
): Tensor<OkBroadcast<A, B>, D>
export declare function mul<A extends Shape, B extends Shape, D extends DType>(
  a: Tensor<A, D>,
  b: CheckBroadcast<A, B, 'mul', Tensor<B, NoInfer<D>>>,
): Tensor<OkBroadcast<A, B>, D>
export declare function sub<A extends Shape, B extends Shape, D extends DType>(
  a: Tensor<A, D>,
  b: CheckBroadcast<A, B, 'sub', Tensor<B, NoInfer<D>>>,
): Tensor<OkBroadcast<A, B>, D>

// ---- products
export declare function matmul<A extends Shape, B extends Shape, D extends DType>(
  a: Tensor<A, D>,
  b: Check<MatMul<A, B>, Tensor<B, NoInfer<D>>>,
): Tensor<Ok<MatMul<A, B>>, D>
export declare function einsum<const P extends string, const L extends readonly AnyTensor[]>(
  pattern: Check<Einsum<P, Shapes<L>>, P>,
  ...operands: L
): Tensor<Ok<Einsum<P, Shapes<L>>>, DTypeOf<L[0]>>
export declare function attention<Q extends Shape, K extends Shape, V extends Shape, D extends DType>(
  q: Tensor<Q, D>,
  k: Tensor<K, NoInfer<D>>,
  v: Check<Attention<Q, K, V>, Tensor<V, NoInfer<D>>>,
): Tensor<Ok<Attention<Q, K, V>>, D>
/** Structural, without a conditional type, so that it works in rank-generic code. */
export declare function linear<P extends Shape, I extends Dim, O extends Dim, D extends DType>(
  x: Tensor<readonly [...P, I], D>,
  weight: Tensor<readonly [NoInfer<I>, O], D>,
  bias?: Tensor<readonly [NoInfer<O>], D>,
): Tensor<readonly [...P, O], D>

// ---- movement
export declare function transpose<S extends Shape, D extends DType>(
  x: Check<Transpose<S>, Tensor<S, D>>,
): Tensor<Ok<Transpose<S>>, D>
export declare function permute<S extends Shape, D extends DType, const P extends readonly number[]>(
  x: Tensor<S, D>,
  axes: Check<Permute<S, P>, P>,
): Tensor<Ok<Permute<S, P>>, D>
export declare function reshape<S extends Shape, D extends DType, const T extends Shape>(
  x: Tensor<S, D>,
  shape: Check<Reshape<S, T>, T>,
): Tensor<Ok<Reshape<S, T>>, D>
export declare function flatten<S extends Shape, D extends DType, const K extends 0 | 1 | 2 | 3 = 0>(
  x: Tensor<S, D>,
  keep?: K,
): Tensor<Ok<Flatten<S, K>>, D>
export declare function squeeze<S extends Shape, D extends DType, const A extends number>(
  x: Tensor<S, D>,
  axis: Check<Squeeze<S, A>, A>,
): Tensor<Ok<Squeeze<S, A>>, D>
export declare function expandDims<S extends Shape, D extends DType, const A extends number>(
  x: Tensor<S, D>,
  axis: Check<ExpandDims<S, A>, A>,
): Tensor<Ok<ExpandDims<S, A>>, D>
export declare function broadcastTo<S extends Shape, D extends DType, const T extends Shape>(
  x: Tensor<S, D>,
  shape: Check<BroadcastTo<S, T>, T>,
): Tensor<Ok<BroadcastTo<S, T>>, D>
export declare function rearrange<
  S extends Shape,
  D extends DType,
  const P extends string,
  const M extends Readonly<Record<string, number>> = {},
>(x: Tensor<S, D>, pattern: Check<Rearrange<S, P, M>, P>, sizes?: M): Tensor<Ok<Rearrange<S, P, M>>, D>
export declare function concat<const L extends readonly AnyTensor[], const A extends number>(
  tensors: L,
  axis: Check<Concat<Shapes<L>, A>, A>,
): Tensor<Ok<Concat<Shapes<L>, A>>, DTypeOf<L[0]>>
export declare function stack<const L extends readonly AnyTensor[], const A extends number = 0>(
  tensors: L,
  axis?: Check<Stack<Shapes<L>, A>, A>,
): Tensor<Ok<Stack<Shapes<L>, A>>, DTypeOf<L[0]>>
export declare function split<S extends Shape, D extends DType, const N extends number, const A extends number>(
  x: Tensor<S, D>,
  count: Check<Split<S, N, A>, N>,
  axis: A,
): Times<Tensor<Ok<Split<S, N, A>>, D>, N>
export declare function slice<
  S extends Shape,
  D extends DType,
  const X extends number,
  const A extends number,
  const B extends number,
>(x: Tensor<S, D>, axis: Check<Slice<S, X, A, B>, X>, start: A, stop: B): Tensor<Ok<Slice<S, X, A, B>>, D>
export declare function at<S extends Shape, D extends DType, const I extends number, const A extends number = 0>(
  x: Tensor<S, D>,
  index: Check<At<S, I, A>, I>,
  axis?: A,
): Tensor<Ok<At<S, I, A>>, D>
export declare function take<S extends Shape, I extends Shape, D extends DType, const A extends number>(
  x: Tensor<S, D>,
  indices: Tensor<I, 'int32'>,
  axis: Check<Take<S, I, A>, A>,
): Tensor<Ok<Take<S, I, A>>, D>
export declare function oneHot<S extends Shape, const N extends number>(
  indices: Tensor<S, 'int32'>,
  count: N,
): Tensor<OneHot<S, N>, 'float32'>

// ---- reductions
export declare function sum<
  S extends Shape,
  D extends DType,
  const A extends Axes = undefined,
  const K extends boolean = false,
>(x: Tensor<S, D>, axes?: Check<Reduce<S, A, K, 'sum'>, A>, keepDims?: K): Tensor<Ok<Reduce<S, A, K, 'sum'>>, D>
export declare function mean<
  S extends Shape,
  D extends DType,
  const A extends Axes = undefined,
  const K extends boolean = false,
>(x: Tensor<S, D>, axes?: Check<Reduce<S, A, K, 'mean'>, A>, keepDims?: K): Tensor<Ok<Reduce<S, A, K, 'mean'>>, D>
export declare function argmax<S extends Shape, D extends DType, const A extends number | undefined = undefined>(
  x: Tensor<S, D>,
  axis?: Check<ArgReduce<S, A>, A>,
): Tensor<Ok<ArgReduce<S, A>>, 'int32'>

// ---- images
export declare function conv2d<X extends Shape, K extends Shape, D extends DType, const O extends Conv2dOptions = {}>(
  x: Tensor<X, D>,
  kernel: Check<Conv2d<X, K, O>, Tensor<K, NoInfer<D>>>,
  options?: O,
): Tensor<Ok<Conv2d<X, K, O>>, D>
export declare function maxPool2d<X extends Shape, D extends DType, const K extends number>(
  x: Check<Pool2d<X, K, {}, 'maxPool2d'>, Tensor<X, D>>,
  size: K,
): Tensor<Ok<Pool2d<X, K, {}, 'maxPool2d'>>, D>

// ---- losses
export declare function softmaxCrossEntropy<P extends Shape, C extends Dim, D extends DType>(
  logits: Tensor<readonly [...P, C], D>,
  labels: Tensor<NoInfer<P>, 'int32'>,
): Tensor<P, D>
