/**
 * Factorisation and solution with triangles: `cholesky` and `triangularSolve` over the last two axes, any leading ones.
 * Other linear algebra is built from these two and `dot`.
 */
import type { Abstract } from '../core/abstract.ts'
import { abstract, sameShape, showShape } from '../core/abstract.ts'
import { bindOne } from '../core/bind.ts'
import { ShapeError } from '../core/errors.ts'
import type { Ndarray, ReferenceData } from '../core/ndarray.ts'
import { zerosLike } from '../core/ndarray.ts'
import type { Primitive } from '../core/primitive.ts'
import type { Value } from '../core/value.ts'
import { broadcast, constantLike, mapped } from './broadcast.ts'
import { dot } from './contraction.ts'
import { add, eq, le, lt, neg, plus, scale, select } from './elementwise.ts'
import { coefficient, cotangentOf, transposing } from './linear.ts'
import type { None } from './pointwise.ts'
import { batchPointwise, none } from './pointwise.ts'
import { requireDType, requireKind } from './requirements.ts'
import { iota, transpose } from './structural.ts'

/** Attributes of `triangularSolve`: which triangle of a is read, and whether it is transposed. */
export type TriangularSolveParams = { readonly lower: boolean; readonly transposeA: boolean }

/**
 * Record of `cholesky`. L' = L Φ(L⁻¹ A' L⁻ᵀ), where Φ takes the lower triangle with half of the diagonal (Murray 2016,
 * arXiv:1602.07527). A is symmetric, so its tangent is taken as (A' + A'ᵀ)/2, and its cotangent comes out symmetric.
 */
export const choleskyPrimitive: Primitive<None> = {
  name: 'cholesky',
  shape([x]) {
    requireKind('cholesky', 'float', [x])
    requireSquare('cholesky', x)
    return [abstract(x.shape, x.dtype)]
  },
  evaluate: ([x], _, [output]) => [eachMatrix(x, output, factorise)],
  jvp({ tangents: [t], outputs: [factor] }) {
    if (t === null) return [null]
    const symmetric = scale(add(t, matrixTranspose(t)), 0.5)
    // L⁻¹ A' L⁻ᵀ is the transpose of L⁻¹ (L⁻¹ A')ᵀ, and symmetric.
    const half = matrixTranspose(triangularSolve(factor, symmetric))
    return [matrixProduct(factor, lowerHalf(triangularSolve(factor, half)))]
  },
  batch: (context) => batchPointwise(choleskyPrimitive, context),
}

/** The lower factor L with L Lᵀ = x of a symmetric positive definite x [..., n, n]; only its lower triangle is read. NaN if x is not positive definite. */
export const cholesky = (x: Value): Value => bindOne(choleskyPrimitive, [x], none)

/** Record of `triangularSolve`: op(a) x' = b' - op(a') x; linear in b. */
export const triangularSolvePrimitive: Primitive<TriangularSolveParams> = {
  name: 'triangularSolve',
  shape: ([a, b]) => [solveShape(a, b)],
  evaluate: ([a, b], params, [output]) => [solveAll(a, b, params, output)],
  jvp: ({ primals: [a], tangents: [ta, tb], outputs: [x], params }) => {
    const right = plus(tb, ta && neg(matrixProduct(triangle(ta, params), x, params.transposeA)))
    return [right && triangularSolve(a, right, params)]
  },
  transpose: transposing((cotangent, [a, b], { lower, transposeA }) => [
    null,
    cotangentOf(b, () =>
      triangularSolve(coefficient('triangularSolve', a), cotangent, { lower, transposeA: !transposeA }),
    ),
  ]),
  batch: ({ inputs, batched, size, params }) => {
    const [a, b] = mapped(inputs, batched, size)
    return [triangularSolve(a, b, params)]
  },
}

/**
 * The solution x of op(a) x = b: a [..., n, n] (one triangle of it is read), b [..., n, k] → x [..., n, k], with op(a) = a or aᵀ.
 * A zero on the diagonal gives infinities or NaN.
 */
export const triangularSolve = (
  a: Value,
  b: Value,
  { lower, transposeA }: TriangularSolveParams = { lower: true, transposeA: false },
): Value => bindOne(triangularSolvePrimitive, [a, b], { lower, transposeA })

/** The last two axes exchanged. */
export function matrixTranspose(x: Value): Value {
  const axes = x.shape.map((_, axis) => axis)
  return transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2])
}

/** The product of matrices [..., m, k] · [..., k, n] with equal leading axes; the first may be transposed. */
export function matrixProduct(a: Value, b: Value, transposeA = false): Value {
  const leading = a.shape.slice(0, -2).map((_, axis) => axis)
  const rank = leading.length
  return dot(a, b, [[rank + (transposeA ? 0 : 1)], [rank]], [leading, leading])
}

/** Φ: the lower triangle, with half of the diagonal. */
function lowerHalf(x: Value): Value {
  const [row, column] = places(x)
  const below = select(lt(column, row), x, constantLike(x, 0))
  return select(eq(row, column), scale(x, 0.5), below)
}

/** The triangle of a tangent that the solver would read; zeros elsewhere. */
function triangle(x: Value, { lower }: TriangularSolveParams): Value {
  const [row, column] = places(x)
  return select(lower ? le(column, row) : le(row, column), x, constantLike(x, 0))
}

/** Row and column numbers of the elements of matrices. */
function places(x: Value): [Value, Value] {
  const rank = x.shape.length
  const matrix = x.shape.slice(-2)
  const spread = (axis: number): Value => broadcast(iota(matrix, 'int32', axis), x.shape, [rank - 2, rank - 1])
  return [spread(0), spread(1)]
}

function requireSquare(name: string, x: Abstract): void {
  const [rows, columns] = x.shape.slice(-2)
  if (x.shape.length >= 2 && rows === columns) return
  throw new ShapeError(
    `${name}: ${showShape(x.shape)} is not a square matrix, nor a stack of such. Needed: [..., n, n].`,
  )
}

function solveShape(a: Abstract, b: Abstract): Abstract {
  requireKind('triangularSolve', 'float', [a, b])
  requireDType('triangularSolve', a, b)
  requireSquare('triangularSolve', a)
  const rows = sameShape(a.shape.slice(0, -1), b.shape.slice(0, -1)) && a.shape.length === b.shape.length
  if (rows) return abstract(b.shape, b.dtype)
  throw new ShapeError(
    `triangularSolve: ${showShape(a.shape)} and right-hand sides ${showShape(b.shape)} do not fit. Needed: [..., n, n] and [..., n, k] with equal leading sizes.`,
  )
}

/** Runs `f(source, target, offset, n)` on each n × n matrix of a stack. */
function eachMatrix(
  x: Ndarray,
  output: Abstract,
  f: (source: ReferenceData, target: ReferenceData, offset: number, n: number) => void,
): Ndarray {
  const result = zerosLike(output)
  const n = x.shape[x.shape.length - 1]
  for (let offset = 0; offset < x.data.length; offset += n * n) f(x.data, result.data, offset, n)
  return result
}

/** Cholesky–Banachiewicz: row by row. */
function factorise(a: ReferenceData, factor: ReferenceData, offset: number, n: number): void {
  for (let i = 0; i < n; i++) {
    const row = offset + i * n
    for (let j = 0; j <= i; j++) {
      const other = offset + j * n
      let rest = a[row + j]
      for (let k = 0; k < j; k++) rest -= factor[row + k] * factor[other + k]
      factor[row + j] = i === j ? Math.sqrt(rest) : rest / factor[other + j]
    }
  }
}

/** Substitution, forward where op(a) is lower triangular, else backward. */
function solveAll(a: Ndarray, b: Ndarray, { lower, transposeA }: TriangularSolveParams, output: Abstract): Ndarray {
  const x = zerosLike(output)
  const [n, columns] = b.shape.slice(-2)
  const forward = lower !== transposeA
  const [rowStep, columnStep] = transposeA ? [1, n] : [n, 1]
  for (let matrix = 0; matrix * n * columns < b.data.length; matrix++) {
    for (let column = 0; column < columns; column++) {
      substitute(a.data, b.data, x.data, {
        n,
        columns,
        forward,
        rowStep,
        columnStep,
        first: matrix * n * n,
        start: matrix * n * columns + column,
      })
    }
  }
  return x
}

interface Substitution {
  readonly n: number
  readonly columns: number
  readonly forward: boolean
  readonly rowStep: number
  readonly columnStep: number
  /** Where the matrix begins. */
  readonly first: number
  /** Where the column of right-hand sides begins. */
  readonly start: number
}

function substitute(a: ReferenceData, b: ReferenceData, x: ReferenceData, s: Substitution): void {
  for (let step = 0; step < s.n; step++) {
    const i = s.forward ? step : s.n - 1 - step
    let rest = b[s.start + i * s.columns]
    for (let known = 0; known < step; known++) {
      const k = s.forward ? known : s.n - 1 - known
      rest -= a[s.first + i * s.rowStep + k * s.columnStep] * x[s.start + k * s.columns]
    }
    x[s.start + i * s.columns] = rest / a[s.first + i * s.rowStep + i * s.columnStep]
  }
}
