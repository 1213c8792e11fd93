/**
 * WebGPU as a device: tensors are buffers of the GPU, programs are shaders encoded into one submission. Nothing is read back
 * unless it is asked for, so reading is asynchronous.
 */
import { type Abstract, showAbstract, sizeOf } from '../../core/abstract.ts'
import type { Device, ExecuteOptions } from '../../core/device.ts'
import type { StorageArray } from '../../core/dtype.ts'
import { viewOf } from '../../core/dtype.ts'
import { DeviceError } from '../../core/errors.ts'
import { epitaph } from '../../core/fate.ts'
import type { Program } from '../../core/program.ts'
import { Concrete } from '../../core/value.ts'
import { BufferPool, GpuStorage, sizeClass } from './run/buffers.ts'
import { codeOf, type Executable, shadersOf } from './run/executable.ts'
import { Executables } from './run/executables.ts'
import { Faults, VOID } from './run/faults.ts'
import { usage } from './run/flags.ts'
import { GATE_BYTES } from './run/gates.ts'
import { Line } from './run/line.ts'
import { Pipelines } from './run/pipelines.ts'
import { Readback } from './run/readback.ts'
import { Runner } from './run/runner.ts'

/** Bytes that may be uploaded before a submission lets the driver reclaim what it used for it. */
const UPLOADS = 16 * 2 ** 20
const none: readonly number[] = []

/** A device of WebGPU. */
export interface WebGpuDevice extends Device {
  /** Resolves with the driver's reason when the GPU is gone; tensors on it are lost then. */
  readonly lost: Promise<string>
  /** Bytes that tensors hold, and free ones that are kept for the next tensors; and how many buffers both are. */
  readonly memory: { readonly live: number; readonly kept: number; readonly buffers: number }
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
  readonly #faults: Faults
  readonly #pool: BufferPool
  readonly #pipelines: Pipelines
  readonly #executables: Executables
  readonly #readback: Readback
  readonly #line: Line
  readonly #gates: GPUBuffer
  #arena: GPUBuffer | null = null
  #uploaded = 0

  constructor(parts: GpuParts) {
    const { device } = parts
    this.#parts = parts
    this.#faults = new Faults(device)
    this.#pool = new BufferPool(device, this.#faults, parts.budget)
    this.#pipelines = new Pipelines(device, this.#faults)
    this.#readback = new Readback(device)
    this.#gates = device.createBuffer({ label: 'gates', size: GATE_BYTES, usage: usage.storage | usage.indirect })
    this.#line = new Line((error) => this.#faults.tell(errorOf(error)))
    this.#executables = new Executables(device, () => this.#line.isBusy)
    this.lost = device.lost.then(({ message }) => message)
  }

  get memory(): WebGpuDevice['memory'] {
    return this.#pool.memory
  }

  upload(type: Abstract, data: StorageArray): Concrete {
    this.#faults.check()
    if (type.dtype === 'float64')
      throw new DeviceError(
        `webgpu: a ${showAbstract(type)} tensor cannot go to the GPU, which has no float64. Convert it first: convert(x, 'float32').`,
      )
    const elements = sizeOf(type.shape)
    if (data.length !== elements)
      throw new DeviceError(
        `webgpu: a ${showAbstract(type)} tensor has ${elements} elements, but ${data.length} were given.`,
      )
    const storage = this.#pool.allocate(type, 'upload')
    // Work in line may still read the buffer, which may have been another tensor's.
    const own = this.#line.isBusy ? data.slice() : data
    // The tensor may be disposed of before its turn, but not be forgotten: then its buffer would be another's too early.
    const { buffer } = storage
    const kept = [storage]
    const write = (): void => {
      this.#faults.enter('upload')
      this.#parts.device.queue.writeBuffer(buffer!, 0, own as AllowSharedBufferSource)
      this.#countUpload(own.byteLength)
      kept.length = 0
    }
    if (elements > 0) void this.#line.inTurn(write)
    return new Concrete(type, this, storage)
  }

  execute(program: Program, inputs: readonly Concrete[], options?: ExecuteOptions): readonly Concrete[] {
    this.#faults.check()
    const storages = inputs.map((input) => this.#storageOf(input))
    const donate = options?.donate ?? none
    const executable = this.#executables.find(program, areApart(storages, donate) ? donate : none)
    const buffers = storages.map(({ buffer }) => buffer!)
    const results = this.#resultsOf(executable, storages)
    // Donated tensors are dead at once; their memory is free when the work that reads it is submitted.
    const donated = donate.map((position) => this.#pool.detach(storages[position], 'donated'))
    const release = (): void => {
      for (const buffer of donated) if (buffer !== null) this.#pool.release(buffer)
    }
    this.#run(executable, new Call(storages, buffers, results), release)
    return executable.program.outputs.map(({ shape, dtype }, i) => new Concrete({ shape, dtype }, this, results[i]))
  }

  async prepare(program: Program, { donate = none }: ExecuteOptions = {}): Promise<void> {
    this.#faults.check()
    await this.#pipelines.prepare(shadersOf(this.#executables.find(program, donate)))
  }

  explain(program: Program): string {
    return codeOf(this.#executables.find(program, none))
  }

  readSync(tensor: Concrete): never {
    throw new DeviceError(
      `webgpu: a ${showAbstract(tensor)} tensor on the GPU cannot be read at once. Read it with await x.read(), or await x.item() for one number.`,
    )
  }

  async read(tensor: Concrete): Promise<StorageArray> {
    const elements = sizeOf(tensor.shape)
    this.#faults.check()
    const storage = this.#storageOf(tensor)
    const { buffer } = storage
    if (elements === 0) return viewOf(tensor.dtype, new ArrayBuffer(0), 0, 0)
    const { device } = this.#parts
    const staging = this.#readback.take(4 * elements)
    // The copy takes its turn now: what comes later may donate the tensor.
    await this.#line.inTurn(() => {
      this.#faults.enter('read')
      const encoder = device.createCommandEncoder()
      encoder.copyBufferToBuffer(buffer!, 0, staging, 0, 4 * elements)
      device.queue.submit([encoder.finish()])
    })
    const copy = await this.#bytesOf(staging, 4 * elements)
    if (storage.fault !== null) throw storage.fault
    return viewOf(tensor.dtype, copy, 0, elements)
  }

  /** The memory is free when the work that was asked for before is submitted. */
  dispose(tensors: readonly Concrete[], fate: 'disposed' | 'scope'): void {
    const buffers: GPUBuffer[] = []
    for (const { storage } of tensors) {
      const buffer = this.#pool.detach(storage as GpuStorage, fate) // the device stores nothing else
      if (buffer !== null) buffers.push(buffer)
    }
    if (buffers.length === 0) return
    void this.#line.inTurn(() => {
      for (const buffer of buffers) this.#pool.release(buffer)
    })
  }

  isAlive({ storage }: Concrete): boolean {
    return (storage as GpuStorage).fate === 'alive' // as in dispose
  }

  destroy(): void {
    this.#pool.clear()
    this.#parts.device.destroy()
  }

  /** What was copied into a buffer, once all work before is known to be right. */
  async #bytesOf(staging: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
    const settled = this.#faults.settle()
    try {
      const copy = await this.#readback.bytesOf(staging, bytes)
      await settled
      this.#faults.check()
      return copy
    } catch (error) {
      await settled
      await this.#faults.lossIfAny()
      this.#faults.check()
      throw errorOf(error)
    }
  }

  /** Memory for the results; those that inherit a donated input's take it over. */
  #resultsOf({ program, inheritance, name }: Executable, storages: readonly GpuStorage[]): GpuStorage[] {
    const own = program.outputs.map((type, i) => (inheritance[i] < 0 ? this.#pool.allocate(type, name) : null))
    return own.map((storage, i) => storage ?? this.#pool.adopt(storages[inheritance[i]]))
  }

  #run(executable: Executable, call: Call, release: () => void): void {
    const { device } = this.#parts
    const parts = { device, pipelines: this.#pipelines, readback: this.#readback }
    const start = (): Runner | null => {
      if (!call.begin(this.#faults, executable.name)) return null
      const { inputs, outputs } = call
      return new Runner(parts, executable, { inputs, outputs, arena: this.#arenaOf(executable), gates: this.#gates })
    }
    if (!executable.waits) {
      void this.#line.inTurn(() => {
        start()?.run()
        call.end()
        release()
      })
      return
    }
    // The driver may compile side by side, while what stands before in line is done.
    const prepared = this.#pipelines.prepare(shadersOf(executable)).then(() => null, errorOf)
    void this.#line.join(async () => {
      try {
        const refusal = await prepared
        if (refusal !== null) throw refusal
        await start()?.runWaiting()
      } catch (error) {
        call.fail(errorOf(error))
        throw error
      } finally {
        call.end()
        release()
      }
    })
  }

  /** One arena serves all programs, since they run one after the other. */
  #arenaOf({ name, schedule: { arenaBytes } }: Executable): GPUBuffer {
    if (this.#arena !== null && this.#arena.size >= arenaBytes) return this.#arena
    const { device } = this.#parts
    const size = Math.min(sizeClass(Math.max(65_536, arenaBytes)), device.limits.maxStorageBufferBindingSize)
    // What is submitted still runs in the old one; nothing else holds it, since work is done in turn.
    this.#arena?.destroy()
    const made = this.#faults.next - 1
    const make = () =>
      device.createBuffer({
        label: `arena of ${name}`,
        size,
        usage: usage.storage | usage.copySource | usage.copyDestination,
      })
    this.#arena = this.#faults.guard('out-of-memory', make, (words) => {
      this.#arena = null
      this.#pool.clear()
      this.#faults.report(
        new DeviceError(
          `webgpu: ${name}: the GPU has no ${size} bytes left for intermediate results; tensors hold ${this.#pool.memory.live} (${words}). ${VOID} Use smaller batches or checkpoint.`,
        ),
        made,
      )
    })
    return this.#arena
  }

  #countUpload(bytes: number): void {
    this.#uploaded += bytes
    if (this.#uploaded < UPLOADS) return
    this.#uploaded = 0
    this.#parts.device.queue.submit([])
  }

  /** The memory of a tensor that is alive and sound. */
  #storageOf(tensor: Concrete): GpuStorage {
    const { storage } = tensor
    if (!(storage instanceof GpuStorage)) throw new DeviceError('webgpu: the tensor lives on another device.')
    if (storage.fate !== 'alive') throw new DeviceError(epitaph(tensor, storage.fate))
    const fault = storage.fault ?? this.#faults.faultOf(storage.born)
    if (fault !== null) throw fault
    return storage
  }
}

/** One call of a program: its tensors stay alive until the work is done. */
class Call {
  readonly inputs: readonly GPUBuffer[]
  readonly outputs: readonly GPUBuffer[]
  #storages: readonly GpuStorage[]
  #results: readonly GpuStorage[]

  constructor(storages: readonly GpuStorage[], inputs: readonly GPUBuffer[], results: readonly GpuStorage[]) {
    this.#storages = storages
    this.#results = results
    this.inputs = inputs
    this.outputs = results.map(({ buffer }) => buffer!)
  }

  /** Is there anything to compute with? If not, the results are as void as what they come from. */
  begin(faults: Faults, name: string): boolean {
    for (const { fault, born } of this.#storages) {
      const reason = fault ?? faults.faultOf(born)
      if (reason === null) continue
      this.fail(reason)
      return false
    }
    const number = faults.enter(name)
    for (const result of this.#results) result.born = number
    return true
  }

  fail(error: DeviceError): void {
    for (const result of this.#results) result.fault = error
  }

  end(): void {
    this.#storages = []
    this.#results = []
  }
}

/** Is every donated tensor given once only? */
const areApart = (storages: readonly GpuStorage[], donate: readonly number[]): boolean =>
  donate.every((position) => storages.indexOf(storages[position]) === storages.lastIndexOf(storages[position]))

const errorOf = (error: unknown): DeviceError =>
  error instanceof DeviceError ? error : new DeviceError(`webgpu: ${error instanceof Error ? error.message : error}`)
