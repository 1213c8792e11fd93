/** Borders: constant, or made of the tensor itself. */

import type { Pad, Padding } from '../../types/contract/pad.ts'
import type { DType } from '../../types/dtype.ts'
import { sentence } from '../../types/sentence.ts'
import { padCount } from '../../types/sentences/movements.ts'
import type { Shape } from '../../types/shape.ts'
import type { Check, Ok, Tensor } from '../../types/tensor.ts'
import { showShape } from '../core/abstract.ts'
import { ArgumentError, ShapeError } from '../core/errors.ts'
import type { Value } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import * as basic from '../primitives/broadcast.ts'
import { concat, pad as padded, reshape, reverse, sliceAxis } from '../primitives/structural.ts'
import { typed, untyped } from '../typed.ts'
import { literal } from './broadcasting.ts'

/** What a border is made of. */
export interface PadOptions {
  /** The number of a constant border: 0 by default. */
  readonly value?: number
  /**
   * `constant` (the default), `edge` (the outermost element repeated), `reflect` (mirrored at the outermost element, which is not
   * repeated) or `wrap` (continued from the other end).
   */
  readonly mode?: 'constant' | 'edge' | 'reflect' | 'wrap'
}

/**
 * x with a border.
 * @param padding one pair `[before, after]` for each dimension.
 * @throws ShapeError if there is not one pair for each dimension, or x is too small to be mirrored.
 * @example
 * import { pad, tensor } from 'conformable'
 * console.log(pad(tensor([1, 2]), [[1, 2]])) // [0, 1, 2, 0, 0]
 */
export function pad<S extends Shape, D extends DType, const P extends Padding>(
  x: Tensor<S, D>,
  padding: Check<Pad<S, P>, P>,
  options: PadOptions = {},
): Tensor<Ok<Pad<S, P>>, D> {
  const value = untyped(x, 'pad')
  const { value: constant = 0, mode = 'constant' } = options
  const pairs = padding as Padding // what the contract lets through
  requirePadding(pairs, value.shape)
  if (mode === 'constant') return typed(constantBorder(value, pairs, constant))
  if (endsOf[mode] === undefined)
    throw new ArgumentError(`pad: the mode is constant, edge, reflect or wrap, got ${mode}.`)
  const body = (v: Value): Value => pairs.reduce((rest, pair, axis) => continued(rest, axis, pair, mode), v)
  return typed(operateOne('pad', [pairs, mode], [value], body))
}

function constantBorder(x: Value, pairs: Padding, constant: number): Value {
  const low = pairs.map(([before]) => before)
  const high = pairs.map(([, after]) => after)
  if (x.dtype !== 'bool') {
    return operateOne('pad', pairs, [x, literal('pad', constant, x.dtype)], (v, c) => padded(v, c, low, high))
  }
  const flag = Number(constant !== 0)
  return operateOne('pad', [pairs, flag], [x], (v) => padded(v, basic.full([], 'bool', flag), low, high))
}

/** What stands before and after the elements of an axis of the given size: `count` elements each. */
interface Ends {
  before(x: Value, axis: number, count: number, size: number): Value
  after(x: Value, axis: number, count: number, size: number): Value
}

const endsOf: Readonly<Record<string, Ends>> = {
  edge: {
    before: (x, axis, count) => repeated(sliceAxis(x, axis, 0, 1), axis, count),
    after: (x, axis, count, size) => repeated(sliceAxis(x, axis, size - 1, size), axis, count),
  },
  reflect: {
    before: (x, axis, count) => reverse(sliceAxis(x, axis, 1, count + 1), [axis]),
    after: (x, axis, count, size) => reverse(sliceAxis(x, axis, size - 1 - count, size - 1), [axis]),
  },
  wrap: {
    before: (x, axis, count, size) => sliceAxis(x, axis, size - count, size),
    after: (x, axis, count) => sliceAxis(x, axis, 0, count),
  },
}

/** The most elements that a mode takes from an axis of the given size. */
const reach: Readonly<Record<string, (size: number) => number>> = {
  edge: (size) => (size > 0 ? Number.POSITIVE_INFINITY : 0),
  reflect: (size) => Math.max(size - 1, 0),
  wrap: (size) => size,
}

function continued(x: Value, axis: number, [before, after]: readonly [number, number], mode: string): Value {
  const size = x.shape[axis]!
  const { before: first, after: last } = endsOf[mode]!
  if (Math.max(before, after) > reach[mode]!(size)) {
    throw new ShapeError(
      `pad: axis ${axis} of ${showShape(x.shape)} is too small for a '${mode}' border of ${Math.max(before, after)}`,
    )
  }
  const parts = [x]
  if (before > 0) parts.unshift(first(x, axis, before, size))
  if (after > 0) parts.push(last(x, axis, after, size))
  return concat(parts, axis)
}

/** A slice of size 1 repeated along its axis. */
function repeated(x: Value, axis: number, count: number): Value {
  const others = x.shape.map((_, i) => i).filter((i) => i !== axis)
  const flat = reshape(x, x.shape.toSpliced(axis, 1))
  return basic.broadcast(flat, x.shape.with(axis, count), others)
}

function requirePadding(pairs: Padding, shape: readonly number[]): void {
  if (pairs.length !== shape.length) {
    throw new ShapeError(sentence(padCount, { count: pairs.length, x: shape, rank: shape.length }))
  }
  const bad = pairs.flat().find((count) => !Number.isInteger(count) || count < 0)
  if (bad !== undefined)
    throw new ArgumentError(`pad: a border is a whole number from 0, got ${bad}; use slice to cut.`)
}
