/**
 * Threads of the CPU: large steps are cut into parts (`kernels/planning/split.ts`) that several threads take, one at a time.
 *
 * The memory is shared, and every thread has an instance of the same module on it, made when it first meets the program; its
 * bytes stand in the memory, so nothing is ever sent. A step begins when the calling thread writes what is to be done and opens
 * the parts. It takes parts itself, like the others, and goes on when all are finished. It never waits for a thread that has not
 * begun: one that sleeps, starts late or is kept from running by other work costs nothing, for then the caller does all parts.
 * Which thread does a part makes no difference to the result, but to the time: each begins with the parts at its own place, so that
 * from step to step it mostly finds in its own cache what it needs.
 *
 * An idle thread looks for a step 40 000 times (some 0.2 ms), then sleeps until the next one. The calling thread
 * waits the same way, but shorter, for the last part, except where a page's main thread may not sleep.
 */
import { DeviceError } from '../../../core/errors.ts'
import { mostParts } from '../../../kernels/planning/crew.ts'
import type { DeviceMemory } from '../memory/memory.ts'
import { controlBytes, type ThreadData, words, work } from './thread.ts'

/** A program as threads know it. */
export interface ThreadedProgram {
  /** A number of its own. */
  readonly id: number
  /** Where the bytes of its module are. */
  readonly address: number
  readonly length: number
}

/** A part of a step: `(arena, frame)`. */
export type Part = (arena: number, frame: number) => void

interface Thread {
  stop(): void
}

/** Looks before the calling thread sleeps. */
const SPINS = 20_000
/** Milliseconds of one sleep, in case the last part ends just before it. */
const NAP = 1

/** Some threads on one shared memory. */
export class Threads {
  /** How many there are, with the calling one. */
  readonly count: number
  readonly #state: Int32Array
  readonly #threads: readonly Thread[]
  readonly #mayWait: boolean
  #programs = 0

  private constructor(count: number, state: Int32Array, threads: readonly Thread[]) {
    this.count = count
    this.#state = state
    this.#threads = threads
    this.#mayWait = mayWait(state)
  }

  /** Starts `count - 1` threads beside the calling one. */
  static async start(count: number, memory: DeviceMemory): Promise<Threads> {
    const bytes = controlBytes(mostParts(count))
    const control = memory.allocate(bytes)
    const state = new Int32Array(memory.memory.buffer, control, bytes / 4)
    state.fill(0)
    const start = await starter()
    const dataOf = (thread: number): ThreadData => ({
      ...{ memory: memory.memory, control, bytes, words, thread, threads: count },
    })
    const threads = await Promise.all(Array.from({ length: count - 1 }, (_, i) => start(dataOf(i + 1))))
    return new Threads(count, state, threads)
  }

  /** Makes a program known whose module stands at an address. */
  register(address: number, length: number): ThreadedProgram {
    return { id: ++this.#programs, address, length }
  }

  /** Runs all parts, from `first` on, of a step; `parts` are this thread's own. */
  run(program: ThreadedProgram, parts: readonly Part[], first: number, arena: number, frame: number): void {
    const state = this.#state
    state[words.program] = program.id
    state[words.address] = program.address
    state[words.length] = program.length
    state[words.count] = parts.length
    state[words.first] = first
    state[words.arena] = arena
    state[words.frame] = frame
    Atomics.store(state, words.finished, 0)
    for (let part = 0; part < parts.length; part++) Atomics.store(state, words.open + part, 1)
    Atomics.add(state, words.generation, 1)
    Atomics.notify(state, words.generation)
    let others = parts.length
    let failure: unknown = null
    const own = Math.ceil(parts.length / this.count)
    for (let turn = 0; turn < parts.length; turn++) {
      const part = turn < own ? turn : parts.length - 1 - (turn - own)
      if (Atomics.compareExchange(state, words.open + part, 1, 0) === 0) continue
      others--
      if (failure !== null) continue // nobody may begin a part of what has failed
      try {
        parts[part]!(arena, frame)
      } catch (error) {
        failure = error
      }
    }
    this.#await(others)
    if (failure !== null) throw failure
  }

  /** Ends the other threads. */
  stop(): void {
    Atomics.store(this.#state, words.ended, 1)
    Atomics.add(this.#state, words.generation, 1)
    Atomics.notify(this.#state, words.generation)
    for (const thread of this.#threads) thread.stop()
  }

  #await(others: number): void {
    const state = this.#state
    for (let looks = 0; ; looks++) {
      const finished = Atomics.load(state, words.finished)
      if (finished === others) break
      if (looks > SPINS && this.#mayWait) Atomics.wait(state, words.finished, finished, NAP)
    }
    if (Atomics.load(state, words.failed) === 0) return
    Atomics.store(state, words.failed, 0)
    throw new DeviceError(
      'cpu: a part of a step failed in another thread, probably for want of memory. Use fewer threads.',
    )
  }
}

/** A page's main thread may not sleep. */
function mayWait(state: Int32Array): boolean {
  try {
    Atomics.wait(state, words.finished, -1, 0)
    return true
  } catch {
    return false
  }
}

/** How threads are started here. @throws DeviceError where there can be none. */
async function starter(): Promise<(data: ThreadData) => Promise<Thread>> {
  if (typeof process !== 'undefined' && process.versions?.node !== undefined) return nodeStarter()
  const isolated = (globalThis as { readonly crossOriginIsolated?: boolean }).crossOriginIsolated // of browsers alone
  if (typeof Worker !== 'undefined' && isolated === true) return startInBrowser
  throw new DeviceError(
    'cpu: threads need a page that is cross-origin isolated: serve it with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.',
  )
}

async function nodeStarter(): Promise<(data: ThreadData) => Promise<Thread>> {
  const { Worker } = await import('node:worker_threads')
  const source = `const { parentPort, workerData } = require('node:worker_threads')
parentPort.postMessage('ready')
;(${work})(workerData)`
  return (data) =>
    new Promise((resolve, reject) => {
      const worker = new Worker(source, { eval: true, workerData: data, execArgv: [] }) // no one's loaders
      worker.once('error', reject)
      worker.once('message', () => {
        worker.unref()
        resolve({ stop: () => {} }) // it ends by itself
      })
    })
}

function startInBrowser(data: ThreadData): Promise<Thread> {
  const source = `onmessage = ({ data }) => { postMessage('ready'); (${work})(data) }`
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))
  const worker = new Worker(url)
  return new Promise((resolve, reject) => {
    worker.onerror = ({ message }) => reject(new DeviceError(`cpu: a thread did not start: ${message}`))
    worker.onmessage = () => {
      URL.revokeObjectURL(url)
      resolve({ stop: () => worker.terminate() })
    }
    worker.postMessage(data)
  })
}
