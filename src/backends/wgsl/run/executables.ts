/** The compiled programs of a device, and their records on the GPU. Those that were not used for longest are forgotten. */
import { DeviceError } from '../../../core/errors.ts'
import type { Program } from '../../../core/program.ts'
import { compile, type Executable } from './executable.ts'
import { usage } from './flags.ts'

/** Compiled programs that are kept. */
const KEPT = 512

/** Finds or compiles programs; one that is called with other donated inputs is another one. */
export class Executables {
  readonly #device: GPUDevice
  readonly #isBusy: () => boolean
  readonly #known = new Map<Program, Map<string, Executable>>()
  #size = 0
  #uses = 0

  /** `isBusy`: does work wait that was not submitted yet? */
  constructor(device: GPUDevice, isBusy: () => boolean) {
    this.#device = device
    this.#isBusy = isBusy
  }

  /** @throws DeviceError if the GPU cannot run the program. */
  find(program: Program, donated: readonly number[]): Executable {
    const key = donated.join()
    const executable = this.#known.get(program)?.get(key) ?? this.#compile(program, donated, key)
    executable.lastUse = ++this.#uses
    return executable
  }

  #compile(program: Program, donated: readonly number[], key: string): Executable {
    if (this.#size >= KEPT) this.#forgetOldest()
    const { limits, queue } = this.#device
    const executable = compile(program, limits.maxStorageBuffersPerShaderStage, donated)
    requireRoom(executable, limits.maxStorageBufferBindingSize)
    const { recordData, name } = executable
    executable.uniform = this.#device.createBuffer({
      label: `records of ${name}`,
      size: recordData.byteLength,
      usage: usage.uniform | usage.copyDestination,
    })
    queue.writeBuffer(executable.uniform, 0, recordData)
    const variants = this.#known.get(program)
    if (variants === undefined) this.#known.set(program, new Map([[key, executable]]))
    else variants.set(key, executable)
    this.#size++
    return executable
  }

  #forgetOldest(): void {
    const all = [...this.#known.values()].flatMap((variants) =>
      [...variants].map(([key, executable]) => ({ key, executable })),
    )
    all.sort((a, b) => a.executable.lastUse - b.executable.lastUse)
    for (const { key, executable } of all.slice(0, KEPT / 4)) {
      const variants = this.#known.get(executable.program)
      variants?.delete(key)
      if (variants?.size === 0) this.#known.delete(executable.program)
      this.#size--
      // Work in line may still need its records; then they go with the collector.
      if (!this.#isBusy()) executable.uniform?.destroy()
    }
  }
}

function requireRoom({ name, schedule: { arenaBytes } }: Executable, most: number): void {
  if (arenaBytes > most)
    throw new DeviceError(
      `webgpu: ${name}: the program needs ${arenaBytes} bytes for its intermediate results, and this GPU binds at most ${most} at once. Use smaller batches or checkpoint.`,
    )
}
