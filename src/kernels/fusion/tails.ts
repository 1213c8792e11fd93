/**
 * Tails: a small reduction of what a kernel has just written (the mean of a loss, the sums of a bias gradient) joins that kernel
 * and runs after it, while the numbers are in cache. A pass over finished steps, for machines on which one thread runs a kernel
 * from beginning to end.
 */
import { buffersOf } from '../language/buffers.ts'
import type { Buffer, Kernel, Statement, Step } from '../language/kernel.ts'
import { eachStatement } from '../language/walk.ts'

/** Bytes that a tail touches at most. */
const LARGEST = 65_536
/** Buffers that a kernel works on at most, with its tails: they are the parameters of one function. */
const MOST_BUFFERS = 256
/** A reduction reads at least so many elements for one that it writes. */
const LEAST_RATIO = 4

/** The steps, with tails in the kernels that they follow. */
export function withTails(steps: readonly Step[]): readonly Step[] {
  const kept: Step[] = []
  const buffers: Set<Buffer>[] = []
  const written = new Map<Buffer, number>()
  const touched = new Map<Buffer, number>()
  for (const step of steps) {
    const { reads, writes } = buffersOf(step)
    let earliest = -1
    for (const buffer of reads) earliest = Math.max(earliest, written.get(buffer) ?? -1)
    const fits = earliest >= 0 && buffers[earliest].size + reads.size + writes.size <= MOST_BUFFERS
    const home = fits ? homeOf(step, kept[earliest]) : null
    for (const buffer of writes) earliest = Math.max(earliest, touched.get(buffer) ?? -1)
    const position = home !== null && kept[earliest] === home.before ? earliest : kept.length
    if (position === kept.length) buffers.push(new Set())
    kept[position] = position < kept.length ? home!.after : step
    for (const buffer of writes) written.set(buffer, position)
    for (const buffer of [...reads, ...writes]) {
      touched.set(buffer, Math.max(position, touched.get(buffer) ?? -1))
      buffers[position].add(buffer)
    }
  }
  return kept
}

/** The kernel without and with the step, if the step is a tail of it. */
function homeOf(step: Step, before: Step): { readonly before: Step; readonly after: Step } | null {
  if (step.kind !== 'kernel' || before.kind !== 'kernel' || !isReduction(step.kernel)) return null
  return { before, after: { kind: 'kernel', kernel: joined(before.kernel, step.kernel) } }
}

/** Does the kernel write far fewer elements than it computes with, and little in all? */
function isReduction({ body, bytes }: Kernel): boolean {
  if (bytes > LARGEST) return false
  let [written, computed] = [0, 0]
  eachStatement(body, (statement, loops) => {
    if (statement.kind === 'store') written += extentOf(loops)
    else if (statement.kind === 'reduce') computed += extentOf([...loops, ...statement.loops])
  })
  return computed >= LEAST_RATIO * written && !hasScript(body)
}

/** Statements of algorithms of their own stay apart. */
function hasScript(body: readonly Statement[]): boolean {
  let found = false
  eachStatement(body, ({ kind }) => {
    found ||= kind === 'while' || kind === 'if' || kind === 'accumulate' || kind === 'assign'
  })
  return found
}

const extentOf = (loops: readonly { readonly extent: number }[]): number =>
  loops.reduce((product, { extent }) => product * extent, 1)

const joined = (a: Kernel, b: Kernel): Kernel => ({
  name: `${a.name} + ${b.name}`,
  body: [...a.body, ...b.body],
  flops: a.flops + b.flops,
  bytes: a.bytes + b.bytes,
  rowBuffers: [...(a.rowBuffers ?? []), ...(b.rowBuffers ?? [])],
})
