/**
 * Tensors that are in the memory. Finalizers do not run while a program never yields, so the memory must not wait for them:
 * residents are bounded, and the one not used for longest moves out, into an array of its own if it has none.
 *
 * A result is copied out at once, unless earlier results of the same output were disposed of: then it is likely to be so too,
 * stays where it was written, and its place is free again when it goes. A program that never disposes of anything pays nothing,
 * and one that stops doing so has its results copied out again after the first that is pushed out.
 */
import { DeviceError } from '../../../core/errors.ts'
import type { Fate } from '../../../core/fate.ts'
import type { DeviceMemory } from './memory.ts'
import type { Storage } from './storage.ts'
import { copyOut } from './transfer.ts'

/** The tensors that are in the memory. */
export class Residents {
  readonly #memory: DeviceMemory
  readonly #limit: number
  /** Least recently used first. */
  readonly #order = new Set<Storage>()
  #bytes = 0

  constructor(memory: DeviceMemory, limit: number) {
    this.#memory = memory
    this.#limit = limit
  }

  /** Bytes of all residents. */
  get bytes(): number {
    return this.#bytes
  }

  /** Room for so many bytes; residents move out if the memory cannot grow. */
  allocate(bytes: number): number {
    try {
      return this.#memory.allocate(bytes)
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error
      this.#shrink(0)
      return this.#memory.allocate(bytes)
    }
  }

  /** The storage has been used just now. */
  touch(storage: Storage): void {
    this.#order.delete(storage)
    this.#order.add(storage)
  }

  /** The storage is at this address from now on; others move out if there are too many. */
  adopt(storage: Storage, address: number): void {
    storage.address = address
    this.#order.add(storage)
    this.#bytes += storage.bytes
    this.#shrink(this.#limit)
  }

  /** The place of one storage becomes that of another of the same size. */
  transfer(from: Storage, to: Storage): void {
    to.address = from.address
    from.address = 0
    this.#order.delete(from)
    this.#order.add(to)
  }

  /** Ends the life of a storage. If a call is using it, its memory is given back when that call ends. */
  end(storage: Storage, fate: Exclude<Fate, 'alive'>): void {
    storage.end(fate)
    if (storage.address !== 0 && storage.pins === 0) this.release(storage)
  }

  /** A call has done with a storage. */
  unpin(storage: Storage): void {
    if (--storage.pins === 0 && storage.fate !== 'alive' && storage.address !== 0) this.release(storage)
  }

  /** Takes the storage out of the memory without keeping its elements there. */
  release(storage: Storage): void {
    this.#memory.release(storage.address)
    this.#order.delete(storage)
    this.#bytes -= storage.bytes
    storage.address = 0
  }

  /** Moves out all that no call is using. */
  evacuate(): void {
    this.#shrink(0)
  }

  #moveOut(storage: Storage): void {
    if (storage.data === null) {
      storage.data = copyOut(this.#memory, storage.dtype, storage.address, storage.elements)
      if (storage.origin !== null) storage.origin.stays = false
    }
    this.release(storage)
  }

  #shrink(limit: number): void {
    if (this.#bytes <= limit) return
    for (const storage of this.#order) {
      if (this.#bytes <= limit) return
      if (storage.pins > 0) continue
      this.#moveOut(storage)
    }
  }
}
