/**
 * Scaled dot-product attention: softmax(scale q kᵀ + bias) v, over the keys that a query may see.
 * Vaswani et al. (2017), arXiv:1706.03762.
 */

import type { Attention } from '../../types/contract/attention.ts'
import type { DType } from '../../types/dtype.ts'
import type { Floats } from '../../types/element.ts'
import type { CheckDTypes } from '../../types/operands.ts'
import { sentence } from '../../types/sentence.ts'
import { attentionBatches, attentionRank, keysDiffer, queriesDiffer } from '../../types/sentences/images.ts'
import type { Shape } from '../../types/shape.ts'
import type { Check, Ok, Tensor } from '../../types/tensor.ts'
import { showShape } from '../core/abstract.ts'
import { ArgumentError, ShapeError } from '../core/errors.ts'
import type { Value } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import { constantLike, full, sum } from '../primitives/broadcast.ts'
import { dot } from '../primitives/contraction.ts'
import { add, and, div, eq, le, scale, select, sub } from '../primitives/elementwise.ts'
import { iota } from '../primitives/structural.ts'
import { exp } from '../primitives/transcendental.ts'
import { typed } from '../typed.ts'
import { keptDims } from './axes.ts'
import { broadcastShapes, broadcastTo, operands } from './broadcasting.ts'
import { boolOperand, floatOperand } from './operand.ts'
import { peakOver } from './spread.ts'

/** What attention may be told. */
export interface AttentionOptions<D extends DType = 'float32'> {
  /** Query i sees the keys 0 … i only; no by default. */
  readonly causal?: boolean
  /** True where a query sees a key; broadcasts to […, queries, keys]. A query that sees none gets zeros. */
  readonly mask?: Tensor<any, 'bool'>
  /** Added to the scores; broadcasts to […, queries, keys]. */
  readonly bias?: Tensor<any, D>
  /** The factor of the scores: 1 / √features by default. */
  readonly scale?: number
}

/**
 * The values, weighted by how well their keys fit a query: softmax(scale q kᵀ + bias) v.
 * @param q […, queries, features].
 * @param k […, keys, features]; the leading dimensions of all three broadcast.
 * @param v […, keys, out].
 * @returns […, queries, out].
 * @throws ShapeError if the shapes do not fit; DTypeError if the dtypes differ.
 * @example
 * import { attention, tensor } from 'conformable'
 * const [q, k, v] = [tensor([[9]]), tensor([[9], [0]]), tensor([[1, 2], [3, 4]])]
 * console.log(attention(q, k, v)) // [[1, 2]]
 */
export function attention<
  Q extends Shape,
  K extends Shape,
  V extends Shape,
  D extends DType,
  E extends DType,
  F extends DType,
>(
  q: Floats<'attention', Q, D>,
  k: CheckDTypes<'attention', Q, D, K, E>,
  v: Check<Attention<Q, K, V>, CheckDTypes<'attention', Q, D, V, F>>,
  options: AttentionOptions<NoInfer<D>> = {},
): Tensor<Ok<Attention<Q, K, V>>, D> {
  const { causal = false, scale: given } = options
  const [queries, keys, values, bias] = operands('attention', [
    floatOperand('attention', q),
    k,
    v,
    ...(options.bias === undefined ? [] : [options.bias]),
  ])
  const batch = batchOf(queries!.shape, keys!.shape, values!.shape)
  const mask = options.mask === undefined ? undefined : boolOperand('attention', options.mask)
  const spread = [...batch, queries!.shape.at(-2)!, keys!.shape.at(-2)!]
  requireScores('mask', mask, spread)
  requireScores('bias', bias, spread)
  const factor = factorOf(given, queries!.shape.at(-1)!)
  const optional = [mask, bias].filter((part) => part !== undefined)
  const body = (...[x, y, z, ...more]: Value[]): Value => {
    const seen = mask === undefined ? undefined : more[0]
    const added = bias === undefined ? undefined : more.at(-1)
    return attended(broadcastTo(scale(x!, factor), [...batch, ...x!.shape.slice(-2)]), y!, z!, { causal, seen, added })
  }
  const statics = [causal, factor, mask !== undefined, bias !== undefined]
  return typed(operateOne('attention', statics, [queries!, keys!, values!, ...optional], body))
}

interface Restrictions {
  readonly causal: boolean
  readonly seen: Value | undefined
  readonly added: Value | undefined
}

/** q is scaled and has all batch dimensions. */
function attended(q: Value, k: Value, v: Value, { causal, seen, added }: Restrictions): Value {
  const batch = q.shape.slice(0, -2)
  const rank = batch.length
  const axes = batch.map((_, axis) => axis)
  const whole = (x: Value): Value => broadcastTo(x, [...batch, ...x.shape.slice(-2)])
  const scores = dot(q, whole(k), [[rank + 1], [rank + 1]], [axes, axes])
  const biased = added === undefined ? scores : add(scores, broadcastTo(added, scores.shape))
  const weights = softmaxOver(biased, visible(scores, causal, seen))
  return dot(weights, whole(v), [[rank + 1], [rank]], [axes, axes])
}

/** True where a query sees a key; nothing if it sees all. */
function visible({ shape }: Value, causal: boolean, seen: Value | undefined): Value | undefined {
  const given = seen && broadcastTo(seen, shape)
  if (!causal) return given
  const earlier = le(iota(shape, 'int32', shape.length - 1), iota(shape, 'int32', shape.length - 2))
  return given === undefined ? earlier : and(earlier, given)
}

/** Lower than every score, but a number: differences of it are no NaN. */
const LOW = -1e30

/** softmax over the last axis, restricted to what is visible; all zeros where nothing is. */
function softmaxOver(scores: Value, mask: Value | undefined): Value {
  const last = scores.shape.length - 1
  const kept = (x: Value): Value => broadcastTo(keptDims(x, scores.shape, [last]), scores.shape)
  const masked = mask === undefined ? scores : select(mask, scores, constantLike(scores, LOW))
  const powers = exp(sub(masked, broadcastTo(peakOver(masked, [last]), scores.shape)))
  if (mask === undefined) return div(powers, kept(sum(powers, [last])))
  const counted = select(mask, powers, constantLike(powers, 0))
  const total = sum(counted, [last])
  const one = broadcastTo(full([], total.dtype, 1), total.shape)
  return div(counted, kept(select(eq(total, constantLike(total, 0)), one, total)))
}

function factorOf(given: number | undefined, features: number): number {
  if (given === undefined) return 1 / Math.sqrt(Math.max(features, 1))
  if (Number.isFinite(given)) return given
  throw new ArgumentError(`attention: scale is a finite number, got ${given}.`)
}

/** The common leading dimensions; throws the sentence that the compiler shows for static shapes. */
function batchOf(q: readonly number[], k: readonly number[], v: readonly number[]): readonly number[] {
  for (const [name, shape] of [
    ['queries', q],
    ['keys', k],
    ['values', v],
  ] as const) {
    if (shape.length < 2) throw new ShapeError(sentence(attentionRank, { what: name, x: shape }))
  }
  if (q.at(-1) !== k.at(-1)) throw new ShapeError(sentence(queriesDiffer, { q, d: q.at(-1)!, k, e: k.at(-1)! }))
  if (k.at(-2) !== v.at(-2)) throw new ShapeError(sentence(keysDiffer, { k, s: k.at(-2)!, v, t: v.at(-2)! }))
  const batches = (x: number, y: number): string => sentence(attentionBatches, { x, y, q, k, v })
  const others = broadcastShapes('attention', k.slice(0, -2), v.slice(0, -2), batches)
  return broadcastShapes('attention', q.slice(0, -2), others, batches)
}

/** Throws unless the tensor broadcasts to the scores. */
function requireScores(what: string, x: Value | undefined, scores: readonly number[]): void {
  if (x === undefined) return
  const offset = scores.length - x.shape.length
  if (offset >= 0 && x.shape.every((size, i) => size === 1 || size === scores[i + offset])) return
  throw new ShapeError(
    `attention: the ${what} ${showShape(x.shape)} does not broadcast to the scores ${showShape(scores)}`,
  )
}
