/**
 * Which results may be written where a donated input stands: those whose first element is written after the last of the input
 * is read, or by a kernel that reads each element of the input only to write that of the result.
 */
import { buffersOf } from '../../../kernels/language/buffers.ts'
import type { Buffer, PlannedRoutine, Step } from '../../../kernels/language/kernel.ts'
import { inPlace } from '../../../kernels/planning/in-place.ts'
import { allSteps } from '../code/module-state.ts'

/** For each output: the positions of the inputs in whose place it may be written. */
export type Replacements = readonly ReadonlySet<number>[]

/** The replacements of a routine. None, where it may fail half-way: its inputs must then be as they were. */
export function replacementsOf(planned: PlannedRoutine): Replacements {
  const { inputs, outputs, steps } = planned.routine
  if (allSteps(planned).some(mayFail)) return outputs.map(() => new Set())
  const lastRead = new Map<Buffer, number>()
  const firstWrite = new Map<Buffer, number>()
  steps.forEach((step, position) => {
    const { reads, writes } = buffersOf(step)
    for (const buffer of reads) lastRead.set(buffer, position)
    for (const buffer of writes) if (!firstWrite.has(buffer)) firstWrite.set(buffer, position)
  })
  return outputs.map((output) => {
    const written = firstWrite.get(output) ?? steps.length
    const isFree = (input: Buffer): boolean => {
      if (input.dtype !== output.dtype || input.elements !== output.elements) return false
      const read = lastRead.get(input) ?? -1
      return read < written || (read === written && readsOnlyToWrite(steps[written]!, input, output))
    }
    return new Set(inputs.flatMap((input, i) => (isFree(input) ? [i] : [])))
  })
}

/** A callback may throw, and a bounded scan may find that it is too short. */
const mayFail = (step: Step): boolean => step.kind === 'host' || (step.kind === 'scan' && step.count !== null)

const readsOnlyToWrite = (step: Step, input: Buffer, output: Buffer): boolean =>
  step.kind === 'kernel' && inPlace(step.kernel).some(({ from, to }) => from === input && to === output)
