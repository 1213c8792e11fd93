/** Tensors joined, cut, moved along an axis and repeated. */

import type { CheckParts, Concat, Split, Stack, Times } from '../../types/contract/concat.ts'
import type { Flip, Roll } from '../../types/contract/order.ts'
import type { Tile } from '../../types/contract/pad.ts'
import type { Repeated } from '../../types/contract/rearrange.ts'
import type { DType } from '../../types/dtype.ts'
import { sentence } from '../../types/sentence.ts'
import { concatFails, nothingToJoin, splitFails, stackFails } from '../../types/sentences/movements.ts'
import type { Shape } from '../../types/shape.ts'
import type { AnyTensor, Check, DTypeOf, Ok, Shapes, Tensor } from '../../types/tensor.ts'
import { ArgumentError, ShapeError } from '../core/errors.ts'
import type { Value } from '../core/value.ts'
import { operate, operateOne } from '../operation.ts'
import { broadcast } from '../primitives/broadcast.ts'
import * as structural from '../primitives/structural.ts'
import { typed, untyped } from '../typed.ts'
import { axesOf } from './axes.ts'
import { normalAxis, operands } from './broadcasting.ts'
import { axesPlan } from './named-axes.ts'

/**
 * Tensors one after another along an axis; their other sizes agree.
 * @throws ShapeError if the ranks or other sizes differ; DTypeError if the dtypes do.
 * @example
 * import { concat, tensor } from 'conformable'
 * console.log(concat([tensor([1, 2]), tensor([3])], 0)) // [1, 2, 3]
 */
export function concat<const L extends readonly AnyTensor[], const A extends number>(
  tensors: CheckParts<'concat', Concat<Shapes<L>, A>, L>,
  axis: Check<Concat<Shapes<L>, A>, A>,
): Tensor<Ok<Concat<Shapes<L>, A>>, DTypeOf<L[0]>> {
  const values = operands('concat', tensors as readonly unknown[]) // what the contract lets through
  if (values.length === 0) throw new ShapeError(sentence(nothingToJoin, { op: 'concat' }))
  const given = axis as number // what the contract lets through
  const place = normalAxis('concat', given, values[0]!.shape)
  let joined = values[0]!.shape
  for (const { shape } of values.slice(1)) joined = joinedShape(joined, shape, place, given)
  return typed(operateOne('concat', place, values, (...parts) => structural.concat(parts, place)))
}

/**
 * Tensors of one shape side by side along a new axis (the first, if none is given).
 * @throws ShapeError if the shapes differ; DTypeError if the dtypes do.
 * @example
 * import { stack, tensor } from 'conformable'
 * console.log(stack([tensor([1, 2]), tensor([3, 4])])) // [[1, 2], [3, 4]]
 */
export function stack<const L extends readonly AnyTensor[], const A extends number = 0>(
  tensors: CheckParts<'stack', Stack<Shapes<L>, A>, L>,
  axis?: Check<Stack<Shapes<L>, A>, A>,
): Tensor<Ok<Stack<Shapes<L>, A>>, DTypeOf<L[0]>> {
  const values = operands('stack', tensors as readonly unknown[]) // what the contract lets through
  if (values.length === 0) throw new ShapeError(sentence(nothingToJoin, { op: 'stack' }))
  const { shape } = values[0]!
  for (const other of values.slice(1)) {
    const why = difference(shape, other.shape, -1)
    if (why !== null) throw new ShapeError(sentence(stackFails, { a: shape, b: other.shape, why }))
  }
  const place = normalAxis('stack', (axis as number | undefined) ?? 0, [...shape, values.length]) // what the contract lets through
  const single = shape.toSpliced(place, 0, 1)
  const body = (...parts: Value[]): Value =>
    structural.concat(
      parts.map((part) => structural.reshape(part, single)),
      place,
    )
  return typed(operateOne('stack', place, values, body))
}

/**
 * Cut into `count` equal parts along an axis (the first, if none is given).
 * @returns a list of the parts.
 * @throws ShapeError if the axis is out of range or its size is not divisible by `count`.
 * @example
 * import { split, tensor } from 'conformable'
 * const [first, second] = split(tensor([1, 2, 3, 4]), 2, 0)
 * console.log(second) // [3, 4]
 */
export function split<S extends Shape, D extends DType, const N extends number, const A extends number = 0>(
  x: Tensor<S, D>,
  count: Check<Split<S, N, A>, N>,
  axis?: A,
): Times<Tensor<Ok<Split<S, N, A>>, D>, N> {
  const value = untyped(x, 'split')
  const parts = count as number // what the contract lets through
  const given = axis ?? 0
  const place = normalAxis('split', given, value.shape)
  const size = value.shape[place]!
  if (!Number.isInteger(parts) || parts < 1 || size % parts !== 0) {
    throw new ShapeError(sentence(splitFails, { axis: given, x: value.shape, size, count: parts }))
  }
  const length = size / parts
  const body = (v: Value): Value[] =>
    Array.from({ length: parts }, (_, i) => structural.sliceAxis(v, place, i * length, (i + 1) * length))
  return typed(operate('split', [parts, place], [value], body))
}

/**
 * The order reversed along an axis, or several.
 * @throws ShapeError if an axis is out of range or given twice.
 * @example
 * import { flip, tensor } from 'conformable'
 * console.log(flip(tensor([1, 2, 3]), 0)) // [3, 2, 1]
 */
export function flip<S extends Shape, D extends DType, const A extends number | readonly number[]>(
  x: Tensor<S, D>,
  axes: Check<Flip<S, A>, A>,
): Tensor<S, D> {
  const value = untyped(x, 'flip')
  const places = axesOf('flip', axes as number | readonly number[], value.shape) // what the contract lets through
  return typed(operateOne('flip', places, [value], (v) => structural.reverse(v, places)))
}

/**
 * Moved cyclically along an axis: element i goes to i + shift, and what leaves at one end comes in at the other.
 * @throws ShapeError if the axis is out of range.
 * @example
 * import { roll, tensor } from 'conformable'
 * console.log(roll(tensor([1, 2, 3, 4]), 1, 0)) // [4, 1, 2, 3]
 */
export function roll<S extends Shape, D extends DType, const A extends number>(
  x: Tensor<S, D>,
  shift: number,
  axis: Check<Roll<S, A>, A>,
): Tensor<S, D> {
  const value = untyped(x, 'roll')
  const place = normalAxis('roll', axis as number, value.shape) // what the contract lets through
  if (!Number.isInteger(shift)) throw new ArgumentError(`roll: the shift is a whole number, got ${shift}.`)
  const size = value.shape[place]!
  const cut = size === 0 ? 0 : ((-shift % size) + size) % size
  const body = (v: Value): Value =>
    cut === 0
      ? v
      : structural.concat([structural.sliceAxis(v, place, cut, size), structural.sliceAxis(v, place, 0, cut)], place)
  return typed(operateOne('roll', [place, cut], [value], body))
}

/**
 * The whole tensor side by side with itself, `counts[i]` times along dimension i; shorter lists are aligned at the end.
 * @example
 * import { tensor, tile } from 'conformable'
 * console.log(tile(tensor([1, 2]), [2])) // [1, 2, 1, 2]
 */
export function tile<S extends Shape, D extends DType, const R extends readonly number[]>(
  x: Tensor<S, D>,
  counts: Check<Tile<S, R>, R>,
): Tensor<Ok<Tile<S, R>>, D> {
  const value = untyped(x, 'tile')
  const given = (counts as readonly number[]).map((count) => wholeCount('tile', count)) // what the contract lets through
  const rank = Math.max(given.length, value.shape.length)
  const times = [...new Array<number>(rank - given.length).fill(1), ...given]
  const shape = [...new Array<number>(rank - value.shape.length).fill(1), ...value.shape]
  return typed(operateOne('tile', times, [value], (v) => copies(structural.reshape(v, shape), times, true)))
}

/**
 * Each element `count` times in a row along an axis; or, by a pattern of named axes, along axes that are new on its right.
 * @param count how often, or a pattern such as `'h w -> h (w two)'`.
 * @param axis the axis, or for a pattern the sizes of its new axes.
 * @throws ShapeError if the axis is out of range, or the pattern does not fit x.
 * @example
 * import { repeat, tensor } from 'conformable'
 * console.log(repeat(tensor([1, 2]), 2, 0)) // [1, 1, 2, 2]
 * console.log(repeat(tensor([1, 2]), 'w -> three w', { three: 3 })) // [[1, 2], [1, 2], [1, 2]]
 */
export function repeat<
  S extends Shape,
  D extends DType,
  const N extends number | string,
  const A extends number | Readonly<Record<string, number>>,
>(
  x: Tensor<S, D>,
  count: N extends string ? Check<Repeated<S, N, A>, N> : N,
  axis: N extends string ? A : Check<Repeated<S, N, A>, A>,
): Tensor<Ok<Repeated<S, N, A>>, D> {
  const value = untyped(x, 'repeat')
  if (typeof count === 'string') return typed(repeatAxes(value, count, axis as Readonly<Record<string, number>>)) // so a pattern asks
  const place = normalAxis('repeat', axis as number, value.shape) // what the contract lets through
  const times = value.shape.map((_, i) => (i === place ? wholeCount('repeat', count as number) : 1))
  return typed(operateOne('repeat', times, [value], (v) => copies(v, times, false)))
}

/** A pattern's new axes, along which everything is the same. */
function repeatAxes(value: Value, pattern: string, sizes: Readonly<Record<string, number>>): Value {
  const { from, split, to, spread, joined } = axesPlan('repeat', value.shape, pattern, sizes)
  const known = to.filter((name) => from.includes(name))
  const order = known.map((name) => from.indexOf(name))
  const places = known.map((name) => to.indexOf(name))
  const body = (v: Value): Value =>
    structural.reshape(broadcast(structural.transpose(structural.reshape(v, split), order), spread, places), joined)
  return operateOne('repeat', [split, order, spread, places, joined], [value], body)
}

/** Each dimension d becomes times · d: the copies stand before the elements, or after each of them. */
function copies(x: Value, times: readonly number[], before: boolean): Value {
  const spread = x.shape.flatMap((dim, i) => (before ? [times[i]!, dim] : [dim, times[i]!]))
  const own = x.shape.map((_, i) => 2 * i + (before ? 1 : 0))
  const shape = x.shape.map((dim, i) => dim * times[i]!)
  return structural.reshape(broadcast(x, spread, own), shape)
}

function wholeCount(name: string, count: number): number {
  if (Number.isInteger(count) && count >= 0) return count
  throw new ArgumentError(`${name}: a count is a whole number from 0, got ${count}.`)
}

/** Why two shapes differ in an axis other than `free`, or null: the first axis that does, then the rank. */
export function difference(a: readonly number[], b: readonly number[], free: number): string | null {
  const common = Math.min(a.length, b.length)
  for (let axis = 0; axis < common; axis++) {
    if (axis !== free && a[axis] !== b[axis]) return `axis ${axis}: ${a[axis]} vs ${b[axis]}`
  }
  return a.length === b.length ? null : 'ranks differ'
}

function joinedShape(a: readonly number[], b: readonly number[], place: number, axis: number): readonly number[] {
  const why = difference(a, b, place)
  if (why !== null) throw new ShapeError(sentence(concatFails, { a, b, axis, why }))
  return a.with(place, a[place]! + b[place]!)
}
