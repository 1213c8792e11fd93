/**
 * What another thread does: it waits for tickets, and each ticket is one part of a step of some program. This function is sent
 * to the thread as a text, so it uses nothing but its argument and what every thread has (and has no function inside, which
 * some translators would mark with a helper of their own).
 */

/** Words of the control block, which all threads see. (Two that are written often stand on cache lines of their own.) */
export const words = {
  /** Parts that nobody has taken yet; negative: the thread is to end. */
  tickets: 0,
  /** Parts that other threads have finished. */
  finished: 16,
  /** Changes with each step that is given out: what an idle thread sleeps on. */
  generation: 32,
  /** The program at work, the place and length of its module, the first of its parts, and the arguments of each part. */
  program: 33,
  address: 34,
  length: 35,
  first: 36,
  arena: 37,
  frame: 38,
  /** 1 after a part has failed. */
  failed: 39,
} as const

/** Bytes of the control block. */
export const CONTROL_BYTES = 256

/** What a thread is given. */
export interface ThreadData {
  readonly memory: WebAssembly.Memory
  /** The address of the control block. */
  readonly control: number
  readonly words: typeof words
}

/** Works until told to end. A thread looks for tickets so many times before it sleeps; programs kept are bounded. */
export function work({ memory, control, words }: ThreadData): void {
  const spins = 20_000
  const most = 1024
  const state = new Int32Array(memory.buffer, control, 64)
  const programs = new Map<number, WebAssembly.Exports>()
  for (let idle = 0; ; ) {
    const tickets = Atomics.load(state, words.tickets)
    if (tickets < 0) return
    if (tickets === 0) {
      if (++idle < spins) continue
      idle = 0
      const generation = Atomics.load(state, words.generation)
      if (Atomics.load(state, words.tickets) === 0) Atomics.wait(state, words.generation, generation)
      continue
    }
    // Whoever has a ticket has the step: it cannot end before this part does, so the other words are its own.
    if (Atomics.compareExchange(state, words.tickets, tickets, tickets - 1) !== tickets) continue
    idle = 0
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
      const part = known[`part${state[words.first]! + tickets - 1}`] as (arena: number, frame: number) => void // so exported
      part(state[words.arena]!, state[words.frame]!)
    } catch {
      Atomics.store(state, words.failed, 1)
    }
    Atomics.add(state, words.finished, 1)
    Atomics.notify(state, words.finished)
  }
}
