/** The published test problems: known minima, and no more evaluations than SciPy. */
import { describe, expect, it } from 'vitest'
import { bfgs, lbfgs, leastSquaresSync, levenbergMarquardt, minimiseSync, trustRegion } from '../../optimisers/index.ts'
import { isMinimum, objectiveOf, problems, startOf } from './problems.ts'

const columns = [
  { name: 'bfgs', make: () => bfgs(), column: 0 },
  { name: 'lbfgs', make: () => lbfgs(), column: 1 },
  { name: 'trustRegion', make: () => trustRegion(), column: 2 },
  { name: 'levenbergMarquardt', make: () => levenbergMarquardt(), column: 3 },
] as const

describe.each(columns)('$name', ({ name, make, column }) => {
  let evaluations = 0
  let scipy = 0

  it.each(problems)(`${name} solves $name`, (problem) => {
    const options = { gradientTolerance: 1e-8 }
    const least = column === 3
    const solution = least
      ? leastSquaresSync(problem.residuals, startOf(problem), make(), options)
      : minimiseSync(objectiveOf(problem), startOf(problem), make(), options)
    expect(isMinimum(problem, solution.objective * (least ? 2 : 1)), `${solution.objective}`).toBe(true)
    expect(['converged', 'precision']).toContain(solution.result)
    // SciPy's L-BFGS-B ends short of the minimum of Powell's badly scaled problem, and its trust-exact takes 1010 on Brown's.
    if (problem.unfair.includes(column)) return
    evaluations += solution.evaluations
    scipy += problem.scipy[column]
  })

  it(`${name} needs no more evaluations than SciPy in all`, () => {
    expect(evaluations).toBeLessThanOrEqual(scipy)
    expect(scipy).toBeGreaterThan(400)
  })
})
