/**
 * What the signatures of `grad`, `hessian`, `vmap`, `jet` and `scan` are made of.
 *
 * `grad` takes `f: (...args: A) => Loss<'grad', A, R, 0>`: the sentence stands in the RETURN type of the function parameter.
 * That keeps the inference of A and R, generic functions generic, inline lambdas typed by context and the error at two
 * lines. A conditional type around the whole parameter would lose generic functions.
 */
import type { DType, FloatDType } from './dtype.ts'
import type { DerivativeError, DTypeError, ShapeError } from './error.ts'
import type { AsShape, Dim, Show } from './shape.ts'
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
      ? DTypeError<`${Op}: the function returns a scalar of ${D}; only float32 and float64 have a gradient`>
      : ShapeError<`${Op}: the function must return a scalar, it returns ${Show<S>}; use mean or sum, or jacrev for the Jacobian`>
  : DerivativeError<`${Op}: the function must return a scalar tensor, or a record with a scalar 'value' (the rest is auxiliary)`>

/** R, when an argument of type T can be differentiated by; else a sentence. */
export type WrtRule<Op extends string, T, I extends number, R> = T extends {
  readonly dtype: 'int32' | 'uint32' | 'bool'
}
  ? DTypeError<`${Op}: argument ${I} is ${T['dtype'] & string}; only float tensors have a gradient`>
  : R

/** The blocks of a Hessian or Jacobian: for leaves of shape S and T a tensor of shape `[...S, ...T]`, named by both trees. */
export type Outer<P, Q, D extends DType> =
  P extends Tensor<infer S, any>
    ? Q extends Tensor<infer T, any>
      ? Tensor<readonly [...S, ...T], D>
      : { readonly [K in keyof Q & string]: Outer<P, Q[K], D> }
    : { readonly [K in keyof P & string]: Outer<P[K], Q, D> }

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

/** The tree with a dimension N at `Axis` of every tensor; the tree itself when `Axis` is `null`. */
export type Mapped<T, Axis, N> = Axis extends number
  ? T extends Tensor<infer S, infer D>
    ? Tensor<AsShape<PutAt<S, Axis, N>>, D>
    : { readonly [K in keyof T]: Mapped<T[K], Axis, N> }
  : T

/** The arguments of a mapped function: the first mapped one decides N, the others are checked against it. */
export type MappedArgs<
  A extends readonly unknown[],
  Axes,
  N extends Dim,
  Decided extends boolean = false,
  Out extends readonly unknown[] = [],
> = A extends readonly [infer Head, ...infer Tail]
  ? AxisOf<Axes, `${Out['length']}`> extends infer X
    ? X extends number
      ? MappedArgs<
          Tail,
          Axes,
          N,
          true,
          [...Out, Decided extends true ? Mapped<Head, X, NoInfer<N>> : Mapped<Head, X, N>]
        >
      : MappedArgs<Tail, Axes, N, Decided, [...Out, Head]>
    : never
  : Out

// ---- loops

/** The start of a loop's carry: T, with a sentence in place of each JS value, which would be frozen when traced. */
export type Carry<T> = T extends number
  ? ShapeError<'carry: a JS number cannot change inside a compiled loop; wrap it in scalar()'>
  : T extends boolean
    ? ShapeError<'carry: a JS boolean cannot change inside a compiled loop; wrap it in scalar()'>
    : T extends string
      ? ShapeError<'carry: a JS string cannot change inside a compiled loop; leave it out of the carry'>
      : T extends { readonly dtype: DType }
        ? T
        : { readonly [K in keyof T]: Carry<T[K]> }
