/** The tape of a loop whose length is known only when it runs. */

/** A loop makes more steps than its tape has rows; a device catches it and runs again with a longer tape. */
export class TapeOverflow extends Error {
  override readonly name = 'TapeOverflow'
  /** The number of rows that would have been enough for this loop. */
  readonly needed: number

  constructor(needed: number) {
    super(`A loop makes ${needed} steps, more than its tape has rows.`)
    this.needed = needed
  }
}
