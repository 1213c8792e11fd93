/** Shaders on a GPU without a device around them: for the laws of single templates, and to measure them. */
import { computeStage, mapForReading, usage } from '../../src/backends/wgsl/run/flags.ts'
import { arena, nameOf, type Region, type Resource } from '../../src/backends/wgsl/run/resource.ts'
import { ShaderCache } from '../../src/backends/wgsl/run/shader-cache.ts'
import { type Scratch, ScratchMemory } from '../../src/backends/wgsl/shader/scratch.ts'
import type { ShaderSource } from '../../src/backends/wgsl/shader/shader-source.ts'
import type { Buffer } from '../../src/kernels/language/kernel.ts'

/** The GPU object stays alive as long as its device: some implementations crash without it. */
const kept: unknown[] = []

/** A GPU with the limits that every implementation has; fails where there is none. */
export async function openGpu(flags: readonly string[] = []): Promise<GPUDevice> {
  const gpu = (globalThis.navigator?.gpu as GPU | undefined) ?? (await import('webgpu')).create([...flags])
  kept.push(gpu)
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (adapter === null) throw new Error('no GPU answers')
  return adapter.requestDevice()
}

/** Shaders over memories of their own, to be run as often as one likes. */
export class ShaderRun {
  readonly #device: GPUDevice
  readonly #memories = new Map<string, GPUBuffer>()
  readonly #steps: { pipeline: GPUComputePipeline; group: GPUBindGroup; workgroups: number }[] = []

  /** `make` gives the shaders, and gets scratch memory for them. `outputs`: the elements of each. */
  constructor(
    device: GPUDevice,
    make: (scratch: Scratch) => readonly ShaderSource[],
    inputs: readonly Float32Array<ArrayBuffer>[],
    outputs: readonly number[],
    arenaBytes = 0,
  ) {
    this.#device = device
    let end = arenaBytes
    const memory = new ScratchMemory((bytes) => {
      end += bytes
      return end - bytes
    })
    const sources = make(memory.allocate)
    this.#memory(arena, end)
    inputs.forEach((data, index) => {
      device.queue.writeBuffer(this.#memory({ kind: 'input', index }, data.byteLength), 0, data)
    })
    outputs.forEach((elements, index) => {
      this.#memory({ kind: 'output', index }, 4 * elements)
    })
    const cache = new ShaderCache()
    for (const source of sources) this.#prepare(source, cache)
  }

  /** Encodes and submits `times` runs. */
  run(times = 1): void {
    const encoder = this.#device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    for (let i = 0; i < times; i++)
      for (const { pipeline, group, workgroups } of this.#steps) {
        pass.setPipeline(pipeline)
        pass.setBindGroup(0, group)
        const rows = Math.ceil(workgroups / 65_535)
        pass.dispatchWorkgroups(Math.ceil(workgroups / rows), rows)
      }
    pass.end()
    this.#device.queue.submit([encoder.finish()])
  }

  /** The elements of an output, when all runs are done. */
  async read(index: number): Promise<Float32Array> {
    const from = this.#memories.get(nameOf({ kind: 'output', index }))!
    const staging = this.#device.createBuffer({ size: from.size, usage: usage.mapRead | usage.copyDestination })
    const encoder = this.#device.createCommandEncoder()
    encoder.copyBufferToBuffer(from, 0, staging, 0, from.size)
    this.#device.queue.submit([encoder.finish()])
    await staging.mapAsync(mapForReading)
    const data = new Float32Array(staging.getMappedRange().slice(0))
    staging.destroy()
    return data
  }

  destroy(): void {
    for (const memory of this.#memories.values()) memory.destroy()
  }

  #memory(resource: Resource, bytes: number): GPUBuffer {
    const memory = this.#device.createBuffer({
      // Shaders may reach it four elements at a time.
      size: Math.max(16, 16 * Math.ceil(bytes / 16)),
      usage: usage.storage | usage.copySource | usage.copyDestination,
    })
    this.#memories.set(nameOf(resource), memory)
    return memory
  }

  #prepare(source: ShaderSource, cache: ShaderCache): void {
    const device = this.#device
    const { shader, resources, access } = cache.find(source, source.buffers.map(regionOf), false)
    const bases = device.createBuffer({ size: 256, usage: usage.uniform | usage.copyDestination })
    device.queue.writeBuffer(
      bases,
      0,
      Int32Array.from(source.buffers, (buffer) => regionOf(buffer).start),
    )
    const entries = [bases, ...resources.map((resource) => this.#memories.get(nameOf(resource))!)]
    const layout = device.createBindGroupLayout({
      entries: [
        { binding: 0, visibility: computeStage, buffer: { type: 'uniform' } },
        ...[...access].map((mode, i) => ({
          binding: i + 1,
          visibility: computeStage,
          buffer: { type: mode === 'w' ? 'storage' : 'read-only-storage' } as const,
        })),
      ],
    })
    const group = device.createBindGroup({
      layout,
      entries: entries.map((buffer, binding) => ({ binding, resource: { buffer } })),
    })
    const pipeline = device.createComputePipeline({
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module: device.createShaderModule({ code: shader.code }) },
    })
    this.#steps.push({ pipeline, group, workgroups: shader.workgroups })
  }
}

function regionOf({ place }: Buffer): Region {
  if (place === null) throw new TypeError('a buffer without a place')
  return place.kind === 'arena' ? { resource: arena, start: place.offset / 4 } : { resource: place, start: 0 }
}
