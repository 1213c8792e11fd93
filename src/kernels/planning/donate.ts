/** Donation: which outputs of a routine may be written over which inputs that nobody needs afterwards. */
import { buffersOf } from '../language/buffers.ts'
import type { Buffer, Routine, Step } from '../language/kernel.ts'
import { inPlace } from './in-place.ts'

/** For outputs (by position) the donated input whose memory they may take; each input is taken at most once. */
export function donations(routine: Routine, donated: readonly number[]): ReadonlyMap<number, number> {
  const uses = new Uses(routine)
  const taken = new Set<number>()
  const pairs = new Map<number, number>()
  routine.outputs.forEach((output, position) => {
    const input = donated.find((i) => !taken.has(i) && uses.mayShare(routine.inputs[i], output))
    if (input === undefined) return
    taken.add(input)
    pairs.set(position, input)
  })
  return pairs
}

/** When the buffers of a routine are first written and last read. */
class Uses {
  readonly #steps: readonly Step[]
  readonly #firstWrite = new Map<Buffer, number>()
  readonly #lastRead = new Map<Buffer, number>()

  constructor({ steps }: Routine) {
    this.#steps = steps
    steps.forEach((step, position) => {
      const { reads, writes } = buffersOf(step)
      for (const buffer of reads) this.#lastRead.set(buffer, position)
      for (const buffer of writes) if (!this.#firstWrite.has(buffer)) this.#firstWrite.set(buffer, position)
    })
  }

  /** Is the input read for the last time before the output is written, or in the very step that writes it in place? */
  mayShare(input: Buffer, output: Buffer): boolean {
    if (input.dtype !== output.dtype || input.elements !== output.elements) return false
    const last = this.#lastRead.get(input) ?? -1
    const first = this.#firstWrite.get(output) ?? this.#steps.length
    return last < first || (last === first && writesInPlace(this.#steps[last], input, output))
  }
}

function writesInPlace(step: Step, from: Buffer, to: Buffer): boolean {
  if (step.kind === 'copy')
    return step.from.buffer === from && step.to.buffer === to && step.from.offset === step.to.offset
  return step.kind === 'kernel' && inPlace(step.kernel).some((pair) => pair.from === from && pair.to === to)
}
