/**
 * What another thread does: it waits for a step of some program, and takes parts of it. This function is sent to the thread as a
 * text, so it uses nothing but its argument and what every thread has (and has no function inside, which some translators would
 * mark with a helper of their own).
 */

/** Words of the control block, which all threads see. (Those that are written often stand on cache lines of their own.) */
export const words = {
  /** Changes with each step that is given out: what an idle thread looks at, and sleeps on. */
  generation: 0,
  /** Parts that other threads have finished. */
  finished: 16,
  /** The program at work, the place and length of its module, how many parts the step has, the first of them, and their arguments. */
  program: 32,
  address: 33,
  length: 34,
  count: 35,
  first: 36,
  arena: 37,
  frame: 38,
  /** 1 after a part has failed. */
  failed: 39,
  /** 1 when the thread is to end. */
  ended: 40,
  /** From here on a word for each part of the step: 1 until somebody takes it. */
  open: 48,
} as const

/** Bytes of the control block for so many parts. */
export const controlBytes = (parts: number): number => 4 * (words.open + parts)

/** What a thread is given. */
export interface ThreadData {
  readonly memory: WebAssembly.Memory
  /** The address of the control block, and its bytes. */
  readonly control: number
  readonly bytes: number
  readonly words: typeof words
  /** Its number, from 1 on, and how many there are, with the calling one. */
  readonly thread: number
  readonly threads: number
}

/**
 * Works until told to end. A thread looks for a step so many times before it sleeps; programs kept are bounded. It begins with the
 * parts at its own place, `thread / threads` of the way through: what they work on it has often written itself, a step before.
 * Then it takes those of others, the last one first.
 */
export function work({ memory, control, bytes, words, thread, threads }: ThreadData): void {
  const spins = 40_000
  const most = 1024
  const state = new Int32Array(memory.buffer, control, bytes / 4)
  const programs = new Map<number, WebAssembly.Exports>()
  let seen = 0
  for (let idle = 0; ; ) {
    const generation = Atomics.load(state, words.generation)
    if (generation === seen) {
      if (++idle < spins) continue
      idle = 0
      Atomics.wait(state, words.generation, seen)
      continue
    }
    idle = 0
    seen = generation
    if (Atomics.load(state, words.ended) === 1) return
    const count = state[words.count]!
    const start = Math.ceil((thread * count) / threads)
    const own = Math.ceil(((thread + 1) * count) / threads) - start
    for (let turn = 0; turn < count; turn++) {
      const part = turn < own ? start + turn : (2 * count + start - 1 - (turn - own)) % count
      // Whoever takes a part has the step: it cannot end before this part does, so the other words are its own.
      if (Atomics.compareExchange(state, words.open + part, 1, 0) === 0) continue
      try {
        const program = state[words.program]!
        let known = programs.get(program)
        if (known === undefined) {
          const [address, length] = [state[words.address]! >>> 0, state[words.length]!]
          while (memory.buffer.byteLength < address + length); // the news that the memory has grown is on its way
          const bytes = new Uint8Array(memory.buffer, address, length).slice()
          const env = { memory, host: Number, fork: Number } // a part calls neither
          known = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env }).exports
          if (programs.size >= most) programs.clear()
          programs.set(program, known)
        }
        const run = known[`part${state[words.first]! + part}`] as (arena: number, frame: number) => void // so exported
        run(state[words.arena]!, state[words.frame]!)
      } catch {
        Atomics.store(state, words.failed, 1)
      }
      Atomics.add(state, words.finished, 1)
      Atomics.notify(state, words.finished)
    }
  }
}
