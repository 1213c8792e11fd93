/**
 * Runs schedules: dispatches are encoded into one compute pass and one submission; only a `repeat` or a call of the host needs
 * more. Work that waits for the host is a job of its own, and everything after it waits in line.
 */

import { sizeOf } from '../../../core/abstract.ts'
import { bytesOf, viewOf } from '../../../core/dtype.ts'
import { foldedGrid } from '../shader/grid.ts'
import type { Executable } from './executable.ts'
import type { Pipelines } from './pipelines.ts'
import type { Readback } from './readback.ts'
import type { Region, Resource } from './resource.ts'
import type { Dispatch, HostCall, Item, Repeat } from './schedule.ts'

/** Dispatches between two looks at the flag of a loop, at most. */
const CHUNK = 8192
/** Looks at a flag come after so many milliseconds, about. */
const LOOK = 16

/** The buffers of one call of a program. */
export interface CallBuffers {
  readonly arena: GPUBuffer
  readonly gates: GPUBuffer
  readonly inputs: readonly GPUBuffer[]
  readonly outputs: readonly GPUBuffer[]
}

/** What a device runs everything with. */
export interface RunnerParts {
  readonly device: GPUDevice
  readonly pipelines: Pipelines
  readonly readback: Readback
}

/** Encodes and submits. */
export class Runner {
  readonly #parts: RunnerParts
  readonly #executable: Executable
  readonly #buffers: CallBuffers
  #encoder: GPUCommandEncoder
  #pass: GPUComputePassEncoder | null = null
  #pipeline: GPUComputePipeline | null = null
  /** The groups of this call, by slot. */
  readonly #groups: GPUBindGroup[] = []

  constructor(parts: RunnerParts, executable: Executable, buffers: CallBuffers) {
    this.#parts = parts
    this.#executable = executable
    this.#buffers = buffers
    this.#encoder = parts.device.createCommandEncoder({ label: executable.name })
  }

  /** Runs a schedule that never waits. */
  run(): void {
    this.#stageInputs()
    this.#encode(this.#executable.schedule.items)
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

  #encode(items: readonly Item[]): void {
    for (const item of items) if (item.kind === 'dispatch') this.#dispatch(item)
  }

  async #items(items: readonly Item[]): Promise<void> {
    for (const item of items) {
      if (item.kind === 'dispatch') this.#dispatch(item)
      else if (item.kind === 'host') await this.#host(item)
      else if ([...item.condition, ...item.body].every(({ kind }) => kind === 'dispatch')) await this.#repeat(item)
      else await this.#repeatWatched(item)
    }
  }

  /**
   * Turns past the end of the loop do nothing, so they run in chunks, as long as the time between two looks asks for. The next chunk is on
   * its way while the flag of the one before is read.
   */
  async #repeat({ condition, body, flag, limit }: Repeat): Promise<void> {
    const most = Math.max(1, Math.floor(CHUNK / (condition.length + body.length)))
    let turns = 1
    let before: Promise<boolean> | null = null
    let seen = performance.now()
    for (let run = 0; run < (limit ?? Number.POSITIVE_INFINITY); ) {
      const end = Math.min(run + turns, limit ?? Number.POSITIVE_INFINITY)
      for (; run < end; run++) {
        this.#encode(condition)
        this.#encode(body)
      }
      this.#encode(condition)
      const goesOn = this.#isSet(flag)
      // What it fails with is thrown where it is awaited, unless the look before fails first.
      goesOn.catch(() => {})
      if (before !== null && !(await before)) {
        await goesOn
        return
      }
      before = goesOn
      const now = performance.now()
      turns = now - seen < LOOK ? Math.min(2 * turns, most) : Math.max(1, turns >> 1)
      seen = now
    }
    await before
  }

  /** A loop with loops or calls of the host inside: every turn waits. */
  async #repeatWatched({ condition, body, flag, limit }: Repeat): Promise<void> {
    for (let run = 0; limit === null || run < limit; run++) {
      await this.#items(condition)
      if (!(await this.#isSet(flag))) return
      await this.#items(body)
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
      const target = this.#bufferOf(region.resource)
      this.#parts.device.queue.writeBuffer(target, 4 * region.start, data as AllowSharedBufferSource)
    })
  }

  /** The bytes at a place, after all that was encoded has run. */
  #read({ resource, start }: Region, bytes: number): Promise<ArrayBuffer> {
    const { readback } = this.#parts
    const staging = readback.take(bytes)
    this.#endPass()
    if (bytes > 0) this.#encoder.copyBufferToBuffer(this.#bufferOf(resource), 4 * start, staging, 0, bytes)
    this.#submit()
    return readback.bytesOf(staging, bytes)
  }

  #dispatch(dispatch: Dispatch): void {
    const { record, slot } = this.#executable.encodings.get(dispatch)!
    const pass = this.#begunPass()
    const pipeline = this.#parts.pipelines.find(dispatch)
    if (pipeline !== this.#pipeline) {
      pass.setPipeline(pipeline)
      this.#pipeline = pipeline
    }
    this.#groups[slot] ??= this.#group(slot)
    pass.setBindGroup(0, this.#groups[slot], [record])
    if (dispatch.gate !== null) pass.dispatchWorkgroupsIndirect(this.#buffers.gates, dispatch.gate)
    else pass.dispatchWorkgroups(...foldedGrid(dispatch.shader.workgroups))
  }

  #group(index: number): GPUBindGroup {
    const { slots, groups, uniform, recordBytes, name } = this.#executable
    const { device, pipelines } = this.#parts
    const slot = slots[index]
    const buffers = slot.resources.map((resource) => this.#bufferOf(resource))
    return groups.find(index, buffers, () =>
      device.createBindGroup({
        label: name,
        layout: pipelines.layout(slot.access),
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
    if ('index' in resource) return this.#buffers[resource.kind === 'input' ? 'inputs' : 'outputs'][resource.index]
    return this.#buffers[resource.kind]
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
    const { device } = this.#parts
    device.queue.submit([this.#encoder.finish()])
    this.#encoder = device.createCommandEncoder({ label: this.#executable.name })
  }
}
