/**
 * The order of work of a program on the GPU: every step of its routines becomes dispatches, loops written out. What depends on
 * numbers that only the GPU knows is guarded by flags: the branches of `cond` and the runs of a counted scan are all dispatched,
 * and return at once where their flag is 0. A `while` is a `repeat`, which the host ends when it sees the flag.
 */
import { bytesOf } from '../../../core/dtype.ts'
import type {
  Buffer,
  Contraction,
  Convolution,
  HostStep,
  Kernel,
  Operand,
  PlannedRoutine,
  Routine,
  Step,
} from '../../../kernels/language/kernel.ts'
import { type Anchored, anchoredBody, anchoredContraction, anchoredConvolution } from '../shader/anchors.ts'
import { convolutionSources } from '../shader/convolution-shader.ts'
import { loopSources } from '../shader/loop-shader.ts'
import { productSources } from '../shader/product-shader.ts'
import { type Scratch, ScratchMemory } from '../shader/scratch.ts'
import type { Shader, ShaderSource } from '../shader/shader-source.ts'
import {
  belowKernel,
  bothKernel,
  chosenKernel,
  copyKernel,
  countKernel,
  fillKernel,
  type Synthetic,
} from '../shader/synthetic.ts'
import { gated } from './gates.ts'
import { arena, nameOf, type Region, type Resource } from './resource.ts'
import type { ShaderCache } from './shader-cache.ts'

/** One run of a shader. */
export interface Dispatch {
  readonly kind: 'dispatch'
  readonly shader: Shader
  /** The memories it binds, in order, and which of them it writes. */
  readonly resources: readonly Resource[]
  readonly access: string
  /** The begins of its buffers, and of its flag. */
  readonly bases: readonly number[]
  /** Where it is 0 the shader does nothing. */
  readonly flag: Region | null
  /** The place in bytes of the grid that the GPU writes itself, if it does. */
  readonly gate: number | null
}

/** Runs `body` while the word at `flag`, which `condition` sets, is not 0. */
export interface Repeat {
  readonly kind: 'repeat'
  readonly name: string
  readonly limit: number | null
  readonly condition: readonly Item[]
  readonly body: readonly Item[]
  readonly flag: Region
}

/** Leaves the GPU. */
export interface HostCall {
  readonly kind: 'host'
  readonly step: HostStep
  readonly inputs: readonly Region[]
  readonly outputs: readonly Region[]
}

/** What is done, in order. */
export type Item = Dispatch | Repeat | HostCall

/** A program's work. */
export interface Schedule {
  readonly items: readonly Item[]
  readonly arenaBytes: number
}

/** Where the inputs and outputs of a routine stand. */
interface Frame {
  readonly inputs: readonly Region[]
  readonly outputs: readonly Region[]
}

/** Loops of at most so many runs are written out, with flags; longer ones are watched. */
const WRITTEN_OUT = 32

/** Where inputs and outputs stand if not by themselves. */
export interface Placement {
  /** Those that were moved into the arena. */
  readonly staged: ReadonlyMap<string, number>
  /** The end of the arena with them. */
  readonly end: number
  /** For each output the input over which it is written, or -1. */
  readonly inheritance: readonly number[]
}

/** The schedule of a planned routine. */
export function scheduleOf(
  { routine, arenaBytes }: PlannedRoutine,
  shaders: ShaderCache,
  { staged, end, inheritance }: Placement,
): Schedule {
  const scheduler = new Scheduler(shaders, Math.max(arenaBytes, end))
  const region = (resource: Resource): Region => {
    const start = staged.get(nameOf(resource))
    return start === undefined ? { resource, start: 0 } : { resource: arena, start }
  }
  const inputs = routine.inputs.map((_, index) => region({ kind: 'input', index }))
  const frame: Frame = {
    inputs,
    outputs: routine.outputs.map((_, index) => inputs[inheritance[index]] ?? region({ kind: 'output', index })),
  }
  const items: Item[] = []
  scheduler.routine(routine, frame, null, items)
  return { items, arenaBytes: scheduler.end }
}

class Scheduler {
  end: number
  #level = 0
  readonly #shaders: ShaderCache
  readonly #synthetics = new Map<string, Synthetic>()
  readonly #sources = new Map<object, Sources>()

  readonly #scratch = new ScratchMemory((bytes) => this.#reserved(bytes))

  constructor(shaders: ShaderCache, end: number) {
    this.#shaders = shaders
    this.end = end
  }

  routine({ steps }: Routine, frame: Frame, flag: Region | null, items: Item[]): void {
    for (const step of steps) this.#step(step, frame, flag, items)
  }

  #step(step: Step, frame: Frame, flag: Region | null, items: Item[]): void {
    switch (step.kind) {
      case 'kernel':
        this.#run(step.kernel, () => kernelSources(step.kernel, this.#scratch.allocate), frame, flag, items)
        break
      case 'contract':
        this.#run(step.contraction, () => this.#contraction(step.contraction), frame, flag, items)
        break
      case 'convolve':
        this.#run(step.convolution, () => this.#convolution(step.convolution), frame, flag, items)
        break
      case 'copy':
        this.#copy(step.from.buffer, step.elements, pointer(step.from, frame), pointer(step.to, frame), flag, items)
        break
      case 'scan':
        if (step.count === null) this.#scan(step, frame, flag, items)
        else this.#countedScan(step, step.count, frame, flag, items)
        break
      case 'while':
        this.#while(step, frame, flag, items)
        break
      case 'cond':
        this.#cond(step, frame, flag, items)
        break
      case 'host':
        items.push({
          kind: 'host',
          step,
          inputs: step.inputs.map((operand) => pointer(operand, frame)),
          outputs: step.outputs.map((operand) => pointer(operand, frame)),
        })
        break
      default:
        throw new TypeError(`wgsl: no way to run a ${(step as Step).kind} step`)
    }
  }

  /** Runs what becomes of a step; `make` is asked once. */
  #run(step: object, make: () => Sources, frame: Frame, flag: Region | null, items: Item[]): void {
    let sources = this.#sources.get(step)
    if (sources === undefined) {
      this.#scratch.nextStep()
      sources = make()
      this.#sources.set(step, sources)
    }
    const { shifts } = sources
    for (const source of sources.step) {
      const regions = source.buffers.map((buffer) => regionOf(buffer, frame, shifts.get(buffer)))
      const { shader, resources, access } = this.#shaders.find(source, regions, flag !== null)
      if (shader.workgroups === 0) continue
      const bases = regions.map(({ start }) => start)
      if (flag !== null) bases.push(flag.start)
      items.push({ kind: 'dispatch', shader, resources, access, bases, flag, gate: null })
    }
  }

  #synthetic(
    key: string,
    make: () => Synthetic,
    inputs: readonly Region[],
    output: Region,
    flag: Region | null,
    items: Item[],
  ): void {
    let synthetic = this.#synthetics.get(key)
    if (synthetic === undefined) {
      synthetic = make()
      this.#synthetics.set(key, synthetic)
    }
    const { kernel } = synthetic
    this.#run(kernel, () => kernelSources(kernel, this.#scratch.allocate), { inputs, outputs: [output] }, flag, items)
  }

  #copy({ dtype }: Buffer, elements: number, from: Region, to: Region, flag: Region | null, items: Item[]): void {
    if (elements === 0 || (from.resource === to.resource && from.start === to.start)) return
    this.#synthetic(`copy ${dtype} ${elements}`, () => copyKernel(dtype, elements), [from], to, flag, items)
  }

  #fill({ dtype }: Buffer, elements: number, value: number, to: Region, flag: Region | null, items: Item[]): void {
    if (elements === 0) return
    const key = `fill ${dtype} ${elements} ${value}`
    this.#synthetic(key, () => fillKernel(dtype, elements, value), [], to, flag, items)
  }

  #scan(step: Extract<Step, { kind: 'scan' }>, frame: Frame, flag: Region | null, items: Item[]): void {
    const point = (operands: readonly Operand[]) => operands.map((operand) => pointer(operand, frame))
    const constants = point(step.constants)
    const end = point(step.end)
    let carry = point(step.start)
    for (let run = 0; run < step.length; run++) {
      const i = step.reverse ? step.length - 1 - run : run
      const last = run === step.length - 1
      const next = last ? end : step.carryScratch.map((pair) => regionOf(pair[run % 2], frame))
      const inputs = [...constants, ...carry, ...rows(step.xs, i, frame)]
      this.routine(step.body, { inputs, outputs: [...next, ...rows(step.ys, i, frame)] }, flag, items)
      carry = next
    }
    if (step.length === 0) this.#copyAll(step.body.outputs, carry, end, flag, items)
  }

  /** All runs are dispatched; those from the count on do nothing. The carry stays in one place. */
  #countedScan(
    step: Extract<Step, { kind: 'scan' }>,
    count: Operand,
    frame: Frame,
    outer: Region | null,
    items: Item[],
  ): void {
    const { body, length, reverse } = step
    for (const y of step.ys) this.#fill(y.buffer, length * y.row, 0, pointer(y, frame), outer, items)
    const constants = step.constants.map((operand) => pointer(operand, frame))
    const [carry, next] = this.#carries(step.carryScratch, frame)
    const start = step.start.map((operand) => pointer(operand, frame))
    this.#copyAll(body.outputs, start, carry, outer, items)
    const run = this.#word(step, 'run')
    const flag = this.#word(step, 'flag')
    this.#fill(intWord, 1, reverse ? length - 1 : 0, run, outer, items)
    for (let i = reverse ? length - 1 : 0; reverse ? i >= 0 : i < length; i += reverse ? -1 : 1) {
      this.#synthetic('below', belowKernel, [run, pointer(count, frame)], flag, outer, items)
      if (outer !== null) this.#synthetic('both', bothKernel, [flag, outer], flag, null, items)
      const inputs = [...constants, ...carry, ...rows(step.xs, i, frame)]
      this.#guarded(flag, items, (inner) => {
        this.routine(body, { inputs, outputs: [...next, ...rows(step.ys, i, frame)] }, flag, inner)
        this.#copyAll(body.outputs, next, carry, flag, inner)
      })
      const direction = reverse ? -1 : 1
      this.#synthetic(`count ${direction}`, () => countKernel(direction), [run], run, outer, items)
    }
    const end = step.end.map((operand) => pointer(operand, frame))
    this.#copyAll(body.outputs, carry, end, outer, items)
  }

  #while(step: Extract<Step, { kind: 'while' }>, frame: Frame, outer: Region | null, items: Item[]): void {
    const point = (operands: readonly Operand[]) => operands.map((operand) => pointer(operand, frame))
    const [carry, next] = this.#carries(step.carryScratch, frame)
    this.#copyAll(step.body.outputs, point(step.start), carry, outer, items)
    const own = regionOf(step.flag, frame)
    const flag = outer === null ? own : this.#word(step, 'flag')
    const condition: Item[] = []
    this.routine(
      step.condition,
      { inputs: [...point(step.conditionConstants), ...carry], outputs: [own] },
      outer,
      condition,
    )
    if (outer !== null) this.#synthetic('both', bothKernel, [own, outer], flag, null, condition)
    const body: Item[] = []
    this.#guarded(flag, body, (inner) => {
      this.routine(step.body, { inputs: [...point(step.bodyConstants), ...carry], outputs: next }, flag, inner)
      this.#copyAll(step.body.outputs, next, carry, flag, inner)
    })
    const { maxSteps, name } = step
    if (maxSteps !== null && maxSteps <= WRITTEN_OUT)
      for (let run = 0; run < maxSteps; run++) items.push(...condition, ...body)
    else items.push({ kind: 'repeat', name, limit: maxSteps, condition, body, flag })
    this.#copyAll(step.body.outputs, carry, point(step.end), outer, items)
  }

  #cond(step: Extract<Step, { kind: 'cond' }>, frame: Frame, outer: Region | null, items: Item[]): void {
    const inner: Frame = {
      inputs: step.inputs.map((operand) => pointer(operand, frame)),
      outputs: step.outputs.map((operand) => pointer(operand, frame)),
    }
    const count = step.branches.length
    step.branches.forEach((_, i) => {
      const flag = this.#word(step, `branch ${i}`)
      const selector = pointer(step.selector, frame)
      this.#synthetic(`chosen ${i} ${count}`, () => chosenKernel(i, count), [selector], flag, outer, items)
      if (outer !== null) this.#synthetic('both', bothKernel, [flag, outer], flag, null, items)
    })
    step.branches.forEach((branch, i) => {
      const flag = this.#word(step, `branch ${i}`)
      this.#guarded(flag, items, (own) => this.routine(branch, inner, flag, own))
    })
  }

  /** What is done only where a flag, which is known now, is not 0. */
  #guarded(flag: Region, items: Item[], write: (inner: Item[]) => void): void {
    const inner: Item[] = []
    this.#level++
    write(inner)
    this.#level--
    for (const item of gated(inner, flag, this.#level)) items.push(item)
  }

  #carries(scratch: readonly (readonly [Buffer, Buffer])[], frame: Frame): [Region[], Region[]] {
    return [scratch.map(([first]) => regionOf(first, frame)), scratch.map(([, second]) => regionOf(second, frame))]
  }

  #copyAll(
    like: readonly Buffer[],
    from: readonly Region[],
    to: readonly Region[],
    flag: Region | null,
    items: Item[],
  ): void {
    from.forEach((region, i) => {
      this.#copy(like[i], like[i].elements, region, to[i], flag, items)
    })
  }

  #contraction(contraction: Contraction): Sources {
    const { step, shifts } = anchoredContraction(contraction)
    return { step: productSources(step, this.#scratch.allocate), shifts }
  }

  #convolution(convolution: Convolution): Sources {
    const { step, shifts } = anchoredConvolution(convolution)
    return { step: convolutionSources(step, this.#scratch.allocate), shifts }
  }

  /** Where so many bytes more of the arena begin. */
  #reserved(bytes: number): number {
    const begin = 16 * Math.ceil(this.end / 16)
    this.end = begin + bytes
    return begin
  }

  /** A word of the arena that belongs to a step. */
  #word(step: Step, purpose: string): Region {
    let words = this.#wordsOf.get(step)
    if (words === undefined) {
      words = new Map()
      this.#wordsOf.set(step, words)
    }
    let word = words.get(purpose)
    if (word === undefined) {
      word = { resource: arena, start: this.#reserved(16) / 4 }
      words.set(purpose, word)
    }
    return word
  }
  readonly #wordsOf = new Map<Step, Map<string, Region>>()
}

const intWord: Buffer = { id: 0, dtype: 'int32', elements: 1, place: null }

/** The shaders of a step, and where its buffers begin for them. */
type Sources = Anchored<readonly ShaderSource[]>

function kernelSources({ name, body }: Pick<Kernel, 'name' | 'body'>, scratch: Scratch): Sources {
  const { step, shifts } = anchoredBody(body)
  return { step: loopSources({ name, body: step }, scratch), shifts }
}

/** Where element `shift` of a buffer stands. */
function regionOf({ place, id, dtype }: Buffer, frame: Frame, shift = 0): Region {
  if (place === null) throw new TypeError(`wgsl: buffer ${id} has no place`)
  if (place.kind === 'arena') return { resource: arena, start: place.offset / bytesOf(dtype) + shift }
  const { resource, start } = (place.kind === 'input' ? frame.inputs : frame.outputs)[place.index]
  return { resource, start: start + shift }
}

const pointer = ({ buffer, offset }: Operand, frame: Frame): Region => regionOf(buffer, frame, offset)

const rows = (operands: readonly (Operand & { readonly row: number })[], i: number, frame: Frame): Region[] =>
  operands.map(({ buffer, offset, row }) => pointer({ buffer, offset: offset + i * row }, frame))
