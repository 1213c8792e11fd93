import { describe, expect, it } from 'vitest'
import type { Value } from '../../src/core/value.ts'
import { constantLike } from '../../src/primitives/broadcast.ts'
import { dot } from '../../src/primitives/contraction.ts'
import { convert } from '../../src/primitives/conversion.ts'
import { add, eq, scale, select } from '../../src/primitives/elementwise.ts'
import { cholesky, matrixProduct, matrixTranspose, triangularSolve } from '../../src/primitives/linalg.ts'
import { iota, reshape } from '../../src/primitives/structural.ts'
import { compareCases } from '../helpers/cases.ts'
import { array, elements, evaluate } from '../helpers/reference.ts'
import { thrown } from '../helpers/thrown.ts'

const onDiagonal = (x: Value): Value => eq(iota(x.shape, 'int32', 0), iota(x.shape, 'int32', 1))
const identityLike = (x: Value): Value => convert(onDiagonal(x), x.dtype)
const shiftedBy = (a: Value, shift: unknown): Value => add(a, scale(identityLike(a), Number(shift)))
const gram = (a: Value): Value => shiftedBy(matrixProduct(a, matrixTranspose(a)), 1)
const column = (b: Value): Value => (b.shape.length === 1 ? reshape(b, [b.shape[0], 1]) : b)

describe('against golden values', () => {
  compareCases('linalg', 1e-13, {
    cholesky: ([a]) => [cholesky(gram(a))],
    cholesky_solve: ([a, b]) => {
      const factor = cholesky(gram(a))
      const middle = triangularSolve(factor, column(b))
      return [reshape(triangularSolve(factor, middle, { lower: true, transposeA: true }), b.shape)]
    },
    triangular_solve: ([a, b], { shift, lower, trans, unit_diagonal }) => {
      const shiftedA = shiftedBy(a, shift)
      const unit = unit_diagonal === true ? select(onDiagonal(a), constantLike(a, 1), a) : shiftedA
      // Where the upper triangle is asked for, the file means the transpose of the lower one.
      const transposeA = trans === true || lower === false
      return [reshape(triangularSolve(unit, column(b), { lower: true, transposeA }), b.shape)]
    },
  })
})

const a = array([2, 2, 2], [2, 7, 1, 4, 8, 7, 3, 5])
const b = array([2, 2, 1], [2, 9, 16, 21])

describe('triangularSolve', () => {
  it('reads the asked triangle of each matrix of a stack', () => {
    expect(elements((m, r) => triangularSolve(m, r), a, b)).toEqual([1, 2, 2, 3])
    expect(elements((m, r) => triangularSolve(m, r, { lower: false, transposeA: false }), a, b)).toEqual([
      (2 - 7 * 2.25) / 2,
      2.25,
      (16 - 7 * 4.2) / 8,
      4.2,
    ])
  })

  it('op(a) x is b again', () => {
    const upper = { lower: false, transposeA: true }
    const back = (m: Value, r: Value): Value => {
      const x = triangularSolve(m, r, upper)
      const triangle = select(
        eq(iota(m.shape, 'int32', 1), constantLike(iota(m.shape, 'int32', 1), 1)),
        select(eq(iota(m.shape, 'int32', 2), constantLike(iota(m.shape, 'int32', 2), 0)), constantLike(m, 0), m),
        m,
      )
      return dot(triangle, x, [[1], [1]], [[0], [0]])
    }
    expect(elements(back, a, b)).toEqual([...b.data])
  })
})

describe('cholesky', () => {
  it('reads the lower triangle only', () => {
    const x = array([2, 2], [4, Number.NaN, 2, 10])
    expect(elements(cholesky, x)).toEqual([2, 0, 1, 3])
  })

  it('of what is not positive definite is NaN; of nothing is nothing', () => {
    expect(elements(cholesky, array([1, 1], [-1]))).toEqual([Number.NaN])
    expect(evaluate(cholesky, array([3, 0, 0], []))[0].shape).toEqual([3, 0, 0])
  })
})

describe('sentences', () => {
  it('shapes', () => {
    expect(thrown(() => elements(cholesky, array([2, 3], [])))).toBe(
      'ShapeError: cholesky: [2, 3] is not a square matrix, nor a stack of such. Needed: [..., n, n].',
    )
    expect(thrown(() => elements((m, r) => triangularSolve(m, r), a, array([2, 3, 1], [])))).toBe(
      'ShapeError: triangularSolve: [2, 2, 2] and right-hand sides [2, 3, 1] do not fit. Needed: [..., n, n] and [..., n, k] with equal leading sizes.',
    )
  })
})
