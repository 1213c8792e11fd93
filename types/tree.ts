/**
 * Trees: tensors in arrays and records, as deep as you like. What enters and leaves a transform is a tree.
 */
import type { AnyComponentArray } from './parameters.ts'
import type { AsShape, Shape } from './shape.ts'
import type { AnyTensor, Tensor } from './tensor.ts'

/**
 * A tensor, a `ComponentArray`, an array of trees or a record of trees. (An `interface` has no index signature and so is no
 * record here: write the state of a rule as a `type` where it must be a `Tree`.)
 */
export type Tree = AnyTensor | AnyComponentArray | readonly Tree[] | { readonly [key: string]: Tree }

/** The shape of a leaf with dimension N put in front. */
type Prepend<S extends Shape, N> = AsShape<readonly [N, ...S]>

/** The tree without the leading dimension of its leaves: what a `scan` body sees of `xs`. */
export type Head<T> =
  T extends Tensor<infer S, infer D>
    ? S extends readonly [unknown, ...infer Rest extends Shape]
      ? Tensor<readonly [...Rest], D>
      : T
    : { readonly [K in keyof T]: Head<T[K]> }

/** The tree with a leading dimension N: what a `scan` returns of its body's second result. */
export type Stacked<T, N> =
  T extends Tensor<infer S, infer D> ? Tensor<Prepend<S, N>, D> : { readonly [K in keyof T]: Stacked<T[K], N> }

/** The leading dimension of a tree's leaves; `number` when it is not known. */
export type LengthOf<T> =
  T extends Tensor<infer S, any>
    ? S extends readonly [infer N extends number | string, ...unknown[]]
      ? N
      : number
    : T[keyof T] extends infer Member
      ? LengthOf<Member>
      : number
