/**
 * Memory on the GPU. A tensor owns a whole buffer; buffers of dead tensors are kept for the next tensor of that size class, up to
 * a limit. Finalizers do not run while a program never yields, so a budget says when memory is held that nobody can give back.
 */
import { DeviceError } from '../../core/errors.ts'
import { usage } from './flags.ts'

/** What a tensor on the GPU holds; `buffer` is null once it was donated. */
export class GpuStorage {
  buffer: GPUBuffer | null
  readonly bytes: number

  constructor(buffer: GPUBuffer, bytes: number) {
    this.buffer = buffer
    this.bytes = bytes
  }
}

/** Bytes of free buffers that are kept. */
const KEPT = 256 * 2 ** 20

/** Buffers of a device. */
export class BufferPool {
  readonly #device: GPUDevice
  readonly #budget: number
  readonly #free = new Map<number, GPUBuffer[]>()
  readonly #finalizers: FinalizationRegistry<GPUBuffer>
  #kept = 0
  #live = 0

  constructor(device: GPUDevice, budget: number) {
    this.#device = device
    this.#budget = budget
    this.#finalizers = new FinalizationRegistry((buffer) => this.release(buffer))
  }

  /** Bytes that tensors and free buffers hold. */
  get bytes(): { readonly live: number; readonly kept: number } {
    return { live: this.#live, kept: this.#kept }
  }

  /** Memory for a tensor. */
  allocate(bytes: number): GpuStorage {
    const storage = new GpuStorage(this.acquire(bytes), bytes)
    this.#finalizers.register(storage, storage.buffer!, storage)
    return storage
  }

  /** Takes the memory from a tensor, which is dead from now on; who asked must release it. Null if it is dead already. */
  detach(storage: GpuStorage): GPUBuffer | null {
    const { buffer } = storage
    this.#finalizers.unregister(storage)
    storage.buffer = null
    return buffer
  }

  acquire(bytes: number): GPUBuffer {
    const size = sizeClass(bytes)
    const known = this.#free.get(size)?.pop()
    this.#live += size
    if (known !== undefined) {
      this.#kept -= size
      return known
    }
    if (this.#live > this.#budget) this.#refuse(size)
    return this.#device.createBuffer({ size, usage: usage.storage | usage.copySource | usage.copyDestination })
  }

  release(buffer: GPUBuffer): void {
    const { size } = buffer
    this.#live -= size
    if (this.#kept + size > KEPT) {
      buffer.destroy()
      return
    }
    this.#kept += size
    const list = this.#free.get(size)
    if (list === undefined) this.#free.set(size, [buffer])
    else list.push(buffer)
  }

  /** Destroys every free buffer. */
  clear(): void {
    for (const buffers of this.#free.values()) for (const buffer of buffers) buffer.destroy()
    this.#free.clear()
    this.#kept = 0
  }

  #refuse(size: number): never {
    this.#live -= size
    throw new DeviceError(
      `webgpu: tensors hold ${this.#live} bytes, and ${size} more would pass the budget of ${this.#budget}. Tensors are given back when the program yields: await something inside long loops (a read of the loss, say), donate what is replaced (jit(f, { donate })), or raise webgpu({ budget }).`,
    )
  }
}

/** Sizes come in steps of an eighth, so that buffers fit again. */
function sizeClass(bytes: number): number {
  if (bytes <= 256) return 256
  const step = 2 ** Math.max(8, Math.floor(Math.log2(bytes)) - 3)
  return Math.ceil(bytes / step) * step
}
