/** Axes as users give them: one, several or none, negative ones counted from the last. */

import { sentence } from '../../types/sentence.ts'
import { axisTwice } from '../../types/sentences/axes.ts'
import { ShapeError } from '../core/errors.ts'
import type { Value } from '../core/value.ts'
import { reshape } from '../primitives/structural.ts'
import { normalAxis } from './broadcasting.ts'

/** The axes counted from the front, in increasing order; all of them where none is given. */
export function axesOf(
  operation: string,
  axes: number | readonly number[] | undefined,
  shape: readonly number[],
): readonly number[] {
  if (axes === undefined) return shape.map((_, axis) => axis)
  const list = typeof axes === 'number' ? [axes] : axes
  const found: number[] = []
  for (const axis of list) {
    const place = normalAxis(operation, axis, shape)
    if (found.includes(place)) throw new ShapeError(sentence(axisTwice, { op: operation, axis, x: shape }))
    found.push(place)
  }
  return found.sort((a, b) => a - b)
}

/** The shape with 1 at the given axes. */
const withOnes = (shape: readonly number[], axes: readonly number[]): readonly number[] =>
  shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim))

/** A reduced tensor with its lost axes put back as 1. */
export const keptDims = (reduced: Value, shape: readonly number[], axes: readonly number[]): Value =>
  reshape(reduced, withOnes(shape, axes))

/** The number of elements along the axes. */
export const countAlong = (shape: readonly number[], axes: readonly number[]): number =>
  axes.reduce((count, axis) => count * shape[axis]!, 1)
