/**
 * The part of the memory where programs run: arena, frame and small operands of each call. One call at a time uses it, except
 * that a program run by a host step of another one stands above it.
 */
import type { DeviceMemory } from './memory.ts'
import type { Residents } from './residents.ts'

/** The part of the memory where programs run. */
export class CallRegion {
  readonly #memory: DeviceMemory
  readonly #residents: Residents
  #address = 0
  #bytes = 0
  #used = 0

  constructor(memory: DeviceMemory, residents: Residents) {
    this.#memory = memory
    this.#residents = residents
  }

  /** The address of so many bytes for a call; a multiple of 64. */
  enter(bytes: number): number {
    if (this.#used + bytes <= this.#bytes) {
      const address = this.#address + this.#used
      this.#used += bytes
      return address
    }
    if (this.#used > 0) return this.#residents.allocate(bytes)
    this.#enlarge(bytes)
    this.#used = bytes
    return this.#address
  }

  /** Ends the call that was entered last. */
  leave(address: number, bytes: number): void {
    const isInside = address >= this.#address && address < this.#address + this.#bytes
    if (isInside) this.#used -= bytes
    else this.#memory.release(address)
  }

  /** No call is running, so nothing has to move. */
  #enlarge(bytes: number): void {
    if (this.#bytes > 0) this.#memory.release(this.#address)
    this.#bytes = 0
    const wanted = Math.max(bytes, 2 ** 16)
    this.#address = this.#residents.allocate(wanted)
    this.#bytes = wanted
  }
}
