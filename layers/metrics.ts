/** How well predicted classes fit. */
import { argmax, convert, type DType, equal, type FloatDType, matmul, mean, oneHot, transpose } from '../src/index.ts'
import type { Target } from '../types/contract/loss.ts'
import type { Dim, Shape } from '../types/shape.ts'
import type { Scalar, Tensor } from '../types/tensor.ts'
import type { Leaf } from './layer.ts'
import { proved, requireAlike } from './losses.ts'

/**
 * The share of examples whose largest logit is that of their label: `[…P, C]` and int32 `[…P]` → a scalar in [0, 1].
 * @throws ShapeError if the shapes do not fit.
 * @example
 * import { tensor } from 'conformable'
 * import { accuracy } from 'conformable/layers'
 * console.log(accuracy(tensor([[2, 1], [0, 5]]), tensor([0, 0], 'int32'))) // 0.5
 */
export function accuracy<P extends Shape, C extends Dim, D extends FloatDType, T extends Shape, E extends DType>(
  logits: Tensor<readonly [...P, C], D>,
  labels: Target<'accuracy', P, 'int32', T, E>,
): Scalar<'float32'> {
  const predictions: Leaf = argmax(logits as Leaf, -1)
  requireAlike('accuracy', predictions, labels)
  return proved(mean(convert(equal(predictions, labels as Leaf), 'float32')))
}

/**
 * How often each class is taken for each: int32 [classes, classes], rows the truth, columns the prediction. An example whose
 * class is out of range is not counted.
 * @param predictions int32 [n]; of logits: `argmax(logits, -1)`.
 * @throws ShapeError if the shapes differ.
 * @example
 * import { tensor } from 'conformable'
 * import { confusionMatrix } from 'conformable/layers'
 * console.log(confusionMatrix(tensor([0, 1, 1], 'int32'), tensor([0, 0, 1], 'int32'), 2)) // [[1, 1], [0, 1]]
 */
export function confusionMatrix<N extends Dim, const C extends number, T extends Shape, E extends DType>(
  predictions: Tensor<readonly [N], 'int32'>,
  labels: Target<'confusionMatrix', readonly [N], 'int32', T, E>,
  classes: C,
): Tensor<readonly [C, C], 'int32'> {
  requireAlike('confusionMatrix', predictions, labels)
  const [truth, predicted]: Leaf[] = [labels, predictions].map((x) => oneHot(x as Leaf, classes, 'int32'))
  return proved(matmul(transpose(truth!), predicted!))
}
