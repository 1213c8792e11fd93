/** Rules that look at matrices: Muon and Adafactor against references in plain numbers. */
import { componentArray, fromTypedArray, leavesOf, tensor, zeros } from 'conformable'
import { adafactor, adam, muon, sgd } from 'conformable/optimisers'
import { describe, expect, it } from 'vitest'
import { distance } from '../helpers/golden.ts'

type Matrix = readonly (readonly number[])[]

const product = (a: Matrix, b: Matrix): number[][] =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)))
const transposed = (a: Matrix): number[][] => a[0]!.map((_, j) => a.map((row) => row[j]!))
const combined = (f: (...values: number[]) => number, ...of: readonly Matrix[]): number[][] =>
  of[0]!.map((row, i) => row.map((_, j) => f(...of.map((matrix) => matrix[i]![j]!))))
const squares = (a: Matrix): number => a.flat().reduce((sum, value) => sum + value * value, 0)

const matrix = (rows: number, columns: number, seed: number): number[][] =>
  Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => Math.sin(7 * i + 3 * j * j + seed)))
const upload = (a: Matrix) => fromTypedArray(Float64Array.from(a.flat()), [a.length, a[0]!.length])

/** U Vᵀ, about, of a matrix with no more rows than columns. */
function orthogonal(u: Matrix): number[][] {
  let x = combined((value) => value / (Math.sqrt(squares(u)) + 1e-7), u)
  for (let i = 0; i < 5; i++) {
    const a = product(x, transposed(x))
    const polynomial = combined((p, q) => -4.775 * p + 2.0315 * q, a, product(a, a))
    x = combined((p, q) => 3.4445 * p + q, x, product(polynomial, x))
  }
  return x
}

describe('muon', () => {
  it.each([
    [3, 5],
    [5, 3],
    [4, 4],
    [1, 6],
  ])('is its formula for %d × %d', (rows, columns) => {
    const rule = muon({ learningRate: 0.1, momentum: 0.8, weightDecay: 0.01 })
    let x: Matrix = matrix(rows, columns, 0)
    let velocity: Matrix = combined(() => 0, x)
    let [tensors, state] = [upload(x), rule.init(upload(x))]
    for (let t = 1; t <= 10; t++) {
      const g = matrix(rows, columns, t)
      velocity = combined((m, h) => 0.8 * m + h, velocity, g)
      const ahead = combined((h, m) => h + 0.8 * m, g, velocity)
      const d = rows > columns ? transposed(orthogonal(transposed(ahead))) : orthogonal(ahead)
      const scale = Math.sqrt(Math.max(1, rows / columns))
      x = combined((value, o) => value - 0.1 * (scale * o + 0.01 * value), x, d)
      ;[tensors, state] = rule.step(upload(g), state, tensors)
      expect(distance([...tensors.readSync()], x.flat())).toBeLessThanOrEqual(1e-11)
    }
  })

  it('leaves what is no matrix to the other rule, and zeros in their place', () => {
    const params = componentArray({ weight: zeros([2, 3]), bias: tensor([1, 2]) })
    const rule = muon({ learningRate: 0.1 }, sgd({ learningRate: 1 }))
    const [next] = rule.step(params, rule.init(params), params)
    expect([...next.bias.readSync()]).toEqual([0, 0])
    expect([...next.weight.readSync()]).toEqual([0, 0, 0, 0, 0, 0])
    const [moved] = muon().step(params, muon().init(params), params)
    const alone = adam({ learningRate: 1e-3 })
    expect(moved.bias.readSync()[0]).toBeLessThan(
      alone.step(params, alone.init(params), params)[0].bias.readSync()[0]! + 1e-6,
    )
  })
})

describe('adafactor', () => {
  it('is its formula for a matrix', () => {
    const rule = adafactor({ factorFrom: 3, learningRate: 0.1 })
    let x: Matrix = matrix(3, 4, 0)
    let [r, c] = [
      [0, 0, 0],
      [0, 0, 0, 0],
    ]
    let [tensors, state] = [upload(x), rule.init(upload(x))]
    for (let t = 1; t <= 20; t++) {
      const g = combined((value) => value * t, matrix(3, 4, t))
      const decay = 1 - t ** -0.8
      const square = combined((value) => value ** 2 + 1e-30, g)
      r = r.map((old, i) => decay * old + (1 - decay) * square[i]!.reduce((sum, value) => sum + value, 0))
      c = c.map((old, j) => decay * old + (1 - decay) * square.reduce((sum, row) => sum + row[j]!, 0))
      const total = r.reduce((sum, value) => sum + value, 0)
      const u = g.map((row, i) => row.map((value, j) => value / Math.sqrt((r[i]! * c[j]!) / total)))
      const clip = Math.max(1, Math.sqrt(squares(u) / 12))
      const size = 0.1 * Math.max(1e-3, Math.sqrt(squares(x) / 12))
      x = combined((value, d) => value - (size * d) / clip, x, u)
      ;[tensors, state] = rule.step(upload(g), state, tensors)
      expect(distance([...tensors.readSync()], x.flat())).toBeLessThanOrEqual(1e-12)
    }
  })

  it('keeps n + m numbers of a large matrix, by its name, and all of a small one', () => {
    const params = componentArray({ layer: { weight: zeros([128, 200]), bias: zeros([200]) }, small: zeros([3, 3]) })
    const { moments } = adafactor().init(params)
    expect(Object.keys(moments)).toEqual(['layer.weight', 'layer.bias', 'small'])
    expect(leavesOf(moments).map(({ shape }) => shape)).toEqual([[128], [200], [200], [3, 3]])
  })
})
