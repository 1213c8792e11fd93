/** Triangles and diagonals of matrices, and of stacks of them. */

import type { Diag, Diagonal, Trace, Tril, Triu } from '../../types/contract/matrix.ts'
import type { DType } from '../../types/dtype.ts'
import type { Numbers } from '../../types/element.ts'
import { sentence } from '../../types/sentence.ts'
import { rankTwo } from '../../types/sentences/axes.ts'
import { diagNeeds } from '../../types/sentences/products.ts'
import type { Shape } from '../../types/shape.ts'
import type { AnyTensor, Check, Ok, Tensor } from '../../types/tensor.ts'
import { ArgumentError, ShapeError } from '../core/errors.ts'
import type { Value } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import { broadcast, constantLike, sum } from '../primitives/broadcast.ts'
import { add, eq, le, select } from '../primitives/elementwise.ts'
import { iota, reshape } from '../primitives/structural.ts'
import { typed, untyped } from '../typed.ts'
import { sliced } from './indexing.ts'
import { numericOperand } from './operand.ts'

/**
 * The lower triangle of each matrix; zeros above.
 * @param offset the diagonal up to which elements are kept: 0 for the main one, positive above it.
 * @throws ShapeError if x has fewer than two dimensions.
 * @example
 * import { tensor, tril } from 'conformable'
 * console.log(tril(tensor([[1, 2], [3, 4]]))) // [[1, 0], [3, 4]]
 */
export function tril<S extends Shape, D extends DType>(x: Check<Tril<S>, Tensor<S, D>>, offset = 0): Tensor<S, D> {
  return triangle('tril', x, offset, (row, column) => le(column, row))
}

/**
 * The upper triangle of each matrix; zeros below.
 * @param offset the diagonal from which elements are kept: 0 for the main one, positive above it.
 * @throws ShapeError if x has fewer than two dimensions.
 * @example
 * import { tensor, triu } from 'conformable'
 * console.log(triu(tensor([[1, 2], [3, 4]]))) // [[1, 2], [0, 4]]
 */
export function triu<S extends Shape, D extends DType>(x: Check<Triu<S>, Tensor<S, D>>, offset = 0): Tensor<S, D> {
  return triangle('triu', x, offset, (row, column) => le(row, column))
}

/**
 * A diagonal matrix of a vector; of a matrix, its diagonal.
 * @throws ShapeError unless x is a vector or a matrix.
 * @example
 * import { diag, tensor } from 'conformable'
 * console.log(diag(tensor([1, 2]))) // [[1, 0], [0, 2]]
 */
export function diag<S extends Shape, D extends DType>(x: Check<Diag<S>, Tensor<S, D>>): Tensor<Ok<Diag<S>>, D> {
  const value = untyped(x as AnyTensor, 'diag') // what the contract lets through
  const rank = value.shape.length
  if (rank !== 1 && rank !== 2) throw new ShapeError(sentence(diagNeeds, { x: value.shape }))
  return typed(operateOne('diag', undefined, [value], rank === 1 ? diagonalMatrix : diagonalOf))
}

/**
 * The main diagonal of each matrix: the last two dimensions become the smaller of them.
 * @throws ShapeError if x has fewer than two dimensions.
 * @example
 * import { diagonal, tensor } from 'conformable'
 * console.log(diagonal(tensor([[1, 2], [3, 4]]))) // [1, 4]
 */
export function diagonal<S extends Shape, D extends DType>(
  x: Check<Diagonal<S>, Tensor<S, D>>,
): Tensor<Ok<Diagonal<S>>, D> {
  const value = requireMatrix('diagonal', untyped(x as AnyTensor, 'diagonal')) // what the contract lets through
  return typed(operateOne('diagonal', undefined, [value], diagonalOf))
}

/**
 * The sum of the main diagonal of each matrix.
 * @throws ShapeError if x has fewer than two dimensions.
 * @example
 * import { tensor, trace } from 'conformable'
 * console.log(trace(tensor([[1, 2], [3, 4]]))) // 5
 */
export function trace<S extends Shape, D extends DType>(
  x: Check<Trace<S>, Numbers<'trace', S, D>>,
): Tensor<Ok<Trace<S>>, D> {
  const value = requireMatrix('trace', numericOperand('trace', x as AnyTensor)) // what the contract lets through
  return typed(operateOne('trace', undefined, [value], (v) => sum(diagonalOf(v), [v.shape.length - 2])))
}

function triangle<R>(name: string, x: unknown, offset: number, kept: (row: Value, column: Value) => Value): R {
  const value = requireMatrix(name, untyped(x as AnyTensor, name)) // untyped checks it
  if (!Number.isInteger(offset)) throw new ArgumentError(`${name}: the offset is a whole number, got ${offset}.`)
  const body = (v: Value): Value => {
    const [row, column] = places(v.shape)
    return select(kept(add(row, constantLike(row, offset)), column), v, constantLike(v, 0))
  }
  return typed<R>(operateOne(name, offset, [value], body))
}

/** Row and column numbers of the elements of matrices. */
export function places(shape: readonly number[]): [Value, Value] {
  const rank = shape.length
  const matrix = shape.slice(-2)
  const spread = (axis: number): Value => broadcast(iota(matrix, 'int32', axis), shape, [rank - 2, rank - 1])
  return [spread(0), spread(1)]
}

/** The diagonals: every (columns + 1)-th element of the rows put one after another. */
export function diagonalOf(x: Value): Value {
  const batch = x.shape.slice(0, -2)
  const [rows, columns] = x.shape.slice(-2) as [number, number] // callers have checked the rank
  const count = Math.min(rows, columns)
  const flat = reshape(x, [...batch, rows * columns])
  return count === 0
    ? reshape(sliced(flat, batch.length, 0, 0, 1), [...batch, 0])
    : sliced(flat, batch.length, 0, (count - 1) * (columns + 1) + 1, columns + 1)
}

function diagonalMatrix(x: Value): Value {
  const n = x.shape[0]!
  const [row, column] = places([n, n])
  return select(eq(row, column), broadcast(x, [n, n], [0]), constantLike({ shape: [n, n], dtype: x.dtype }, 0))
}

function requireMatrix(name: string, x: Value): Value {
  if (x.shape.length >= 2) return x
  throw new ShapeError(sentence(rankTwo, { op: name, x: x.shape }))
}
