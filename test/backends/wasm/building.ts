/** Short forms for routines that tests build by hand. */
import type {
  Buffer,
  Kernel,
  Loop,
  Node,
  PlannedRoutine,
  Routine,
  Statement,
  Step,
} from '../../../src/kernels/language/kernel.ts'
import type { DType } from '../../../types/dtype.ts'

let next = 0

/** An input buffer. */
export const input = (index: number, dtype: DType, elements: number): Buffer => ({
  id: next++,
  dtype,
  elements,
  place: { kind: 'input', index },
})

/** An output buffer. */
export const output = (index: number, dtype: DType, elements: number): Buffer => ({
  id: next++,
  dtype,
  elements,
  place: { kind: 'output', index },
})

/** A loop. */
export const loopOf = (extent: number, vector = false): Loop => ({ id: next++, extent, parallel: true, vector })

/** An address offset + Σ stride · index. */
export const address = (
  terms: readonly (readonly [Loop, number])[],
  offset = 0,
  dynamic: Node | null = null,
): Extract<Node, { kind: 'load' }>['address'] => ({
  offset,
  terms: terms.map(([loop, stride]) => ({ loop, stride })),
  dynamic,
})

/** An element of a buffer. */
export const load = (
  buffer: Buffer,
  terms: readonly (readonly [Loop, number])[],
  offset = 0,
  dynamic: Node | null = null,
): Node => ({ kind: 'load', dtype: buffer.dtype, buffer, address: address(terms, offset, dynamic) })

/** A scalar operation. */
export const apply = (
  name: Extract<Node, { kind: 'apply' }>['name'],
  dtype: DType,
  operands: readonly Node[],
  exponent?: number,
): Node => ({ kind: 'apply', dtype, name, operands, ...(exponent === undefined ? {} : { exponent }) })

/** A number. */
export const constant = (dtype: DType, value: number): Node => ({ kind: 'constant', dtype, value })

/** A store of one element. */
export const store = (
  buffer: Buffer,
  terms: readonly (readonly [Loop, number])[],
  value: Node,
  offset = 0,
  dynamic: Node | null = null,
): Statement => ({ kind: 'store', buffer, address: address(terms, offset, dynamic), value })

/** Loops around statements, outermost first. */
export const nest = (loops: readonly Loop[], ...body: readonly Statement[]): Statement =>
  loops.reduceRight<readonly Statement[]>((inner, loop) => [{ kind: 'for', loop, body: inner }], body)[0]!

/** A kernel. */
export const kernelOf = (...body: readonly Statement[]): Kernel => ({ name: 'test', body, flops: 0, bytes: 0 })

/** A routine of steps. */
export const routineOf = (
  inputs: readonly Buffer[],
  outputs: readonly Buffer[],
  steps: readonly Step[],
  scratch: readonly Buffer[] = [],
): Routine => ({ name: 'test', inputs, outputs, scratch, steps })

/** A routine of one kernel. */
export const planned = (
  inputs: readonly Buffer[],
  outputs: readonly Buffer[],
  ...body: readonly Statement[]
): PlannedRoutine => plannedOf(routineOf(inputs, outputs, [{ kind: 'kernel', kernel: kernelOf(...body) }]))

/** A routine as a planner leaves it. */
export const plannedOf = (routine: Routine, arenaBytes = 0): PlannedRoutine => ({
  routine,
  arenaBytes,
  lowerBoundBytes: arenaBytes,
})
