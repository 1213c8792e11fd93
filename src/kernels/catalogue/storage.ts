/** Where the elements of a variable stand: a strided region of a buffer. */
import { sizeOf, stridesOf } from '../../core/abstract.ts'
import type { Index } from '../language/axes.ts'
import { linearise } from '../language/axes.ts'
import type { Buffer, Operand } from '../language/kernel.ts'
import { matchAxes } from './movement.ts'

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

/** Memory for one row at a time of a variable of this shape, whose first `depth` axes count the rows. */
export const rowStorage = (buffer: Buffer, shape: readonly number[], depth: number): Storage => ({
  buffer,
  offset: 0,
  shape,
  strides: stridesOf(shape).map((stride, axis) => (axis < depth ? 0 : stride)),
})

/** Is the region contiguous and row-major? Strides of axes of size 1 do not matter. */
export function isDense({ shape, strides }: Storage): boolean {
  if (sizeOf(shape) === 0) return true
  const dense = stridesOf(shape)
  return shape.every((extent, axis) => extent === 1 || strides[axis] === dense[axis])
}

/** Where x must stand so that its transpose stands here. */
export function beforeTranspose(storage: Storage, permutation: readonly number[]): Storage {
  const shape = storage.shape.slice()
  const strides = storage.strides.slice()
  permutation.forEach((axis, i) => {
    shape[axis] = storage.shape[i]
    strides[axis] = storage.strides[i]
  })
  return { ...storage, shape, strides }
}

/** Where x of the given shape must stand so that its reshape stands here; null if no strides describe it. */
export function beforeReshape(storage: Storage, shape: readonly number[]): Storage | null {
  if (sizeOf(shape) === 0) return { ...storage, shape, strides: stridesOf(shape) }
  const strides: number[] = []
  for (const { from, to } of matchAxes(storage.shape, shape)) {
    const step = stepOf(storage.shape.slice(...from), storage.strides.slice(...from))
    if (step === null) return null
    strides.push(...stridesOf(shape.slice(...to)).map((stride) => stride * step))
  }
  return { ...storage, shape, strides }
}

/** The distance of neighbours if the axes run through memory as one, else null. */
function stepOf(shape: readonly number[], strides: readonly number[]): number | null {
  let step: number | null = null
  let next = 0
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] === 1) continue
    if (step !== null && strides[axis] !== next) return null
    step ??= strides[axis]
    next = strides[axis] * shape[axis]
  }
  return step ?? 1
}

/** The position in the buffer of the element at an index. */
export const locate = ({ offset, strides }: Storage, index: readonly Index[]): Index =>
  linearise(index, strides, offset)

/** The region as an operand of a step that takes contiguous ones; the fuser has given it a dense storage. */
export const operandOf = ({ buffer, offset }: Storage): Operand => ({ buffer, offset })
