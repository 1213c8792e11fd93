/** The module that is being written for one program, and the memory its functions need beside the planned arena. */
import { bytesOf } from '../../../core/dtype.ts'
import type { HostStep, Operand, PlannedRoutine, Routine, Step } from '../../../kernels/language/kernel.ts'
import type { Crew } from '../../../kernels/planning/crew.ts'
import { nestedRoutines } from '../../../kernels/planning/plan.ts'
import type { Library } from '../kernel/library.ts'
import type { Products } from '../product/product-library.ts'
import type { Expression, Local, ModuleBuilder } from './assembler.ts'
import { add, i32, load, local, store } from './instructions.ts'

/**
 * Every function of a routine takes two addresses: the arena, and the frame, a table of the addresses of the routine's inputs,
 * then of its outputs. Both are parameters, so the arena can move between calls and a program can run inside another one.
 */
export const ARENA: Local = 0
/** See `ARENA`. */
export const FRAME: Local = 1

/** How steps are cut into parts for several threads. */
export interface Threading {
  readonly crew: Crew
  /** The imported function `(group, arena, frame)` that runs a group of parts. */
  readonly fork: number
  /** Bytes from the workspace of one part of a step to that of the next. */
  readonly workspaceBytes: number
  /** The numbers of parts in each group; parts are numbered on. */
  readonly groups: number[]
}

/** What the writers of routines share. */
export interface ModuleState {
  readonly module: ModuleBuilder
  readonly library: Library
  readonly fma: boolean
  /** The imported function `(step, frame)` that runs a host step. */
  readonly host: number
  /** Where steps are cut for several threads; null for one. */
  readonly threading: Threading | null
  readonly hostSteps: HostStep[]
  /** The functions of kernels, by shape. */
  readonly kernels: Map<string, readonly number[]>
  /** The functions of matrix products: imported, or written when they are asked for. */
  readonly products: Products
  /** The global that keeps the largest count of a bounded scan that did not fit. */
  readonly overflow: number
  /** Where in the arena the matrix products work. */
  readonly workspace: number
  /** Bytes of the arena in use, frames included. */
  arenaBytes: number
}

/** Room for a frame, as an offset in the arena. A routine never calls itself, so each call has a frame of its own. */
export function newFrame(state: ModuleState, entries: number): number {
  const frame = state.arenaBytes
  state.arenaBytes += 4 * entries
  return frame
}

/** The address of an operand inside a function of its routine. */
export function addressOf(routine: Routine, { buffer, offset }: Operand): Expression {
  const bytes = offset * bytesOf(buffer.dtype)
  const { place } = buffer
  if (place === null) throw new Error(`wasm: buffer ${buffer.id} of ${routine.name} has no place.`)
  if (place.kind === 'arena') return moved(local.get(ARENA), place.offset + bytes)
  return moved(load('i32.load', local.get(FRAME), 4 * frameEntry(routine, place)), bytes)
}

/** The entry of the frame that holds the address of an input or output. */
const frameEntry = (
  { inputs }: Routine,
  place: { readonly kind: 'input' | 'output'; readonly index: number },
): number => (place.kind === 'input' ? place.index : inputs.length + place.index)

/** Writes an address into a frame of the arena. */
export const writeEntry = (frame: number, entry: number, address: Expression): Expression =>
  store('i32.store', local.get(ARENA), address, frame + 4 * entry)

/** Reads an address from a frame of the arena. */
export const readEntry = (frame: number, entry: number): Expression =>
  load('i32.load', local.get(ARENA), frame + 4 * entry)

/** address + bytes. */
export const moved = (address: Expression, bytes: number): Expression =>
  bytes === 0 ? address : add(address, i32(bytes))

/** Every step of a planned routine, those of nested routines too. */
export function allSteps({ routine }: PlannedRoutine): Step[] {
  const steps = [...routine.steps]
  for (let i = 0; i < steps.length; i++) for (const inner of nestedRoutines(steps[i]!)) steps.push(...inner.steps)
  return steps
}
