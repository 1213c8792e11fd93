/** Products of tensors: of vectors, over chosen axes, and those that contract nothing. */

import type { Dot } from '../../types/contract/matmul.ts'
import type { Cross, Kron, OuterProduct } from '../../types/contract/outer.ts'
import type { TensorDot } from '../../types/contract/tensor-dot.ts'
import type { DType } from '../../types/dtype.ts'
import type { Numbers } from '../../types/element.ts'
import type { CheckDTypes } from '../../types/operands.ts'
import { sentence } from '../../types/sentence.ts'
import { axisTwice } from '../../types/sentences/axes.ts'
import {
  axesPaired,
  crossNeeds,
  dotVectors,
  lengthsDiffer,
  outerVectors,
  pairDiffers,
  ranksDiffer,
} from '../../types/sentences/products.ts'
import type { Shape } from '../../types/shape.ts'
import type { Check, Ok, Tensor } from '../../types/tensor.ts'
import { sameShape } from '../core/abstract.ts'
import { ShapeError } from '../core/errors.ts'
import type { Value } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import { broadcast } from '../primitives/broadcast.ts'
import { dot as contracted } from '../primitives/contraction.ts'
import { mul, sub } from '../primitives/elementwise.ts'
import { concat, reshape, sliceAxis } from '../primitives/structural.ts'
import { typed } from '../typed.ts'
import { normalAxis, operands } from './broadcasting.ts'
import { numericOperand } from './operand.ts'

/** Axes of the left operand, and those of the right that are paired with them. */
export type AxisPairs = readonly [left: readonly number[], right: readonly number[]]

/**
 * The sum of products of two vectors.
 * @throws ShapeError unless both are vectors of one length; DTypeError if the dtypes differ.
 * @example
 * import { dot, tensor } from 'conformable'
 * console.log(dot(tensor([1, 2, 3]), tensor([1, 10, 100]))) // 321
 */
export function dot<A extends Shape, B extends Shape, D extends DType, E extends DType>(
  a: Numbers<'dot', A, D>,
  b: Check<Dot<A, B>, CheckDTypes<'dot', A, D, B, E>>,
): Tensor<readonly [], D> {
  const [left, right] = pair('dot', a, b)
  const [p, q] = [left.shape, right.shape]
  if (p.length !== 1 || q.length !== 1) {
    throw new ShapeError(sentence(dotVectors, { a: p, b: q }))
  }
  if (p[0] !== q[0]) throw new ShapeError(sentence(lengthsDiffer, { k: p[0]!, l: q[0]!, a: p, b: q }))
  return typed(operateOne('dot', undefined, [left, right], (x, y) => contracted(x, y, [[0], [0]])))
}

/**
 * All products of elements of two vectors: `out[i, j] = a[i] b[j]`.
 * @throws ShapeError unless both are vectors; DTypeError if the dtypes differ.
 * @example
 * import { outer, tensor } from 'conformable'
 * console.log(outer(tensor([1, 2]), tensor([1, 10]))) // [[1, 10], [2, 20]]
 */
export function outer<A extends Shape, B extends Shape, D extends DType, E extends DType>(
  a: Numbers<'outer', A, D>,
  b: Check<OuterProduct<A, B>, CheckDTypes<'outer', A, D, B, E>>,
): Tensor<Ok<OuterProduct<A, B>>, D> {
  const [left, right] = pair('outer', a, b)
  if (left.shape.length !== 1 || right.shape.length !== 1) {
    throw new ShapeError(sentence(outerVectors, { a: left.shape, b: right.shape }))
  }
  return typed(operateOne('outer', undefined, [left, right], allProducts))
}

/**
 * Products summed over paired axes; the result has the other axes of a, then those of b.
 * @param axes `[axes of a, axes of b]`, pair by pair of equal size.
 * @throws ShapeError if an axis is out of range or given twice, or the sizes of a pair differ; DTypeError if the dtypes differ.
 * @example
 * import { ones, tensorDot } from 'conformable'
 * console.log(tensorDot(ones([2, 3, 4]), ones([4, 3, 5]), [[1, 2], [1, 0]]).shape) // [2, 5]
 */
export function tensorDot<
  A extends Shape,
  B extends Shape,
  D extends DType,
  E extends DType,
  const P extends AxisPairs,
>(
  a: Numbers<'tensorDot', A, D>,
  b: CheckDTypes<'tensorDot', A, D, B, E>,
  axes: Check<TensorDot<A, B, P[0], P[1]>, P>,
): Tensor<Ok<TensorDot<A, B, P[0], P[1]>>, D> {
  const [left, right] = pair('tensorDot', a, b)
  const pairs = pairedAxes(left.shape, right.shape, axes as AxisPairs) // what the contract lets through
  return typed(operateOne('tensorDot', pairs, [left, right], (x, y) => contracted(x, y, pairs)))
}

/**
 * The Kronecker product: blocks of b, each multiplied by an element of a.
 * @throws ShapeError if the ranks differ; DTypeError if the dtypes differ.
 * @example
 * import { kron, tensor } from 'conformable'
 * console.log(kron(tensor([1, 10]), tensor([1, 2, 3]))) // [1, 2, 3, 10, 20, 30]
 */
export function kron<A extends Shape, B extends Shape, D extends DType, E extends DType>(
  a: Numbers<'kron', A, D>,
  b: Check<Kron<A, B>, CheckDTypes<'kron', A, D, B, E>>,
): Tensor<Ok<Kron<A, B>>, D> {
  const [left, right] = pair('kron', a, b)
  if (left.shape.length !== right.shape.length) {
    throw new ShapeError(sentence(ranksDiffer, { a: left.shape, b: right.shape }))
  }
  return typed(operateOne('kron', undefined, [left, right], blockProducts))
}

/**
 * The cross product of vectors of three, along the last dimension.
 * @throws ShapeError unless the shapes are equal and end with 3; DTypeError if the dtypes differ.
 * @example
 * import { cross, tensor } from 'conformable'
 * console.log(cross(tensor([1, 0, 0]), tensor([0, 1, 0]))) // [0, 0, 1]
 */
export function cross<A extends Shape, B extends Shape, D extends DType, E extends DType>(
  a: Numbers<'cross', A, D>,
  b: Check<Cross<A, B>, CheckDTypes<'cross', A, D, B, E>>,
): Tensor<Ok<Cross<A, B>>, D> {
  const [left, right] = pair('cross', a, b)
  if (left.shape[left.shape.length - 1] !== 3 || !sameShape(left.shape, right.shape)) {
    throw new ShapeError(sentence(crossNeeds, { a: left.shape, b: right.shape }))
  }
  return typed(
    operateOne('cross', undefined, [left, right], (x, y) =>
      sub(mul(turned(x, 1), turned(y, 2)), mul(turned(x, 2), turned(y, 1))),
    ),
  )
}

function pair(name: string, a: unknown, b: unknown): [Value, Value] {
  const [left, right] = operands(name, [numericOperand(name, a), b])
  return [left!, right!]
}

/** Element i of the last dimension, of three, goes to i − steps. */
function turned(x: Value, steps: 1 | 2): Value {
  const last = x.shape.length - 1
  return concat([sliceAxis(x, last, steps, 3), sliceAxis(x, last, 0, steps)], last)
}

function allProducts(a: Value, b: Value): Value {
  const shape = [a.shape[0]!, b.shape[0]!]
  return mul(broadcast(a, shape, [0]), broadcast(b, shape, [1]))
}

/** Dimensions m and n become m × n, then m n. */
function blockProducts(a: Value, b: Value): Value {
  const both = a.shape.flatMap((dim, i) => [dim, b.shape[i]!])
  const places = (first: 0 | 1): number[] => a.shape.map((_, i) => 2 * i + first)
  const products = mul(broadcast(a, both, places(0)), broadcast(b, both, places(1)))
  return reshape(
    products,
    a.shape.map((dim, i) => dim * b.shape[i]!),
  )
}

function pairedAxes(a: readonly number[], b: readonly number[], [left, right]: AxisPairs): AxisPairs {
  if (left.length !== right.length) {
    throw new ShapeError(sentence(axesPaired, { m: left.length, a, n: right.length, b }))
  }
  const pairs = [distinctAxes(left, a), distinctAxes(right, b)] as const
  const wrong = left.findIndex((_, i) => a[pairs[0][i]!] !== b[pairs[1][i]!])
  if (wrong < 0) return pairs
  const [p, q] = [a[pairs[0][wrong]!], b[pairs[1][wrong]!]]
  throw new ShapeError(sentence(pairDiffers, { i: left[wrong]!, a, j: right[wrong]!, b, x: p!, y: q! }))
}

function distinctAxes(axes: readonly number[], shape: readonly number[]): readonly number[] {
  const found: number[] = []
  for (const axis of axes) {
    const place = normalAxis('tensorDot', axis, shape)
    if (found.includes(place)) throw new ShapeError(sentence(axisTwice, { op: 'tensorDot', axis, x: shape }))
    found.push(place)
  }
  return found
}
