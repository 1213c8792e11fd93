/** Bytes from the GPU: copied into buffers that the host can map, which are kept for the next reads. */
import { sizeClass } from './buffers.ts'
import { mapForReading, usage } from './flags.ts'

/** Bytes of buffers that are kept. */
const KEPT = 16 * 2 ** 20

/** Buffers for reading. */
export class Readback {
  readonly #device: GPUDevice
  readonly #free = new Map<number, GPUBuffer[]>()
  #kept = 0

  constructor(device: GPUDevice) {
    this.#device = device
  }

  /** A buffer for a copy of so many bytes, which `bytesOf` must be asked for. */
  take(bytes: number): GPUBuffer {
    const size = sizeClass(bytes)
    const known = this.#free.get(size)?.pop()
    if (known === undefined)
      return this.#device.createBuffer({ label: 'read', size, usage: usage.mapRead | usage.copyDestination })
    this.#kept -= size
    return known
  }

  /** The bytes that submitted work copies into a buffer; it must not be used afterwards. */
  async bytesOf(buffer: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
    const mapped = Math.max(4, bytes)
    try {
      await buffer.mapAsync(mapForReading, 0, mapped)
    } catch (error) {
      buffer.destroy()
      throw error
    }
    const copy = buffer.getMappedRange(0, mapped).slice(0, bytes)
    buffer.unmap()
    this.#keep(buffer)
    return copy
  }

  #keep(buffer: GPUBuffer): void {
    const { size } = buffer
    if (this.#kept + size > KEPT) {
      buffer.destroy()
      return
    }
    this.#kept += size
    const list = this.#free.get(size)
    if (list === undefined) this.#free.set(size, [buffer])
    else list.push(buffer)
  }
}
