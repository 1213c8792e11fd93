import { describe, expect, it } from 'vitest'
import { primitives } from '../../src/primitives/index.ts'
import type { Case } from './case.ts'
import * as laws from './laws.ts'
import { libraryRows, type OneWay, rows } from './table.ts'

it('every primitive has a row, and every row a primitive', () => {
  const oneWay: readonly OneWay[] = ['customVjp', 'customTangent']
  expect([...Object.keys(rows), ...oneWay].sort()).toEqual(Object.keys(primitives).sort())
})

it('every primitive is catalogued under its own name', () => {
  for (const [name, primitive] of Object.entries(primitives)) expect(primitive.name).toBe(name)
})

/** Applies a law to each case. */
const all = (cases: readonly Case[], law: (one: Case) => void): void => cases.forEach(law)

describe.each([...Object.entries(rows), ...Object.entries(libraryRows)])('%s', (_, row) => {
  const mappable = row.cases.filter(({ inputs }) => inputs.length > 0)
  const differentiable = row.cases.filter(laws.isDifferentiable)

  it('values have the shapes that were promised', () => all(row.cases, laws.valuesHaveTheirShapes))

  if (mappable.length > 0) {
    it('mapping is a loop', () => all(mappable, laws.mappingIsALoop))
    it('mapping nothing gives nothing', () => all(mappable, laws.mappingNothingGivesNothing))
  }
  if (row.stopped) {
    it('the derivative is zero by definition', () => all(differentiable, laws.derivativeIsStopped))
  } else if (differentiable.length > 0) {
    it('tangents match differences', () => all(differentiable, laws.tangentsMatchDifferences))
    it('transposes are adjoint', () => all(differentiable, laws.transposesAreAdjoint))
    it('orders 2 and 3 agree in every nesting', () => all(differentiable, laws.higherOrdersAgree))
    it('rules serve float32', () => all(differentiable, laws.rulesServeFloat32))
  }
})
