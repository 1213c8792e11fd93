/**
 * Losses of predictions against targets. Each gives one value for each example, so that examples can be weighted or masked:
 * `mean(loss)` is the usual objective. The examples are the leading dimensions P; features stand in the last one. (The losses
 * of classes are in `cross-entropy.ts`.)
 */

import {
  abs,
  type DType,
  DTypeError,
  div,
  lessEqual,
  maximum,
  mean,
  mul,
  norm,
  ShapeError,
  square,
  sub,
  sum,
  where,
} from '../src/index.ts'
import { z } from '../src/options.ts'
import type { Target } from '../types/contract/loss.ts'
import type { Floats } from '../types/element.ts'
import { sentence } from '../types/sentence.ts'
import { dtypesDiffer, needsFloats } from '../types/sentences/dtypes.ts'
import { targetSizesDiffer, targetsDiffer } from '../types/sentences/layers.ts'
import type { Dim, Shape } from '../types/shape.ts'
import type { Tensor } from '../types/tensor.ts'
import type { Leaf } from './layer.ts'
import { parseOptional, positiveSchema } from './options.ts'

/**
 * The mean squared error of each example: the mean over the last dimension of (p − t)². `[…P, F]` twice → `[…P]`.
 * @throws ShapeError if the shapes differ: nothing is broadcast.
 * @example
 * import { tensor } from 'conformable'
 * import { mse } from 'conformable/layers'
 * console.log(mse(tensor([[1, 2]]), tensor([[1, 4]]))) // [2]
 */
export function mse<P extends Shape, F extends Dim, D extends DType, T extends Shape, E extends DType>(
  prediction: Floats<'mse', readonly [...P, F], D>,
  target: Target<'mse', readonly [...P, F], D, T, E>,
): Tensor<P, D> {
  return proved(mean(square(difference('mse', prediction, target)), -1))
}

/**
 * The mean absolute error of each example: the mean over the last dimension of |p − t|. `[…P, F]` twice → `[…P]`.
 * @throws ShapeError if the shapes differ.
 * @example
 * import { tensor } from 'conformable'
 * import { mae } from 'conformable/layers'
 * console.log(mae(tensor([[1, 2]]), tensor([[1, 4]]))) // [1]
 */
export function mae<P extends Shape, F extends Dim, D extends DType, T extends Shape, E extends DType>(
  prediction: Floats<'mae', readonly [...P, F], D>,
  target: Target<'mae', readonly [...P, F], D, T, E>,
): Tensor<P, D> {
  return proved(mean(abs(difference('mae', prediction, target)), -1))
}

/** Options of `huber`. */
export interface HuberOptions {
  /** δ, where the square turns into a line; 1 by default. */
  readonly delta?: number
}

const huberSchema = () => z.strictObject({ delta: positiveSchema() })

/**
 * Huber's loss of each example: the mean over the last dimension of e²/2 where |e| ≤ δ, else δ (|e| − δ/2), with e = p − t.
 * `[…P, F]` twice → `[…P]`. Huber (1964), doi:10.1214/aoms/1177703732.
 * @throws ShapeError if the shapes differ; ArgumentError for options out of range.
 * @example
 * import { tensor } from 'conformable'
 * import { huber } from 'conformable/layers'
 * console.log(huber(tensor([[0, 3]]), tensor([[1, 0]]))) // [1.5]
 */
export function huber<P extends Shape, F extends Dim, D extends DType, T extends Shape, E extends DType>(
  prediction: Floats<'huber', readonly [...P, F], D>,
  target: Target<'huber', readonly [...P, F], D, T, E>,
  options?: HuberOptions,
): Tensor<P, D> {
  const { delta = 1 } = parseOptional('huber', huberSchema, options)
  const error = difference('huber', prediction, target)
  const size = abs(error)
  const line = mul(sub(size, delta / 2), delta)
  return proved(mean(where(lessEqual(size, delta), mul(square(error), 0.5), line), -1))
}

/**
 * The hinge loss of each score: max(0, 1 − t s) with t = −1 or 1. `[…P]` twice → `[…P]`.
 * @throws ShapeError if the shapes differ.
 * @example
 * import { tensor } from 'conformable'
 * import { hinge } from 'conformable/layers'
 * console.log(hinge(tensor([0.5, 3]), tensor([1, 1]))) // [0.5, 0]
 */
export function hinge<P extends Shape, D extends DType, T extends Shape, E extends DType>(
  scores: Floats<'hinge', P, D>,
  targets: Target<'hinge', P, D, T, E>,
): Tensor<P, D> {
  requireFloats('hinge', scores)
  requireAlike('hinge', scores, targets)
  return proved(maximum(sub(1, mul(scores as Leaf, targets as Leaf)), 0))
}

/** Below this length a vector has no direction. */
const SHORTEST = 1e-8

/**
 * The cosine of the angle between two vectors: a·b / (|a| |b|) over the last dimension, so 1 is the best; lengths below 1e-8
 * count as 1e-8, as in PyTorch. `[…P, F]` twice → `[…P]`.
 * @throws ShapeError if the shapes differ.
 * @example
 * import { tensor } from 'conformable'
 * import { cosineSimilarity } from 'conformable/layers'
 * console.log(cosineSimilarity(tensor([[3, 4]]), tensor([[4, 3]]))) // [0.96]
 */
export function cosineSimilarity<P extends Shape, F extends Dim, D extends DType, T extends Shape, E extends DType>(
  a: Floats<'cosineSimilarity', readonly [...P, F], D>,
  b: Target<'cosineSimilarity', readonly [...P, F], D, T, E>,
): Tensor<P, D> {
  requireFloats('cosineSimilarity', a)
  requireAlike('cosineSimilarity', a, b)
  return proved(sum(mul(direction(a as Leaf), direction(b as Leaf)), -1))
}

const direction = (x: Leaf): Leaf => div(x, maximum(norm(x, -1, true), SHORTEST))

function difference(name: string, prediction: unknown, target: unknown): Leaf {
  requireFloats(name, prediction)
  requireAlike(name, prediction, target)
  return sub(prediction as Leaf, target as Leaf) // a float tensor, and one like it
}

/** Refuses two tensors of different shapes, which would silently be broadcast, [n] with [n, 1] to [n, n]. */
export function requireAlike(name: string, a: unknown, b: unknown): void {
  const [p, t] = [a as Leaf, b as Leaf] // what the contracts let through; operations check that they are tensors
  const [left, right] = [p, t].map(({ shape }) => `[${shape.join(', ')}]`)
  if (left !== right) {
    const [parts, i] = [{ op: name, a: p.shape, b: t.shape }, p.shape.findIndex((dim, axis) => dim !== t.shape[axis])]
    if (p.shape.length !== t.shape.length) throw new ShapeError(sentence(targetsDiffer, parts))
    throw new ShapeError(sentence(targetSizesDiffer, { ...parts, x: p.shape[i]!, y: t.shape[i]! }))
  }
  if (p.dtype === t.dtype) return
  throw new DTypeError(
    sentence(dtypesDiffer, { op: name, a: `${p.dtype}${left}`, b: `${t.dtype}${right}`, dtype: p.dtype }),
  )
}

/** Refuses what holds no floats. */
export function requireFloats(name: string, x: unknown): void {
  const { dtype, shape } = x as Leaf // operations check that it is a tensor
  if (dtype === undefined || dtype === 'float32' || dtype === 'float64') return
  const given = `${String(dtype)}[${shape.join(', ')}]`
  throw new DTypeError(sentence(needsFloats, { op: name, x: given }))
}

/** A result under the type of the signature, whose shapes have been checked by then. */
export const proved = <T>(result: Leaf): T => result as unknown as T
