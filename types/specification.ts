/**
 * Shapes as one text for both worlds: `'batch 28 28 1'`, `'int32 batch'`. Words are sizes and names, `_` is a size that is left open;
 * an element type may stand in front.
 */
import type { DType } from './dtype.ts'
import type { Dim } from './shape.ts'
import type { Tensor } from './tensor.ts'

type Words<T extends string, Out extends readonly string[] = []> = T extends `${infer Word} ${infer Rest}`
  ? Words<Rest, Word extends '' ? Out : [...Out, Word]>
  : T extends ''
    ? Out
    : [...Out, T]

type Dims<W extends readonly string[], Out extends readonly Dim[] = readonly []> = W extends readonly [
  infer Head extends string,
  ...infer Tail extends readonly string[],
]
  ? Dims<Tail, readonly [...Out, Head extends '_' ? number : Head extends `${infer N extends number}` ? N : Head]>
  : Out

/** The shape that a text says. */
export type SpecShape<T extends string> = string extends T
  ? readonly Dim[]
  : Words<T> extends readonly [DType, ...infer Rest extends readonly string[]]
    ? Dims<Rest>
    : Dims<Words<T>>

/** The element type that a text says; float32 if it says none. */
export type SpecDType<T extends string> =
  Words<T> extends readonly [infer D extends DType, ...unknown[]] ? D : 'float32'

/** One text, or a tree of texts: what data from outside must be. */
export type SpecTree = string | readonly SpecTree[] | { readonly [name: string]: SpecTree }

/** The tensor that a text says; of a tree of texts, the tree of tensors. */
export type Specified<T> = T extends string
  ? Tensor<SpecShape<T>, SpecDType<T>>
  : { readonly [K in keyof T]: Specified<T[K]> }
