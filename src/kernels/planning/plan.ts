/**
 * The memory plan: every buffer gets its place. Scratch buffers live from the first step that touches them to the last; those
 * that live at the same time do not overlap. The scratch of nested routines stands in the same arena.
 */
import { bytesOf } from '../../core/dtype.ts'
import { buffersOf } from '../language/buffers.ts'
import type { Buffer, PlannedRoutine, Routine, Step } from '../language/kernel.ts'
import { allot } from './allot.ts'
import { inPlace } from './in-place.ts'

/** Every buffer starts at a multiple of this. */
const ALIGNMENT = 16
/** Bytes after each buffer that a vector may touch. */
const PADDING = 16

/** Bytes of a buffer with its padding, a multiple of the alignment. */
const footprint = ({ dtype, elements }: Pick<Buffer, 'dtype' | 'elements'>): number =>
  Math.ceil((elements * bytesOf(dtype) + PADDING) / ALIGNMENT) * ALIGNMENT

/** Memory that is needed from one step to another: buffers that share one place, or the scratch of nested routines. */
interface Region {
  bytes: number
  first: number
  last: number
  readonly buffers: Buffer[]
  readonly nested: readonly Routine[]
  offset: number
}

/** Places every buffer of a routine and of its nested routines. */
export function plan(routine: Routine): PlannedRoutine {
  placeOuter(routine)
  // Scratch that no step touches needs no memory of its own.
  for (const buffer of routine.scratch) buffer.place = { kind: 'arena', offset: 0 }
  const regions = [...scratchRegions(routine), ...nestedRegions(routine)]
  allot(regions)
  let arenaBytes = 0
  for (const { buffers, nested, offset, bytes } of regions) {
    arenaBytes = Math.max(arenaBytes, offset + bytes)
    for (const buffer of buffers) buffer.place = { kind: 'arena', offset }
    for (const inner of nested) shift(inner, offset)
  }
  return { routine, arenaBytes, lowerBoundBytes: lowerBound(regions, routine.steps.length) }
}

/** Moves the scratch of a routine, and of the routines inside it, further up. */
function shift(routine: Routine, bytes: number): void {
  for (const buffer of routine.scratch)
    if (buffer.place?.kind === 'arena') buffer.place = { kind: 'arena', offset: buffer.place.offset + bytes }
  for (const step of routine.steps) for (const nested of nestedRoutines(step)) shift(nested, bytes)
}

function placeOuter({ inputs, outputs }: Routine): void {
  inputs.forEach((buffer, index) => {
    buffer.place = { kind: 'input', index }
  })
  outputs.forEach((buffer, index) => {
    buffer.place = { kind: 'output', index }
  })
}

/** One region for each scratch buffer that is used; buffers written in place share one. */
function scratchRegions(routine: Routine): Region[] {
  const regions = new Map<Buffer, Region>()
  const scratch = new Set(routine.scratch)
  routine.steps.forEach((step, position) => {
    const { reads, writes } = buffersOf(step)
    for (const buffer of [...reads, ...writes]) {
      if (!scratch.has(buffer)) continue
      const region = regions.get(buffer)
      if (region === undefined) regions.set(buffer, newRegion(position, footprint(buffer), [buffer], []))
      else region.last = position
    }
  })
  shareInPlace(routine.steps, regions)
  return [...new Set(regions.values())]
}

const newRegion = (position: number, bytes: number, buffers: Buffer[], nested: readonly Routine[]): Region => ({
  bytes,
  first: position,
  last: position,
  buffers,
  nested,
  offset: 0,
})

/** A kernel's output takes the memory of an input that dies there, where it reads each element only to write it. */
function shareInPlace(steps: readonly Step[], regions: Map<Buffer, Region>): void {
  steps.forEach((step, position) => {
    if (step.kind !== 'kernel') return
    const taken = new Set<Region>()
    for (const { from, to } of inPlace(step.kernel)) {
      const source = regions.get(from)
      const target = regions.get(to)
      if (source === undefined || target === undefined || source === target || taken.has(source)) continue
      if (source.last !== position || target.first !== position || target.bytes > source.bytes) continue
      taken.add(source)
      source.last = target.last
      source.buffers.push(...target.buffers)
      for (const buffer of target.buffers) regions.set(buffer, source)
    }
  })
}

/** One region for each step with nested routines; those that never run together share it. */
function nestedRegions(routine: Routine): Region[] {
  return routine.steps.flatMap((step, position) => {
    const nested = nestedRoutines(step)
    const bytes = nested.reduce((most, each) => Math.max(most, plan(each).arenaBytes), 0)
    return bytes === 0 && nested.length === 0 ? [] : [newRegion(position, bytes, [], nested)]
  })
}

/** The routines inside a step. */
export function nestedRoutines(step: Step): readonly Routine[] {
  switch (step.kind) {
    case 'scan':
      return [step.body]
    case 'while':
      return [step.condition, step.body]
    case 'cond':
      return step.branches
    default:
      return []
  }
}

/** Bytes of the regions live at the worst step. */
function lowerBound(regions: readonly Region[], steps: number): number {
  const change = new Float64Array(steps + 1)
  for (const { first, last, bytes } of regions) {
    change[first] += bytes
    change[last + 1] -= bytes
  }
  let live = 0
  let most = 0
  for (const delta of change) {
    live += delta
    most = Math.max(most, live)
  }
  return most
}
