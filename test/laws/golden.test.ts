/** Derivatives of orders 1 to 3 against the golden values: of scalar functions at listed points, of tensor operations along directions. */
import { describe, expect, it } from 'vitest'
import type { Value } from '../../src/core/value.ts'
import { sum } from '../../src/primitives/broadcast.ts'
import type { GoldenNumber } from '../helpers/golden.ts'
import { golden, numbers } from '../helpers/golden.ts'
import { array, elements } from '../helpers/reference.ts'
import { scalarFunctions } from '../primitives/scalar-functions.ts'
import { gradient } from './derivatives.ts'

interface ScalarCase {
  readonly op: string
  readonly x: readonly GoldenNumber[]
  readonly d1: readonly GoldenNumber[]
  readonly d2: readonly GoldenNumber[]
  readonly d3: readonly GoldenNumber[]
  readonly convention?: readonly number[]
}

const cases = golden<ScalarCase>('elementwise').cases

/** The derivative of an elementwise function of a vector, elementwise again. */
const derivative =
  (f: (x: Value) => Value) =>
  (x: Value): Value =>
    gradient(([v]) => sum(f(v), [0]))([x])[0]

/** Relative, by order, down to 1e-300. */
const tolerances = [1e-13, 1e-12, 1e-11] as const

/** Absolute near 0, too: 1 - y² and y (1 - y) lose digits in the tails. */
const saturating: ReadonlySet<string> = new Set(['tanh', 'sigmoid', 'softplus'])

describe.each(Object.entries(scalarFunctions))('%s', (name, f) => {
  const { x, d1, d2, d3, convention = [] } = cases.find(({ op }) => op === name)!
  const at = array([x.length], numbers(x))

  it.each([
    ['first', d1, derivative(f), tolerances[0]],
    ['second', d2, derivative(derivative(f)), tolerances[1]],
    ['third', d3, derivative(derivative(derivative(f))), tolerances[2]],
  ] as const)('%s derivative', (_, truth, slope, tolerance) => {
    const values = elements(slope, at)
    numbers(truth).forEach((b, i) => {
      if (convention.includes(i)) return
      const allowed = tolerance * (saturating.has(name) ? 1 + Math.abs(b) : Math.abs(b)) + 1e-300
      const error = Math.abs(values[i] - b)
      expect(values[i] === b || error <= allowed, `at ${x[i]}: ${values[i]}, not ${b}`).toBe(true)
    })
  })
})
