/** What is known of a tensor before its numbers: shape and element type. */
import type { DType } from '../../types/dtype.ts'

/** Shape and dtype. A size of `TAPE` stands for the run-time length of a loop's tape (see primitives/control/while.ts). */
export interface Abstract {
  readonly shape: readonly number[]
  readonly dtype: DType
}

/** The axis size that stands for "as many rows as the loop will need"; a device replaces it by a capacity before it compiles. */
export const TAPE = -1

/** An `Abstract` record. */
export const abstract = (shape: readonly number[], dtype: DType): Abstract => ({ shape, dtype })

/** The shape, frozen: a copy unless it is frozen already, so that nobody's array is frozen under their hands. */
export const frozenShape = (shape: readonly number[]): readonly number[] =>
  Object.isFrozen(shape) ? shape : Object.freeze([...shape])

/** Number of elements: the product of the sizes (1 for a scalar). */
export function sizeOf(shape: readonly number[]): number {
  let size = 1
  for (let axis = 0; axis < shape.length; axis++) size *= shape[axis]!
  return size
}

/** Do two shapes have the same sizes in the same order? */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Row-major strides, in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length)
  let step = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step
    step *= shape[i]!
  }
  return strides
}

/** `float32[2, 3]`: how shapes and dtypes are written in messages and in printed programs. */
export const showAbstract = ({ shape, dtype }: Abstract): string => `${dtype}${showShape(shape)}`

/** `[2, 3]`: a shape as the type-level messages write it. */
export const showShape = (shape: readonly number[]): string =>
  `[${shape.map((dim) => (dim === TAPE ? 'tape' : String(dim))).join(', ')}]`
