/**
 * The CPU: programs compiled to WebAssembly, run at once. Nothing happens until the device is used.
 *
 * A call of a small program copies its operands into the memory, calls the module once, and copies the results out. Large
 * operands that are used again stay in the memory (`storage.ts`), and so do the large outputs that take over donated inputs.
 */

import type { Abstract } from '../../core/abstract.ts'
import { frozenShape, showAbstract, sizeOf } from '../../core/abstract.ts'
import type { Device, ExecuteOptions } from '../../core/device.ts'
import type { StorageArray } from '../../core/dtype.ts'
import { DeviceError } from '../../core/errors.ts'
import type { Program } from '../../core/program.ts'
import { Concrete } from '../../core/value.ts'
import { TapeOverflow, usesTape, withTape } from '../../rewrite/specialise.ts'
import { CallRegion } from './memory/call-region.ts'
import { copyElements } from './memory/copy-elements.ts'
import { DeviceMemory } from './memory/memory.ts'
import { Residents } from './memory/residents.ts'
import { Slabs } from './memory/slabs.ts'
import { Storage } from './memory/storage.ts'
import { copyOut, viewIn } from './memory/transfer.ts'
import { directOf, runDirect } from './program/direct.ts'
import { compile, type Executable, inheritanceOf } from './program/executable.ts'
import { evaluated, evaluatesNow } from './program/key-programs.ts'
import { type Large, Operands, storageOf } from './program/operands.ts'
import { Threads } from './threads/threads.ts'

/** Compiled programs that are kept. */
const MODULES = 512
/** Bytes of tensors that are kept in the memory. */
const RESIDENT = 128 * 2 ** 20

const nothing: readonly number[] = []

/** The CPU as a device whose threads can be chosen. */
export interface CpuDevice extends Device {
  /**
   * From now on large steps are shared by so many threads; tensors stay as they are, and programs are compiled anew.
   * @throws DeviceError where there can be no threads.
   */
  useThreads(count: number): Promise<void>
}

/** The CPU, by WebAssembly: synchronous, without set-up. */
export function wasmDevice(): CpuDevice {
  return new WasmDevice()
}

class WasmDevice implements CpuDevice {
  readonly name = 'cpu'
  readonly #slabs = new Slabs()
  #machine: Machine | undefined

  async useThreads(count: number): Promise<void> {
    const memory = new DeviceMemory(count > 1)
    const threads = count > 1 ? await Threads.start(count, memory) : null
    this.#machine?.close()
    this.#machine = new Machine(this, memory, threads, this.#slabs)
  }

  upload(type: Abstract, data: StorageArray): Concrete {
    const elements = sizeOf(type.shape)
    if (data.length !== elements) {
      throw new DeviceError(
        `cpu: a ${showAbstract(type)} tensor has ${elements} elements, but ${data.length} were given.`,
      )
    }
    const own = this.#slabs.array(type.dtype, elements)
    copyElements(own, data, 0)
    return new Concrete(
      { shape: frozenShape(type.shape), dtype: type.dtype },
      this,
      new Storage(type.dtype, elements, own),
    )
  }

  execute(program: Program, inputs: readonly Concrete[], options?: ExecuteOptions): readonly Concrete[] {
    return this.#running().execute(program, inputs, options?.donate ?? nothing)
  }

  async prepare(program: Program): Promise<void> {
    this.#running().prepare(program)
  }

  readSync(tensor: Concrete): StorageArray {
    const storage = storageOf(tensor)
    return storage.data === null ? this.#machine!.copyOf(storage) : storage.data.slice()
  }

  async read(tensor: Concrete): Promise<StorageArray> {
    return this.readSync(tensor)
  }

  dispose(tensors: readonly Concrete[], fate: 'disposed' | 'scope'): void {
    for (const tensor of tensors) {
      const storage = tensor.storage as Storage // as in storageOf
      if (storage.fate !== 'alive') continue
      if (storage.origin !== null) storage.origin.stays = true
      if (this.#machine === undefined) storage.end(fate)
      else this.#machine.end(storage, fate)
    }
  }

  isAlive({ storage }: Concrete): boolean {
    return (storage as Storage).fate === 'alive' // as in storageOf
  }

  #running(): Machine {
    this.#machine ??= new Machine(this, new DeviceMemory(), null, this.#slabs)
    return this.#machine
  }
}

/** The memory and the compiled programs of a device. */
class Machine {
  readonly #memory: DeviceMemory
  readonly #threads: Threads | null
  readonly #residents: Residents
  readonly #region: CallRegion
  readonly #operands: Operands
  readonly #device: Device
  readonly #executables = new Map<Program, Executable>()
  #calls = 0
  /** Calls that have begun and not ended: more than one inside callbacks. */
  #running = 0

  constructor(device: Device, memory: DeviceMemory, threads: Threads | null, slabs: Slabs) {
    this.#memory = memory
    this.#threads = threads
    this.#residents = new Residents(memory, RESIDENT)
    this.#region = new CallRegion(memory, this.#residents)
    this.#device = device
    this.#operands = new Operands(device, this.#memory, this.#residents, slabs)
  }

  execute(program: Program, inputs: readonly Concrete[], donate: readonly number[]): readonly Concrete[] {
    const known = this.#executables.get(program)
    if (known !== undefined) return this.#call(known, inputs, donate)
    const done = donate.length === 0 ? this.#directly(program, inputs) : null
    if (done !== null) return done
    if (!usesTape(program)) return this.#call(this.#compile(program), inputs, donate)
    return withTape(program, inputs, (closed) =>
      this.#call(this.#executables.get(closed) ?? this.#compile(closed), inputs, donate),
    )
  }

  /** Compiles a program that will be called; the capacity of a tape is known only then. */
  prepare(program: Program): void {
    if (!this.#executables.has(program) && directOf(program) === null && !usesTape(program)) this.#compile(program)
  }

  /** The results of a program that needs no module (yet); null for one that is compiled. */
  #directly(program: Program, inputs: readonly Concrete[]): readonly Concrete[] | null {
    const direct = directOf(program)
    if (direct === null && !evaluatesNow(program)) return null
    this.#operands.require(program, inputs)
    const arrays: StorageArray[] = []
    for (const input of inputs) {
      const { data, dtype, address, elements } = storageOf(input)
      arrays.push(data ?? viewIn(this.#memory, dtype, address, elements))
    }
    const results = direct === null ? evaluated(program, arrays) : [runDirect(direct, program, arrays)]
    return results.map((result, i) => {
      const type = program.outputs[i]!
      return new Concrete(type, this.#device, new Storage(type.dtype, result.length, result))
    })
  }

  copyOf({ dtype, address, elements }: Storage): StorageArray {
    return copyOut(this.#memory, dtype, address, elements)
  }

  /** Ends the life of a storage. */
  end(storage: Storage, fate: 'disposed' | 'scope'): void {
    this.#residents.end(storage, fate)
  }

  /** Tensors move out of the memory, and the threads end. */
  close(): void {
    this.#residents.evacuate()
    this.#threads?.stop()
  }

  #compile(program: Program): Executable {
    if (this.#executables.size >= MODULES) this.#forgetOldest()
    const executable = compile(program, this.#memory, this.#threads)
    this.#executables.set(program, executable)
    return executable
  }

  /** Forgets the quarter of the programs that was not used for longest. */
  #forgetOldest(): void {
    const byAge = [...this.#executables.values()].sort((a, b) => a.lastUse - b.lastUse)
    for (const { program, moduleAddress } of byAge.slice(0, MODULES / 4)) {
      this.#executables.delete(program)
      if (moduleAddress > 0) this.#memory.release(moduleAddress)
    }
  }

  #call(executable: Executable, inputs: readonly Concrete[], donate: readonly number[]): readonly Concrete[] {
    executable.lastUse = ++this.#calls
    const { regionBytes } = executable
    const region = this.#region.enter(regionBytes)
    const large: Large | null = executable.hasLarge ? { blocks: new Set(), pinned: [] } : null
    this.#running++
    try {
      this.#operands.placeInputs(executable, inputs, region, large)
      // A callback may donate what the program that called it still reads.
      const inheritance = donate.length === 0 || this.#running > 1 ? null : inheritanceOf(executable, donate)
      this.#operands.placeOutputs(executable, region, large, inheritance)
      const needed = executable.run(region, region + executable.frame)
      if (needed > 0) throw new TapeOverflow(needed)
      const results = this.#operands.results(executable, inputs, region, large, inheritance)
      if (donate.length > 0) this.#operands.bury(inputs, donate)
      return results
    } finally {
      this.#running--
      if (large !== null) this.#operands.finish(large)
      this.#region.leave(region, regionBytes)
    }
  }
}
