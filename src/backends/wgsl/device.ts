/**
 * WebGPU as a device: tensors are buffers of the GPU, programs are shaders encoded into one submission. Nothing is read back
 * unless it is asked for, so reading is asynchronous.
 */
import { type Abstract, showAbstract, sizeOf } from '../../core/abstract.ts'
import type { Device, ExecuteOptions } from '../../core/device.ts'
import type { StorageArray } from '../../core/dtype.ts'
import { viewOf } from '../../core/dtype.ts'
import { DeviceError } from '../../core/errors.ts'
import type { Program } from '../../core/program.ts'
import { Concrete } from '../../core/value.ts'
import { BufferPool, GpuStorage } from './buffers.ts'
import { codeOf, compile, type Executable } from './executable.ts'
import { mapForReading, usage } from './flags.ts'
import { Pipelines } from './pipelines.ts'
import { Runner } from './runner.ts'

/** Compiled programs that are kept. */
const PROGRAMS = 512
/** Bytes that may be uploaded before a submission lets the driver reclaim what it used for it. */
const UPLOADS = 16 * 2 ** 20

/** A device of WebGPU. */
export interface WebGpuDevice extends Device {
  /** Resolves with the driver's reason when the GPU is gone; tensors on it are lost then. */
  readonly lost: Promise<string>
  /** Bytes that tensors hold, and free ones that are kept for the next tensors. */
  readonly memory: { readonly live: number; readonly kept: number }
  /** Destroys everything on the GPU. */
  destroy(): void
}

/** What a device is made of. */
export interface GpuParts {
  readonly device: GPUDevice
  /** Kept alive as long as the device: some implementations crash without it. */
  readonly keep: unknown
  /** Bytes that tensors may hold. */
  readonly budget: number
}

/** The device over a GPU. */
export const wgslDevice = (parts: GpuParts): WebGpuDevice => new Machine(parts)

class Machine implements WebGpuDevice {
  readonly name = 'webgpu'
  readonly lost: Promise<string>
  readonly #parts: GpuParts
  readonly #pool: BufferPool
  readonly #pipelines: Pipelines
  readonly #executables = new Map<Program, Executable>()
  #arena: GPUBuffer | null = null
  /** Work that waits for the host; null if there is none. */
  #jobs: Promise<void> | null = null
  /** What went wrong and was not told yet; and the loss of the GPU, which is told from then on. */
  #failure: DeviceError | null = null
  #loss: DeviceError | null = null
  #uploaded = 0
  #calls = 0

  constructor(parts: GpuParts) {
    const { device } = parts
    this.#parts = parts
    this.#pool = new BufferPool(device, parts.budget)
    this.#pipelines = new Pipelines(device)
    this.lost = device.lost.then(({ message, reason }) => {
      this.#loss = new DeviceError(
        `webgpu: the GPU is lost (${reason}: ${message}). Make a new device with webgpu() and go on from the last checkpoint.`,
      )
      return message
    })
    device.addEventListener('uncapturederror', (event) => {
      event.preventDefault()
      const { message } = (event as GPUUncapturedErrorEvent).error
      this.#failure ??= new DeviceError(`webgpu: ${message}`)
    })
  }

  get memory(): { readonly live: number; readonly kept: number } {
    return this.#pool.bytes
  }

  upload(type: Abstract, data: StorageArray): Concrete {
    this.#check()
    if (type.dtype === 'float64')
      throw new DeviceError(
        `webgpu: a ${showAbstract(type)} tensor cannot go to the GPU, which has no float64. Convert it first: convert(x, 'float32').`,
      )
    const elements = sizeOf(type.shape)
    if (data.length !== elements)
      throw new DeviceError(
        `webgpu: a ${showAbstract(type)} tensor has ${elements} elements, but ${data.length} were given.`,
      )
    const storage = this.#pool.allocate(4 * elements)
    const write = (): void => {
      this.#parts.device.queue.writeBuffer(storage.buffer!, 0, own as AllowSharedBufferSource)
      this.#countUpload(own.byteLength)
    }
    // A job may still read the buffer, which may have been another tensor's.
    const own = this.#jobs === null ? data : data.slice()
    if (elements > 0) void this.#inTurn(write)
    return new Concrete(type, this, storage)
  }

  execute(program: Program, inputs: readonly Concrete[], options?: ExecuteOptions): readonly Concrete[] {
    this.#check()
    const executable = this.#executables.get(program) ?? this.#compile(program)
    executable.lastUse = ++this.#calls
    const storages = inputs.map(storageOf)
    const results = executable.program.outputs.map(
      ({ shape, dtype }, i) => new Concrete({ shape, dtype }, this, this.#pool.allocate(executable.outputs[i].bytes)),
    )
    const buffers = {
      inputs: storages.map(({ buffer }) => buffer!),
      outputs: results.map((result) => storageOf(result).buffer!),
    }
    const work = (): Runner => {
      const arena = this.#arenaOf(executable.schedule.arenaBytes)
      return new Runner(this.#parts.device, this.#pipelines, executable, { ...buffers, arena })
    }
    // Donated tensors are dead at once; their memory is free when the work that reads it is submitted.
    const donated = (options?.donate ?? []).map((position) => this.#pool.detach(storages[position]))
    const release = (): void => {
      for (const buffer of donated) if (buffer !== null) this.#pool.release(buffer)
    }
    // The tensors stay alive until the work is done.
    const kept = [...storages, ...results]
    const finish = (): void => {
      release()
      kept.length = 0
    }
    if (executable.waits) {
      void this.#inLine(async () => {
        await work().runWaiting()
        finish()
      })
    } else {
      void this.#inTurn(() => {
        work().run()
        finish()
      })
    }
    return results
  }

  explain(program: Program): string {
    return codeOf(this.#executables.get(program) ?? this.#compile(program))
  }

  readSync(tensor: Concrete): never {
    throw new DeviceError(
      `webgpu: a ${showAbstract(tensor)} tensor on the GPU cannot be read at once. Read it with await x.read(), or await x.item() for one number.`,
    )
  }

  async read(tensor: Concrete): Promise<StorageArray> {
    const elements = sizeOf(tensor.shape)
    const { buffer } = storageOf(tensor)
    this.#check()
    if (elements === 0) return viewOf(tensor.dtype, new ArrayBuffer(0), 0, 0)
    const { device } = this.#parts
    const staging = device.createBuffer({ size: 4 * elements, usage: usage.mapRead | usage.copyDestination })
    // The copy takes its turn now: what comes later may donate the tensor.
    await this.#inTurn(() => {
      const encoder = device.createCommandEncoder()
      encoder.copyBufferToBuffer(buffer!, 0, staging, 0, 4 * elements)
      device.queue.submit([encoder.finish()])
    })
    this.#check()
    try {
      await staging.mapAsync(mapForReading)
    } catch (error) {
      this.#check()
      throw new DeviceError(`webgpu: reading failed: ${error instanceof Error ? error.message : String(error)}`)
    }
    this.#check()
    const copy = staging.getMappedRange().slice(0)
    staging.destroy()
    return viewOf(tensor.dtype, copy, 0, elements)
  }

  destroy(): void {
    this.#pool.clear()
    this.#parts.device.destroy()
  }

  #compile(program: Program): Executable {
    if (this.#executables.size >= PROGRAMS) this.#forgetOldest()
    const { device } = this.#parts
    const executable = compile(program, device.limits.maxStorageBuffersPerShaderStage)
    const { recordData } = executable
    executable.uniform = device.createBuffer({
      size: recordData.byteLength,
      usage: usage.uniform | usage.copyDestination,
    })
    device.queue.writeBuffer(executable.uniform, 0, recordData)
    this.#executables.set(program, executable)
    return executable
  }

  #forgetOldest(): void {
    const byAge = [...this.#executables.values()].sort((a, b) => a.lastUse - b.lastUse)
    for (const { program, uniform } of byAge.slice(0, PROGRAMS / 4)) {
      this.#executables.delete(program)
      // Work in line may still need it; then it goes with the collector.
      if (this.#jobs === null) uniform?.destroy()
    }
  }

  /** One arena serves all programs, since they run one after the other. */
  #arenaOf(bytes: number): GPUBuffer {
    if (this.#arena !== null && this.#arena.size >= bytes) return this.#arena
    const { device } = this.#parts
    const most = device.limits.maxStorageBufferBindingSize
    const size = Math.min(Math.max(65_536, 2 ** Math.ceil(Math.log2(Math.max(1, bytes)))), most)
    if (bytes > most)
      throw new DeviceError(
        `webgpu: the program needs ${bytes} bytes for its intermediate results, and the GPU binds at most ${most}. Use smaller batches or checkpoint.`,
      )
    // What is submitted still runs in the old one; nothing else holds it, since work is done in turn.
    this.#arena?.destroy()
    this.#arena = device.createBuffer({
      size: Math.ceil(size / 256) * 256,
      usage: usage.storage | usage.copySource | usage.copyDestination,
    })
    return this.#arena
  }

  /** Now, or after the work that waits. */
  #inTurn(work: () => void): Promise<void> | null {
    if (this.#jobs !== null) return this.#inLine(async () => work())
    work()
    return null
  }

  /** After all that is in line. What it fails with is told at the next look. */
  #inLine(job: () => Promise<void>): Promise<void> {
    const before = this.#jobs ?? Promise.resolve()
    const own = before.then(job).catch((error: unknown) => {
      this.#failure ??=
        error instanceof DeviceError
          ? error
          : new DeviceError(`webgpu: ${error instanceof Error ? error.message : error}`)
    })
    this.#jobs = own
    void own.then(() => {
      if (this.#jobs === own) this.#jobs = null
    })
    return own
  }

  #countUpload(bytes: number): void {
    this.#uploaded += bytes
    if (this.#uploaded < UPLOADS) return
    this.#uploaded = 0
    this.#parts.device.queue.submit([])
  }

  /** Throws what went wrong since the last look. */
  #check(): void {
    const failure = this.#loss ?? this.#failure
    this.#failure = null
    if (failure !== null) throw failure
  }
}

function storageOf(tensor: Concrete): GpuStorage {
  const { storage } = tensor
  if (!(storage instanceof GpuStorage)) throw new DeviceError('webgpu: the tensor lives on another device.')
  if (storage.buffer === null)
    throw new DeviceError(
      `webgpu: a ${showAbstract(tensor)} tensor was used after donation. Keep the result of the call that took it instead.`,
    )
  return storage
}
