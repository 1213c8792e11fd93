/** Dense linear algebra in plain loops: `cholesky` (row by row) and `triangularSolve` (substitution, right-hand sides in lanes). */

import { paramsOf } from '../../rewrite/params.ts'
import type { Index } from '../language/axes.ts'
import { affine } from '../language/axes.ts'
import type { Node } from '../language/kernel.ts'
import type { Script } from './script.ts'
import { scripted } from './scripted.ts'
import type { StepContext, StepRule } from './steps.ts'
import type { Storage } from './storage.ts'
import { denseStorage } from './storage.ts'

/** L[i, j] = (A[i, j] - Σ_{k<j} L[i, k] L[j, k]) / L[j, j], and the root on the diagonal; zeros above it. */
export const factorised: StepRule = {
  kind: 'step',
  writes: () => true,
  access: () => ['streamed'],
  lower: scripted('cholesky', ({ equation, output }, script) => {
    const [x] = equation.inputs
    const order = x.shape[x.shape.length - 1]
    const factor = output(0)
    script.each(
      x.shape.slice(0, -2),
      () => 'parallel',
      (batch) => {
        script.loop(order, 'ordered', (row) => {
          script.loop(order, 'ordered', (column) => {
            const [i, j] = [script.table.value(row), script.table.value(column)]
            const value = script.reader.read(x, [...batch, row, column])
            script.when(
              script.test('lt', i, j),
              () => script.store(factor, [...batch, row, column], script.number(x.dtype, 0)),
              () => writeFactor(script, factor, batch, { row, column, order }, value),
            )
          })
        })
      },
    )
  }),
}

interface Entry {
  readonly row: Index
  readonly column: Index
  readonly order: number
}

function writeFactor(
  script: Script,
  factor: Storage,
  batch: readonly Index[],
  { row, column, order }: Entry,
  value: Node,
): void {
  const rest = script.variable(value)
  const k = script.variable(script.integer(0))
  const [i, j] = [script.table.value(row), script.table.value(column)]
  script.repeat(script.test('lt', script.value(k), j), () => {
    const at = script.at(script.value(k), order)
    const product = script.apply(
      'mul',
      script.load(factor, [...batch, row, at]),
      script.load(factor, [...batch, column, at]),
    )
    script.assign(rest, script.apply('sub', script.value(rest), product))
    script.assign(k, script.apply('add', script.value(k), script.integer(1)))
  })
  script.when(
    script.test('eq', i, j),
    () => script.store(factor, [...batch, row, column], script.apply('sqrt', script.value(rest))),
    () => {
      const diagonal = script.load(factor, [...batch, column, column])
      script.store(factor, [...batch, row, column], script.apply('div', script.value(rest), diagonal))
    },
  )
}

/** x[i] = (b[i] - Σ_k op(a)[i, k] x[k]) / op(a)[i, i], from the first row down (lower) or from the last one up. */
export const solved: StepRule = {
  kind: 'step',
  writes: () => true,
  access: () => ['whole', 'streamed'],
  lower: scripted('triangularSolve', (context, script) => {
    const { equation } = context
    const { lower, transposeA } = paramsOf(equation, 'triangularSolve')
    const [a, b] = equation.inputs
    const operand = context.operand(0)
    const matrix = denseStorage(operand.buffer, a.shape, operand.offset)
    const [order, columns] = b.shape.slice(-2)
    const forward = lower !== transposeA
    script.each(
      b.shape.slice(0, -2),
      () => 'parallel',
      (batch) => {
        const entry = (i: Index, k: Index): Node =>
          script.load(matrix, transposeA ? [...batch, k, i] : [...batch, i, k])
        script.loop(order, 'ordered', (step) => {
          const row = forward ? step : affine(step, -1, order - 1)
          substitute(script, { batch, row, step, order, columns, forward }, context, entry)
        })
      },
    )
  }),
}

interface Row {
  readonly batch: readonly Index[]
  readonly row: Index
  readonly step: Index
  readonly order: number
  readonly columns: number
  readonly forward: boolean
}

/** One row of the solution, for all right-hand sides. */
function substitute(
  script: Script,
  { batch, row, step, order, columns, forward }: Row,
  { equation, output }: StepContext,
  entry: (i: Index, k: Index) => Node,
): void {
  const solution = output(0)
  const eachColumn = (write: (place: readonly Index[]) => void): void =>
    script.loop(columns, 'parallel', (column) => write([...batch, row, column]))
  eachColumn((place) => script.store(solution, place, script.reader.read(equation.inputs[1], place)))
  script.loop(order, 'ordered', (earlier) => {
    const known = forward ? earlier : affine(earlier, -1, order - 1)
    script.when(script.test('lt', script.table.value(earlier), script.table.value(step)), () =>
      eachColumn((place) => {
        const product = script.apply('mul', entry(row, known), script.load(solution, place.toSpliced(-2, 1, known)))
        script.store(solution, place, script.apply('sub', script.load(solution, place), product))
      }),
    )
  })
  eachColumn((place) =>
    script.store(solution, place, script.apply('div', script.load(solution, place), entry(row, row))),
  )
}
