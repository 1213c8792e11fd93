/** Rules of data that only moves: compositions become one movement, movements that move nothing disappear. */
import { sameShape, sizeOf } from '../core/abstract.ts'
import type { Value } from '../core/value.ts'
import type { Match, Rule } from './rule.ts'
import { rule } from './rule.ts'

const all = (counts: readonly number[], value: number): boolean => counts.every((count) => count === value)

/** One law each, with its condition. */
export const movementRules: readonly Rule[] = [
  rule('reshape to the same shape', 'reshape', ({ a, params }) => (sameShape(a.shape, params.shape) ? a : null)),
  rule('reshape of reshape', 'reshape', ({ a, params, source, make }) => {
    const inner = source(a, 'reshape')
    return inner && make('reshape', inner.inputs, params)
  }),
  rule('reshape of a repeated scalar', 'reshape', ({ a, params, source, make }) => {
    const inner = source(a, 'broadcast')
    return inner && inner.params.axes.length === 0
      ? make('broadcast', inner.inputs, { shape: params.shape, axes: [] })
      : null
  }),
  rule('transpose that moves nothing', 'transpose', ({ a, params }) =>
    params.permutation.every((axis, i) => axis === i) ? a : null,
  ),
  rule('transpose that moves only axes of size 1', 'transpose', ({ a, params, type, make }) => {
    const moved = params.permutation.filter((axis) => a.shape[axis] !== 1)
    return moved.every((axis, i) => i === 0 || moved[i - 1] < axis) ? make('reshape', [a], { shape: type.shape }) : null
  }),
  rule('transpose of transpose', 'transpose', ({ a, params, source, make }) => {
    const inner = source(a, 'transpose')
    const permutation = inner && params.permutation.map((axis) => inner.params.permutation[axis])
    return inner && permutation && make('transpose', inner.inputs, { permutation })
  }),
  rule('transpose of broadcast', 'transpose', ({ a, params, type, source, make }) => {
    const inner = source(a, 'broadcast')
    const axes = inner?.params.axes.map((axis) => params.permutation.indexOf(axis))
    if (!inner || !axes?.every((axis, i) => i === 0 || axes[i - 1] < axis)) return null
    return make('broadcast', inner.inputs, { shape: type.shape, axes })
  }),
  rule('(A B)ᵀ = Bᵀ Aᵀ as one product', 'transpose', transposedProduct),
  rule('broadcast to the same shape', 'broadcast', ({ a, type }) => (a.shape.length === type.shape.length ? a : null)),
  rule('broadcast of broadcast', 'broadcast', ({ a, params, source, make }) => {
    const inner = source(a, 'broadcast')
    return (
      inner && make('broadcast', inner.inputs, { ...params, axes: inner.params.axes.map((axis) => params.axes[axis]) })
    )
  }),
  rule('slice of everything', 'slice', ({ a, type, params }) =>
    sameShape(a.shape, type.shape) && all(params.start, 0) && all(params.stride, 1) ? a : null,
  ),
  rule('slice of slice', 'slice', ({ a, type, params, source, make }) => {
    const inner = source(a, 'slice')
    if (inner === null) return null
    const start = params.start.map((first, i) => inner.params.start[i] + first * inner.params.stride[i])
    const stride = params.stride.map((step, i) => step * inner.params.stride[i])
    const limit = start.map((first, i) => (type.shape[i] === 0 ? first : first + (type.shape[i] - 1) * stride[i] + 1))
    return make('slice', inner.inputs, { start, limit, stride })
  }),
  rule('slice of one part of a concat', 'slice', slicedPart),
  rule('reverse of nothing', 'reverse', ({ a, params }) =>
    params.axes.every((axis) => a.shape[axis] === 1) ? a : null,
  ),
  rule('reverse of reverse', 'reverse', ({ a, params, source, make }) => {
    const inner = source(a, 'reverse')
    if (inner === null) return null
    const once = [...params.axes, ...inner.params.axes].filter(
      (axis) => params.axes.includes(axis) !== inner.params.axes.includes(axis),
    )
    return make('reverse', inner.inputs, { axes: once.sort((x, y) => x - y) })
  }),
  rule('pad by nothing', 'pad', ({ a, type }) => (sameShape(a.shape, type.shape) ? a : null)),
  rule('concat of one', 'concat', ({ inputs, a }) => (inputs.length === 1 ? a : null)),
  rule('concat with empty parts', 'concat', ({ inputs, params, type, make }) => {
    const parts = inputs.filter(({ shape }) => shape[params.axis] !== 0)
    return parts.length === inputs.length || sizeOf(type.shape) === 0 ? null : make('concat', parts, params)
  }),
  rule('view of everything', 'view', ({ a, params, type, make }) =>
    sizeOf(type.shape) === a.shape[0] ? make('reshape', [a], { shape: params.shape }) : null,
  ),
  rule('view of one segment of an assemble', 'view', viewedSegment),
  rule('sum over nothing', 'sum', ({ a, params }) => (params.axes.length === 0 ? a : null)),
  rule('sum over axes of size 1', 'sum', overUnits),
  rule('max over axes of size 1', 'reduceMax', overUnits),
  rule('min over axes of size 1', 'reduceMin', overUnits),
  rule('running sum of one', 'cumsum', ({ a, params }) => (a.shape[params.axis] === 1 ? a : null)),
]

function overUnits({ a, params, type, make }: Match<'sum' | 'reduceMax' | 'reduceMin'>): Value | null {
  return params.axes.every((axis) => a.shape[axis] === 1) ? make('reshape', [a], { shape: type.shape }) : null
}

/** The same sums of the same products, in the same order, at other places. */
function transposedProduct({ a, params, source, make }: Match<'transpose'>): Value | null {
  const product = source(a, 'dot')
  if (product === null) return null
  const { contract, batch } = product.params
  const [x, y] = product.inputs
  const outer = batch[0].length
  const freeX = x.shape.length - outer - contract[0].length
  const freeY = y.shape.length - outer - contract[1].length
  const wanted = Array.from({ length: outer + freeX + freeY }, (_, i) =>
    i < outer ? i : i < outer + freeY ? i + freeX : i - freeY,
  )
  if (!wanted.every((axis, i) => axis === params.permutation[i])) return null
  return make('dot', [y, x], { contract: [contract[1], contract[0]], batch: [batch[1], batch[0]] })
}

function slicedPart({ a, params, source, make }: Match<'slice'>): Value | null {
  const joined = source(a, 'concat')
  if (joined === null) return null
  const { axis } = joined.params
  let first = 0
  for (const part of joined.inputs) {
    const end = first + part.shape[axis]
    if (params.start[axis] >= first && params.limit[axis] <= end && params.start[axis] < params.limit[axis]) {
      const shift = (bounds: readonly number[]) => bounds.map((bound, i) => (i === axis ? bound - first : bound))
      return make('slice', [part], { ...params, start: shift(params.start), limit: shift(params.limit) })
    }
    first = end
  }
  return null
}

function viewedSegment({ a, params, type, source, make }: Match<'view'>): Value | null {
  const assembled = source(a, 'assemble')
  if (assembled === null) return null
  const size = sizeOf(type.shape)
  const i = assembled.params.offsets.findIndex(
    (offset, k) => offset === params.offset && sizeOf(assembled.inputs[k].shape) === size,
  )
  return i < 0 ? null : make('reshape', [assembled.inputs[i]], { shape: params.shape })
}
