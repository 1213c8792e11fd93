/** The minimum as a differentiable function: against its formula and against differences. */
import { describe, expect, it } from 'vitest'
import { argmin, bfgs, lbfgs, trustRegion } from '../../optimisers/index.ts'
import {
  add,
  type ComponentArray,
  componentArray,
  exp,
  flat,
  grad,
  jit,
  matmul,
  mul,
  scalar,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  vmap,
} from '../../src/index.ts'

type V = Tensor<readonly [2], 'float64'>
type S = Tensor<readonly [], 'float64'>
const matrix = tensor([[2, 1], [0, 1], [1, -1]], 'float64') // biome-ignore format: rows
const goal = tensor([1, 2, 3], 'float64')

/** Ridge regression, and a term that is no parabola. */
const ridge = (x: V, penalty: S, y: typeof goal): S =>
  add(add(sum(square(sub(matmul(matrix, x), y))), mul(sum(square(x)), penalty)), sum(exp(mul(x, 0.3))))

describe.each([
  ['bfgs', bfgs()],
  ['lbfgs', lbfgs()],
  ['trustRegion', trustRegion()],
])('argmin by %s', (_, optimiser) => {
  const solved = argmin(ridge, optimiser, { gradientTolerance: 1e-11 })
  const start: V = tensor([0, 0], 'float64')
  const score = (penalty: S, y: typeof goal): S => sum(mul(solved(start, penalty, y), tensor([1, -2], 'float64')))

  it('has the derivatives of the minimum', () => {
    const penalty = scalar(0.7, 'float64')
    const step = 1e-5
    const value = (p: number): number => score(scalar(p, 'float64'), goal).itemSync()
    const slope = grad(score)(penalty, goal).itemSync()
    expect(slope).toBeCloseTo((value(0.7 + step) - value(0.7 - step)) / (2 * step), 6)
    const slopes = grad(score, 1)(penalty, goal).readSync()
    ;[0, 1, 2].forEach((i) => {
      const moved = (by: number) =>
        tensor([1, 2, 3].map((y, j) => (j === i ? y + by : y)) as [number, number, number], 'float64')
      const difference = score(penalty, moved(step)).itemSync() - score(penalty, moved(-step)).itemSync()
      expect(slopes[i]).toBeCloseTo(difference / (2 * step), 6)
    })
    expect(jit(grad(score))(penalty, goal).itemSync()).toBe(slope)
  })

  it('does not depend on the start, and keeps names', () => {
    const byStart = grad((x: V) => sum(solved(x, scalar(0.7, 'float64'), goal)))(start)
    expect([...byStart.readSync()]).toEqual([0, 0])
    type P = ComponentArray<{ a: [1]; b: [2] }, 'float64'>
    const named: P = componentArray({ a: tensor([0], 'float64'), b: tensor([0, 0], 'float64') })
    const far = (p: P, t: S): S => add(sum(square(sub(flat(p), t))), mul(sum(square(p.b)), 1))
    const nearest = argmin(far, optimiser, { gradientTolerance: 1e-10 })
    expect(nearest(named, scalar(3, 'float64')).a.readSync()[0]).toBeCloseTo(3, 8)
    expect(grad((t: S) => sum(nearest(named, t).b))(scalar(3, 'float64')).itemSync()).toBeCloseTo(1, 8)
  })
})

it('refuses what it would have to ignore', () => {
  expect(() => argmin((x: S) => square(x), bfgs(), { lower: 0 } as never)).toThrow("argmin: it does not take 'lower'")
})

it('is mapped', () => {
  const nearest = argmin((x: S, t: S) => square(sub(x, mul(t, 3))), bfgs(), { gradientTolerance: 1e-10 })
  const slope = grad((t: S) => square(nearest(scalar(0, 'float64'), t)))
  expect([...vmap(slope)(tensor([1, 2], 'float64')).readSync()].map((x) => Math.round(x * 1e6) / 1e6)).toEqual([18, 36])
})
