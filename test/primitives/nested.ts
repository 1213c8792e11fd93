/** What the tests of control flow look at: equations of nested programs, and derivatives of orders 0 to 3. */
import { expect } from 'vitest'
import type { Equation, Program } from '../../src/core/program.ts'
import { nestedPrograms } from '../../src/core/program.ts'
import type { Value } from '../../src/core/value.ts'
import { constantLike } from '../../src/primitives/broadcast.ts'
import type { ScanParams } from '../../src/primitives/control/scan-call.ts'
import type { Fn } from '../transforms/operators.ts'
import { apply, grad, numbers, push } from '../transforms/operators.ts'

/** A constant of the shape and dtype of x. */
export const constant = (x: Value, value: number): Value => constantLike(x, value)

/** The equations of a primitive, nested ones too. */
export const all = (program: Program, name: string): Equation[] =>
  program.equations.flatMap((equation) => [
    ...(equation.primitive.name === name ? [equation] : []),
    ...Object.values(equation.params)
      .flatMap(nestedPrograms)
      .flatMap((nested) => all(nested, name)),
  ])

/** The attributes of a scan. */
export const bodyOf = (equation: Equation): ScanParams => equation.params as ScanParams // asked for scans only

/** Compares lists, relative to the size of what is expected. */
export const expectClose = (actual: readonly number[], expected: readonly number[], digits = 10): void => {
  expect(actual).toHaveLength(expected.length)
  actual.forEach((x, i) => {
    expect(Math.abs(x - expected[i]!) / Math.max(1, Math.abs(expected[i]!))).toBeLessThan(10 ** -digits)
  })
}

/** f, ∇f, a Hessian-vector product and a third derivative in a direction, each in one list. */
const derivativesOf = (f: Fn, x: Value, v: Value): number[][] => {
  const slope: Fn = (y) => push(f)(y!, v)
  const curvature: Fn = (y) => push(slope)(y!, v)
  return [apply(f, x), grad(f)(x), grad(slope)(x), grad(curvature)(x)].map(numbers)
}

/** Compares two functions in value and derivatives of orders 1 to 3. */
export const expectSameDerivatives = (f: Fn, g: Fn, x: Value, v: Value): void => {
  const expected = derivativesOf(g, x, v)
  derivativesOf(f, x, v).forEach((list, order) => {
    expectClose(list, expected[order]!)
  })
}
