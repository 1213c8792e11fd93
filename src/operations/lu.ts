/**
 * Gaussian elimination with row exchanges, P a = L U, as a loop over the columns written with primitives: its derivatives of every
 * order are loops, too, and keep n matrices. (G. H. Golub, C. F. Van Loan, Matrix Computations, algorithm 3.4.1.)
 */
import { abstract } from '../core/abstract.ts'
import { traceClosed } from '../core/trace.ts'
import type { Value } from '../core/value.ts'
import { broadcast, constantLike, full, sum } from '../primitives/broadcast.ts'
import { scan } from '../primitives/control/scan.ts'
import { dynamicSlice } from '../primitives/dynamic-slice.ts'
import { abs, and, div, eq, gt, le, mul, neg, select, sub } from '../primitives/elementwise.ts'
import { gather } from '../primitives/indexing.ts'
import { triangularSolve } from '../primitives/linalg.ts'
import { product } from '../primitives/reduction.ts'
import { argmax } from '../primitives/sorting.ts'
import { iota, reshape } from '../primitives/structural.ts'
import { log } from '../primitives/transcendental.ts'
import { diagonalOf, places } from './matrix.ts'

/** What elimination leaves of matrices [batch, n, n]. */
export interface Factors {
  /** L below the diagonal (its diagonal of ones left out), U from it on. */
  readonly packed: Value
  /** Row i of L U is row `order[i]` of the matrix: int32 [batch, n]. */
  readonly order: Value
  /** 1 for an even number of exchanges, −1 for an odd one: [batch]. */
  readonly sign: Value
}

/** The factors of matrices [batch, n, n]. */
export function factorised(a: Value): Factors {
  const [batch, n] = a.shape as [number, number] // callers give a stack of matrices
  const order = broadcast(iota([n], 'int32', 0), [batch, n], [1])
  const start = [a, order, full([batch], a.dtype, 1)]
  if (n === 0) return factorsOf(start)
  const body = traceClosed('lu', eliminated, [...start, abstract([], 'int32')])
  const rows = [iota([n], 'int32', 0)]
  const { carries } = scan({ body, constants: [], carries: start, rows, length: n, reverse: false, count: null })
  return factorsOf(carries)
}

const factorsOf = ([packed, order, sign]: readonly Value[]): Factors => ({
  packed: packed!,
  order: order!,
  sign: sign!,
})

/** The x with a x = b for right-hand sides [batch, n, k]. */
export function solved({ packed, order }: Factors, b: Value): Value {
  const [row, column] = places(packed.shape)
  const lower = select(eq(row, column), constantLike(packed, 1), packed)
  const forward = triangularSolve(lower, gather(b, order, 1, 1))
  return triangularSolve(packed, forward, { lower: false, transposeA: false })
}

/** ± the product of the diagonal of U: [batch]. */
export const determinantOf = ({ packed, sign }: Factors): Value => mul(sign, product(diagonalOf(packed), [1]))

/** The sum of the logarithms of the diagonal of U: [batch]. */
export const logDeterminantOf = ({ packed }: Factors): Value => sum(log(abs(diagonalOf(packed))), [1])

/** One column: the largest element from the diagonal down becomes the pivot, and multiples of its row are taken from those below. */
function eliminated([a, order, sign, k]: readonly Value[]): readonly Value[] {
  const shape = a!.shape
  const [place, step] = [iota(order!.shape, 'int32', 1), broadcast(k!, order!.shape, [])]
  const pivot = pivotRow(columnAt(a!, k!), place, step)
  const exchange = exchanged(place, step, broadcast(pivot, order!.shape, [0]))
  const rows = gather(a!, exchange, 1, 1)
  const factors = factorsBelow(columnAt(rows, k!), place, step)
  const [row, column] = places(shape)
  const current = broadcast(k!, shape, [])
  const spread = broadcast(factors, shape, [0, 1])
  const subtracted = mul(spread, broadcast(rowAt(rows, k!), shape, [0, 2]))
  const rest = select(gt(column, current), sub(rows, subtracted), rows)
  const stored = select(and(eq(column, current), gt(row, current)), spread, rest)
  const even = eq(pivot, broadcast(k!, pivot.shape, []))
  return [stored, gather(order!, exchange, 1, 1), select(even, sign!, neg(sign!))]
}

/** Column k of each matrix: [batch, n]. */
function columnAt(a: Value, k: Value): Value {
  const [batch, n] = a.shape as [number, number, number] // a stack of matrices
  const zero = full([], 'int32', 0)
  return reshape(dynamicSlice(a, [zero, zero, k], [batch, n, 1]), [batch, n])
}

/** Row k of each matrix: [batch, n]. */
function rowAt(a: Value, k: Value): Value {
  const [batch, n] = a.shape as [number, number, number] // a stack of matrices
  const zero = full([], 'int32', 0)
  return reshape(dynamicSlice(a, [zero, k, zero], [batch, 1, n]), [batch, n])
}

/** Where the largest element at or below the diagonal stands: [batch]. */
const pivotRow = (column: Value, place: Value, step: Value): Value =>
  argmax(select(le(step, place), abs(column), constantLike(column, -1)), 1)

/** The identity with two places exchanged. */
const exchanged = (place: Value, a: Value, b: Value): Value => select(eq(place, a), b, select(eq(place, b), a, place))

/** Elements below the diagonal over the one on it; a column of zeros needs no elimination. */
function factorsBelow(column: Value, place: Value, step: Value): Value {
  const zero = constantLike(column, 0)
  const onDiagonal = broadcast(sum(select(eq(place, step), column, zero), [1]), column.shape, [0])
  const divisor = select(eq(onDiagonal, zero), constantLike(column, 1), onDiagonal)
  return select(gt(place, step), div(column, divisor), zero)
}
