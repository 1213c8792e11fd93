/**
 * Rearrangements: every element of a result is an element of an operand, or padding. All are linear; slice and pad are each
 * other's transposes, reshape, transpose and reverse are transposed by their inverses.
 */
import type { DType } from '../../types/dtype.ts'
import type { Abstract } from '../core/abstract.ts'
import { abstract, sameShape, showAbstract, showShape, sizeOf, stridesOf, TAPE } from '../core/abstract.ts'
import { bindOne } from '../core/bind.ts'
import { ShapeError } from '../core/errors.ts'
import { zerosLike } from '../core/ndarray.ts'
import type { Primitive } from '../core/primitive.ts'
import { Linear } from '../core/primitive.ts'
import type { Value } from '../core/value.ts'
import {
  type AxesParams,
  broadcast,
  checkedShape,
  constantLike,
  creation,
  full,
  mapped,
  materialise,
  sum,
} from './broadcast.ts'
import { select } from './elementwise.ts'
import { cotangentOf, linear, transposing } from './linear.ts'
import { requireAxes, requireKind, requireRank, requireScalar } from './requirements.ts'
import { permuted, positionsOf, readAt } from './strided.ts'

/** Attributes of `iota`. */
export type IotaParams = { readonly shape: readonly number[]; readonly dtype: DType; readonly axis: number }
/** Attributes of `reshape`. */
export type ReshapeParams = { readonly shape: readonly number[] }
/** Attributes of `transpose`. */
export type TransposeParams = { readonly permutation: readonly number[] }
/** Attributes of `slice`: for each axis the first index, the end (excluded) and the step. */
export type SliceParams = {
  readonly start: readonly number[]
  readonly limit: readonly number[]
  readonly stride: readonly number[]
}
/** Attributes of `pad`: for each axis the elements before, after, and between neighbours. */
export type PadParams = {
  readonly low: readonly number[]
  readonly high: readonly number[]
  readonly interior: readonly number[]
}
/** Attributes of `concat`, and of other operations along one axis. */
export type AxisParams = { readonly axis: number }

/** Record of `iota`. */
export const iotaPrimitive: Primitive<IotaParams> = creation(
  'iota',
  ({ shape, dtype, axis }) => {
    const type = abstract(checkedShape('iota', shape), dtype)
    requireKind('iota', 'numeric', [type])
    requireAxes('iota', type, [axis])
    return type
  },
  ({ data }, { shape, axis }) => {
    const strides = shape.map((_, other) => (other === axis ? 1 : 0))
    data.set(positionsOf(shape, strides))
  },
)
/** Every element is its own index along `axis`. */
export const iota = (shape: readonly number[], dtype: DType, axis: number): Value =>
  bindOne(iotaPrimitive, [], { shape, dtype, axis })

/** Record of `reshape`. */
export const reshapePrimitive: Primitive<ReshapeParams> = linear({
  name: 'reshape',
  shape(x, { shape }) {
    if (sizeOf(checkedShape('reshape', shape)) === sizeOf(x.shape)) return abstract(shape, x.dtype)
    throw new ShapeError(
      `reshape: ${showShape(x.shape)} has ${sizeOf(x.shape)} elements, ${showShape(shape)} has ${sizeOf(shape)}. The numbers of elements must agree.`,
    )
  },
  evaluate: (x, { shape }) => ({ ...x, shape }),
  transpose: (cotangent, x) => reshape(cotangent, x.shape),
  batch: (x, { shape }, size) => reshape(x, [size, ...shape]),
})
/** The same elements in row-major order under another shape. */
export const reshape = (x: Value, shape: readonly number[]): Value =>
  sameShape(x.shape, shape) ? x : bindOne(reshapePrimitive, [x], { shape })

/** Record of `transpose`. */
export const transposePrimitive: Primitive<TransposeParams> = linear({
  name: 'transpose',
  shape(x, { permutation }) {
    requireRank('transpose', x, 'the permutation', permutation)
    requireAxes('transpose', x, permutation)
    return abstract(
      permutation.map((axis) => x.shape[axis]),
      x.dtype,
    )
  },
  evaluate: (x, { permutation }) => permuted(x, permutation),
  transpose: (cotangent, _, { permutation }) => transpose(cotangent, inversePermutation(permutation)),
  batch: (x, { permutation }) => transpose(x, [0, ...shifted(permutation)]),
})
/** Axis i of the result is axis `permutation[i]` of x. */
export const transpose = (x: Value, permutation: readonly number[]): Value =>
  permutation.length === x.shape.length && permutation.every((axis, i) => axis === i)
    ? x
    : bindOne(transposePrimitive, [x], { permutation })

/** The permutation that undoes another. */
export const inversePermutation = (permutation: readonly number[]): number[] =>
  permutation.map((_, axis) => permutation.indexOf(axis))

/** `x` with one axis moved to another place; the others keep their order. */
export function moveAxis(x: Value, from: number, to: number): Value {
  const order = x.shape.map((_, axis) => axis).filter((axis) => axis !== from)
  return transpose(x, [...order.slice(0, to), from, ...order.slice(to)])
}

/** Axes as they are counted once a mapped axis stands before them. */
export const shifted = (axes: readonly number[]): number[] => axes.map((axis) => axis + 1)

/** Record of `reverse`. */
export const reversePrimitive: Primitive<AxesParams> = linear({
  name: 'reverse',
  shape(x, { axes }) {
    requireAxes('reverse', x, axes)
    return abstract(x.shape, x.dtype)
  },
  evaluate(x, { axes }) {
    const own = stridesOf(x.shape)
    const strides = own.map((stride, axis) => (axes.includes(axis) ? -stride : stride))
    const offset = axes.reduce((sum, axis) => sum + own[axis] * (x.shape[axis] - 1), 0)
    return readAt(x, positionsOf(x.shape, strides, offset), x.shape)
  },
  transpose: (cotangent, _, { axes }) => reverse(cotangent, axes),
  batch: (x, { axes }) => reverse(x, shifted(axes)),
})
/** Order reversed along the given axes. */
export const reverse = (x: Value, axes: readonly number[]): Value =>
  axes.length === 0 ? x : bindOne(reversePrimitive, [x], { axes })

/** Record of `slice`. */
export const slicePrimitive: Primitive<SliceParams> = linear({
  name: 'slice',
  shape: sliceShape,
  evaluate(x, { start, stride }, { shape }) {
    const own = stridesOf(x.shape)
    const strides = own.map((step, axis) => step * stride[axis])
    const offset = start.reduce((sum, first, axis) => sum + first * own[axis], 0)
    return readAt(x, positionsOf(shape, strides, offset), shape)
  },
  transpose(cotangent, x, { start, stride }) {
    const covered = cotangent.shape.map((dim, axis) => spread(dim, stride[axis] - 1))
    const high = covered.map((dim, axis) => (x.shape[axis] === TAPE ? 0 : x.shape[axis] - start[axis] - dim))
    const interior = stride.map((step) => step - 1)
    return pad(cotangent, full([], cotangent.dtype, 0), start, high, interior)
  },
  batch: (x, { start, limit, stride }, size) => slice(x, [0, ...start], [size, ...limit], [1, ...stride]),
})
/** x[start : limit : stride] for each axis; the limit is excluded, strides are at least 1. */
export function slice(
  x: Value,
  start: readonly number[],
  limit: readonly number[],
  stride: readonly number[] = start.map(() => 1),
): Value {
  const whole = x.shape.every((dim, axis) => start[axis] === 0 && limit[axis] === dim && stride[axis] === 1)
  const oneEach = [start, limit, stride].every(({ length }) => length === x.shape.length)
  return whole && oneEach ? x : bindOne(slicePrimitive, [x], { start, limit, stride })
}

/** The part `start … limit - 1` of one axis. */
export function sliceAxis(x: Value, axis: number, start: number, limit: number): Value {
  const from = x.shape.map((_, other) => (other === axis ? start : 0))
  const to = x.shape.map((dim, other) => (other === axis ? limit : dim))
  return slice(x, from, to)
}

/** The length of `count` elements with `interior` more between neighbours. */
const spread = (count: number, interior: number): number => (count === 0 ? 0 : count + (count - 1) * interior)

function sliceShape(x: Abstract, { start, limit, stride }: SliceParams): Abstract {
  requireRank('slice', x, 'start', start)
  requireRank('slice', x, 'limit', limit)
  requireRank('slice', x, 'stride', stride)
  const shape = x.shape.map((dim, axis) => {
    const [first, end, step] = [start[axis], limit[axis], stride[axis]]
    if (dim === TAPE && first === 0 && end === TAPE && step === 1) return TAPE
    if (Number.isInteger(step) && step >= 1 && first >= 0 && first <= end && end <= dim)
      return Math.ceil((end - first) / step)
    throw new ShapeError(
      `slice: ${first}:${end}:${step} on axis ${axis} does not fit ${showShape(x.shape)}. Needed: 0 ≤ start ≤ limit ≤ ${dim}, stride ≥ 1.`,
    )
  })
  return abstract(shape, x.dtype)
}

/** Record of `pad`; linear in x and the padding value together. */
export const padPrimitive: Primitive<PadParams> = {
  name: 'pad',
  shape: ([x, value], params) => [padShape(x, value, params)],
  evaluate([x, value], { low, interior }, [output]) {
    const own = stridesOf(output.shape)
    const strides = own.map((step, axis) => step * (interior[axis] + 1))
    const offset = low.reduce((sum, count, axis) => sum + count * own[axis], 0)
    const positions = positionsOf(x.shape, strides, offset)
    const result = zerosLike(output)
    result.data.fill(value.data[0])
    for (let i = 0; i < positions.length; i++) result.data[positions[i]] = x.data[i]
    return [result]
  },
  jvp: ({ primals: [x, value], tangents: [tx, tv], params: { low, high, interior } }) => [
    tx === null && tv === null ? null : pad(materialise(tx, x), materialise(tv, value), low, high, interior),
  ],
  transpose: transposing((cotangent, [x, value], params) => [
    cotangentOf(x, () => cropped(cotangent, x, params)),
    cotangentOf(value, () => {
      const outside = select(paddingOf(x, params), cotangent, constantLike(cotangent, 0))
      return sum(
        outside,
        cotangent.shape.map((_, axis) => axis),
      )
    }),
  ]),
  batch({ inputs: [x, value], batched: [xBatched, valueBatched], size, params }) {
    const low = [0, ...params.low]
    const high = [0, ...params.high]
    const interior = [0, ...params.interior]
    if (!valueBatched) return [pad(x, value, low, high, interior)]
    const [each] = mapped([x], [xBatched], size)
    const padded = pad(each, full([], x.dtype, 0), low, high, interior)
    const outside = paddingOf(each, { low, high, interior })
    return [select(outside, broadcast(value, padded.shape, [0]), padded)]
  },
}
/** x with `value` around and between its elements; all counts are at least 0. */
export const pad = (
  x: Value,
  value: Value,
  low: readonly number[],
  high: readonly number[],
  interior: readonly number[] = low.map(() => 0),
): Value =>
  [low, high, interior].every((counts) => counts.length === x.shape.length && counts.every((count) => count === 0))
    ? x
    : bindOne(padPrimitive, [x, value], { low, high, interior })

/** True where the padded tensor holds padding. */
const paddingOf = (x: Abstract, { low, high, interior }: PadParams): Value =>
  pad(full(x.shape, 'bool', 0), full([], 'bool', 1), low, high, interior)

/** The part of a padded tensor where the operand went. */
function cropped(padded: Value, x: Abstract, { low, interior }: PadParams): Value {
  const limit = low.map((first, axis) =>
    x.shape[axis] === TAPE ? TAPE : first + spread(x.shape[axis], interior[axis]),
  )
  const stride = interior.map((count) => count + 1)
  return slice(padded, low, limit, stride)
}

function padShape(x: Abstract, value: Abstract, { low, high, interior }: PadParams): Abstract {
  requireScalar('pad', 'the padding value', value, x.dtype)
  requireRank('pad', x, 'low', low)
  requireRank('pad', x, 'high', high)
  requireRank('pad', x, 'interior', interior)
  const bad = [...low, ...high, ...interior].find((count) => !Number.isInteger(count) || count < 0)
  if (bad !== undefined) {
    throw new ShapeError(
      `pad: ${showAbstract(x)} cannot get ${bad} elements of padding. Use slice to cut elements off.`,
    )
  }
  const shape = x.shape.map((dim, axis) => paddedSize(dim, low[axis], high[axis], interior[axis], x))
  return abstract(shape, x.dtype)
}

function paddedSize(dim: number, low: number, high: number, interior: number, x: Abstract): number {
  if (dim !== TAPE) return low + spread(dim, interior) + high
  if (low === 0 && high === 0 && interior === 0) return TAPE
  throw new ShapeError(`pad: the tape axis of ${showAbstract(x)} cannot be padded.`)
}

/** Record of `concat`. */
export const concatPrimitive: Primitive<AxisParams> = {
  name: 'concat',
  shape: (inputs, { axis }) => [concatShape(inputs, axis)],
  evaluate(inputs, { axis }, [output]) {
    const result = zerosLike(output)
    const strides = stridesOf(output.shape)
    let offset = 0
    for (const { data, shape } of inputs) {
      const positions = positionsOf(shape, strides, offset)
      for (let i = 0; i < positions.length; i++) result.data[positions[i]] = data[i]
      offset += shape[axis] * strides[axis]
    }
    return [result]
  },
  jvp: ({ primals, tangents, params: { axis } }) => [
    concat(
      tangents.map((tangent, i) => materialise(tangent, primals[i])),
      axis,
    ),
  ],
  transpose: transposing((cotangent, inputs, { axis }) => {
    let start = 0
    return inputs.map((input) => {
      const first = start
      start += input.shape[axis]
      return input instanceof Linear ? sliceAxis(cotangent, axis, first, first + input.shape[axis]) : null
    })
  }),
  batch: ({ inputs, batched, size, params: { axis } }) => [concat(mapped(inputs, batched, size), axis + 1)],
}
/** The operands one after another along `axis`; their other sizes agree. */
export const concat = (inputs: readonly Value[], axis: number): Value =>
  inputs.length === 1 ? inputs[0] : bindOne(concatPrimitive, inputs, { axis })

function concatShape(inputs: readonly Abstract[], axis: number): Abstract {
  if (inputs.length === 0) throw new ShapeError('concat: there is nothing to join. Give at least one tensor.')
  const [first] = inputs
  requireAxes('concat', first, [axis])
  const rest = (x: Abstract): number[] => x.shape.map((dim, other) => (other === axis ? 0 : dim))
  for (const other of inputs) {
    if (other.dtype === first.dtype && sameShape(rest(other), rest(first))) continue
    throw new ShapeError(
      `concat: ${showAbstract(first)} and ${showAbstract(other)} cannot be joined along axis ${axis}. All other sizes and the dtype must agree.`,
    )
  }
  const total = inputs.reduce((sum, { shape }) => sum + shape[axis], 0)
  return abstract(
    first.shape.map((dim, other) => (other === axis ? total : dim)),
    first.dtype,
  )
}
