/// <reference lib="esnext.disposable" preserve="true" />
/**
 * Parameters: one flat vector with named, typed views.
 */
import type { Add } from './arithmetic.ts'
import type { DType } from './dtype.ts'
import type { ProdDim } from './product.ts'
import type { AsNumber, Shape } from './shape.ts'
import type { Tensor } from './tensor.ts'

/** A nested record of shapes, such as `{ L1: { weight: [50, 2], bias: [50] } }`. */
export interface ParameterSpec {
  readonly [name: string]: Shape | ParameterSpec
}

/**
 * The named views of spec P: a tensor for each shape, a ComponentArray for each record. So the parameters of an inner layer,
 * `p.L1`, are parameters in their own right.
 */
export type Views<P, D extends DType = 'float32', Lead extends Shape = readonly []> = {
  readonly [K in keyof P]: P[K] extends infer S extends Shape
    ? Tensor<WithLead<Lead, S>, D>
    : ComponentArray<P[K], D, Lead>
}

/** The shape of a view: that of the parameter, behind the leading axes of a ComponentArray that holds several at once. */
type WithLead<Lead extends Shape, S extends Shape> = Lead extends readonly [] ? S : readonly [...Lead, ...S]

/** The key of the flat tensor. A symbol, so that it cannot clash with a parameter's name. */
export declare const flatVector: unique symbol

/** Only here so that P can be inferred from a ComponentArray that bears another type name; no run-time property has this key. */
declare const namedViews: unique symbol

/**
 * The brand of a ComponentArray. Protected, so that an object literal cannot have it: `{ ...p, L1: other }` would carry
 * views and a flat vector that tell different stories, and is therefore no ComponentArray.
 */
export declare abstract class FlatVector<P, D extends DType, Lead extends Shape = readonly []> {
  protected readonly [flatVector]: Tensor<WithLead<Lead, readonly [ParameterCount<P>]>, D>
  protected readonly [namedViews]: Views<P, D, Lead>;
  /** Gives the flat vector back now, and the views of it; using them throws from then on. `using p = f(q)` calls it. */
  [Symbol.dispose](): void
}

/**
 * Named views into one flat vector: `p.L1.weight` is a typed tensor. With leading axes it is many at once, as `vmap` takes and the
 * Jacobian of a tensor gives: `ComponentArray<P, D, ['batch']>` has views `[batch, …]`.
 */
export type ComponentArray<P, D extends DType = 'float32', Lead extends Shape = readonly []> = Views<P, D, Lead> &
  FlatVector<P, D, Lead>

/** Any ComponentArray, seen without its names. */
export type AnyComponentArray = FlatVector<any, any, any>

/** The last member of a union (an intersection of functions resolves to its last overload). */
export type LastOf<U> = (U extends unknown ? (x: () => U) => void : never) extends (x: infer I) => void
  ? I extends () => infer Last
    ? Last
    : never
  : never

/** The number of scalars in spec P: the length of its flat vector; `number` when a dimension, or P itself, is not known. */
export type ParameterCount<P> = 0 extends 1 & P ? number : CountOver<P, keyof P, 0>

type CountOver<P, K, Sum extends number> = [K] extends [never]
  ? Sum
  : LastOf<K> extends infer Name extends keyof P
    ? CountOver<P, Exclude<K, Name>, Add<Sum, CountOf<P[Name]>>>
    : number

type CountOf<T> = T extends Shape ? AsNumber<ProdDim<T>> : ParameterCount<T>
