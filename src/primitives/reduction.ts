/**
 * Reductions other than `sum`, and running ones. `reduceMax`, `reduceMin` and `cumsum` are primitives; products and running
 * maxima are built from multiplications and maxima by halving and doubling, so their derivatives are right at zeros to every order.
 */
import type { DType } from '../../types/dtype.ts'
import { abstract, stridesOf } from '../core/abstract.ts'
import { bindOne } from '../core/bind.ts'
import { isFloat } from '../core/dtype.ts'
import type { Ndarray } from '../core/ndarray.ts'
import { zerosLike } from '../core/ndarray.ts'
import type { Maybe, Primitive } from '../core/primitive.ts'
import type { Value } from '../core/value.ts'
import type { AxesParams } from './broadcast.ts'
import { broadcast, constantLike, full, reduced, reducedShape, sum } from './broadcast.ts'
import { convert } from './conversion.ts'
import { div, eq, max, mul, not, select } from './elementwise.ts'
import { linear } from './linear.ts'
import { requireAxes, requireKind } from './requirements.ts'
import { without } from './strided.ts'
import { pad, reshape, shifted, sliceAxis, transpose } from './structural.ts'

/** Attributes of running reductions: along which axis, and whether from its end. */
export type RunningParams = { readonly axis: number; readonly reverse: boolean }

/** The largest (sign 1) or smallest (sign -1) number of a dtype: what a reduction over nothing gives. */
export function extreme(dtype: DType, sign: 1 | -1): number {
  if (isFloat(dtype)) return sign * Number.POSITIVE_INFINITY
  if (dtype === 'uint32') return sign === 1 ? 2 ** 32 - 1 : 0
  return sign === 1 ? 2 ** 31 - 1 : -(2 ** 31)
}

const extremum = (name: string, empty: 1 | -1, choose: (a: number, b: number) => number): Primitive<AxesParams> => {
  const primitive: Primitive<AxesParams> = {
    name,
    shape([x], { axes }) {
      requireKind(name, 'numeric', [x])
      return [reducedShape(name, x, axes)]
    },
    evaluate([x], { axes }, [output]) {
      const start = extreme(x.dtype, empty)
      return [
        reduced(x, axes, output, (data, first, length) => {
          let chosen = start
          for (let i = first; i < first + length; i++) chosen = choose(chosen, data[i])
          return chosen
        }),
      ]
    },
    jvp: ({ primals: [x], tangents: [t], outputs: [y], params: { axes } }) => [shareOfTies(x, t, y, axes)],
    batch: ({ inputs: [x], params: { axes } }) => [bindOne(primitive, [x], { axes: shifted(axes) })],
  }
  return primitive
}

/** The mean of the tangents of those elements that equal the extremum. */
function shareOfTies(x: Value, t: Maybe, y: Value, axes: readonly number[]): Maybe {
  if (t === null || axes.some((axis) => x.shape[axis] === 0)) return null
  const chosen = eq(x, broadcast(y, x.shape, without(x.shape, axes)))
  const count = sum(convert(chosen, x.dtype), axes)
  return div(sum(select(chosen, t, constantLike(t, 0)), axes), count)
}

/** Record of `reduceMax`. */
export const reduceMaxPrimitive = extremum('reduceMax', -1, Math.max)
/** Maximum over axes (increasing), which disappear; ties share the tangent equally, NaN propagates, nothing gives -infinity. */
export const reduceMax = (x: Value, axes: readonly number[]): Value =>
  axes.length === 0 ? x : bindOne(reduceMaxPrimitive, [x], { axes })

/** Record of `reduceMin`. */
export const reduceMinPrimitive = extremum('reduceMin', 1, Math.min)
/** Minimum over axes (increasing), which disappear; ties share the tangent equally, NaN propagates, nothing gives infinity. */
export const reduceMin = (x: Value, axes: readonly number[]): Value =>
  axes.length === 0 ? x : bindOne(reduceMinPrimitive, [x], { axes })

/** True where all are true over the axes. */
export const reduceAnd = (x: Value, axes: readonly number[]): Value =>
  convert(reduceMin(convert(x, 'int32'), axes), 'bool')

/** True where any is true over the axes. */
export const reduceOr = (x: Value, axes: readonly number[]): Value => not(reduceAnd(not(x), axes))

/** Record of `cumsum`. */
export const cumsumPrimitive: Primitive<RunningParams> = linear({
  name: 'cumsum',
  shape(x, { axis }) {
    requireKind('cumsum', 'numeric', [x])
    requireAxes('cumsum', x, [axis])
    return abstract(x.shape, x.dtype)
  },
  evaluate: runningSum,
  transpose: (cotangent, _, { axis, reverse }) => cumsum(cotangent, axis, !reverse),
  batch: (x, { axis, reverse }) => cumsum(x, axis + 1, reverse),
})
/** Running sum along an axis: element i is the sum of the elements up to i (from i on, if `reverse`). */
export const cumsum = (x: Value, axis: number, reverse = false): Value =>
  bindOne(cumsumPrimitive, [x], { axis, reverse })

function runningSum(x: Ndarray, { axis, reverse }: RunningParams): Ndarray {
  const result = zerosLike(x)
  const step = stridesOf(x.shape)[axis]
  const length = x.shape[axis]
  const first = reverse ? length - 1 : 0
  const move = reverse ? -step : step
  for (let block = 0; block < x.data.length; block += step * length) {
    for (let lane = 0; lane < step; lane++) {
      let total = -0 // the first sum is the first element, -0 too
      let position = block + first * step + lane
      for (let i = 0; i < length; i++, position += move) {
        total += x.data[position]
        result.data[position] = total
      }
    }
  }
  return result
}

/** Product over axes, by halving: log₂ n multiplications deep. Nothing gives 1. */
export function product(x: Value, axes: readonly number[]): Value {
  const kept = without(x.shape, axes)
  const shape = kept.map((axis) => x.shape[axis])
  const length = axes.reduce((count, axis) => count * x.shape[axis], 1)
  const last = kept.length
  let rest = reshape(transpose(x, [...kept, ...axes]), [...shape, length])
  if (length === 0) return full(shape, x.dtype, 1)
  while (rest.shape[last] > 1) {
    const even = padAxis(rest, last, 0, rest.shape[last] % 2, 1)
    const half = even.shape[last] / 2
    rest = mul(sliceAxis(even, last, 0, half), sliceAxis(even, last, half, 2 * half))
  }
  return reshape(rest, shape)
}

/** Running product along an axis, by doubling (n log₂ n multiplications). */
export const cumulativeProduct = (x: Value, axis: number, reverse = false): Value =>
  cumulative(x, axis, reverse, mul, 1)

/** Running maximum along an axis, by doubling. */
export const cumulativeMax = (x: Value, axis: number, reverse = false): Value =>
  cumulative(x, axis, reverse, max, extreme(x.dtype, -1))

/**
 * A running combination along an axis by an associative `combine`, by doubling: after step d every element combines itself with the
 * 2d - 1 elements before it (Hillis and Steele 1986).
 */
export function cumulative(
  x: Value,
  axis: number,
  reverse: boolean,
  combine: (a: Value, b: Value) => Value,
  neutral: number,
): Value {
  requireAxes('cumulative', x, [axis])
  const length = x.shape[axis]
  let result = x
  for (let distance = 1; distance < length; distance *= 2) {
    const moved = reverse
      ? padAxis(sliceAxis(result, axis, distance, length), axis, 0, distance, neutral)
      : padAxis(sliceAxis(result, axis, 0, length - distance), axis, distance, 0, neutral)
    result = combine(result, moved)
  }
  return result
}

/** Padding of one axis alone. */
function padAxis(x: Value, axis: number, low: number, high: number, value: number): Value {
  const only = (count: number): number[] => x.shape.map((_, other) => (other === axis ? count : 0))
  return low === 0 && high === 0 ? x : pad(x, full([], x.dtype, value), only(low), only(high))
}
