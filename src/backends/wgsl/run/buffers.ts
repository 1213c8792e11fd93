/**
 * Memory on the GPU. A tensor owns a whole buffer; buffers of dead tensors are kept for the next tensor of that size class, up to
 * a limit. Finalizers do not run while a program never yields, so a budget says when memory is held that nobody can give back.
 */
import { type Abstract, showAbstract, sizeOf } from '../../../core/abstract.ts'
import { DeviceError } from '../../../core/errors.ts'
import type { Fate } from '../../../core/fate.ts'
import { type Faults, VOID } from './faults.ts'
import { usage } from './flags.ts'

/** What a tensor on the GPU holds; `buffer` is null once it is dead. */
export class GpuStorage {
  buffer: GPUBuffer | null
  /** The number of the work that makes its elements; 0 if they came from the host. */
  born = 0
  /** Why it has no numbers. */
  fault: DeviceError | null = null
  fate: Fate = 'alive'

  constructor(buffer: GPUBuffer) {
    this.buffer = buffer
  }
}

/** Bytes of free buffers that are kept. */
const KEPT = 256 * 2 ** 20

/** Buffers of a device. */
export class BufferPool {
  readonly #device: GPUDevice
  readonly #faults: Faults
  readonly #budget: number
  readonly #free = new Map<number, GPUBuffer[]>()
  readonly #refused = new WeakSet<GPUBuffer>()
  readonly #finalizers: FinalizationRegistry<GPUBuffer>
  #kept = 0
  #live = 0
  #buffers = 0

  constructor(device: GPUDevice, faults: Faults, budget: number) {
    this.#device = device
    this.#faults = faults
    this.#budget = budget
    this.#finalizers = new FinalizationRegistry((buffer) => this.release(buffer))
  }

  /** Bytes that tensors and free buffers hold, and the number of all buffers. */
  get memory(): { readonly live: number; readonly kept: number; readonly buffers: number } {
    return { live: this.#live, kept: this.#kept, buffers: this.#buffers }
  }

  /** Memory for a tensor that `work` makes. */
  allocate(type: Abstract, work: string): GpuStorage {
    const size = sizeClass(4 * sizeOf(type.shape))
    const known = this.#free.get(size)?.pop()
    if (known === undefined) this.#requireRoom(size, type, work)
    else this.#kept -= size
    this.#live += size
    return known === undefined ? this.#create(size, type, work) : this.#owned(known)
  }

  /** The memory of a tensor for another one, which takes its place; the first is dead from now on. */
  adopt(storage: GpuStorage): GpuStorage {
    return this.#owned(this.detach(storage, 'donated')!)
  }

  /** Takes the memory from a tensor, which is dead from now on; who asked must release it. Null if it is dead already. */
  detach(storage: GpuStorage, fate: Exclude<Fate, 'alive'>): GPUBuffer | null {
    const { buffer } = storage
    if (buffer === null) return null
    this.#finalizers.unregister(storage)
    storage.buffer = null
    storage.fate = fate
    return buffer
  }

  /** Gives memory back. */
  release(buffer: GPUBuffer): void {
    const { size } = buffer
    this.#live -= size
    if (this.#kept + size > KEPT || this.#refused.has(buffer)) {
      this.#destroy(buffer)
      return
    }
    this.#kept += size
    const list = this.#free.get(size)
    if (list === undefined) this.#free.set(size, [buffer])
    else list.push(buffer)
  }

  /** Destroys every free buffer. */
  clear(): void {
    for (const buffers of this.#free.values()) for (const buffer of buffers) this.#destroy(buffer)
    this.#free.clear()
    this.#kept = 0
  }

  #owned(buffer: GPUBuffer): GpuStorage {
    const storage = new GpuStorage(buffer)
    this.#finalizers.register(storage, buffer, storage)
    return storage
  }

  #create(size: number, type: Abstract, work: string): GpuStorage {
    this.#buffers++
    const label = `${showAbstract(type)} of ${work}`
    const { next } = this.#faults
    const make = () =>
      this.#device.createBuffer({ label, size, usage: usage.storage | usage.copySource | usage.copyDestination })
    const buffer = this.#faults.guard('out-of-memory', make, (words) => {
      this.#refused.add(buffer)
      const { live, kept } = this.memory
      this.clear()
      storage.fault = new DeviceError(
        `webgpu: ${work}: the GPU has no ${size} bytes left for a ${showAbstract(type)} tensor; tensors hold ${live - size}, and ${kept} that were kept for later are free now (${words}). ${VOID} ${WAYS_OUT}`,
      )
      this.#faults.report(storage.fault, next)
    })
    const storage = this.#owned(buffer)
    return storage
  }

  #destroy(buffer: GPUBuffer): void {
    this.#buffers--
    buffer.destroy()
  }

  #requireRoom(size: number, type: Abstract, work: string): void {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.#device.limits
    const most = Math.min(maxBufferSize, maxStorageBufferBindingSize)
    if (size > most)
      throw new DeviceError(
        `webgpu: ${work}: a ${showAbstract(type)} tensor needs ${size} bytes, and this GPU binds at most ${most} at once. Cut it into parts, use smaller batches, or compute on the CPU: to(x, cpu()).`,
      )
    if (this.#live + size > this.#budget)
      throw new DeviceError(
        `webgpu: ${work}: tensors hold ${this.#live} bytes, and ${size} more for a ${showAbstract(type)} tensor would pass the budget of ${this.#budget}. Tensors are given back when the program yields: await something inside long loops (a read of the loss, say). ${WAYS_OUT} Or raise webgpu({ budget }).`,
      )
  }
}

const WAYS_OUT =
  'Put what a step makes into a scope, donate what is replaced (jit(f, { donate })), or use smaller batches.'

/** Bytes of a buffer for so many: sizes come in steps of an eighth, so that buffers fit again. */
export function sizeClass(bytes: number): number {
  if (bytes <= 256) return 256
  const step = 2 ** Math.max(8, Math.floor(Math.log2(bytes)) - 3)
  return Math.ceil(bytes / step) * step
}
