/** Who shares a step, and which steps are worth sharing. */

/** The threads of a machine. */
export interface Crew {
  /** At least two. */
  readonly threads: number
  /** Rows of a product that the machine computes together. */
  readonly tileRows: number
}

/** The most parts of one step: with twice as many as threads, one that is late leaves work to the others. */
export const mostParts = (threads: number): number => 2 * threads

/** Below so many bytes and operations a step is not worth a word to another thread. */
export const [BYTES, FLOPS] = [2 ** 19, 2 ** 17] as const
