/**
 * Compiled shaders and their layouts, shared by all programs of a device: one for each text. Many are compiled at once where
 * somebody waits for them.
 */
import { DeviceError } from '../../../core/errors.ts'
import type { Shader } from '../shader/shader-source.ts'
import type { Faults } from './faults.ts'
import { computeStage } from './flags.ts'

/** A shader, and 'r' or 'w' for each memory that it binds. */
export interface Bound {
  readonly shader: Shader
  readonly access: string
}

/** Pipelines of a device. */
export class Pipelines {
  readonly #device: GPUDevice
  readonly #faults: Faults
  readonly #pipelines = new Map<string, GPUComputePipeline>()
  readonly #coming = new Map<string, Promise<void>>()
  readonly #layouts = new Map<string, GPUBindGroupLayout>()

  constructor(device: GPUDevice, faults: Faults) {
    this.#device = device
    this.#faults = faults
  }

  /** The pipeline of a shader, at once. */
  find(bound: Bound): GPUComputePipeline {
    const { code, name } = bound.shader
    const known = this.#pipelines.get(code)
    if (known !== undefined) return known
    const { next } = this.#faults
    const failed = (words: string) => {
      this.#pipelines.delete(code)
      this.#faults.report(refusal(name, words), next - 1)
    }
    const make = () => this.#device.createComputePipeline(this.#descriptor(bound))
    const pipeline = this.#faults.guard('internal', () => this.#faults.guard('validation', make, failed), failed)
    this.#pipelines.set(code, pipeline)
    return pipeline
  }

  /**
   * Compiles all that are missing, side by side.
   * @throws DeviceError that names the kernel, if the driver refuses one.
   */
  async prepare(all: Iterable<Bound>): Promise<void> {
    const coming = new Set<Promise<void>>()
    for (const bound of all) {
      const { code } = bound.shader
      if (this.#pipelines.has(code)) continue
      let one = this.#coming.get(code)
      if (one === undefined) {
        one = this.#make(bound).finally(() => this.#coming.delete(code))
        this.#coming.set(code, one)
      }
      coming.add(one)
    }
    await Promise.all(coming)
  }

  /** The layout of a bind group. */
  layout(access: string): GPUBindGroupLayout {
    let layout = this.#layouts.get(access)
    if (layout === undefined) {
      layout = this.#device.createBindGroupLayout({
        entries: [
          { binding: 0, visibility: computeStage, buffer: { type: 'uniform', hasDynamicOffset: true } },
          ...[...access].map((mode, i) => ({
            binding: i + 1,
            visibility: computeStage,
            buffer: { type: mode === 'w' ? 'storage' : 'read-only-storage' } as const,
          })),
        ],
      })
      this.#layouts.set(access, layout)
    }
    return layout
  }

  async #make(bound: Bound): Promise<void> {
    const { code, name } = bound.shader
    let said: string | null = null
    const describe = () => this.#descriptor(bound)
    const descriptor = this.#faults.guard('validation', describe, (words) => {
      said = words
    })
    try {
      this.#pipelines.set(code, await this.#device.createComputePipelineAsync(descriptor))
    } catch (error) {
      await this.#faults.lossIfAny()
      this.#faults.check()
      throw refusal(name, said ?? (error instanceof Error ? error.message : String(error)))
    }
  }

  #descriptor({ shader: { name, code }, access }: Bound): GPUComputePipelineDescriptor {
    const device = this.#device
    return {
      label: name,
      layout: device.createPipelineLayout({ bindGroupLayouts: [this.layout(access)] }),
      compute: { module: device.createShaderModule({ label: name, code }), entryPoint: 'main' },
    }
  }
}

const refusal = (name: string, words: string): DeviceError =>
  new DeviceError(
    `webgpu: the GPU does not compile the kernel ${name}: ${words.trim().split('\n', 1)[0]}. inspect(f, ...args).shaders shows it; the CPU runs the same program: to(x, cpu()).`,
  )
