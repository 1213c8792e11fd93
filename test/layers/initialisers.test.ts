/** Initialisers: moments and bounds of many numbers, fans, orthogonality. */
import { describe, expect, it } from 'vitest'
import { type Initialiser, initialisers } from '../../layers/index.ts'
import { matmul, random, type Tensor, transpose } from '../../src/index.ts'

const key = random.key(3)
const drawn = (make: Initialiser, shape: readonly number[]): number[] => [...make(key, shape, 'float64').readSync()]

/** Standard deviation and the largest magnitude allowed, for the weight [out, in] = [200, 300]. */
const rows: readonly (readonly [name: string, make: Initialiser, deviation: number, bound: number])[] = [
  ['uniform', initialisers.uniform(-0.5, 0.5), 1 / Math.sqrt(12), 0.5],
  ['normal', initialisers.normal(0.1), 0.1, 1],
  ['truncatedNormal', initialisers.truncatedNormal(0.1), 0.08796256610342398, 0.2],
  ['glorotUniform', initialisers.glorotUniform, Math.sqrt(2 / 500), Math.sqrt(6 / 500)],
  ['glorotNormal', initialisers.glorotNormal, Math.sqrt(2 / 500), 1],
  ['heUniform', initialisers.heUniform, Math.sqrt(2 / 300), Math.sqrt(6 / 300)],
  ['heNormal', initialisers.heNormal, Math.sqrt(2 / 300), 1],
  ['lecunUniform', initialisers.lecunUniform, Math.sqrt(1 / 300), Math.sqrt(3 / 300)],
  ['lecunNormal', initialisers.lecunNormal, Math.sqrt(1 / 300), 1],
  ['orthogonal', initialisers.orthogonal(), Math.sqrt(1 / 300), 1],
]

it.each(rows)('%s has its moments', (_, make, deviation, bound) => {
  const x = drawn(make, [200, 300])
  const mean = x.reduce((total, v) => total + v, 0) / x.length
  const variance = x.reduce((total, v) => total + (v - mean) ** 2, 0) / x.length
  // four standard errors of 60 000 numbers
  expect(Math.abs(mean)).toBeLessThan((4 * deviation) / Math.sqrt(x.length))
  expect(Math.abs(Math.sqrt(variance) / deviation - 1)).toBeLessThan(4 / Math.sqrt(2 * x.length))
  expect(Math.max(...x.map(Math.abs))).toBeLessThanOrEqual(bound)
})

it('constants', () => {
  expect(drawn(initialisers.zeros, [3])).toEqual([0, 0, 0])
  expect(drawn(initialisers.ones, [3])).toEqual([1, 1, 1])
  expect(drawn(initialisers.constant(2.5), [2])).toEqual([2.5, 2.5])
  expect(drawn(initialisers.normal(0, 7), [2])).toEqual([7, 7])
})

it.each([
  [
    [50, 2],
    [2, 50],
  ],
  [
    [3, 3, 8, 16],
    [72, 144],
  ],
  [
    [5, 8, 16],
    [40, 80],
  ],
  [[7], [7, 7]],
  [[], [1, 1]],
])('fans of %j are %j', (shape, fans) => {
  expect(initialisers.fans(shape)).toEqual(fans)
})

describe('orthogonal', () => {
  it.each([[[40, 40]], [[10, 30]], [[30, 10]], [[3, 3, 2, 10]], [[1, 5]]])(
    '%j: rows or columns are orthonormal, times the gain',
    (shape) => {
      const x = initialisers.orthogonal(2)(key, shape, 'float64')
      const columns = shape[shape.length - 1]!
      const flatRows = x.readSync().length / columns
      const matrix = Array.from({ length: flatRows }, (_, i) => [
        ...x.readSync().subarray(i * columns, (i + 1) * columns),
      ])
      const vectors = flatRows <= columns ? matrix : matrix[0]!.map((_, j) => matrix.map((row) => row[j]!))
      for (const [i, a] of vectors.entries()) {
        for (const [j, b] of vectors.entries()) {
          const product = a.reduce((total, v, k) => total + v * b[k]!, 0)
          expect(Math.abs(product - (i === j ? 4 : 0))).toBeLessThan(1e-12)
        }
      }
    },
  )

  it('in float32, for a large square', () => {
    const x = initialisers.orthogonal()(key, [256, 256], 'float32') as Tensor<[256, 256]>
    const product = [...matmul(x, transpose(x)).readSync()]
    expect(Math.max(...product.map((v, i) => Math.abs(v - (i % 257 === 0 ? 1 : 0))))).toBeLessThan(1e-5)
  })

  it('asks for a matrix', () => {
    expect(() => initialisers.orthogonal()(key, [3], 'float32')).toThrow(
      'orthogonal: a matrix is needed, got the shape [3].',
    )
  })
})
