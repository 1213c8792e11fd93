/**
 * The one WebAssembly memory of a device, and who has which part of it. Every program of the device works in this memory: an
 * instance with a memory of its own would reserve gigabytes of addresses each.
 *
 * Growing detaches every view, so views are read from here for each use and never kept.
 */
import type { DType } from '../../../../types/dtype.ts'
import type { StorageArray } from '../../../core/dtype.ts'
import { DeviceError } from '../../../core/errors.ts'
import { POOL_BYTES } from '../code/constant-pool.ts'

const PAGE = 65_536
/** Nothing stands in the last bytes (the first belong to constants): vector loads may read a little past the last element. */
const LAST = 1024
/** Every block starts at a cache line. */
const LINE = 64
/** The first size, and the least by which the memory grows: pages not touched cost nothing. */
const STEP = 16 * 2 ** 20
/** The most that 32-bit addresses reach. */
const MOST = 2 ** 32
/** The same in pages: what a shared memory is declared to be at most. */
export const PAGES = MOST / PAGE

interface Hole {
  address: number
  bytes: number
}

/** A memory with an allocator of blocks. */
export class DeviceMemory {
  readonly memory: WebAssembly.Memory
  /** Views of the whole memory; replaced when it grows. */
  float32!: Float32Array<ArrayBuffer>
  float64!: Float64Array<ArrayBuffer>
  int32!: Int32Array<ArrayBuffer>
  uint32!: Uint32Array<ArrayBuffer>
  /** How often the views have been made. */
  growths = 0
  readonly #holes: Hole[] = []
  readonly #blocks = new Map<number, number>()

  /** `shared`: other threads may work in it. */
  constructor(shared = false) {
    const initial = STEP / PAGE
    this.memory = new WebAssembly.Memory(shared ? { initial, maximum: PAGES, shared } : { initial })
    this.#holes.push({ address: POOL_BYTES, bytes: STEP - POOL_BYTES - LAST })
    this.#view()
  }

  /** The view whose elements have this dtype. */
  viewOf(dtype: DType): StorageArray {
    if (dtype === 'float32') return this.float32
    if (dtype === 'float64') return this.float64
    return dtype === 'uint32' ? this.uint32 : this.int32
  }

  /** The address of a block of at least so many bytes. The smallest hole that fits is taken; else the memory grows. */
  allocate(bytes: number): number {
    const needed = Math.max(LINE, Math.ceil(bytes / LINE) * LINE)
    const hole = this.#smallestHole(needed) ?? this.#grow(needed)
    const { address } = hole
    hole.address += needed
    hole.bytes -= needed
    if (hole.bytes === 0) this.#holes.splice(this.#holes.indexOf(hole), 1)
    this.#blocks.set(address, needed)
    return address
  }

  /** Gives a block back. */
  release(address: number): void {
    const bytes = this.#blocks.get(address)
    if (bytes === undefined) throw new Error(`wasm: nothing was allocated at address ${address}.`)
    this.#blocks.delete(address)
    this.#addHole(address, bytes)
  }

  /** Bytes in blocks. */
  get used(): number {
    let sum = 0
    for (const bytes of this.#blocks.values()) sum += bytes
    return sum
  }

  /** Bytes of the memory. */
  get size(): number {
    return this.memory.buffer.byteLength
  }

  #smallestHole(needed: number): Hole | undefined {
    let best: Hole | undefined
    for (const hole of this.#holes) {
      if (hole.bytes >= needed && (best === undefined || hole.bytes < best.bytes)) best = hole
    }
    return best
  }

  /** Grows by a quarter, by a step, or by what is needed beside the hole at the end, whichever is most. */
  #grow(needed: number): Hole {
    const { size } = this
    const last = this.#holes.at(-1)
    const free = last !== undefined && last.address + last.bytes === size - LAST ? last.bytes : 0
    const least = Math.ceil((needed - free) / PAGE) * PAGE
    const wanted = Math.ceil(Math.max(least, STEP, size / 4) / PAGE) * PAGE
    if (!this.#growBy(wanted) && !this.#growBy(least)) {
      const [asked, held] = [needed, size].map((bytes) => `${Math.ceil(bytes / 2 ** 20)} MiB`)
      throw new DeviceError(
        `cpu: no room for ${asked} more beside the ${held} that are in use. Use smaller batches, or let go of tensors.`,
      )
    }
    this.#view()
    return this.#addHole(size - LAST, this.size - size)
  }

  #growBy(bytes: number): boolean {
    if (this.size + bytes > MOST) return false
    try {
      this.memory.grow(bytes / PAGE)
      return true
    } catch {
      return false
    }
  }

  /** Adds a hole and joins it with its neighbours; holes stand in the order of their addresses. */
  #addHole(address: number, bytes: number): Hole {
    const holes = this.#holes
    let at = 0
    while (at < holes.length && holes[at]!.address < address) at++
    const before = holes[at - 1]
    const after = holes[at]
    let hole: Hole
    if (before !== undefined && before.address + before.bytes === address) {
      hole = before
      hole.bytes += bytes
    } else {
      hole = { address, bytes }
      holes.splice(at++, 0, hole)
    }
    if (after !== undefined && hole.address + hole.bytes === after.address) {
      hole.bytes += after.bytes
      holes.splice(holes.indexOf(after), 1)
    }
    return hole
  }

  #view(): void {
    const { buffer } = this.memory
    this.float32 = new Float32Array(buffer)
    this.float64 = new Float64Array(buffer)
    this.int32 = new Int32Array(buffer)
    this.uint32 = new Uint32Array(buffer)
    this.growths++
  }
}
