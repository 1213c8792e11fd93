/**
 * Scaled dot-product attention: softmax(q kᵀ / √d) v. (A. Vaswani et al., 2017, arXiv:1706.03762.)
 */
import type { Meets } from '../dimension.ts'
import type { ShapeError } from '../error.ts'
import type { Sentence } from '../sentence.ts'
import type * as says from '../sentences/images.ts'
import type { AsShape, DynamicRank, Shape } from '../shape.ts'
import type { GapOf, Where } from './broadcast.ts'

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
            ? Where<BatchQ, BatchK, BatchV> extends infer R
              ? R extends string
                ? ShapeError<
                    Sentence<typeof says.attentionBatches, { x: GapOf<R>[0]; y: GapOf<R>[1]; q: Q; k: K; v: V }>
                  >
                : AsShape<readonly [...AsShape<R>, T, E]>
              : never
            : ShapeError<Sentence<typeof says.keysDiffer, { k: K; s: S; v: V; t: ValueS }>>
          : ShapeError<Sentence<typeof says.queriesDiffer, { q: Q; d: D; k: K; e: KeyD }>>
        : ShapeError<Sentence<typeof says.attentionRank, { what: 'values'; x: V }>>
      : ShapeError<Sentence<typeof says.attentionRank, { what: 'keys'; x: K }>>
    : ShapeError<Sentence<typeof says.attentionRank, { what: 'queries'; x: Q }>>
