/**
 * What two threads of this machine can do at once, whatever we make of it: the block of `roofline.ts`, which lives in the first two
 * caches, alone and while a thread of its own runs the same. Processors that share a core's units, as those of rented machines may, now
 * and then, gain far less than 2.
 */
import { Worker } from 'node:worker_threads'
import { supportsRelaxedSimd } from '../../src/backends/wasm/code/relaxed-simd.ts'
import { blockModule } from './roofline.ts'

/** A thread that works while it is told to. */
export interface Neighbour {
  /** Runs our own block once. */
  readonly run: () => void
  busy(isBusy: boolean): void
  stop(): Promise<unknown>
}

const source = `const { workerData: { state, bytes } } = require('node:worker_threads')
const memory = new WebAssembly.Memory({ initial: 8 })
const { block } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports
for (;;) {
  Atomics.wait(state, 0, 0)
  if (Atomics.load(state, 0) < 0) break
  block()
}`

/** Starts the thread, which is idle. */
export function neighbour(): Neighbour {
  const { written, instantiate } = blockModule({ dtype: 'float32', fma: supportsRelaxedSimd() })
  const state = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(source, { eval: true, workerData: { state, bytes: written }, execArgv: [] })
  worker.unref()
  const tell = (word: number): void => {
    Atomics.store(state, 0, word)
    Atomics.notify(state, 0)
  }
  return {
    run: instantiate(),
    busy: (isBusy) => tell(Number(isBusy)),
    stop() {
      tell(-1)
      return worker.terminate()
    },
  }
}
