/** From a program to a routine: its groups become steps. */
import type { DType } from '../../../types/dtype.ts'
import { sizeOf } from '../../core/abstract.ts'
import type { Equation, Program } from '../../core/program.ts'
import { fill, loopCounter } from '../catalogue/fill.ts'
import type { Composition } from '../catalogue/pieces.ts'
import type { ReadContext } from '../catalogue/reader.ts'
import { Reader } from '../catalogue/reader.ts'
import { roleOf } from '../catalogue/roles.ts'
import type { StepContext } from '../catalogue/steps.ts'
import type { Storage } from '../catalogue/storage.ts'
import { isDense } from '../catalogue/storage.ts'
import { withColumnSums } from '../fusion/column-sums.ts'
import { withCompanions } from '../fusion/companions.ts'
import { withEpilogues } from '../fusion/epilogues.ts'
import type { Fusion } from '../fusion/fuse.ts'
import { fuse } from '../fusion/fuse.ts'
import type { Group, Nest } from '../fusion/groups.ts'
import { withTails } from '../fusion/tails.ts'
import { finishKernel } from '../language/finish.ts'
import type { Buffer, Routine, Step } from '../language/kernel.ts'
import { nestKernel } from './lower-loops.ts'

/** What the lowering must know of the machine. */
export interface Machine {
  /**
   * Does one thread run a kernel from beginning to end? Then its rows share memory for what only they read, and small
   * reductions follow inside the kernel that they read from; else rows stay independent of each other.
   */
  readonly sharesRows: boolean
}

/** The routine of a program; nested programs are lowered by `lowerNested`. */
export function lower(
  program: Program,
  name: string,
  lowerNested: (program: Program, name: string) => Routine,
  { sharesRows }: Machine,
): Routine {
  const buffers: Buffer[] = []
  const allocate = (dtype: DType, elements: number): Buffer => {
    const buffer: Buffer = { id: buffers.length, dtype, elements, place: null }
    buffers.push(buffer)
    return buffer
  }
  const fusion = fuse(program, ({ dtype, shape }) => allocate(dtype, sizeOf(shape)), sharesRows)
  const lowering = { fusion, allocate, lowerNested, sharesRows }
  const outer = new Set([...fusion.inputs, ...fusion.outputs])
  const apart = withEpilogues(
    fusion.nests.flatMap((nest) => stepsOf(nest, lowering)),
    outer,
  )
  const steps = sharesRows ? withColumnSums(withTails(apart), allocate) : withCompanions(apart)
  const scratch = buffers.filter((buffer) => !outer.has(buffer))
  return { name, inputs: fusion.inputs, outputs: fusion.outputs, scratch, steps }
}

interface Lowering {
  readonly fusion: Fusion
  readonly allocate: (dtype: DType, elements: number) => Buffer
  readonly lowerNested: (program: Program, name: string) => Routine
  readonly sharesRows: boolean
}

function stepsOf(nest: Nest, lowering: Lowering): readonly Step[] {
  const [group] = nest.groups
  if (group.equation === null) return loopSteps(nest, lowering.fusion)
  const reading = readingFor(group, lowering.fusion)
  const role = roleOf(group.equation)
  if (role.kind === 'step') return role.lower(contextOf(group, group.equation, reading, lowering))
  // An expression has a group of its own only as a reshape whose operand stands in the same place.
  return role.kind === 'composition' ? gapSteps(group.equation, role, reading, lowering.fusion) : []
}

function readingFor(group: Group, fusion: Fusion): ReadContext {
  return {
    storageOf: (variable) => fusion.find(variable, group),
    definitionOf: (variable) => fusion.definitionOf(variable),
    expand(reader, equation, variable, index) {
      const role = roleOf(equation)
      if (role.kind === 'expression') return role.read(reader, equation, equation.outputs.indexOf(variable), index)
      throw new TypeError(`kernels: ${equation.primitive.name} is no expression`)
    },
  }
}

/** A kernel, or copies where contiguous memory only moves. */
function loopSteps(nest: Nest, fusion: Fusion): readonly Step[] {
  const roots = nest.groups.flatMap((group) => group.roots.map((root) => ({ ...root, group })))
  const copies = roots.map(({ variable, storage, group }) => copyStep(fusion.find(variable, group), storage))
  if (copies.every((copy) => copy !== null)) return copies.flat()
  const kernel = nestKernel(nest, (group) => readingFor(group, fusion), movementName(nest, fusion))
  return kernel === null ? [] : [{ kind: 'kernel', kernel }]
}

function copyStep(from: Storage | undefined, to: Storage): readonly Step[] | null {
  if (from === undefined || !isDense(from) || !isDense(to)) return null
  const elements = sizeOf(to.shape)
  return elements === 0 ? [] : [{ kind: 'copy', from, to, elements }]
}

/** Fills what a composition's operands do not cover. */
function gapSteps(equation: Equation, role: Composition, reading: ReadContext, fusion: Fusion): readonly Step[] {
  const gaps = role.gaps(equation, fusion.storageOf(equation.outputs[0])).filter(({ shape }) => sizeOf(shape) > 0)
  if (gaps.length === 0) return []
  const reader = new Reader(reading)
  const { dtype } = equation.outputs[0]
  const value = role.filler === null ? reader.table.constant(dtype, 0) : reader.read(equation.inputs[role.filler], [])
  const makeLoop = loopCounter()
  const body = gaps.flatMap((gap) => fill(gap, reader.table, value, makeLoop))
  return [{ kind: 'kernel', kernel: finishKernel(`fill_${equation.primitive.name}`, body) }]
}

function contextOf(group: Group, equation: Equation, reading: ReadContext, lowering: Lowering): StepContext {
  const { fusion, allocate, lowerNested, sharesRows } = lowering
  const view = (position: number) => {
    const { base, offset, strides } = group.views.get(position)!
    const storage = fusion.storageOf(base)
    return { buffer: storage.buffer, offset: storage.offset + offset, strides }
  }
  return {
    equation,
    reading,
    operand: view,
    view,
    output: (position) => fusion.storageOf(equation.outputs[position]),
    scratch: allocate,
    sharesRows,
    nested: lowerNested,
  }
}

/** The name of a kernel that computes nothing: what moves in it. */
function movementName({ groups }: Nest, fusion: Fusion): string {
  const group = groups.find(({ roots }) => roots.length > 0)
  if (group === undefined) return 'nothing'
  const [{ variable }] = group.roots
  return fusion.find(variable, group) ? 'copy' : fusion.definitionOf(variable).primitive.name
}
