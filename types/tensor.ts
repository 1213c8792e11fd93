/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The tensor as the compiler sees it: a shape and an element type.
 *
 * Assignability: static → symbolic → dynamic is allowed, the way back needs `realize(x, shape)`, which checks. A plain
 * covariant `shape: S` would let `f<N>(a: Tensor<[N]>, b: Tensor<[N]>)` accept 128 and 64 as N = 128 | 64; invariance
 * would refuse `Tensor<[128]>` where `Tensor<[number]>` is asked. So the shape stands on both sides of a phantom function:
 * the write side (`Down`) accepts anything for a dynamic dimension, the read side (`Up`) may return any size for it.
 */
import type { Broadcast } from './contract/broadcast.ts'
import type { DType, ElementOf, TypedArrayOf } from './dtype.ts'
import type { Dim, Eq, Shape, Single } from './shape.ts'

/** Only here to carry the variance; no tensor has such a property at run time. */
declare const phantom: unique symbol

/** Read side: a dynamic dimension may hold any size, a symbolic one may turn out to be a number. */
type Up<S extends Shape> = number extends S['length']
  ? Shape
  : { readonly [I in keyof S]: number extends S[I] ? Dim : S[I] extends string ? S[I] | number : S[I] }

/**
 * Write side: a static dimension is exact, a dynamic or symbolic one takes any (`never` is below all). A union of symbols, which
 * comes from two names meeting in one type parameter, is refused.
 */
type Down<S extends Shape> = number extends S['length']
  ? any
  : {
      readonly [I in keyof S]: number extends S[I]
        ? never
        : S[I] extends string
          ? Single<S[I]> extends true
            ? never
            : S[I]
          : S[I]
    }

/** The sizes at run time: symbolic and dynamic dimensions are plain numbers. */
export type Sizes<S extends Shape> = { readonly [I in keyof S]: S[I] extends number ? S[I] : number }

/** An immutable array of `shape` S and `dtype` D. Operations on it are free functions. */
export interface Tensor<S extends Shape = Shape, D extends DType = 'float32'> {
  /** The size of each dimension. First in the interface, so that a mismatch is reported on it and not on the phantom. */
  readonly shape: Sizes<S>
  /** The element type. */
  readonly dtype: D
  readonly [phantom]: (expected: Down<S>, dtype: D) => Up<S>
  /** Copies the elements out, last dimension fastest. */
  read(): Promise<TypedArrayOf<D>>
  /** As `read`, without waiting; throws on a device that can only answer later. */
  readSync(): TypedArrayOf<D>
  /** The one element of a tensor of size 1; throws for any other size. */
  item(): Promise<ElementOf<D>>
  /** As `item`, without waiting; throws on a device that can only answer later. */
  itemSync(): ElementOf<D>
  /** Gives the memory back now instead of later; using the tensor throws from then on. `using y = f(x)` calls it. */
  [Symbol.dispose](): void
}

/** Any tensor. `any` and not `Tensor<Shape, DType>`: the element type is invariant, so no single type contains all. */
export type AnyTensor = Tensor<any, any>

/** A tensor of rank 0. */
export type Scalar<D extends DType = 'float32'> = Tensor<readonly [], D>

/** The shape of a tensor type. */
export type ShapeOf<T> = T extends Tensor<infer S, any> ? S : never

/** The element type of a tensor type. */
export type DTypeOf<T> = T extends { readonly dtype: infer D extends DType } ? D : never

/** The shapes of a list of tensor types. */
export type Shapes<L extends readonly AnyTensor[]> = { readonly [I in keyof L]: ShapeOf<L[I]> }

/**
 * The type of a parameter under a shape rule with result R: T itself, or the sentence when the rule failed. T stands
 * naked in a branch, so type arguments are still inferred through it; the sentence is rebuilt in a template, so that nothing is
 * inferred from a rule that gives back what it was given.
 */
export type Check<R, T> = R extends string ? `${R}` : T

/** The shape of a result: dynamic after a failure, so that one mistake gives one diagnostic. */
export type Ok<R> = R extends string ? Shape : R extends infer Q extends Shape ? Q : Shape

/** `Check` for an elementwise operation; the identity comes first, so that it is decided for a generic shape S. */
export type CheckBroadcast<A extends Shape, B extends Shape, Op extends string, T> =
  Eq<A, B> extends true ? T : Check<Broadcast<A, B, Op>, T>

/** `Ok` for an elementwise operation. */
export type OkBroadcast<A extends Shape, B extends Shape> = Eq<A, B> extends true ? A : Ok<Broadcast<A, B>>
