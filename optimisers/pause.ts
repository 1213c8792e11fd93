/** Long-running loops hand control back, so that browsers stay alive, callbacks run and signals arrive. */

/** Milliseconds of work after which a loop hands control back. */
export const SLICE = 40

/** Lets everything else that waits have its turn (a macrotask). */
export const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))
