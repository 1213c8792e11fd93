/**
 * Where the time of a program goes: each step of its routine (kernel, product, copy) as a function of its own, run in turn on the
 * same memory, with its operations and bytes. Steps work on what the steps before have left, as in the whole program.
 */
import { supportsRelaxedSimd } from '../../src/backends/wasm/code/relaxed-simd.ts'
import { DeviceMemory } from '../../src/backends/wasm/memory/memory.ts'
import { emitModule } from '../../src/backends/wasm/program/emit.ts'
import { instantiate } from '../../src/backends/wasm/program/executable.ts'
import type { Threads } from '../../src/backends/wasm/threads/threads.ts'
import { closeOver } from '../../src/closed.ts'
import { bytesOf, viewOf } from '../../src/core/dtype.ts'
import { lowerProgram } from '../../src/kernels/compile.ts'
import { convolutionCost } from '../../src/kernels/language/convolution-cost.ts'
import type { PlannedRoutine, Step } from '../../src/kernels/language/kernel.ts'
import { contractionCost } from '../../src/kernels/language/kernel-cost.ts'
import { simplify } from '../../src/rewrite/simplify.ts'
import { type Case, medianOf, noise } from './harness.ts'
import { block, gradient, operands } from './transformer.ts'

/** Turns that are measured, after as many that are not, and runs of all steps in one turn. */
const [TURNS, RUNS] = [15, 12] as const

/** The planned routine of a function. */
export function plannedOf(f: (...args: never[]) => unknown, args: readonly unknown[]): PlannedRoutine {
  return lowerProgram(simplify(closeOver('steps', f, args).program))
}

/** Each step as a function that runs it, in a module of its own over one memory, which the threads share if there are several. */
export function runnable(
  { routine, arenaBytes, lowerBoundBytes }: PlannedRoutine,
  memory = new DeviceMemory(),
  threads: Threads | null = null,
): readonly (() => void)[] {
  const options = { fma: supportsRelaxedSimd(), threads: threads?.count ?? 1 }
  const modules = routine.steps.map((step) =>
    emitModule({ routine: { ...routine, steps: [step] }, arenaBytes, lowerBoundBytes }, options),
  )
  const arena = memory.allocate(Math.max(...modules.map((module) => module.arenaBytes)))
  const buffers = [...routine.inputs, ...routine.outputs]
  const places = buffers.map(({ dtype, elements }) => memory.allocate(bytesOf(dtype) * elements))
  const frame = memory.allocate(4 * buffers.length)
  places.forEach((place, i) => {
    memory.uint32[frame / 4 + i] = place
    const { dtype, elements } = buffers[i]!
    if (i < routine.inputs.length) viewOf(dtype, memory.memory.buffer, place, elements).set(noise(elements, i + 1, 0.1))
  })
  return modules.map((module) => {
    const { run } = instantiate(module, memory, threads)
    return () => void run(arena, frame)
  })
}

/**
 * Microseconds of each step, the median of many runs of all of them. Several lists of the same steps take turns of some runs; of each
 * turn the first runs are not counted.
 */
export function timed(...lists: readonly (readonly (() => void)[])[]): readonly (readonly number[])[] {
  const samples = lists.map((steps) => steps.map((): number[] => []))
  for (let turn = -TURNS; turn < TURNS; turn++) {
    lists.forEach((steps, list) => {
      for (let run = 0; run < RUNS; run++) {
        steps.forEach((step, i) => {
          const begin = performance.now()
          step()
          const end = performance.now()
          if (turn >= 0 && run >= RUNS / 4) samples[list]![i]!.push(1000 * (end - begin))
        })
      }
    })
  }
  return samples.map((steps) => steps.map(medianOf))
}

/** Name, operations and bytes of a step. */
export function costOf(step: Step): { readonly name: string; readonly flops: number; readonly bytes: number } {
  if (step.kind === 'kernel') return step.kernel
  if (step.kind === 'contract') {
    const { name, batch, rows, columns, inner, epilogue } = step.contraction
    const shape = `${[...batch, rows, inner].join('x')}·${columns}`
    return { name: `${name} ${shape} ${epilogue?.name ?? ''}`, ...contractionCost(step.contraction) }
  }
  if (step.kind === 'convolve') return { name: step.convolution.name, ...convolutionCost(step.convolution) }
  return { name: step.kind, flops: 0, bytes: step.kind === 'copy' ? 8 * step.elements : 0 }
}

const profile = (name: string, f: (...args: never[]) => unknown): Case => ({
  name,
  run(emit) {
    const planned = plannedOf(f, operands())
    const [times] = timed(runnable(planned)) as [readonly number[]] // of one list
    planned.routine.steps.forEach((step, i) => {
      const { name: what, flops, bytes } = costOf(step)
      emit(`${name}/${i} ${what}, ${flops} flops, ${bytes} bytes`, times[i]!, 'us')
    })
    const [products, rest] = [true, false].map((wanted) =>
      times.reduce((sum, time, i) => sum + (isProduct(planned.routine.steps[i]!) === wanted ? time : 0), 0),
    )
    emit(`${name}/products`, products!, 'us')
    emit(`${name}/rest`, rest!, 'us')
  },
})

const isProduct = ({ kind }: Step): boolean => kind === 'contract' || kind === 'convolve'

/** The steps of the transformer's block, and of its gradient. */
export const steps: readonly Case[] = [
  profile('steps-transformer-forward', block),
  profile('steps-transformer-gradient', gradient),
]
