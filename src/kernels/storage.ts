/** Where the elements of a variable stand: a strided region of a buffer. */
import { sizeOf, stridesOf } from '../core/abstract.ts'
import type { Index } from './axes.ts'
import { linearise } from './axes.ts'
import type { Buffer, Operand } from './kernel.ts'

/** Element i, j, … stands at offset + i strides[0] + j strides[1] + … */
export interface Storage {
  readonly buffer: Buffer
  readonly offset: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]
}

/** A row-major region of a buffer. */
export const denseStorage = (buffer: Buffer, shape: readonly number[], offset = 0): Storage => ({
  buffer,
  offset,
  shape,
  strides: stridesOf(shape),
})

/** Is the region contiguous and row-major? Strides of axes of size 1 do not matter. */
export function isDense({ shape, strides }: Storage): boolean {
  if (sizeOf(shape) === 0) return true
  const dense = stridesOf(shape)
  return shape.every((extent, axis) => extent === 1 || strides[axis] === dense[axis])
}

/** The position in the buffer of the element at an index. */
export const locate = ({ offset, strides }: Storage, index: readonly Index[]): Index =>
  linearise(index, strides, offset)

/** The region as an operand of a step that takes contiguous ones; the fuser has given it a dense storage. */
export const operandOf = ({ buffer, offset }: Storage): Operand => ({ buffer, offset })
