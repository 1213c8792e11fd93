/**
 * Self-attention with several heads: each sees the whole sequence through projections of its own, and their results are joined and
 * projected once more. Vaswani et al. (2017), arXiv:1706.03762.
 */
import { ArgumentError, attention, rearrange } from '../src/index.ts'
import { z } from '../src/options.ts'
import type { Empty, Layer } from '../types/layer.ts'
import type { SequenceFunction } from '../types/layer-shapes.ts'
import { type DenseSpec, dense } from './dense.ts'
import { defineLayer, type Leaf } from './layer.ts'
import { parseOptional, requireSize } from './options.ts'
import { rotated } from './positions.ts'
import { requireSequence } from './sequence.ts'

/** Options of `multiHeadAttention`. */
export interface MultiHeadAttentionOptions<Bias extends boolean = boolean> {
  /** Each place sees itself and the places before it only; no by default. */
  readonly causal?: boolean
  /** Whether the four projections have a bias; true by default. */
  readonly bias?: Bias
  /** Turns queries and keys by their places, as `rotaryEncoding` does; no by default. */
  readonly rotary?: boolean
}

/** The parameters of `multiHeadAttention`: four projections; head h has the h-th part of the features of each. */
export interface MultiHeadAttentionSpec<N extends number, Bias extends boolean> {
  readonly query: DenseSpec<N, N, Bias>
  readonly key: DenseSpec<N, N, Bias>
  readonly value: DenseSpec<N, N, Bias>
  readonly output: DenseSpec<N, N, Bias>
}

const optionsSchema = () =>
  z.strictObject({
    causal: z.optional(z.boolean()),
    bias: z.optional(z.boolean()),
    rotary: z.optional(z.boolean()),
  })

/** A dense layer, seen without shapes. */
type Projection = (params: unknown, x: Leaf) => Leaf

/**
 * Attention of a sequence to itself: `[…, time, features] → […, time, features]`; query, key, value and output are dense layers.
 * @throws ShapeError if the input does not have that many features; ArgumentError if they do not fall into heads.
 * @example
 * import { random, zeros } from 'conformable'
 * import { multiHeadAttention } from 'conformable/layers'
 * const model = multiHeadAttention(64, 4, { causal: true })
 * console.log(model(model.init(random.key(0)), zeros([2, 10, 64])).shape) // [2, 10, 64]
 */
export function multiHeadAttention<const N extends number, const H extends number, const Bias extends boolean = true>(
  features: N,
  heads: H,
  options?: MultiHeadAttentionOptions<Bias>,
): Layer<
  SequenceFunction<`multiHeadAttention(${N}, ${H})`, N>,
  MultiHeadAttentionSpec<N, Bias>,
  Empty,
  readonly ['batch', number, N]
> {
  const name = `multiHeadAttention(${features}, ${heads})`
  const { causal = false, bias = true, rotary = false } = parseOptional(name, optionsSchema, options)
  requireSize(name, features)
  requireSize(name, heads)
  if (features % heads !== 0) throw new ArgumentError(`${name}: ${features} features do not fall into ${heads} heads.`)
  if (rotary && (features / heads) % 2 !== 0)
    throw new ArgumentError(`${name}: heads of ${features / heads} features cannot be turned by pairs.`)
  const [query, key, value, output] = [0, 1, 2, 3].map(() => dense(features, features, { bias }))
  const apart = (x: Leaf): Leaf => rearrange(x, '... t (h d) -> ... h t d', { h: heads }) as Leaf
  const placed = (x: Leaf): Leaf => (rotary ? rotated(x, ROTARY_BASE) : x)
  return defineLayer({
    name,
    input: 'parameters',
    spec: { query: query!.spec, key: key!.spec, value: value!.spec, output: output!.spec },
    call(params, x: Leaf) {
      requireSequence(name, x, features)
      const [q, k, v] = ([query, key, value] as readonly unknown[]).map((layer, i) =>
        apart((layer as Projection)(params[parts[i]!], x)),
      )
      const seen: Leaf = attention(placed(q!), placed(k!), v!, { causal })
      return (output as unknown as Projection)(params.output, rearrange(seen, '... h t d -> ... t (h d)') as Leaf)
    },
  })
}

const parts = ['query', 'key', 'value'] as const

/** As in the paper. */
const ROTARY_BASE = 10_000
