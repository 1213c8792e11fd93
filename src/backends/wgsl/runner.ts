/**
 * Runs schedules: dispatches are encoded into one compute pass and one submission; only a `repeat` or a call of the host needs
 * more. Work that waits for the host is a job of its own, and everything after it waits in line.
 */

import { sizeOf } from '../../core/abstract.ts'
import { bytesOf, viewOf } from '../../core/dtype.ts'
import type { Executable } from './executable.ts'
import { mapForReading, usage } from './flags.ts'
import type { Pipelines } from './pipelines.ts'
import type { Region, Resource } from './resource.ts'
import type { Dispatch, HostCall, Item, Repeat } from './schedule.ts'

/** Workgroups along one axis of a grid. */
const GRID = 65_535
/** Runs of a loop between two looks at its flag, at most. */
const CHUNK = 64

/** The buffers of one call of a program. */
export interface CallBuffers {
  readonly arena: GPUBuffer
  readonly inputs: readonly GPUBuffer[]
  readonly outputs: readonly GPUBuffer[]
}

/** Encodes and submits. */
export class Runner {
  readonly #device: GPUDevice
  readonly #pipelines: Pipelines
  readonly #executable: Executable
  readonly #buffers: CallBuffers
  #encoder: GPUCommandEncoder
  #pass: GPUComputePassEncoder | null = null
  #pipeline: GPUComputePipeline | null = null
  /** The groups of this call, by slot. */
  readonly #groups: GPUBindGroup[] = []

  constructor(device: GPUDevice, pipelines: Pipelines, executable: Executable, buffers: CallBuffers) {
    this.#device = device
    this.#pipelines = pipelines
    this.#executable = executable
    this.#buffers = buffers
    this.#encoder = device.createCommandEncoder({ label: executable.name })
  }

  /** Runs a schedule that never waits. */
  run(): void {
    this.#stageInputs()
    for (const item of this.#executable.schedule.items) if (item.kind === 'dispatch') this.#dispatch(item)
    this.#unstageOutputs()
    this.#submit()
  }

  /** Runs any schedule. */
  async runWaiting(): Promise<void> {
    this.#stageInputs()
    await this.#items(this.#executable.schedule.items)
    this.#unstageOutputs()
    this.#submit()
  }

  async #items(items: readonly Item[]): Promise<void> {
    for (const item of items) {
      if (item.kind === 'dispatch') this.#dispatch(item)
      else if (item.kind === 'repeat') await this.#repeat(item)
      else await this.#host(item)
    }
  }

  /** Runs in chunks that grow; after each the flag is read. */
  async #repeat({ condition, body, flag, limit }: Repeat): Promise<void> {
    const waits = [...condition, ...body].some(({ kind }) => kind !== 'dispatch')
    let chunk = 1
    for (let run = 0; limit === null || run < limit; ) {
      const end = Math.min(run + chunk, limit ?? Number.POSITIVE_INFINITY)
      for (; run < end; run++) {
        await this.#items(condition)
        if (waits && !(await this.#isSet(flag))) return
        await this.#items(body)
      }
      if (!waits) {
        await this.#items(condition)
        if (!(await this.#isSet(flag))) return
      }
      chunk = Math.min(2 * chunk, CHUNK)
    }
  }

  async #isSet(flag: Region): Promise<boolean> {
    const [word] = new Int32Array(await this.#read(flag, 4))
    return word !== 0
  }

  async #host({ step, inputs, outputs }: HostCall): Promise<void> {
    const elements = []
    for (const [i, region] of inputs.entries()) {
      const { buffer, shape } = step.inputs[i]
      const length = sizeOf(shape)
      elements.push(viewOf(buffer.dtype, await this.#read(region, 4 * length), 0, length))
    }
    const results = step.callback(elements)
    outputs.forEach((region, i) => {
      const { buffer, shape } = step.outputs[i]
      const length = sizeOf(shape)
      const data = viewOf(buffer.dtype, new ArrayBuffer(length * bytesOf(buffer.dtype)), 0, length)
      data.set(results[i])
      this.#device.queue.writeBuffer(this.#bufferOf(region.resource), 4 * region.start, data as AllowSharedBufferSource)
    })
  }

  /** The bytes at a place, after all that was encoded has run. */
  async #read({ resource, start }: Region, bytes: number): Promise<ArrayBuffer> {
    const size = Math.max(4, bytes)
    const staging = this.#device.createBuffer({ size, usage: usage.mapRead | usage.copyDestination })
    this.#endPass()
    if (bytes > 0) this.#encoder.copyBufferToBuffer(this.#bufferOf(resource), 4 * start, staging, 0, bytes)
    this.#submit()
    await staging.mapAsync(mapForReading)
    const copy = staging.getMappedRange().slice(0, bytes)
    staging.destroy()
    return copy
  }

  #dispatch(dispatch: Dispatch): void {
    const { record, slot } = this.#executable.encodings.get(dispatch)!
    const pass = this.#begunPass()
    const pipeline = this.#pipelines.find(dispatch)
    if (pipeline !== this.#pipeline) {
      pass.setPipeline(pipeline)
      this.#pipeline = pipeline
    }
    this.#groups[slot] ??= this.#group(slot)
    pass.setBindGroup(0, this.#groups[slot], [record])
    const { workgroups } = dispatch.shader
    const rows = Math.ceil(workgroups / GRID)
    pass.dispatchWorkgroups(rows === 1 ? workgroups : Math.ceil(workgroups / rows), rows)
  }

  #group(index: number): GPUBindGroup {
    const { slots, groups, uniform, recordBytes, name } = this.#executable
    const slot = slots[index]
    const buffers = slot.resources.map((resource) => this.#bufferOf(resource))
    return groups.find(index, buffers, () =>
      this.#device.createBindGroup({
        label: name,
        layout: this.#pipelines.layout(slot.access),
        entries: [
          { binding: 0, resource: { buffer: uniform!, size: recordBytes } },
          ...buffers.map((buffer, i) => ({ binding: i + 1, resource: { buffer } })),
        ],
      }),
    )
  }

  #begunPass(): GPUComputePassEncoder {
    this.#pass ??= this.#encoder.beginComputePass({ label: this.#executable.name })
    return this.#pass
  }

  #bufferOf(resource: Resource): GPUBuffer {
    if (resource.kind === 'arena') return this.#buffers.arena
    return this.#buffers[resource.kind === 'input' ? 'inputs' : 'outputs'][resource.index]
  }

  #stageInputs(): void {
    this.#executable.inputs.forEach(({ staged, bytes }, i) => {
      if (staged >= 0 && bytes > 0)
        this.#encoder.copyBufferToBuffer(this.#buffers.inputs[i], 0, this.#buffers.arena, staged, bytes)
    })
  }

  #unstageOutputs(): void {
    this.#endPass()
    this.#executable.outputs.forEach(({ staged, bytes }, i) => {
      if (staged >= 0 && bytes > 0)
        this.#encoder.copyBufferToBuffer(this.#buffers.arena, staged, this.#buffers.outputs[i], 0, bytes)
    })
  }

  #endPass(): void {
    this.#pass?.end()
    this.#pass = null
    this.#pipeline = null
  }

  #submit(): void {
    this.#endPass()
    this.#device.queue.submit([this.#encoder.finish()])
    this.#encoder = this.#device.createCommandEncoder({ label: this.#executable.name })
  }
}
