/** A long solve and its gradient are one call: nothing is allocated for a step, and 10 000 steps work. */
import { describe, expect, it } from 'vitest'
import { add, componentArray, fromTypedArray, grad, jit, matmul, mul, scanN, square, sum, tanh } from '../src/index.ts'
import type { ComponentArray, Tensor } from '../types/index.ts'

type P = ComponentArray<{ weight: [8, 2]; bias: [8]; out: [2, 8] }, 'float64'>
type U = Tensor<readonly [2], 'float64'>

const wave = (length: number, rate: number) => Float64Array.from({ length }, (_, i) => Math.sin(rate * (i + 1)) / 2)

const parameters = (): P =>
  componentArray({
    weight: fromTypedArray(wave(16, 1), [8, 2]),
    bias: fromTypedArray(wave(8, 2), [8]),
    out: fromTypedArray(wave(16, 3), [2, 8]),
  })

const rate = (u: U, p: P): U => matmul(p.out, tanh(add(matmul(p.weight, u), p.bias)))

const solution =
  (steps: number) =>
  (p: P, start: U): U => {
    const dt = 1 / steps
    const step = (u: U) => {
      const k1 = rate(u, p)
      const k2 = rate(add(u, mul(k1, dt / 2)), p)
      const k3 = rate(add(u, mul(k2, dt / 2)), p)
      const k4 = rate(add(u, mul(k3, dt)), p)
      return [add(u, mul(add(add(k1, mul(k2, 2)), add(mul(k3, 2), k4)), dt / 6)), null] as const
    }
    return scanN(step, start, steps)[0]
  }

const loss = (steps: number) => (p: P, start: U) => sum(square(solution(steps)(p, start)))

const start = (): U => fromTypedArray(Float64Array.of(2, -1), [2])

/** The middle of what several calls leave on the heap and beside it, in bytes; a collection in one of them does not count. */
function bytesOf(call: () => void): number {
  call()
  call() // development traces the second call again
  const growths = Array.from({ length: 15 }, () => {
    const before = process.memoryUsage()
    call()
    const after = process.memoryUsage()
    return after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers
  })
  return growths.sort((a, b) => a - b)[7]!
}

const STEPS = 10_000

describe('a solve of 10 000 steps', () => {
  const [p, u] = [parameters(), start()]

  it('agrees with fewer steps of the same method', () => {
    const of = (steps: number) => Array.from(jit(solution(steps))(p, u).readSync())
    of(STEPS).forEach((x, i) => {
      expect(x).toBeCloseTo(of(100)[i]!, 9)
    })
  })

  it('has the gradient that fewer steps have', () => {
    const of = (steps: number) => jit(grad(loss(steps)))(p, u).bias.readSync()
    const [fine, coarse] = [of(STEPS), of(100)]
    fine.forEach((x, i) => {
      expect(x).toBeCloseTo(coarse[i]!, 8)
    })
  })

  it('allocates nothing for a step, forward or backward', () => {
    const [solve, gradient] = [jit(solution(STEPS)), jit(grad(loss(STEPS)))]
    expect(bytesOf(() => void solve(p, u))).toBeLessThan(8 * STEPS)
    expect(bytesOf(() => void gradient(p, u))).toBeLessThan(8 * STEPS)
  })

  it('and an allocation for each step would be seen', () => {
    const kept: object[] = []
    expect(
      bytesOf(() => {
        for (let i = 0; i < STEPS; i++) kept.push({ i })
      }),
    ).toBeGreaterThan(8 * STEPS)
  })
})
