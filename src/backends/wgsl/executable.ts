/**
 * A program compiled for the GPU: its schedule, and the records of its dispatches. A record holds where the buffers of a dispatch
 * begin; all records lie in one uniform buffer, of which each dispatch binds its own part by a dynamic offset.
 */
import type { DType } from '../../../types/dtype.ts'
import { sizeOf } from '../../core/abstract.ts'
import { DeviceError } from '../../core/errors.ts'
import type { Program, Variable } from '../../core/program.ts'
import { lowerProgram } from '../../kernels/compile.ts'
import { refusalOf } from './refusals.ts'
import { nameOf } from './resource.ts'
import { type Dispatch, type Item, type Schedule, scheduleOf } from './schedule.ts'
import { ShaderCache } from './shader-cache.ts'

/** Records begin at multiples of this many bytes. */
const RECORD = 256

/** An input or output. */
interface Slot {
  readonly dtype: DType
  readonly bytes: number
  /** Where it stands in the arena, in bytes, if it was moved there; else -1. */
  readonly staged: number
}

/** A compiled program. */
export interface Executable {
  readonly program: Program
  readonly schedule: Schedule
  readonly inputs: readonly Slot[]
  readonly outputs: readonly Slot[]
  /** The number of each dispatch's record, and the records. */
  readonly records: ReadonlyMap<Dispatch, number>
  readonly recordData: Int32Array<ArrayBuffer>
  readonly recordBytes: number
  /** Does it wait for the host? */
  readonly waits: boolean
  uniform: GPUBuffer | null
  lastUse: number
}

/**
 * Compiles a program; `bindings` is how many memories a shader may bind.
 * @throws DeviceError if no GPU can run it.
 */
export function compile(program: Program, bindings: number): Executable {
  const refusal = refusalOf(program)
  if (refusal !== null) throw new DeviceError(refusal.sentence)
  const planned = lowerProgram(program, { sharesRows: false })
  const shaders = new ShaderCache()
  const sizes = sizesOf(program)
  const staged = new Map<string, number>()
  let schedule = scheduleOf(planned, shaders, staged, 0)
  for (;;) {
    const moved = nextToStage(schedule.items, bindings, sizes)
    if (moved === null) break
    let end = Math.ceil(planned.arenaBytes / 256) * 256
    for (const name of [...staged.keys(), ...moved]) {
      staged.set(name, end / 4)
      end += Math.ceil(sizes.get(name)! / 256) * 256
    }
    schedule = scheduleOf(planned, shaders, staged, end)
  }
  const slot =
    (kind: 'input' | 'output') =>
    ({ dtype, shape }: Variable, index: number): Slot => ({
      dtype,
      bytes: 4 * sizeOf(shape),
      staged: (staged.get(`${kind}${index}`) ?? -0.25) * 4,
    })
  return {
    program,
    schedule,
    inputs: program.inputs.map(slot('input')),
    outputs: program.outputs.map(slot('output')),
    ...recorded(schedule.items),
    waits: schedule.items.some(({ kind }) => kind !== 'dispatch'),
    uniform: null,
    lastUse: 0,
  }
}

function sizesOf({ inputs, outputs }: Program): Map<string, number> {
  const sizes = new Map<string, number>()
  for (const [i, { shape }] of inputs.entries()) sizes.set(`input${i}`, 4 * sizeOf(shape))
  for (const [i, { shape }] of outputs.entries()) sizes.set(`output${i}`, 4 * sizeOf(shape))
  return sizes
}

/** The smallest memories of the shaders that bind too many; null if there is no such shader. */
function nextToStage(items: readonly Item[], bindings: number, sizes: ReadonlyMap<string, number>): string[] | null {
  const moved = new Set<string>()
  for (const { resources } of dispatchesOf(items)) {
    const names = resources.map(nameOf)
    // The arena is bound too as soon as something is moved into it.
    const room = names.includes('arena') ? bindings : bindings - 1
    if (names.length <= bindings) continue
    const movable = names.filter((name) => name !== 'arena').sort((a, b) => sizes.get(a)! - sizes.get(b)!)
    for (const name of movable.slice(0, names.length - room)) moved.add(name)
  }
  return moved.size === 0 ? null : [...moved]
}

/** The text of every shader, in order of first use. */
export function codeOf({ schedule }: Executable): string {
  const texts = new Set<string>()
  for (const { shader } of dispatchesOf(schedule.items)) texts.add(shader.code)
  return [...texts].join('\n')
}

/** Every dispatch, also of loops. */
function* dispatchesOf(items: readonly Item[]): Generator<Dispatch> {
  for (const item of items) {
    if (item.kind === 'dispatch') yield item
    else if (item.kind === 'repeat') {
      yield* dispatchesOf(item.condition)
      yield* dispatchesOf(item.body)
    }
  }
}

function recorded(items: readonly Item[]): Pick<Executable, 'records' | 'recordData' | 'recordBytes'> {
  const records = new Map<Dispatch, number>()
  const numbers = new Map<string, number>()
  const data: number[][] = []
  for (const dispatch of dispatchesOf(items)) {
    const key = dispatch.bases.join()
    let number = numbers.get(key)
    if (number === undefined) {
      number = data.length
      numbers.set(key, number)
      data.push([...dispatch.bases])
    }
    records.set(dispatch, number)
  }
  const words = Math.max(RECORD, ...data.map((bases) => Math.ceil((4 * bases.length) / RECORD) * RECORD)) / 4
  const recordData = new Int32Array(words * Math.max(1, data.length))
  for (const [i, bases] of data.entries()) recordData.set(bases, i * words)
  return { records, recordData, recordBytes: 4 * words }
}
