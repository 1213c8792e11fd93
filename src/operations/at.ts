/** Parts of a tensor by positions that are known beforehand, in one dimension or in several. */

import type { AtPositions, CheckPositions, OkPositions, Position } from '../../types/contract/positions.ts'
import type { DType } from '../../types/dtype.ts'
import { sentence } from '../../types/sentence.ts'
import { indexOutOfRange, manyPositions, rangeEmpty } from '../../types/sentences/selections.ts'
import type { Shape } from '../../types/shape.ts'
import type { Tensor } from '../../types/tensor.ts'
import { ArgumentError, ShapeError } from '../core/errors.ts'
import type { Value } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import * as structural from '../primitives/structural.ts'
import { typed, untyped } from '../typed.ts'
import { normalAxis } from './broadcasting.ts'

/**
 * One position along an axis, which is dropped: `at(x, index)`, `at(x, index, axis)`. Or a position for each dimension, at least
 * one of them a text: a number picks and drops, `':'` is all of it, `'2:7'` and `'::2'` are ranges, `'...'` stands for all
 * dimensions that are not spoken of. Negative positions count from the end.
 * @throws ShapeError if a position or an axis is out of range, or a range is empty.
 * @example
 * import { at, tensor } from 'conformable'
 * const x = tensor([[1, 2, 3], [4, 5, 6]])
 * console.log(at(x, -1)) // [4, 5, 6]
 * console.log(at(x, '...', 0)) // [1, 4]
 * console.log(at(x, ':', '1:')) // [[2, 3], [5, 6]]
 */
export function at<S extends Shape, D extends DType, const P extends readonly [Position, ...Position[]]>(
  x: Tensor<S, D>,
  ...positions: CheckPositions<AtPositions<S, P>, P>
): Tensor<OkPositions<AtPositions<S, P>>, D> {
  const value = untyped(x, 'at')
  const given = positions as readonly Position[] // what the contract lets through
  const [index, axis = 0, ...more] = given
  const whole = typeof index === 'number' && typeof axis === 'number' && more.length === 0
  const parts = whole ? ofAxis(value, index, axis) : ofDimensions(value, given)
  return typed(operateOne('at', parts, [value], (v) => cut(v, parts)))
}

/** The part of one dimension: where it begins and ends, the step, and whether the dimension is dropped. */
interface Part {
  readonly start: number
  readonly stop: number
  readonly step: number
  readonly drop: boolean
}

function cut(x: Value, parts: readonly Part[]): Value {
  const block = structural.slice(
    x,
    parts.map(({ start }) => start),
    parts.map(({ stop }) => stop),
    parts.map(({ step }) => step),
  )
  return structural.reshape(
    block,
    block.shape.filter((_, axis) => !parts[axis]!.drop),
  )
}

const all = (size: number): Part => ({ start: 0, stop: size, step: 1, drop: false })

function ofAxis({ shape }: Value, index: number, axis: number): Part[] {
  const place = normalAxis('at', axis, shape)
  return shape.map((size, i) => (i === place ? picked(index, axis, shape, size) : all(size)))
}

function ofDimensions({ shape }: Value, positions: readonly Position[]): Part[] {
  const rest = shape.length - positions.filter((position) => position !== '...').length
  const dots = positions.filter((position) => position === '...').length
  if (dots > 1) throw new ArgumentError(`at: '...' may stand once, it stands ${dots} times.`)
  if (rest < 0) {
    const count = shape.length - rest
    throw new ShapeError(sentence(manyPositions, { count, x: shape, rank: shape.length }))
  }
  const written = dots === 1 ? positions : [...positions, '...' as const]
  const one = written.flatMap((position) => (position === '...' ? new Array<Position>(rest).fill(':') : [position]))
  return one.map((position, axis) => partOf(position, axis, shape))
}

function partOf(position: Position, axis: number, shape: readonly number[]): Part {
  const size = shape[axis]!
  if (typeof position === 'number') return picked(position, axis, shape, size)
  const range = /^(-?\d*):(-?\d*)(?::(\d+))?$/.exec(position)
  if (range === null) throw new ArgumentError(`at: '${position}' is none of a number, ':', '2:7', '::2' and '...'.`)
  const [, from = '', to = '', by = '1'] = range
  const place = (text: string, otherwise: number): number => {
    const given = text === '' ? otherwise : Number(text)
    return given < 0 ? given + size : given
  }
  const part = { start: place(from, 0), stop: Math.min(place(to, size), size), step: Number(by), drop: false }
  if (position === ':' || (part.start >= 0 && part.start < part.stop && part.step > 0)) return part
  throw new ShapeError(sentence(rangeEmpty, { range: position, axis, x: shape }))
}

function picked(index: number, axis: number, shape: readonly number[], size: number): Part {
  const first = index < 0 ? index + size : index
  if (Number.isInteger(first) && first >= 0 && first < size)
    return { start: first, stop: first + 1, step: 1, drop: true }
  throw new ShapeError(sentence(indexOutOfRange, { index, axis, x: shape }))
}
