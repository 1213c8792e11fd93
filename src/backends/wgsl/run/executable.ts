/**
 * A program compiled for the GPU: its schedule, and the records of its dispatches. A record holds where the buffers of a dispatch
 * begin; all records lie in one uniform buffer, of which each dispatch binds its own part by a dynamic offset.
 */
import { sizeOf } from '../../../core/abstract.ts'
import { DeviceError } from '../../../core/errors.ts'
import type { Program, Variable } from '../../../core/program.ts'
import { lowerProgram } from '../../../kernels/compile.ts'
import { donations } from '../../../kernels/planning/donate.ts'
import { BindGroups, type Slot } from './bind-groups.ts'
import { refusalOf } from './refusals.ts'
import { nameOf } from './resource.ts'
import { type Dispatch, type Item, type Schedule, scheduleOf } from './schedule.ts'
import { ShaderCache } from './shader-cache.ts'

/** Records begin at multiples of this many bytes. */
const RECORD = 256

/** An input or output. */
interface Port {
  readonly bytes: number
  /** Where it stands in the arena, in bytes, if it was moved there; else -1. */
  readonly staged: number
}

/** How a dispatch is encoded: the begin of its record in bytes, and which bind group it takes. */
interface Encoding {
  readonly record: number
  readonly slot: number
}

/** A compiled program. */
export interface Executable {
  readonly program: Program
  /** Names the first kernels, for messages. */
  readonly name: string
  readonly schedule: Schedule
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  /** For each output the donated input over which it is written, or -1. */
  readonly inheritance: readonly number[]
  readonly encodings: ReadonlyMap<Dispatch, Encoding>
  readonly slots: readonly Slot[]
  readonly groups: BindGroups
  readonly recordData: Int32Array<ArrayBuffer>
  readonly recordBytes: number
  /** Does it wait for the host? */
  readonly waits: boolean
  uniform: GPUBuffer | null
  lastUse: number
}

/**
 * Compiles a program; `bindings` is how many memories a shader may bind, `donated` lists inputs that nobody needs afterwards.
 * @throws DeviceError if no GPU can run it.
 */
export function compile(program: Program, bindings: number, donated: readonly number[]): Executable {
  const refusal = refusalOf(program)
  if (refusal !== null) throw new DeviceError(refusal.sentence)
  const planned = lowerProgram(program, { sharesRows: false })
  const pairs = donations(planned.routine, donated)
  const inheritance = program.outputs.map((_, i) => pairs.get(i) ?? -1)
  const shaders = new ShaderCache()
  const sizes = sizesOf(program)
  const staged = new Map<string, number>()
  let schedule = scheduleOf(planned, shaders, { staged, end: 0, inheritance })
  for (;;) {
    const moved = nextToStage(schedule.items, bindings, sizes)
    if (moved === null) break
    let end = Math.ceil(planned.arenaBytes / 256) * 256
    for (const name of [...staged.keys(), ...moved]) {
      staged.set(name, end / 4)
      end += Math.ceil(sizes.get(name)! / 256) * 256
    }
    schedule = scheduleOf(planned, shaders, { staged, end, inheritance })
  }
  const port = ({ shape }: Variable, name: string): Port => ({
    bytes: 4 * sizeOf(shape),
    staged: (staged.get(name) ?? -0.25) * 4,
  })
  return {
    program,
    name: nameFor(schedule.items),
    schedule,
    inputs: program.inputs.map((variable, i) => port(variable, `input${i}`)),
    outputs: program.outputs.map((variable, i) =>
      port(variable, inheritance[i] < 0 ? `output${i}` : `input${inheritance[i]}`),
    ),
    inheritance,
    groups: new BindGroups(),
    ...encoded(schedule.items),
    waits: schedule.items.some(({ kind }) => kind !== 'dispatch'),
    uniform: null,
    lastUse: 0,
  }
}

/** Kernels that a name lists. */
const NAMED = 3

function nameFor(items: readonly Item[]): string {
  const names = new Set<string>()
  for (const { shader } of dispatchesOf(items)) names.add(shader.name)
  const [...all] = names
  return all.length > NAMED ? `${all.slice(0, NAMED).join(', ')} … (${all.length} kernels)` : all.join(', ')
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
    const movable = names.filter((name) => sizes.has(name)).sort((a, b) => sizes.get(a)! - sizes.get(b)!)
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

/** The shaders of a program. */
export const shadersOf = ({ schedule }: Executable): Iterable<Dispatch> => dispatchesOf(schedule.items)

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

/** Every record once, and every list of memories once. */
function encoded(items: readonly Item[]): Pick<Executable, 'encodings' | 'slots' | 'recordData' | 'recordBytes'> {
  const all = [...dispatchesOf(items)]
  const records = new Numbered<readonly number[]>()
  const slots = new Numbered<Slot>()
  const places = all.map(({ bases, access, resources }) => ({
    record: records.numberOf(bases.join(), bases),
    slot: slots.numberOf(access + resources.map(nameOf).join(), { access, resources }),
  }))
  const data = records.values
  const recordBytes = data.reduce(
    (most, { length }) => Math.max(most, Math.ceil((4 * length) / RECORD) * RECORD),
    RECORD,
  )
  const recordData = new Int32Array((recordBytes / 4) * Math.max(1, data.length))
  for (const [i, bases] of data.entries()) recordData.set(bases, (i * recordBytes) / 4)
  const encodings = new Map(
    all.map((dispatch, i) => [dispatch, { ...places[i], record: places[i].record * recordBytes }]),
  )
  return { encodings, slots: slots.values, recordData, recordBytes }
}

/** Different values in order of first appearance. */
class Numbered<T> {
  readonly values: T[] = []
  readonly #numbers = new Map<string, number>()

  numberOf(key: string, value: T): number {
    let number = this.#numbers.get(key)
    if (number === undefined) {
      number = this.values.length
      this.#numbers.set(key, number)
      this.values.push(value)
    }
    return number
  }
}
