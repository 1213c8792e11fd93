/** Activations against golden values, and far from 0, to third order. */
import { describe, expect, it } from 'vitest'
import * as door from '../../layers/index.ts'
import { fromTypedArray, grad, sum, type Tensor } from '../../src/index.ts'
import { type GoldenNumber, golden, numbers } from '../helpers/golden.ts'
import { activations } from './table.ts'

type Any = Tensor<any, any>
type F = (x: Any) => Any

interface ScalarCase {
  readonly op: string
  readonly x: readonly GoldenNumber[]
  readonly f: readonly GoldenNumber[]
  readonly d1: readonly GoldenNumber[]
  readonly d2: readonly GoldenNumber[]
  readonly d3: readonly GoldenNumber[]
  readonly convention?: readonly number[]
  readonly special?: { readonly x: readonly GoldenNumber[]; readonly f: readonly GoldenNumber[] }
}

const cases = golden<ScalarCase>('elementwise').cases

/** Golden name → activation. */
const table: Readonly<Record<string, F>> = {
  relu: door.relu as F,
  leaky_relu: door.leakyRelu as F,
  elu: door.elu as F,
  selu: door.selu as F,
  'celu_0.5': door.celuOf(0.5) as F,
  gelu_exact: door.gelu as F,
  gelu_tanh: door.geluTanh as F,
  silu: door.silu as F,
  mish: door.mish as F,
  softplus: door.softplus as F,
  sigmoid: door.sigmoid as F,
  tanh: door.tanh as F,
  hard_tanh: door.hardTanh as F,
  soft_sign: door.softsign as F,
}

/** The derivative of an elementwise function, elementwise again. */
const derivative =
  (f: F): F =>
  (x) =>
    grad((v: Any) => sum(f(v)) as Any)(x) as Any

const orders = (f: F): F[] => [f, derivative(f), derivative(derivative(f)), derivative(derivative(derivative(f)))]

const values = (f: F, x: Float32Array | Float64Array): number[] => [
  ...f(fromTypedArray(x, [x.length]) as Any).readSync(),
]

/** |a − b| ≤ tolerance (1 + |b|), by order (test/golden/README.md). */
const tolerances = [1e-13, 1e-13, 1e-12, 1e-11]

describe.each(Object.entries(table))('%s', (name, f) => {
  const one = cases.find(({ op }) => op === name)!

  it.each([0, 1, 2, 3])('derivative of order %d', (order) => {
    const truth = numbers([one.f, one.d1, one.d2, one.d3][order]!)
    const found = values(orders(f)[order]!, numbers(one.x))
    truth.forEach((b, i) => {
      if (order > 0 && (one.convention ?? []).includes(i)) return
      const fits = found[i] === b || Math.abs(found[i]! - b) <= tolerances[order]! * (1 + Math.abs(b))
      expect(fits, `at ${one.x[i]}: ${found[i]}, not ${b}`).toBe(true)
    })
  })

  it('at infinity and NaN', () => {
    if (one.special === undefined) return expect(one).toBeDefined()
    expect(values(f, numbers(one.special.x))).toEqual([...numbers(one.special.f)])
  })
})

it.each([Float32Array, Float64Array])('softsign keeps its digits far from 0, to third order', (Floats) => {
  const at = [-1e8, -3000, -7, 0.01, 20, 1e5, 1e8]
  const formulas = [
    (x: number) => x / (1 + Math.abs(x)),
    (x: number) => (1 + Math.abs(x)) ** -2,
    (x: number) => -2 * Math.sign(x) * (1 + Math.abs(x)) ** -3,
    (x: number) => 6 * (1 + Math.abs(x)) ** -4,
  ]
  const unit = Floats === Float32Array ? 2 ** -23 : 2 ** -52
  orders(door.softsign as F).forEach((f, order) => {
    const found = values(f, Floats.from(at))
    Floats.from(at).forEach((x, i) => {
      expect(Math.abs(found[i]! / formulas[order]!(x) - 1), `order ${order} at ${x}`).toBeLessThan(8 * unit)
    })
  })
})

describe.each(activations())('%s', (_, f) => {
  it.each([100, -100, 800, -800, 1e-6, 0])('is finite to third order at %d, in both dtypes', (x) => {
    for (const order of orders(f as F)) {
      // a second element, so that what works along an axis has a choice
      for (const at of [Float32Array.of(x, 1), Float64Array.of(x, 1)]) {
        expect(values(order, at).every(Number.isFinite), `at ${x}`).toBe(true)
      }
    }
  })
})

it('the derivative at a kink is what the documentation says', () => {
  const at0 = (f: F): number => values(derivative(f), Float64Array.of(0))[0]!
  expect([at0(door.relu as F), at0(door.leakyRelu as F)]).toEqual([0, 1])
  expect(values(derivative(door.hardTanh as F), Float64Array.of(-1, 1, 1.5))).toEqual([1, 1, 0])
})
