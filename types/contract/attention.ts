/**
 * Scaled dot-product attention: softmax(q kᵀ / √d) v. (A. Vaswani et al., 2017, arXiv:1706.03762.)
 */
import type { Meets } from '../dimension.ts'
import type { ShapeError } from '../error.ts'
import type { AsShape, DynamicRank, Shape, Show, ShowDim } from '../shape.ts'
import type { Where } from './broadcast.ts'

/** `attention(q, k, v)`: `q […, t, d]`, `k […, s, d]`, `v […, s, e]` → `[…, t, e]`; the leading dimensions broadcast. */
export type Attention<Q extends Shape, K extends Shape, V extends Shape> = true extends
  | DynamicRank<Q>
  | DynamicRank<K>
  | DynamicRank<V>
  ? Shape
  : Q extends readonly [...infer BatchQ extends Shape, infer T, infer D]
    ? K extends readonly [...infer BatchK extends Shape, infer S, infer KeyD]
      ? V extends readonly [...infer BatchV extends Shape, infer ValueS, infer E]
        ? Meets<D, KeyD> extends true
          ? Meets<S, ValueS> extends true
            ? Where<BatchQ, BatchK, BatchV, 'attention: batch'> extends infer R
              ? R extends string
                ? R
                : AsShape<readonly [...AsShape<R>, T, E]>
              : never
            : ShapeError<`attention: keys have length ${ShowDim<S>} but values ${ShowDim<ValueS>}`>
          : ShapeError<`attention: queries have ${ShowDim<D>} features but keys ${ShowDim<KeyD>}`>
        : ShapeError<`attention: values must have rank >= 2, got ${Show<V>}`>
      : ShapeError<`attention: keys must have rank >= 2, got ${Show<K>}`>
    : ShapeError<`attention: queries must have rank >= 2, got ${Show<Q>}`>
