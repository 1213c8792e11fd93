/** Linear algebra over the last two dimensions; the others are stacks. */

import type { Determinant, Solve, Square } from '../../types/contract/linear-algebra.ts'
import type { DType } from '../../types/dtype.ts'
import type { Floats } from '../../types/element.ts'
import type { CheckDTypes } from '../../types/operands.ts'
import { sentence } from '../../types/sentence.ts'
import { sidesDiffer, squareNeeded } from '../../types/sentences/products.ts'
import type { Shape } from '../../types/shape.ts'
import type { AnyTensor, Check, Ok, Tensor } from '../../types/tensor.ts'
import { sameShape, sizeOf } from '../core/abstract.ts'
import { ShapeError } from '../core/errors.ts'
import type { Value } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import { constantLike } from '../primitives/broadcast.ts'
import { convert } from '../primitives/conversion.ts'
import { eq, select } from '../primitives/elementwise.ts'
import * as triangular from '../primitives/linalg.ts'
import { reshape } from '../primitives/structural.ts'
import { typed } from '../typed.ts'
import { operands } from './broadcasting.ts'
import { determinantOf, factorised, logDeterminantOf, solved } from './lu.ts'
import { places } from './matrix.ts'
import { floatOperand } from './operand.ts'

/** Options of `triangularSolve`. */
export interface TriangularOptions {
  /** Which triangle of a is read: the lower one by default. */
  readonly lower?: boolean
  /** Solves with aᵀ instead of a; no by default. */
  readonly transpose?: boolean
  /** Takes the diagonal of a as ones; no by default. */
  readonly unitDiagonal?: boolean
}

/**
 * The lower triangular L with L Lᵀ = x, of symmetric positive definite matrices; NaN where x is not. Only the lower triangle is
 * read; the gradient is symmetric.
 * @param x […, n, n].
 * @throws ShapeError if the matrices are not square; DTypeError for integers.
 * @example
 * import { cholesky, tensor } from 'conformable'
 * console.log(cholesky(tensor([[4, 2], [2, 5]]))) // [[2, 0], [1, 2]]
 */
export function cholesky<S extends Shape, D extends DType>(
  x: Check<Square<S, 'cholesky'>, Floats<'cholesky', S, D>>,
): Tensor<S, D> {
  return typed(operateOne('cholesky', undefined, [squareOperand('cholesky', x)], triangular.cholesky))
}

/**
 * The x with a x = b for a triangular a: substitution.
 * @param a […, n, n], of which one triangle is read.
 * @param b […, n] or […, n, k].
 * @throws ShapeError if the shapes do not fit; DTypeError for integers, or if the dtypes differ.
 * @example
 * import { tensor, triangularSolve } from 'conformable'
 * console.log(triangularSolve(tensor([[2, 0], [1, 1]]), tensor([2, 3]))) // [1, 2]
 */
export function triangularSolve<A extends Shape, B extends Shape, D extends DType, E extends DType>(
  a: Floats<'triangularSolve', A, D>,
  b: Check<Solve<A, B, 'triangularSolve'>, CheckDTypes<'triangularSolve', A, D, B, E>>,
  options: TriangularOptions = {},
): Tensor<B, D> {
  const { lower = true, transpose = false, unitDiagonal = false } = options
  return system('triangularSolve', a, b, [lower, transpose, unitDiagonal], (matrix, right) => {
    const whole = unitDiagonal ? withOnes(matrix) : matrix
    return triangular.triangularSolve(whole, right, { lower, transposeA: transpose })
  })
}

/**
 * The x with a x = b for a symmetric positive definite a, by its Cholesky factor: half the work of `solve`.
 * @param a […, n, n], of which the lower triangle is read.
 * @param b […, n] or […, n, k].
 * @throws ShapeError if the shapes do not fit; DTypeError for integers, or if the dtypes differ.
 * @example
 * import { choleskySolve, tensor } from 'conformable'
 * console.log(choleskySolve(tensor([[4, 2], [2, 5]]), tensor([8, 12]))) // [1, 2]
 */
export function choleskySolve<A extends Shape, B extends Shape, D extends DType, E extends DType>(
  a: Floats<'choleskySolve', A, D>,
  b: Check<Solve<A, B, 'choleskySolve'>, CheckDTypes<'choleskySolve', A, D, B, E>>,
): Tensor<B, D> {
  return system('choleskySolve', a, b, null, (matrix, right) => {
    const factor = triangular.cholesky(matrix)
    const forward = triangular.triangularSolve(factor, right)
    return triangular.triangularSolve(factor, forward, { lower: true, transposeA: true })
  })
}

/**
 * The x with a x = b, by elimination with row exchanges; infinities or NaN where a is singular. Derivatives pass through the
 * elimination and keep n matrices: for large symmetric positive definite systems use `choleskySolve`.
 * @param a […, n, n].
 * @param b […, n] or […, n, k].
 * @throws ShapeError if the shapes do not fit; DTypeError for integers, or if the dtypes differ.
 * @example
 * import { solve, tensor } from 'conformable'
 * console.log(solve(tensor([[0, 2], [1, 1]]), tensor([2, 3]))) // [2, 1]
 */
export function solve<A extends Shape, B extends Shape, D extends DType, E extends DType>(
  a: Floats<'solve', A, D>,
  b: Check<Solve<A, B, 'solve'>, CheckDTypes<'solve', A, D, B, E>>,
): Tensor<B, D> {
  return system('solve', a, b, null, (matrix, right) => {
    const result = solved(factorised(stackOf(matrix)), stackOf(right))
    return reshape(result, right.shape)
  })
}

/**
 * The inverse of square matrices; infinities or NaN where they are singular. (To solve a system, `solve` is better.)
 * @throws ShapeError if the matrices are not square; DTypeError for integers.
 * @example
 * import { inverse, tensor } from 'conformable'
 * console.log(inverse(tensor([[0, 2], [1, 0]]))) // [[0, 1], [0.5, 0]]
 */
export function inverse<S extends Shape, D extends DType>(
  x: Check<Square<S, 'inverse'>, Floats<'inverse', S, D>>,
): Tensor<S, D> {
  const body = (matrix: Value): Value => {
    const stack = stackOf(matrix)
    const [row, column] = places(stack.shape)
    return reshape(solved(factorised(stack), convert(eq(row, column), stack.dtype)), matrix.shape)
  }
  return typed(operateOne('inverse', undefined, [squareOperand('inverse', x)], body))
}

/**
 * The determinant of square matrices. Its gradient is right at matrices of rank n − 1, too.
 * @throws ShapeError if the matrices are not square; DTypeError for integers.
 * @example
 * import { determinant, tensor } from 'conformable'
 * console.log(determinant(tensor([[1, 2], [3, 4]]))) // -2
 */
export function determinant<S extends Shape, D extends DType>(
  x: Check<Determinant<S, 'determinant'>, Floats<'determinant', S, D>>,
): Tensor<Ok<Determinant<S, 'determinant'>>, D> {
  return eachMatrix('determinant', x, (stack) => determinantOf(factorised(stack)))
}

/**
 * ln |det x| of square matrices, without overflow; −∞ where they are singular.
 * @throws ShapeError if the matrices are not square; DTypeError for integers.
 * @example
 * import { logDeterminant, tensor } from 'conformable'
 * console.log(logDeterminant(tensor([[1, 2], [3, 4]]))) // 0.6931472
 */
export function logDeterminant<S extends Shape, D extends DType>(
  x: Check<Determinant<S, 'logDeterminant'>, Floats<'logDeterminant', S, D>>,
): Tensor<Ok<Determinant<S, 'logDeterminant'>>, D> {
  return eachMatrix('logDeterminant', x, (stack) => logDeterminantOf(factorised(stack)))
}

/** Runs a body on a matrix and right-hand sides [..., n, k]; a vector is one column. */
function system<R>(
  name: string,
  a: unknown,
  b: unknown,
  statics: unknown,
  body: (matrix: Value, right: Value) => Value,
): R {
  const [matrix, right] = operands(name, [squareOperand(name, a), b])
  requireSides(name, matrix!.shape, right!.shape)
  const columns = right!.shape.length === matrix!.shape.length
  return typed<R>(
    operateOne(name, [statics, columns], [matrix!, right!], (m, r) =>
      columns ? body(m, r) : reshape(body(m, reshape(r, [...r.shape, 1])), r.shape),
    ),
  )
}

function eachMatrix<R>(name: string, x: unknown, body: (stack: Value) => Value): R {
  const run = (matrix: Value): Value => reshape(body(stackOf(matrix)), matrix.shape.slice(0, -2))
  return typed<R>(operateOne(name, undefined, [squareOperand(name, x)], run))
}

/** [..., m, n] as [batch, m, n]. */
const stackOf = (x: Value): Value => reshape(x, [sizeOf(x.shape.slice(0, -2)), ...x.shape.slice(-2)])

/** The matrices with ones on the diagonal. */
function withOnes(x: Value): Value {
  const [row, column] = places(x.shape)
  return select(eq(row, column), constantLike(x, 1), x)
}

function squareOperand(name: string, x: unknown): Value {
  const value = floatOperand(name, x as AnyTensor) // floatOperand checks it
  const [rows, columns] = value.shape.slice(-2)
  if (value.shape.length >= 2 && rows === columns) return value
  throw new ShapeError(sentence(squareNeeded, { op: name, x: value.shape }))
}

function requireSides(name: string, a: readonly number[], b: readonly number[]): void {
  const rows = a.slice(0, -1)
  if (sameShape(rows, b) || (a.length === b.length && sameShape(rows, b.slice(0, -1)))) return
  throw new ShapeError(sentence(sidesDiffer, { op: name, b, a }))
}
