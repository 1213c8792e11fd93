/**
 * What becomes one shader: statements inside a grid of independent iterations. A kernel of several nests without shared variables
 * is several parts, and so is one whose long reductions are cut into stages (`stages.ts`).
 */
import type { Loop, Statement } from '../../../kernels/language/kernel.ts'
import { eachStatement } from '../../../kernels/language/walk.ts'

/** A reduction. */
export type Reduce = Extract<Statement, { kind: 'reduce' }>

/** Reductions of which each iteration of `loop`, a loop of the grid, takes `length` turns. */
interface Cut {
  readonly loop: Loop
  readonly length: number
  readonly reductions: ReadonlySet<Statement>
}

/** Statements that become one shader. */
export interface Part {
  readonly name: string
  /** The outer parallel loops, and what stands inside them. */
  readonly grid: readonly Loop[]
  readonly inner: readonly Statement[]
  readonly cut: Cut | null
  /** Reductions that each workgroup does for itself before anything else; they do not depend on the grid. */
  readonly prologue: readonly Reduce[]
  /** Stores that the first thread of the whole grid does, in no order with the rest. */
  readonly once: readonly Statement[]
}

/** The nest of statements: the parallel loops around everything are its grid. */
export function nestOf(name: string, body: readonly Statement[], outer: readonly Loop[] = []): Part {
  const grid = [...outer]
  let inner = body
  while (inner.length === 1 && inner[0].kind === 'for' && inner[0].loop.parallel) {
    grid.push(inner[0].loop)
    inner = inner[0].body
  }
  return { name, grid, inner, cut: null, prologue: [], once: [] }
}

/** Everything that a part does. */
export const statementsOf = ({ prologue, once, inner }: Part): readonly Statement[] => [...prologue, ...once, ...inner]

/** Iterations of nested loops. */
export const extentOf = (loops: readonly Loop[]): number => loops.reduce((product, { extent }) => product * extent, 1)

/** The largest number of iterations inside that threads could share; 0 where something runs in an order of its own. */
export function workInside(body: readonly Statement[]): number {
  let most = 0
  let ordered = false
  eachStatement(body, (statement, loops) => {
    if (statement.kind === 'reduce') most = Math.max(most, extentOf(statement.loops))
    if (statement.kind === 'for' && statement.loop.parallel) most = Math.max(most, extentOf([...loops, statement.loop]))
    if (statement.kind === 'while' || statement.kind === 'if') ordered = true
  })
  return ordered ? 0 : most
}
