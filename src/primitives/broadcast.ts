/**
 * Constants and copies: `full` makes a constant, `broadcast` repeats along new axes, `sum` is its transpose.
 * The first family: the rules of all others speak of constants.
 */
import type { DType } from '../../types/dtype.ts'
import type { Abstract } from '../core/abstract.ts'
import { abstract, sameShape, showAbstract, showShape, stridesOf, TAPE } from '../core/abstract.ts'
import { bindOne } from '../core/bind.ts'
import { ShapeError, TraceError } from '../core/errors.ts'
import type { Ndarray } from '../core/ndarray.ts'
import { zerosLike } from '../core/ndarray.ts'
import type { Maybe, Params, Primitive } from '../core/primitive.ts'
import type { Value } from '../core/value.ts'
import { linear } from './linear.ts'
import { requireAxes, requireKind } from './requirements.ts'
import { positionsOf, readAt, rows, without } from './strided.ts'

/** Attributes of `full`. */
export type FullParams = { readonly shape: readonly number[]; readonly dtype: DType; readonly value: number }
/** Attributes of `broadcast`. */
export type BroadcastParams = { readonly shape: readonly number[]; readonly axes: readonly number[] }
/** Attributes of `sum`, and of other reductions. */
export type AxesParams = { readonly axes: readonly number[] }

/** A primitive without operands: it has no tangent, and nothing maps over it. */
export const creation = <P extends Params>(
  name: string,
  type: (params: P) => Abstract,
  fill: (result: Ndarray, params: P) => void,
): Primitive<P> => ({
  name,
  shape: (_, params) => [type(params)],
  evaluate: (_, params, [output]) => {
    const result = zerosLike(output)
    fill(result, params)
    return [result]
  },
  jvp: () => [null],
  batch: () => {
    throw new TraceError(`${name}: has no operand to map over.`)
  },
})

/** Record of `full`: a tensor of one repeated number. */
export const fullPrimitive: Primitive<FullParams> = creation(
  'full',
  ({ shape, dtype }) => abstract(checkedShape('full', shape), dtype),
  ({ data }, { value }) => {
    data.fill(value)
  },
)

/** A tensor whose elements are all `value`. The number is part of the program: use it for constants of formulas only. */
export const full = (shape: readonly number[], dtype: DType, value: number): Value =>
  bindOne(fullPrimitive, [], { shape, dtype, value })

/** Record of `broadcast`. */
export const broadcastPrimitive: Primitive<BroadcastParams> = linear({
  name: 'broadcast',
  shape: broadcastShape,
  evaluate(x, { shape, axes }) {
    const own = stridesOf(x.shape)
    const strides = shape.map((_, axis) => (axes.includes(axis) ? own[axes.indexOf(axis)] : 0))
    return readAt(x, positionsOf(shape, strides), shape)
  },
  transpose: (cotangent, _, { shape, axes }) => sum(cotangent, without(shape, axes)),
  batch: (x, { shape, axes }, size) => broadcast(x, [size, ...shape], [0, ...axes.map((axis) => axis + 1)]),
})

/** Repeats `x` along new axes: input axis i becomes output axis `axes[i]` (increasing, of the same size). */
export function broadcast(x: Value, shape: readonly number[], axes: readonly number[]): Value {
  const same = sameShape(x.shape, shape) && axes.length === shape.length && axes.every((axis, i) => axis === i)
  return same ? x : bindOne(broadcastPrimitive, [x], { shape, axes })
}

/** Record of `sum`. */
export const sumPrimitive: Primitive<AxesParams> = linear({
  name: 'sum',
  shape(x, { axes }) {
    requireKind('sum', 'numeric', [x])
    return reducedShape('sum', x, axes)
  },
  evaluate: (x, { axes }, output) => reduced(x, axes, output, pairwiseSum),
  transpose: (cotangent, x, { axes }) => broadcast(cotangent, x.shape, without(x.shape, axes)),
  batch: (x, { axes }) =>
    sum(
      x,
      axes.map((axis) => axis + 1),
    ),
})

/** Sum over the given axes (increasing), which disappear; integers wrap around. */
export const sum = (x: Value, axes: readonly number[]): Value =>
  axes.length === 0 ? x : bindOne(sumPrimitive, [x], { axes })

/** A constant of the shape and dtype of `x`: a literal, repeated. */
export const constantLike = (x: Abstract, value: number): Value => broadcast(full([], x.dtype, value), x.shape, [])

/** The tangent, or zeros of the primal's type where an operation needs numbers. */
export const materialise = (tangent: Maybe, primal: Abstract): Value => tangent ?? constantLike(primal, 0)

/** `x` with a new axis 0 of the given size, along which it is repeated. */
export const repeat = (x: Value, size: number): Value =>
  broadcast(
    x,
    [size, ...x.shape],
    x.shape.map((_, axis) => axis + 1),
  )

/** Operands of a batching rule, each with the mapped axis first. */
export const mapped = (inputs: readonly Value[], batched: readonly boolean[], size: number): readonly Value[] =>
  inputs.map((input, i) => (batched[i] ? input : repeat(input, size)))

/** The type of a reduction's result: without the given axes. */
export function reducedShape(name: string, x: Abstract, axes: readonly number[]): Abstract {
  requireAxes(name, x, axes, true)
  return abstract(
    without(x.shape, axes).map((axis) => x.shape[axis]),
    x.dtype,
  )
}

/** Reduces every group of elements along `axes`; `fold` sees the group as `data[start] … data[start + length - 1]`. */
export function reduced(
  x: Ndarray,
  axes: readonly number[],
  output: Abstract,
  fold: (data: ArrayLike<number>, start: number, length: number) => number,
): Ndarray {
  const { data, length } = rows(x, axes)
  const result = zerosLike(output)
  for (let i = 0; i < result.data.length; i++) result.data[i] = fold(data, i * length, length)
  return result
}

/**
 * Sum by halving (error grows as log n); integers below 2^53 stay exact and wrap when stored. One element is its own sum, -0 too,
 * as on the machines and after rewriting, where such a sum is a reshape.
 */
function pairwiseSum(data: ArrayLike<number>, start: number, length: number): number {
  if (length > 32) {
    const half = length >> 1
    return pairwiseSum(data, start, half) + pairwiseSum(data, start + half, length - half)
  }
  if (length === 1) return data[start]
  let total = 0
  for (let i = start; i < start + length; i++) total += data[i]
  return total
}

/** The shape itself, if its sizes are sizes. */
export function checkedShape(name: string, shape: readonly number[]): readonly number[] {
  if (shape.every((dim) => dim === TAPE || (Number.isInteger(dim) && dim >= 0))) return shape
  throw new ShapeError(`${name}: ${showShape(shape)} is not a shape. Sizes are whole numbers from 0.`)
}

function broadcastShape(x: Abstract, { shape, axes }: BroadcastParams): Abstract {
  checkedShape('broadcast', shape)
  requireAxes('broadcast', abstract(shape, x.dtype), axes, true)
  const fits = axes.length === x.shape.length && axes.every((axis, i) => shape[axis] === x.shape[i])
  if (fits) return abstract(shape, x.dtype)
  const target = `${showShape(shape)} at axes [${axes.join(', ')}]`
  throw new ShapeError(
    `broadcast: ${showAbstract(x)} does not fit into ${target}. Each of its axes needs an axis of the same size there.`,
  )
}
