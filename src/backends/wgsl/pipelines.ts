/** Compiled shaders and their layouts, shared by all programs of a device. */
import { computeStage } from './flags.ts'
import type { Shader } from './shader-source.ts'

/** Pipelines of a device. */
export class Pipelines {
  readonly #device: GPUDevice
  readonly #pipelines = new Map<string, GPUComputePipeline>()
  readonly #layouts = new Map<string, GPUBindGroupLayout>()

  constructor(device: GPUDevice) {
    this.#device = device
  }

  /** Compiled shaders so far. */
  get size(): number {
    return this.#pipelines.size
  }

  /** The pipeline of a shader; `access` has 'r' or 'w' for each memory. */
  find({ name, code }: Shader, access: string): GPUComputePipeline {
    let pipeline = this.#pipelines.get(code)
    if (pipeline === undefined) {
      const device = this.#device
      pipeline = device.createComputePipeline({
        label: name,
        layout: device.createPipelineLayout({ bindGroupLayouts: [this.layout(access)] }),
        compute: { module: device.createShaderModule({ label: name, code }), entryPoint: 'main' },
      })
      this.#pipelines.set(code, pipeline)
    }
    return pipeline
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
}
