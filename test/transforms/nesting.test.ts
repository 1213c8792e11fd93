import { describe, expect, it } from 'vitest'
import { functions } from './functions.ts'
import { apply, derivatives, type Fn, number, richardson, scalar } from './operators.ts'

/** Where derivatives are taken. */
const at = 0.37

const names = Object.keys(derivatives)

/** All sequences of operators of the given length. */
const sequences = (length: number): string[][] =>
  length === 0 ? [[]] : sequences(length - 1).flatMap((tail) => names.map((name) => [name, ...tail]))

const applied = (sequence: readonly string[], f: Fn): Fn =>
  sequence.reduceRight((inner, name) => derivatives[name]!(inner), ((x) => apply(f, x!)) as Fn)

/** Largest difference over all sequences, relative to the size of the derivative. */
function disagreement(f: Fn, order: number, expected: number): number {
  const errors = sequences(order).map((sequence) => Math.abs(number(applied(sequence, f)(scalar(at))) - expected))
  return Math.max(...errors) / Math.max(1, Math.abs(expected))
}

describe.each(Object.entries(functions))('%s', (_, f) => {
  it.each([1, 2, 3])('derivatives of order %i agree in every nesting, and with differences', (order) => {
    const lower = applied(new Array<string>(order - 1).fill('reverse'), f)
    const expected = richardson((x) => number(lower(scalar(x))), at)
    expect(disagreement(f, order, expected)).toBeLessThan(1e-8)
  })
})
