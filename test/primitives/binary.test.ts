import { describe } from 'vitest'
import type { Value } from '../../src/core/value.ts'
import { broadcast } from '../../src/primitives/broadcast.ts'
import * as e from '../../src/primitives/elementwise.ts'
import { reshape } from '../../src/primitives/structural.ts'
import { atan2, pow } from '../../src/primitives/transcendental.ts'
import type { Operation } from '../helpers/cases.ts'
import { compareCases } from '../helpers/cases.ts'

/** The operands repeated to one shape by NumPy's rules. */
function together(operands: readonly Value[]): Value[] {
  const rank = Math.max(...operands.map(({ shape }) => shape.length))
  const padded = operands.map(({ shape }) => [...new Array<number>(rank - shape.length).fill(1), ...shape])
  const shape = Array.from({ length: rank }, (_, axis) =>
    padded.map((own) => own[axis]).reduce((a, b) => (a === 1 ? b : a)),
  )
  return operands.map((operand, i) => {
    const axes = shape.map((_, axis) => axis).filter((axis) => padded[i][axis] === shape[axis])
    const own = axes.map((axis) => shape[axis])
    return broadcast(reshape(operand, own), shape, axes)
  })
}

const broadcasting =
  (f: (...operands: Value[]) => Value): Operation =>
  (inputs) => [f(...together(inputs))]

describe('against golden values', () => {
  compareCases('binary', 1e-15, {
    add: broadcasting(e.add),
    sub: broadcasting(e.sub),
    mul: broadcasting(e.mul),
    div: broadcasting(e.div),
    pow: broadcasting(pow),
    atan2: broadcasting(atan2),
    maximum: broadcasting(e.max),
    minimum: broadcasting(e.min),
    fmod: broadcasting(e.rem),
    where: broadcasting(e.select),
  })
})
