import { describe, expect, it } from 'vitest'
import type { Value } from '../../src/core/value.ts'
import { dot } from '../../src/primitives/contraction.ts'
import { transpose } from '../../src/primitives/structural.ts'
import { vjpPrograms } from '../../src/transforms/gradient.ts'
import { compareCases } from '../helpers/cases.ts'
import { array, elements, evaluate, programOf } from '../helpers/reference.ts'
import { thrown } from '../helpers/thrown.ts'

/** The matrix product of two operands, without broadcasting of batch axes. */
function matmul(a: Value, b: Value): Value {
  const batch = a.shape.slice(0, Math.max(0, Math.min(a.shape.length, b.shape.length) - 2)).map((_, axis) => axis)
  return dot(a, b, [[a.shape.length - 1], [Math.max(0, b.shape.length - 2)]], [batch, batch])
}

/** Einstein summation of two operands: letters in both and in the result are batch, in both only are contracted. */
function einsum(a: Value, b: Value, spec: string): Value {
  const [left, right, out] = spec.split(/,|->/).map((text) => [...text])
  const common = left.filter((letter) => right.includes(letter))
  const batch = common.filter((letter) => out.includes(letter))
  const contract = common.filter((letter) => !out.includes(letter))
  const free = [...left, ...right].filter((letter) => !common.includes(letter))
  const places = (text: readonly string[], letters: readonly string[]) => letters.map((letter) => text.indexOf(letter))
  const product = dot(
    a,
    b,
    [places(left, contract), places(right, contract)],
    [places(left, batch), places(right, batch)],
  )
  return transpose(product, places([...batch, ...free], out))
}

describe('against golden values', () => {
  compareCases(
    'matmul',
    1e-13,
    { matmul: ([a, b]) => [matmul(a, b)], einsum: ([a, b], { spec }) => [einsum(a, b, String(spec))] },
    ({ inputs, attrs }) => Object.keys(inputs).length === 2 && !String(attrs?.kind).includes('broadcast'),
  )
  compareCases('matmul', 1e-13, {
    matmul_tA: ([a, b]) => [dot(a, b, [[0], [0]])],
    matmul_tB: ([a, b]) => [dot(a, b, [[1], [1]])],
    outer: ([a, b]) => [dot(a, b, [[], []])],
    tensordot: ([a, b]) => [
      dot(a, b, [
        [1, 2],
        [0, 1],
      ]),
    ],
    bilinear: ([x, w, y]) => [dot(dot(x, w, [[1], [1]]), y, [[2], [1]], [[0], [0]])],
  })
})

describe('dot', () => {
  it('of integers wraps around', () => {
    const a = array([1, 2], [2147483647, 3], 'int32')
    expect(elements((x) => dot(x, x, [[1], [1]]), a)).toEqual([Math.imul(2147483647, 2147483647) + 9])
    const b = array([2], [4294967295, 2], 'uint32')
    expect(elements((x) => dot(x, x, [[0], [0]]), b)).toEqual([5])
  })

  it('over nothing is 0, of nothing is empty', () => {
    const a = array([2, 0], [])
    expect(elements((x) => dot(x, x, [[1], [1]]), a)).toEqual([0, 0, 0, 0])
    expect(evaluate((x) => dot(x, x, [[0], [0]]), a)[0].shape).toEqual([0, 0])
  })

  it('says which axes differ', () => {
    const a = array([2, 3], [])
    expect(thrown(() => elements((x) => dot(x, x, [[1], [0]]), a))).toBe(
      'ShapeError: dot: contracted axes 1 and 0 differ: [2, 3] · [2, 3] (3 ≠ 2). Transpose one of them?',
    )
    expect(thrown(() => elements((x) => dot(x, x, [[1], []]), a))).toBe(
      'ShapeError: dot: 1 contracted axes against 0 in [2, 3] · [2, 3]. They go in pairs.',
    )
    expect(thrown(() => elements((x, y) => dot(x, y, [[1], [1]]), a, array([2, 3], [], 'int32')))).toBe(
      'DTypeError: dot: the operands differ in element type: float64[2, 3] and int32[2, 3]. Convert one with convert(x, dtype).',
    )
  })
})

describe('the gradient of a matrix product', () => {
  const layouts = {
    'a b': [[2, 3], [3, 4], 1, 0],
    'aᵀ b': [[3, 2], [3, 4], 0, 0],
    'a bᵀ': [[2, 3], [4, 3], 1, 1],
    'aᵀ bᵀ': [[3, 2], [4, 3], 0, 1],
  } as const

  it.each(Object.entries(layouts))('%s is two products, without a transposition', (_, [a, b, left, right]) => {
    const types = [a, b].map((shape) => ({ shape, dtype: 'float64' as const }))
    const product = programOf((x, y) => dot(x, y, [[left], [right]]), types)
    const { pullback } = vjpPrograms(product, [true, true])
    expect(pullback.equations.map(({ primitive }) => primitive.name)).toEqual(['dot', 'dot'])
  })
})
