/**
 * The published test problems (evaluations beside SciPy's), and the valley of Rosenbrock in 100 dimensions by BFGS: first run,
 * traced again, and run again.
 */
import {
  bfgs,
  lbfgs,
  leastSquaresSync,
  levenbergMarquardt,
  minimiser,
  minimiseSync,
  trustRegion,
} from '../../optimisers/index.ts'
import { isMinimum, objectiveOf, problems, startOf, type TestProblem } from '../optimisers/problems.ts'
import { type Case, milliseconds, once } from './harness.ts'

/** Columns of the table, in the order of `TestProblem.scipy`. */
const columns = [
  { name: 'BFGS', solve: (problem: TestProblem) => minimiseSync(objectiveOf(problem), startOf(problem), bfgs()) },
  { name: 'L-BFGS', solve: (problem: TestProblem) => minimiseSync(objectiveOf(problem), startOf(problem), lbfgs()) },
  {
    name: 'trust region',
    solve: (problem: TestProblem) => minimiseSync(objectiveOf(problem), startOf(problem), trustRegion()),
  },
  {
    name: 'Levenberg-Marquardt',
    solve: (problem: TestProblem) => leastSquaresSync(problem.residuals, startOf(problem), levenbergMarquardt()),
  },
]

const table: Case = {
  name: 'optimisation-problems',
  run(emit) {
    const head = columns.map(({ name }) => name.padStart(22)).join('')
    console.log(`${'evaluations (SciPy)'.padEnd(26)}${head}`)
    const sums = columns.map(() => [0, 0] as [number, number])
    for (const problem of problems) {
      const cells = columns.map(({ solve }, i) => {
        const { evaluations, objective } = solve(problem)
        sums[i]![0] += evaluations
        sums[i]![1] += problem.scipy[i]!
        const solved = isMinimum(problem, i === 3 ? 2 * objective : objective)
        return `${solved ? '' : '! '}${evaluations} (${problem.scipy[i]})`.padStart(22)
      })
      console.log(`${problem.name.padEnd(26)}${cells.join('')}`)
    }
    console.log(`${'sum'.padEnd(26)}${sums.map(([own, other]) => `${own} (${other})`.padStart(22)).join('')}`)
    columns.forEach(({ name }, i) => {
      emit(`optimisation-problems-${name.toLowerCase().replaceAll(' ', '-')}`, sums[i]![0], 'evaluations')
    })
  },
}

const valley: Case = {
  name: 'optimisation-rosenbrock-100',
  run(emit) {
    const problem = problems.find(({ name }) => name === 'Extended Rosenbrock 100')! // it stands in the table
    const [objective, start] = [objectiveOf(problem), startOf(problem)]
    const again = minimiser(objective, bfgs())
    emit(
      'optimisation-rosenbrock-100-first-run',
      once(() => void again.runSync(start)),
      'ms',
    )
    emit(
      'optimisation-rosenbrock-100-traced-again',
      milliseconds(() => void minimiseSync(objective, start, bfgs()), 3),
      'ms',
    )
    emit(
      'optimisation-rosenbrock-100-again',
      milliseconds(() => void again.runSync(start), 5),
      'ms',
    )
  },
}

/** Evaluations, and the time of a small minimisation; the valley first, so that nothing is compiled before. */
export const optimisation: readonly Case[] = [valley, table]
