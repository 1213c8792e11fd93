/** A program compiled for the device: its instance, and the place of everything that a call needs. */
import type { DType } from '../../../../types/dtype.ts'
import { sizeOf } from '../../../core/abstract.ts'
import { bytesOf, type StorageArray } from '../../../core/dtype.ts'
import type { Program, Variable } from '../../../core/program.ts'
import { lowerProgram } from '../../../kernels/compile.ts'
import type { HostOperand, HostStep } from '../../../kernels/language/kernel.ts'
import { supportsRelaxedSimd } from '../code/relaxed-simd.ts'
import type { DeviceMemory } from '../memory/memory.ts'
import { copyOut } from '../memory/transfer.ts'
import { productImports } from '../product/product-library.ts'
import type { Part, Threads } from '../threads/threads.ts'
import { type Replacements, replacementsOf } from './donation.ts'
import { type EmittedModule, emitModule } from './emit.ts'

/** Operands of at least so many bytes are worth being kept in the memory. */
const LARGE = 65_536

/** The place of an output before the first call. */
const nowhere: StorageArray = new Float32Array(0)

/** An input or output of a program. */
export interface Slot {
  readonly dtype: DType
  readonly elements: number
  /** Where a small one is copied to, from the start of the call's region; -1 for a large one. */
  readonly offset: number
  /** The part of the memory where a small output stood last, as a view; see `Operands`. */
  place: StorageArray
  /** Its address, and how often the memory had grown by then. */
  address: number
  growths: number
  /** May the next result of a large output stay in the memory? */
  stays: boolean
}

/** A compiled program. */
export interface Executable {
  readonly program: Program
  readonly run: (arena: number, frame: number) => number
  readonly inputs: readonly Slot[]
  readonly outputs: readonly Slot[]
  /** Where the frame is, from the start of the region, which starts with the arena. */
  readonly frame: number
  readonly regionBytes: number
  /** Is any input or output large? */
  readonly hasLarge: boolean
  /** Where other threads find the module; 0 if they need not. */
  readonly moduleAddress: number
  /** When it was used last. */
  lastUse: number
  /** For each output: the inputs in whose place it may be written. */
  readonly replacements: Replacements
  /** The last list of donated inputs, and which of them each output takes over (-1: none). */
  donated: readonly number[] | null
  inheritance: Int32Array
}

/** Compiles a program for a memory, and for the threads that share it, if there are several. */
export function compile(program: Program, memory: DeviceMemory, threads: Threads | null): Executable {
  const planned = lowerProgram(program)
  const emitted = emitModule(planned, { fma: supportsRelaxedSimd(), threads: threads?.count ?? 1 })
  const { run, moduleAddress } = instantiate(emitted, memory, threads)
  const frame = emitted.arenaBytes
  let end = frame + aligned(4 * (program.inputs.length + program.outputs.length))
  const slotOf = ({ dtype, shape }: Variable): Slot => {
    const elements = sizeOf(shape)
    const bytes = elements * bytesOf(dtype)
    const offset = bytes >= LARGE ? -1 : end
    if (offset >= 0) end += aligned(bytes)
    return { dtype, elements, offset, place: nowhere, address: 0, growths: -1, stays: false }
  }
  const [inputs, outputs] = [program.inputs.map(slotOf), program.outputs.map(slotOf)]
  const hasLarge = [...inputs, ...outputs].some(({ offset }) => offset < 0)
  const replacements = replacementsOf(planned)
  const unused = { lastUse: 0, donated: null, inheritance: new Int32Array(0), moduleAddress }
  return { program, run, inputs, outputs, frame, regionBytes: end, hasLarge, replacements, ...unused }
}

/** A module on the memory, and known to the threads if there is work for several. */
export function instantiate(
  emitted: EmittedModule,
  memory: DeviceMemory,
  threads: Threads | null,
): Pick<Executable, 'run' | 'moduleAddress'> {
  const host = (number: number, frame: number): void => runHostStep(memory, emitted.hostSteps[number]!, frame >>> 0)
  let fork: Fork = () => {}
  const env = { memory: memory.memory, host, fork: (...step: Parameters<Fork>) => fork(...step) }
  const instance = new WebAssembly.Instance(new WebAssembly.Module(emitted.bytes), {
    env,
    ...productImports(memory.memory, emitted.libraries),
  })
  const shared = threads === null || emitted.groups.length === 0 ? null : share(emitted, memory, threads, instance)
  if (shared !== null) fork = shared.fork
  const run = instance.exports.run as Executable['run'] // emitModule exports it with this type
  return { run, moduleAddress: shared?.address ?? 0 }
}

/** Runs a group of parts. */
type Fork = (group: number, arena: number, frame: number) => void

/** Puts a module where other threads find it. */
function share(
  { bytes, groups }: EmittedModule,
  memory: DeviceMemory,
  threads: Threads,
  { exports }: WebAssembly.Instance,
): { address: number; fork: Fork } {
  const address = memory.allocate(bytes.length)
  new Uint8Array(memory.memory.buffer, address, bytes.length).set(bytes)
  const program = threads.register(address, bytes.length)
  let next = 0
  const steps = groups.map((count) => {
    const first = next
    next += count
    const parts = Array.from({ length: count }, (_, i) => exports[`part${first + i}`] as Part) // emitModule exports them so
    return { first, parts }
  })
  const fork: Fork = (group, arena, frame) => {
    const { first, parts } = steps[group]!
    threads.run(program, parts, first, arena, frame)
  }
  return { address, fork }
}

const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64

/** Calls back with copies of the inputs; the callback may run other programs, after which the views are others. */
function runHostStep(memory: DeviceMemory, { inputs, outputs, callback }: HostStep, frame: number): void {
  const addressOf = (i: number): number => memory.uint32[frame / 4 + i]!
  const elements = inputs.map((input, i) => copyOut(memory, input.buffer.dtype, addressOf(i), elementsOf(input)))
  const results = callback(elements)
  outputs.forEach((output, i) => {
    const { dtype } = output.buffer
    const view = memory.viewOf(dtype)
    view.set(results[i]!, addressOf(inputs.length + i) / bytesOf(dtype))
  })
}

const elementsOf = ({ shape }: HostOperand): number => sizeOf(shape)

/** For each output the donated input of the same size and dtype that it takes over, or -1; one in whose place it may be written first. */
export function inheritanceOf(executable: Executable, donate: readonly number[]): Int32Array {
  if (executable.donated !== null && sameList(executable.donated, donate)) return executable.inheritance
  const inheritance = new Int32Array(executable.outputs.length).fill(-1)
  const left = new Set(donate)
  for (const inPlace of [true, false]) {
    executable.outputs.forEach(({ dtype, elements }, output) => {
      if (inheritance[output]! >= 0) return
      for (const input of left) {
        const slot = executable.inputs[input]!
        if (slot.dtype !== dtype || slot.elements !== elements) continue
        if (inPlace && !executable.replacements[output]!.has(input)) continue
        inheritance[output] = input
        left.delete(input)
        return
      }
    })
  }
  executable.donated = [...donate]
  executable.inheritance = inheritance
  return inheritance
}

function sameList(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
