/** Products that contract one dimension: matrix products as NumPy means them, and the linear map of a layer. */

import type { Linear, LinearBias, LinearOut, MatMul } from '../../types/contract/matmul.ts'
import type { DType } from '../../types/dtype.ts'
import type { Numbers } from '../../types/element.ts'
import type { CheckDTypes } from '../../types/operands.ts'
import { sentence } from '../../types/sentence.ts'
import {
  batchDiffer,
  biasDiffers,
  featuresDiffer,
  innerDiffer,
  linearNeeds,
  operandScalar,
} from '../../types/sentences/products.ts'
import type { Dim, Shape } from '../../types/shape.ts'
import type { Check, Ok, Tensor } from '../../types/tensor.ts'
import { ShapeError } from '../core/errors.ts'
import type { Value } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import { broadcast } from '../primitives/broadcast.ts'
import { dot as contracted } from '../primitives/contraction.ts'
import { add } from '../primitives/elementwise.ts'
import { typed } from '../typed.ts'
import { broadcastShapes, broadcastTo, operands } from './broadcasting.ts'
import { numericOperand } from './operand.ts'

/**
 * The matrix product by NumPy's rules: `[…, m, k] @ [k, n] → […, m, n]`, batch dimensions broadcast; a vector on the left is a
 * row, a vector on the right a column, and its dimension is dropped from the result.
 * @throws ShapeError if the inner dimensions differ or the batches do not broadcast; DTypeError if the dtypes differ.
 * @example
 * import { matmul, tensor } from 'conformable'
 * console.log(matmul(tensor([[1, 2], [3, 4]]), tensor([1, 10]))) // [21, 43]
 */
export function matmul<A extends Shape, B extends Shape, D extends DType, E extends DType>(
  a: Numbers<'matmul', A, D>,
  b: Check<MatMul<A, B>, CheckDTypes<'matmul', A, D, B, E>>,
): Tensor<Ok<MatMul<A, B>>, D> {
  const [left, right] = operands('matmul', [numericOperand('matmul', a), b])
  requireInner(left!.shape, right!.shape)
  return typed(operateOne('matmul', undefined, [left!, right!], product))
}

/**
 * The linear map of a layer: x weightᵀ + bias, over the last dimension of x.
 * @param weight [out, in], as PyTorch stores it.
 * @param bias [out].
 * @throws ShapeError if the sizes do not fit; DTypeError if the dtypes differ.
 * @example
 * import { linear, tensor } from 'conformable'
 * console.log(linear(tensor([1, 2]), tensor([[3, 4], [5, 6], [7, 8]]), tensor([0, 0, 100]))) // [11, 17, 123]
 */
export function linear<
  P extends Shape,
  I extends Dim,
  W extends Shape,
  D extends DType,
  E extends DType,
  B extends Shape = readonly [LinearOut<W>],
  F extends DType = D,
>(
  x: Numbers<'linear', readonly [...P, I], D>,
  weight: Check<Linear<P, I, W>, CheckDTypes<'linear', readonly [...P, I], D, W, E>>,
  bias?: Check<LinearBias<W, B>, CheckDTypes<'linear', readonly [...P, I], D, B, F>>,
): Tensor<readonly [...P, LinearOut<W>], D> {
  const rows = numericOperand('linear', x)
  const values = operands('linear', bias === undefined ? [rows, weight] : [rows, weight, bias])
  const [input, matrix, shift] = values
  requireLinear(input!, matrix!, shift)
  return typed(
    operateOne('linear', undefined, values, (v, w, b?: Value) => {
      const result = contracted(v, w, [[v.shape.length - 1], [1]])
      return b === undefined ? result : add(result, broadcast(b, result.shape, [result.shape.length - 1]))
    }),
  )
}

/** Batches of the right operand are batch axes of the product; without any, those of the left are free. */
function product(a: Value, b: Value): Value {
  const [rankA, rankB] = [a.shape.length, b.shape.length]
  if (rankB <= 2) return contracted(a, b, [[rankA - 1], [Math.max(rankB - 2, 0)]])
  if (rankA === 1) return contracted(b, a, [[rankB - 2], [0]])
  const batch = batchOf(a.shape, b.shape)
  const axes = batch.map((_, axis) => axis)
  const left = broadcastTo(a, [...batch, ...a.shape.slice(-2)])
  const right = broadcastTo(b, [...batch, ...b.shape.slice(-2)])
  return contracted(left, right, [[batch.length + 1], [batch.length]], [axes, axes])
}

/** The common leading dimensions. */
function batchOf(a: readonly number[], b: readonly number[]): readonly number[] {
  const [p, q] = [a.slice(0, -2), b.slice(0, -2)]
  return broadcastShapes('matmul', p, q, (x, y) => sentence(batchDiffer, { x, y, a, b }))
}

function requireInner(a: readonly number[], b: readonly number[]): void {
  if (a.length === 0) throw new ShapeError(sentence(operandScalar, { side: 'left', x: a }))
  if (b.length === 0) throw new ShapeError(sentence(operandScalar, { side: 'right', x: b }))
  const [inner, other] = [a[a.length - 1], b[Math.max(b.length - 2, 0)]]
  if (inner === other) return
  throw new ShapeError(sentence(innerDiffer, { op: 'matmul', k: inner!, l: other!, a, b }))
}

function requireLinear(x: Value, weight: Value, bias: Value | undefined): void {
  const features = x.shape[x.shape.length - 1]
  if (weight.shape.length !== 2 || features === undefined) {
    throw new ShapeError(sentence(linearNeeds, { x: x.shape, weight: weight.shape }))
  }
  const [out, given] = weight.shape
  if (features !== given) {
    throw new ShapeError(
      sentence(featuresDiffer, { x: x.shape, given: features, weight: weight.shape, expected: given! }),
    )
  }
  if (bias === undefined || (bias.shape.length === 1 && bias.shape[0] === out)) return
  throw new ShapeError(sentence(biasDiffers, { out: out!, weight: weight.shape, bias: bias.shape }))
}
