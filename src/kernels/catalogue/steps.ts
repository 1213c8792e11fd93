/** Primitives that are steps of their own: how they take their operands, and what they become. */
import type { DType } from '../../../types/dtype.ts'
import type { Equation, Program } from '../../core/program.ts'
import type { Buffer, Operand, Routine, Step } from '../language/kernel.ts'
import type { ReadContext } from './reader.ts'
import type { Storage } from './storage.ts'

/**
 * How a step takes an operand. `whole`: from memory, contiguous. `strided`: from memory, any strides. `streamed`: element by
 * element inside the step's own kernel, so that its producers fuse. `placed`: it is written where output 0 stands, before the step.
 */
type Access = 'whole' | 'strided' | 'streamed' | 'placed'

/** A strided view of a stored variable. */
export interface StridedOperand extends Operand {
  readonly strides: readonly number[]
}

/** What the lowering of a step is given. */
export interface StepContext {
  readonly equation: Equation
  /** For the loops and expressions of a kernel of its own. */
  readonly reading: ReadContext
  /** An operand that is taken `whole`. */
  operand(position: number): Operand
  /** An operand that is taken `strided`. */
  view(position: number): StridedOperand
  /** Where output number i is to be written. */
  output(position: number): Storage
  /** A new buffer for the step's own use. */
  scratch(dtype: DType, elements: number): Buffer
  /** Does one thread run a kernel from beginning to end (`Machine`)? */
  readonly sharesRows: boolean
  /** The routine of a nested program. */
  nested(program: Program, name: string): Routine
}

/** A primitive that becomes steps. */
export interface StepRule {
  readonly kind: 'step'
  access(equation: Equation): readonly Access[]
  /** Can it write its outputs to a region with these strides? Contiguous ones always do. */
  writes(equation: Equation, storage: Storage): boolean
  lower(context: StepContext): readonly Step[]
}
