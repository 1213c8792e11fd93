/**
 * What the signatures of `grad`, `hessian`, `vmap` and `jet` are made of.
 *
 * `grad` takes `f: (...args: A) => Loss<'grad', A, R, 0>`: the sentence stands in the RETURN type of the function parameter.
 * That keeps the inference of A and R, generic functions generic, inline lambdas typed by context and the error at two
 * lines. A conditional type around the whole parameter would lose generic functions.
 */
import type { DType, FloatDType } from './dtype.ts'
import type { ArgumentError, DerivativeError, DTypeError, ShapeError } from './error.ts'
import type { ComponentArray, FlatVector } from './parameters.ts'
import type { Sentence } from './sentence.ts'
import type * as says from './sentences/transforms.ts'
import type { AsShape, Dim, Shape, ShowTensor } from './shape.ts'
import type { Tensor } from './tensor.ts'

/** Anything. As a constraint it tells the compiler that a returned `[a, b]` is a pair and not an array of either. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without a result is a function, too
export type TupleHint = {} | null | undefined | void | readonly [unknown]

// ---- gradients

/** A scalar of a float dtype, by structure: `Tensor` itself is invariant in its dtype. */
interface LossTensor {
  readonly shape: readonly []
  readonly dtype: FloatDType
}

/**
 * The return type asked of a function whose gradient by argument I is taken: R itself when it is a scalar loss or a record
 * `{ value, …auxiliary }`, else a sentence.
 */
export type Loss<Op extends string, A extends readonly unknown[], R, I extends number> = R extends {
  readonly value: infer Value
}
  ? Value extends LossTensor
    ? WrtRule<Op, A[I], I, R>
    : NotScalar<Op, Value>
  : R extends LossTensor
    ? WrtRule<Op, A[I], I, R>
    : NotScalar<Op, R>

/** The sentence of a result R that has no gradient. */
export type NotScalar<Op extends string, R> = R extends {
  readonly shape: infer S extends readonly unknown[]
  readonly dtype: infer D extends string
}
  ? number extends S['length']
    ? R
    : S extends readonly []
      ? DTypeError<Sentence<typeof says.returnsNoFloat, { op: Op; dtype: D }>>
      : ShapeError<Sentence<typeof says.returnsNoScalar, { op: Op; x: S }>>
  : DerivativeError<Sentence<typeof says.returnsNoTensor, { op: Op }>>

/** The return type asked of a function whose Hessian is taken: R itself when it is a scalar of floats, else a sentence. */
export type ScalarLoss<Op extends string, A, R> = R extends LossTensor ? WrtRule<Op, A, 0, R> : NotScalar<Op, R>

/** The return type asked of a function whose Jacobian is taken: R itself when it and the argument are floats, else a sentence. */
export type FloatResult<Op extends string, A, R> = A extends NoFloats
  ? NotFloats<Op, A, FloatOutput<Op, R>>
  : FloatOutput<Op, R>

type FloatOutput<Op extends string, R> = R extends NoFloats ? NotFloats<Op, R, R> : R

interface NoFloats {
  readonly shape: Shape
  readonly dtype: 'int32' | 'uint32' | 'bool'
}

/** The sentence of a tensor that has no derivatives; `Else`, when its element type is `any`. */
type NotFloats<Op extends string, T extends NoFloats, Else> = 'float32' extends T['dtype']
  ? Else
  : DTypeError<Sentence<typeof says.needsFloatTensors, { op: Op; x: ShowTensor<T['shape'], T['dtype']> }>>

/** R, when an argument of type T can be differentiated by; else a sentence. */
export type WrtRule<Op extends string, T, I extends number, R> = T extends NoFloats
  ? 'float32' extends T['dtype'] // `any`
    ? R
    : DTypeError<Sentence<typeof says.noGradientBy, { op: Op; index: I; x: ShowTensor<T['shape'], T['dtype']> }>>
  : R

/** Argument I of a function of A, or the sentence that there is none. A list of unknown length is left to run time. */
export type CheckArgument<Op extends string, A extends readonly unknown[], I extends number> = number extends
  | A['length']
  | I
  ? I
  : `${I}` extends keyof A
    ? I
    : ArgumentError<Sentence<typeof says.noArgument, { op: Op; index: I; count: A['length'] }>>

/** `CheckArgument` for a list: the list itself, or the sentence of the first position that there is not. */
export type CheckArguments<Op extends string, A extends readonly unknown[], L extends readonly number[]> =
  MissingArgument<Op, A, L> extends infer Said extends string ? Said : L

type MissingArgument<
  Op extends string,
  A extends readonly unknown[],
  L extends readonly number[],
> = L extends readonly [infer I extends number, ...infer Rest extends readonly number[]]
  ? CheckArgument<Op, A, I> extends infer Said extends string
    ? Said
    : MissingArgument<Op, A, Rest>
  : null

/**
 * The blocks of a Hessian or Jacobian: for a result of shape S and an argument of shape T a tensor `[...S, ...T]`; for a
 * ComponentArray as argument one with leading axes S; for a tree, or a ComponentArray, as result a record of such blocks.
 */
export type Outer<P, Q, D extends DType> =
  P extends Tensor<infer S, any>
    ? Q extends Tensor<infer T, any>
      ? Tensor<readonly [...S, ...T], D>
      : Q extends FlatVector<infer Spec, any, readonly []>
        ? ComponentArray<Spec, D, S>
        : { readonly [K in keyof Q & string]: Outer<P, Q[K], D> }
    : { readonly [K in keyof P & string]: Outer<P[K], Q, D> }

/** The dtype of the floats of a tree: one of both when its leaves differ, or when none is known. */
export type FloatOf<T> = [Floats<T>] extends [never] ? FloatDType : Floats<T>

type Floats<T> = T extends { readonly dtype: infer D }
  ? Extract<D, FloatDType>
  : T extends readonly (infer E)[]
    ? Floats<E>
    : T extends object
      ? Floats<T[keyof T & string]>
      : never

/** `[f, f′, …, f⁽ᴷ⁾]` along a direction: K + 1 times R. */
export type Series<R, K extends number, Out extends R[] = [R]> = number extends K
  ? R[]
  : K extends 0
    ? [R]
    : Out['length'] extends K
      ? [...Out, R]
      : Series<R, K, [...Out, R]>

// ---- vmap

/** The mapped axis of argument I: one number for all, or a tuple with `null` for what is not mapped. */
type AxisOf<Axes, I> = Axes extends readonly unknown[] ? (I extends keyof Axes ? Axes[I] : null) : Axes

type PutAt<
  S extends readonly unknown[],
  K extends number,
  N,
  Before extends readonly unknown[] = readonly [],
> = Before['length'] extends K
  ? readonly [...Before, N, ...S]
  : S extends readonly [infer Head, ...infer Tail]
    ? PutAt<Tail, K, N, readonly [...Before, Head]>
    : never

/**
 * The tree with a dimension N at `Axis` of every tensor; the tree itself when `Axis` is `null`. A ComponentArray gets it as a
 * leading axis.
 */
export type Mapped<T, Axis, N> = Axis extends number
  ? T extends Tensor<infer S, infer D>
    ? Tensor<AsShape<PutAt<S, Axis, N>>, D>
    : T extends FlatVector<infer Spec, infer D, infer Lead>
      ? ComponentArray<Spec, D, AsShape<readonly [N, ...Lead]>>
      : { readonly [K in keyof T]: Mapped<T[K], Axis, N> }
  : T

/**
 * The arguments of a mapped function: the first mapped one decides N; the second one has its own size M, so that a sentence can
 * name both; the others are checked against N.
 */
export type MappedArgs<
  A extends readonly unknown[],
  Axes,
  N extends Dim,
  M extends Dim,
  First = null,
  Out extends readonly unknown[] = [],
> = A extends readonly [infer Head, ...infer Tail]
  ? AxisOf<Axes, `${Out['length']}`> extends infer X
    ? X extends number
      ? First extends null
        ? MappedArgs<Tail, Axes, N, M, [Head, X], [...Out, Mapped<Head, X, N>]>
        : First extends [infer Other, infer Y]
          ? MappedArgs<
              Tail,
              Axes,
              N,
              M,
              'third',
              [...Out, SecondMapped<Head, X, NoInfer<N>, M, Mapped<Other, Y, NoInfer<N>>>]
            >
          : MappedArgs<Tail, Axes, N, M, 'third', [...Out, Mapped<Head, X, NoInfer<N>>]>
      : MappedArgs<Tail, Axes, N, M, First, [...Out, Head]>
    : never
  : Out

/** T with size M along its mapped axis, where that meets N; else the sentence. */
type SecondMapped<T, Axis, N, M, Other> = { n: N; m: M } extends { n: M; m: N }
  ? Mapped<T, Axis, M>
  : [Mapped<T, Axis, M>] extends [Mapped<T, Axis, N>]
    ? Mapped<T, Axis, M>
    : Mapped<T, Axis, M> extends Tensor<infer S, infer D>
      ? Other extends Tensor<infer R, infer E>
        ? ShapeError<Sentence<typeof says.mappedDiffer, { m: N; a: ShowTensor<R, E>; n: M; b: ShowTensor<S, D> }>>
        : Mapped<T, Axis, N>
      : Mapped<T, Axis, N>
