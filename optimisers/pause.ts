/** Long-running loops hand control back, so that browsers stay alive, callbacks run and signals arrive. */

/** Milliseconds of work after which a loop hands control back. */
export const SLICE = 40

/** Lets everything else that waits have its turn (a macrotask). */
export const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

/** Measures turns: a loop that asks at every step lets everything else have its turn once a slice is over. */
export class Turns {
  #begun = performance.now()

  /** Is this turn over? */
  get isOver(): boolean {
    return performance.now() - this.#begun >= SLICE
  }

  /** Lets the others have theirs. */
  async next(): Promise<void> {
    await pause()
    this.#begun = performance.now()
  }
}
