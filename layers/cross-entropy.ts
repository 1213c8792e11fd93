/**
 * Losses of classes: negative logarithms of the probability that a model gives to the truth. They take logits, not
 * probabilities, so that nothing under- or overflows. Each gives one value for each example.
 */

import {
  add,
  type DType,
  exp,
  greaterEqual,
  less,
  logicalAnd,
  logSoftmax,
  mean,
  mul,
  neg,
  oneHot,
  ShapeError,
  softplus,
  sub,
  sum,
  where,
} from '../src/index.ts'
import { z } from '../src/options.ts'
import type { Labels, Target } from '../types/contract/loss.ts'
import type { Floats } from '../types/element.ts'
import { sentence } from '../types/sentence.ts'
import { labelsDiffer } from '../types/sentences/layers.ts'
import type { Dim, Shape } from '../types/shape.ts'
import type { Tensor } from '../types/tensor.ts'
import type { Leaf } from './layer.ts'
import { proved, requireAlike, requireFloats } from './losses.ts'
import { parseOptional } from './options.ts'

/** Options of `softmaxCrossEntropy`. */
export interface CrossEntropyOptions {
  /** s: the target becomes (1 − s) of itself and s of the uniform distribution; 0 by default. */
  readonly labelSmoothing?: number
}

const optionsSchema = () => z.strictObject({ labelSmoothing: z.optional(z.number().check(z.nonnegative(), z.lt(1))) })

/**
 * The cross-entropy of each example: −Σ t ln softmax(logits) over the last dimension. `[…P, C]` → `[…P]`.
 * @param labels the class of each example, int32 `[…P]`, or its probabilities, `[…P, C]`. A label out of range gives NaN.
 * @throws ShapeError if the shapes do not fit; ArgumentError for options out of range.
 * @example
 * import { tensor } from 'conformable'
 * import { softmaxCrossEntropy } from 'conformable/layers'
 * console.log(softmaxCrossEntropy(tensor([[0, 0], [1000, 0]]), tensor([1, 0], 'int32'))) // [0.6931472, 0]
 */
export function softmaxCrossEntropy<P extends Shape, C extends Dim, D extends DType, T extends Shape, E extends DType>(
  logits: Floats<'softmaxCrossEntropy', readonly [...P, C], D>,
  labels: Labels<'softmaxCrossEntropy', P, C, D, T, E>,
  options?: CrossEntropyOptions,
): Tensor<P, D> {
  const { labelSmoothing = 0 } = parseOptional('softmaxCrossEntropy', optionsSchema, options)
  requireFloats('softmaxCrossEntropy', logits)
  const logarithms: Leaf = logSoftmax(logits as Leaf)
  const fit =
    (labels as Leaf).dtype === 'int32' ? chosen(logarithms, labels as Leaf) : expected(logarithms, labels as Leaf)
  if (labelSmoothing === 0) return proved(sub(0, fit)) // not neg: of a perfect fit that is −0
  const smooth = mul(mean(logarithms, -1), labelSmoothing)
  return proved(sub(0, add(mul(fit, 1 - labelSmoothing), smooth)))
}

/** The logarithm at the label of each example. */
function chosen(logarithms: Leaf, labels: Leaf): Leaf {
  const classes = logarithms.shape[logarithms.shape.length - 1]!
  const [expectedShape, given] = [logarithms.shape.slice(0, -1), labels.shape].map((shape) => `[${shape.join(', ')}]`)
  if (expectedShape !== given) {
    throw new ShapeError(
      sentence(labelsDiffer, {
        op: 'softmaxCrossEntropy',
        x: logarithms.shape,
        needed: logarithms.shape.slice(0, -1),
        labels: labels.shape,
      }),
    )
  }
  const picked = sum(where(oneHot(labels, classes, 'bool'), logarithms, 0), -1)
  return where(logicalAnd(greaterEqual(labels, 0), less(labels, classes)), picked, Number.NaN)
}

/** The mean logarithm under the probabilities of each example. */
function expected(logarithms: Leaf, probabilities: Leaf): Leaf {
  requireAlike('softmaxCrossEntropy', logarithms, probabilities)
  return sum(mul(logarithms, probabilities), -1)
}

/**
 * The binary cross-entropy of each logit x with the probability t of the truth: −t ln σ(x) − (1 − t) ln(1 − σ(x)), computed as
 * t softplus(−x) + (1 − t) softplus(x), which neither cancels nor overflows. `[…P]` twice → `[…P]`.
 * @throws ShapeError if the shapes differ.
 * @example
 * import { tensor } from 'conformable'
 * import { sigmoidCrossEntropy } from 'conformable/layers'
 * console.log(sigmoidCrossEntropy(tensor([0, 1000]), tensor([1, 0]))) // [0.6931472, 1000]
 */
export function sigmoidCrossEntropy<P extends Shape, D extends DType, T extends Shape, E extends DType>(
  logits: Floats<'sigmoidCrossEntropy', P, D>,
  targets: Target<'sigmoidCrossEntropy', P, D, T, E>,
): Tensor<P, D> {
  const [x, t] = [logits as Leaf, targets as Leaf]
  requireFloats('sigmoidCrossEntropy', x)
  requireAlike('sigmoidCrossEntropy', x, t)
  return proved(add(mul(t, softplus(neg(x))), mul(sub(1, t), softplus(x))))
}

/**
 * The Kullback–Leibler divergence of the model from the target: Σ q (ln q − ln p) over the last dimension, with
 * p = softmax(logits), q = softmax(targetLogits). Logarithms of probabilities are logits, too. `[…P, C]` twice → `[…P]`.
 * @throws ShapeError if the shapes differ.
 * @example
 * import { tensor } from 'conformable'
 * import { klDivergence } from 'conformable/layers'
 * console.log(klDivergence(tensor([[0, 0]]), tensor([[1000, 0]]))) // [0.6931472]
 */
export function klDivergence<P extends Shape, C extends Dim, D extends DType, T extends Shape, E extends DType>(
  logits: Floats<'klDivergence', readonly [...P, C], D>,
  targetLogits: Target<'klDivergence', readonly [...P, C], D, T, E>,
): Tensor<P, D> {
  requireFloats('klDivergence', logits)
  requireAlike('klDivergence', logits, targetLogits)
  const [model, target]: Leaf[] = [logSoftmax(logits as Leaf), logSoftmax(targetLogits as Leaf)]
  return proved(sum(mul(exp(target!), sub(target!, model!)), -1))
}
