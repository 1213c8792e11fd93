/**
 * What each step of a program gains from a second thread: all steps on two devices' memories in turns. They follow one another as in the
 * program, so each finds its operands where those before have left them, in the cache of one thread or of the other.
 */
import { DeviceMemory } from '../../src/backends/wasm/memory/memory.ts'
import { Threads } from '../../src/backends/wasm/threads/threads.ts'
import type { Step } from '../../src/kernels/language/kernel.ts'
import { stagesOf } from '../../src/kernels/planning/stages.ts'
import { imageStep, imageTraining } from './convolution.ts'
import type { Case } from './harness.ts'
import { training, trainStep } from './network.ts'
import { costOf, plannedOf, runnable, timed } from './steps.ts'
import { gradient, operands } from './transformer.ts'

const THREADS = 2

/** How many parts the stages of a step have, as in `4+1`. */
const partsOf = (step: Step): string =>
  stagesOf(step, { threads: THREADS, tileRows: 5 })
    .map(({ length }) => length)
    .join('+')

const profile = (name: string, f: (...args: never[]) => unknown, args: () => readonly unknown[]): Case => ({
  name,
  async run(emit) {
    const planned = plannedOf(f, args())
    const memory = new DeviceMemory(true)
    const threads = await Threads.start(THREADS, memory)
    const [one, two] = timed(runnable(planned), runnable(planned, memory, threads)) as [number[], number[]] // of two lists
    threads.stop()
    planned.routine.steps.forEach((step, i) => {
      const label = `${name}/${i} ${costOf(step).name}, parts ${partsOf(step)}`
      emit(label, two[i]!, 'us')
      emit(`${label}, gain`, one[i]! / two[i]!, '×')
    })
    const sum = (times: readonly number[]): number => times.reduce((all, time) => all + time, 0)
    emit(`${name}/gain`, sum(one) / sum(two), '×')
  },
})

/** The steps of the three workloads that train. */
export const stepsOfThreads: readonly Case[] = [
  profile('steps-threads-mlp', trainStep, () => {
    const { p, s, x, y } = training()
    return [p, s, x, y]
  }),
  profile('steps-threads-cnn', imageStep, () => {
    const { p, s, x, y } = imageTraining()
    return [p, s, x, y]
  }),
  profile('steps-threads-transformer', gradient, operands),
]
