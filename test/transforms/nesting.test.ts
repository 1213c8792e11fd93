import { describe, expect, it } from 'vitest'
import { functions } from './functions.ts'
import { disagreement } from './operators.ts'

describe.each(Object.entries(functions))('%s', (_, f) => {
  it.each([1, 2, 3])('derivatives of order %i agree in every nesting, and with differences', (order) => {
    expect(disagreement(f, order)).toBeLessThan(1e-8)
  })
})
