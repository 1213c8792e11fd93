/** Work that waits for the host stands in line, and everything after it; all else is done at once. */

/** The order of work of a device. */
export class Line {
  readonly #failed: (error: unknown) => void
  #last: Promise<void> | null = null

  /** `failed` is told what work in line throws. */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed
  }

  /** Is anything waiting? */
  get isBusy(): boolean {
    return this.#last !== null
  }

  /** Now, or after what waits; then a promise says when it was done. */
  inTurn(work: () => void): Promise<void> | null {
    if (this.#last !== null) return this.join(async () => work())
    work()
    return null
  }

  /** After all that is in line. */
  join(job: () => Promise<void>): Promise<void> {
    const own = (this.#last ?? Promise.resolve()).then(job).catch(this.#failed)
    this.#last = own
    void own.then(() => {
      if (this.#last === own) this.#last = null
    })
    return own
  }
}
