/**
 * What several threads do of a step, one stage after the other. A kernel of several statements, such as an optimiser's update with its
 * count of steps, is taken apart where its statements hand no local on; statements keep their order, so that what one writes
 * in the place of what another reads is still written after it.
 */
import type { Buffer, Kernel, Local, Statement, Step } from '../language/kernel.ts'
import { kernelCost } from '../language/kernel-cost.ts'
import { allNodes, eachStatement, nodesOf } from '../language/walk.ts'
import type { Crew } from './crew.ts'
import { splitStep } from './split.ts'

/** Steps that may run at the same time; a single one runs whole. */
export type Stage = readonly Step[]

/** The stages of a step. */
export function stagesOf(step: Step, crew: Crew): readonly Stage[] {
  if (step.kind !== 'kernel' || step.kernel.body.length === 1) return [splitStep(step, crew) ?? [step]]
  const stages: Stage[] = []
  let whole: Statement[] = []
  const end = (): void => {
    if (whole.length > 0) stages.push([kernelOf(step.kernel, whole)])
    whole = []
  }
  for (const run of runsOf(step.kernel.body)) {
    const parts = run.length === 1 ? splitStep(kernelOf(step.kernel, run), crew) : null
    if (parts === null) {
      whole.push(...run)
      continue
    }
    end()
    stages.push(parts)
  }
  end()
  return stages.length === 1 ? [[step]] : stages
}

function kernelOf({ name, rowBuffers = [] }: Kernel, body: readonly Statement[]): Step {
  const written = storedIn(body)
  const own = rowBuffers.filter((buffer) => written.has(buffer))
  return { kind: 'kernel', kernel: { name, body, ...kernelCost(body), rowBuffers: own } }
}

function storedIn(body: readonly Statement[]): ReadonlySet<Buffer> {
  const stored = new Set<Buffer>()
  eachStatement(body, (statement) => {
    if (statement.kind === 'store') stored.add(statement.buffer)
  })
  return stored
}

/** The statements in runs, of which none uses a local of another. */
function runsOf(body: readonly Statement[]): readonly (readonly Statement[])[] {
  const lastUse = new Map<Local, number>()
  body.forEach((statement, i) => {
    for (const local of usedIn(statement)) lastUse.set(local, i)
  })
  const runs: Statement[][] = []
  let end = -1
  body.forEach((statement, i) => {
    if (i > end) runs.push([])
    runs.at(-1)!.push(statement)
    end = Math.max(end, i, ...[...assignedIn(statement)].map((local) => lastUse.get(local) ?? i))
  })
  return runs
}

function usedIn(statement: Statement): ReadonlySet<Local> {
  const used = new Set<Local>()
  eachStatement([statement], (inner) => {
    for (const node of allNodes(nodesOf(inner))) if (node.kind === 'local') used.add(node.local)
  })
  return used
}

function assignedIn(statement: Statement): ReadonlySet<Local> {
  const assigned = new Set<Local>()
  eachStatement([statement], (inner) => {
    if (inner.kind === 'assign' || inner.kind === 'reduce') assigned.add(inner.local)
  })
  return assigned
}
