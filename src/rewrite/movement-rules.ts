/**
 * Rules of data that only moves: compositions become one movement, movements that move nothing disappear. What stands beside
 * zeros and is added to zeros is joined: a -0 stays -0 there, which in the sum would have become 0 (the one change of bits).
 */
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
  rule('concat of concat', 'concat', ({ inputs, params, source, make }) => {
    const parts = inputs.map((input) => {
      const inner = source(input, 'concat')
      return inner?.params.axis === params.axis ? inner.inputs : [input]
    })
    return parts.every(({ length }) => length === 1) ? null : make('concat', parts.flat(), params)
  }),
  rule('pads by 0 that do not meet, added: joined', 'add', joinedPads),
  rule('assembles that do not meet, added: one', 'add', joinedAssembles),
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

/** Gradients of slices that share no element: data side by side along one axis, zeros around and between. */
function joinedPads({ a, b, type, source, constant, make }: Match<'add'>): Value | null {
  const pads = [source(a, 'pad'), source(b, 'pad')].filter((pad) => pad !== null)
  if (
    pads.length < 2 ||
    !pads.every(({ inputs, params }) => Object.is(constant(inputs[1]), 0) && all(params.interior, 0))
  )
    return null
  const axes = type.shape.map((_, i) => i)
  const differing = axes.filter(
    (i) => !sameNumbers(pads.map(({ params, inputs }) => [params.low[i], inputs[0].shape[i]])),
  )
  const [axis] = differing
  const [first, second] = pads.toSorted((x, y) => x.params.low[axis] - y.params.low[axis])
  const [x, y] = [first.inputs[0], second.inputs[0]]
  const gap = second.params.low[axis] - first.params.low[axis] - x.shape[axis]
  if (differing.length !== 1 || gap < 0) return null
  const between = { shape: x.shape.map((size, i) => (i === axis ? gap : size)), dtype: x.dtype, value: 0 }
  const joined = make('concat', gap === 0 ? [x, y] : [x, make('full', [], between), y], { axis })
  const high = first.params.high.map((count, i) => (i === axis ? second.params.high[i] : count))
  return make('pad', [joined, first.inputs[1]], { low: first.params.low, high, interior: first.params.interior })
}

const sameNumbers = ([x, y]: readonly (readonly number[])[]): boolean => x.every((value, i) => value === y[i])

function joinedAssembles({ a, b, source, make }: Match<'add'>): Value | null {
  const [x, y] = [source(a, 'assemble'), source(b, 'assemble')]
  if (x === null || y === null) return null
  const inputs = [...x.inputs, ...y.inputs]
  const offsets = [...x.params.offsets, ...y.params.offsets]
  const segments = inputs
    .map(({ shape }, i) => ({ start: offsets[i], end: offsets[i] + sizeOf(shape) }))
    .sort((s, t) => s.start - t.start)
  const meet = segments.some(({ start }, i) => i > 0 && start < segments[i - 1].end)
  return meet ? null : make('assemble', inputs, { size: x.params.size, offsets })
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
