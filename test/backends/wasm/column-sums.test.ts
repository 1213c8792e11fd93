/** Sums down the columns of large matrices, which are cut in two, against the reference, by the interpreter and by the machine. */
import { describe, expect, it } from 'vitest'
import { abstract } from '../../../src/core/abstract.ts'
import { evaluateProgram } from '../../../src/core/evaluate.ts'
import type { Value } from '../../../src/core/value.ts'
import { sum } from '../../../src/primitives/broadcast.ts'
import { add, mul } from '../../../src/primitives/elementwise.ts'
import { exp } from '../../../src/primitives/transcendental.ts'
import { check, close, programOf, randomInputs, referenceInputs } from '../../kernels/check.ts'
import { runRoutine } from './run-routine.ts'

/** Rows, columns, and whether the sum is cut: not for 509 rows, a prime number, nor for matrices that are small or narrow. */
const shapes = [
  [512, 64, true],
  [520, 67, true],
  [513, 129, true],
  [63, 521, true],
  [77, 515, true],
  [16, 2049, true],
  [1000, 35, false],
  [509, 128, false],
  [8, 100, false],
] as const

const sums: readonly (readonly [name: string, f: (x: Value, y: Value) => readonly Value[]])[] = [
  ['a sum', (x) => [sum(x, [0])]],
  ['a sum of products, and what follows', (x, y) => [exp(mul(sum(mul(x, y), [0]), sum(x, [0])))]],
  ['sums that read the same', (x, y) => [sum(x, [0]), sum(mul(x, y), [0]), sum(add(x, y), [0])]],
]

describe.each(['float32', 'float64'] as const)('%s', (dtype) => {
  describe.each(sums)('%s', (_, f) => {
    it.each(shapes)('%s × %s', (rows, columns, isCut) => {
      const type = abstract([rows, columns], dtype)
      const program = programOf([type, type], f)
      const inputs = randomInputs(program).map((input) => input.map((x) => x / 16))
      const planned = check(program, inputs)
      const whole = check(program, inputs, { sharesRows: false }).routine.steps.length
      expect(planned.routine.steps.length).toBe(isCut ? 2 * whole : whole)
      const expected = evaluateProgram(program, referenceInputs(program, inputs))
      const actual = runRoutine(planned, inputs)
      program.outputs.forEach((output, i) => {
        close(output, actual[i]!, expected[i]!.data)
      })
    })
  })
})

it('sums of float32 err as little as their rounding', () => {
  const type = abstract([4096, 64], 'float32')
  const program = programOf([type], (x) => [sum(x, [0])])
  const input = new Float32Array(4096 * 64).fill(0.1)
  const [result] = runRoutine(check(program, [input]), [input])
  for (const total of result!) expect(Math.abs(total / (4096 * Math.fround(0.1)) - 1)).toBeLessThan(2e-7)
})

it('independent threads sum columns whole', () => {
  const type = abstract([512, 64], 'float32')
  const program = programOf([type], (x) => [sum(x, [0])])
  expect(check(program, undefined, { sharesRows: false }).routine.steps.length).toBe(1)
})
