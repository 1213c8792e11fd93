/**
 * Companions: a kernel that finds a few single numbers (the mean of a loss) waits for the next small kernel that has nothing to do
 * with it, and is done beside it. For machines on which starting a kernel costs more than such work.
 */
import { buffersOf } from '../language/buffers.ts'
import type { Kernel, Step } from '../language/kernel.ts'

/** Turns of the reductions of a companion, at most. */
const TURNS = 1024
/** Bytes that the kernel beside it touches at most: both are the work of few threads. */
const BYTES = 65_536

/** The steps, with single numbers found beside the kernels that come later. */
export function withCompanions(steps: readonly Step[]): readonly Step[] {
  const kept: (Step | null)[] = [...steps]
  kept.forEach((step, position) => {
    if (step?.kind !== 'kernel' || !isSingle(step.kernel)) return
    const home = homeOf(step, kept, position)
    if (home < 0) return
    const host = kept[home] as Extract<Step, { kind: 'kernel' }> // homeOf finds kernels alone
    kept[home] = { kind: 'kernel', kernel: beside(step.kernel, host.kernel) }
    kept[position] = null
  })
  return kept.filter((step) => step !== null)
}

/** The first small kernel with loops after the step, before anything that depends on the step or changes what it reads; else -1. */
function homeOf(step: Step, steps: readonly (Step | null)[], position: number): number {
  const own = buffersOf(step)
  for (let next = position + 1; next < steps.length; next++) {
    const other = steps[next]
    if (other === null) continue
    const { reads, writes } = buffersOf(other)
    for (const buffer of own.writes) if (reads.has(buffer) || writes.has(buffer)) return -1
    for (const buffer of own.reads) if (writes.has(buffer)) return -1
    if (other.kind === 'kernel' && other.kernel.bytes <= BYTES && other.kernel.body.every(({ kind }) => kind === 'for'))
      return next
  }
  return -1
}

/** Short reductions and single stores alone. */
function isSingle({ body }: Kernel): boolean {
  let turns = 0
  for (const statement of body) {
    if (statement.kind === 'reduce') turns += statement.loops.reduce((product, { extent }) => product * extent, 1)
    else if (statement.kind !== 'store') return false
  }
  return turns <= TURNS
}

const beside = (single: Kernel, host: Kernel): Kernel => ({
  name: `${single.name} + ${host.name}`,
  body: [...single.body, ...host.body],
  flops: single.flops + host.flops,
  bytes: single.bytes + host.bytes,
})
