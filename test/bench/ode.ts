/** A neural differential equation, 2-50-2 with tanh on u³: the right-hand side, and RK4 over a scan, with gradients; float64. */
import {
  add,
  componentArray,
  fromTypedArray,
  grad,
  jit,
  matmul,
  mul,
  pow,
  scanN,
  square,
  sum,
  type Tensor,
  tanh,
  tensor,
} from '../../src/index.ts'
import type { ComponentArray } from '../../types/index.ts'
import { type Case, milliseconds, noise, once } from './harness.ts'

type P = ComponentArray<{ L1: { weight: [50, 2]; bias: [50] }; L2: { weight: [2, 50]; bias: [2] } }, 'float64'>
type U = Tensor<readonly [2], 'float64'>

const doubles = (length: number, seed: number, scale: number) => Float64Array.from(noise(length, seed, scale))

const parameters = (): P =>
  componentArray({
    L1: { weight: fromTypedArray(doubles(100, 1, 0.5), [50, 2]), bias: fromTypedArray(new Float64Array(50), [50]) },
    L2: { weight: fromTypedArray(doubles(100, 2, 0.2), [2, 50]), bias: fromTypedArray(new Float64Array(2), [2]) },
  })

const dudt = (u: U, { L1, L2 }: P): U =>
  add(matmul(L2.weight, tanh(add(matmul(L1.weight, pow(u, 3)), L1.bias))), L2.bias)

const rk4 =
  (steps: number, dt: number) =>
  (p: P, start: U): U => {
    const step = (u: U) => {
      const k1 = dudt(u, p)
      const k2 = dudt(add(u, mul(k1, dt / 2)), p)
      const k3 = dudt(add(u, mul(k2, dt / 2)), p)
      const k4 = dudt(add(u, mul(k3, dt)), p)
      const slope = add(add(k1, mul(k2, 2)), add(mul(k3, 2), k4))
      return [add(u, mul(slope, dt / 6)), null] as const
    }
    return scanN(step, start, steps)[0]
  }

const start = (): U => tensor([2, 0], 'float64')

const rightHandSide: Case = {
  name: 'ode-rhs',
  run(emit) {
    const [p, u] = [parameters(), start()]
    const f = jit(dudt)
    emit('ode-rhs', 1000 / milliseconds(() => void f(u, p), 1000), 'calls/s')
    const g = jit(grad((q: P, v: U) => sum(square(dudt(v, q)))))
    emit('ode-rhs-grad-params', 1000 / milliseconds(() => void g(p, u), 1000), 'calls/s')
  },
}

const solves: readonly Case[] = [30, 100, 10_000].map((steps) => ({
  name: `ode-rk4-${steps}`,
  run(emit) {
    const [p, u] = [parameters(), start()]
    const dt = 1.5 / steps
    const solve = jit(rk4(steps, dt))
    emit(
      `ode-rk4-${steps}-first-call`,
      once(() => void solve(p, u)),
      'ms',
    )
    emit(
      `ode-rk4-${steps}`,
      milliseconds(() => void solve(p, u), 3),
      'ms',
    )
    const g = jit(grad((q: P, v: U) => sum(square(rk4(steps, dt)(q, v)))))
    emit(
      `ode-rk4-${steps}-grad-first-call`,
      once(() => void g(p, u)),
      'ms',
    )
    emit(
      `ode-rk4-${steps}-grad`,
      milliseconds(() => void g(p, u), 3),
      'ms',
    )
  },
}))

/** The peers' workload, in float64. */
export const ode: readonly Case[] = [rightHandSide, ...solves]
