/**
 * Indexing by tensors of indices: `gather` reads slices of an axis, `scatterAdd` adds slices into an axis and is its exact
 * transpose. Indices are int32; one that is out of range is clamped to the nearest end.
 */
import type { Abstract } from '../core/abstract.ts'
import { abstract, sameShape, showShape, sizeOf } from '../core/abstract.ts'
import { bindOne } from '../core/bind.ts'
import { DTypeError, ShapeError } from '../core/errors.ts'
import type { Ndarray } from '../core/ndarray.ts'
import { zerosLike } from '../core/ndarray.ts'
import type { BatchContext, Primitive } from '../core/primitive.ts'
import type { Value } from '../core/value.ts'
import { mapped } from './broadcast.ts'
import { coefficient, cotangentOf, transposing } from './linear.ts'
import { requireAxes, requireKind } from './requirements.ts'
import { moveAxis } from './structural.ts'

/** Attributes of `gather`: the number of leading batch axes, and the indexed axis (counted with them). */
export type GatherParams = { readonly batch: number; readonly axis: number }
/** Attributes of `scatterAdd`: as `gather`'s, and the size of the axis that is made. */
export type ScatterParams = { readonly batch: number; readonly axis: number; readonly size: number }

/** Record of `gather`; linear in x. */
export const gatherPrimitive: Primitive<GatherParams> = {
  name: 'gather',
  shape: ([x, index], params) => [gatherShape(x, index, params)],
  evaluate([x, index], params, [output]) {
    const layout = layoutOf(x.shape, index, params)
    const result = zerosLike(output)
    visit(layout, index, (indexed, spread) => {
      for (let i = 0; i < layout.after; i++) result.data[spread + i] = x.data[indexed + i]
    })
    return [result]
  },
  jvp: ({ primals: [, index], tangents: [t], params: { batch, axis } }) => [t && gather(t, index, axis, batch)],
  transpose: transposing((cotangent, [x, index], { batch, axis }) => [
    cotangentOf(x, () => scatterAdd(coefficient('gather', index), cotangent, axis, x.shape[axis], batch)),
    null,
  ]),
  batch: batchGather,
}

/**
 * Slices of x along an axis: x [B…, pre…, N, post…], index int32 [B…, I…] → [B…, pre…, I…, post…], where the first `batch` axes
 * B… agree.
 */
export const gather = (x: Value, index: Value, axis: number, batch = 0): Value =>
  bindOne(gatherPrimitive, [x, index], { batch, axis })

/** Record of `scatterAdd`; linear in the updates. */
export const scatterAddPrimitive: Primitive<ScatterParams> = {
  name: 'scatterAdd',
  shape: ([index, updates], params) => [scatterShape(index, updates, params)],
  evaluate([index, updates], params, [output]) {
    const layout = layoutOf(output.shape, index, params)
    const result = zerosLike(output)
    visit(layout, index, (indexed, spread) => {
      for (let i = 0; i < layout.after; i++) result.data[indexed + i] += updates.data[spread + i]
    })
    return [result]
  },
  jvp: ({ primals: [index], tangents: [, t], params: { batch, axis, size } }) => [
    t && scatterAdd(index, t, axis, size, batch),
  ],
  transpose: transposing((cotangent, [index, updates], { batch, axis }) => [
    null,
    cotangentOf(updates, () => gather(cotangent, coefficient('scatterAdd', index), axis, batch)),
  ]),
  batch: batchScatter,
}

/**
 * Updates added into zeros: index int32 [B…, I…], updates [B…, pre…, I…, post…] → [B…, pre…, size, post…]. Repeated indices
 * accumulate, in order.
 */
export const scatterAdd = (index: Value, updates: Value, axis: number, size: number, batch = 0): Value =>
  bindOne(scatterAddPrimitive, [index, updates], { batch, axis, size })

/** A mapped index over one x: its axis lands among the I… and moves to the front. A mapped x alone: its axis is one of pre…. */
function batchGather({
  inputs: [x, index],
  batched: [xMapped, indexMapped],
  size,
  params,
}: BatchContext<GatherParams>) {
  const { batch, axis } = params
  if (batch === 0 && !xMapped) return [moveAxis(gather(x, index, axis), axis, 0)]
  if (batch === 0 && !indexMapped) return [gather(x, index, axis + 1)]
  const [each, indices] = mapped([x, index], [xMapped, indexMapped], size)
  return [gather(each, indices, axis + 1, batch + 1)]
}

function batchScatter({ inputs, batched, size: count, params: { batch, axis, size } }: BatchContext<ScatterParams>) {
  if (batch === 0 && !batched[0]) return [scatterAdd(inputs[0], inputs[1], axis + 1, size)]
  const [index, updates] = mapped(inputs, batched, count)
  return [scatterAdd(index, updates, axis + 1, size, batch + 1)]
}

function gatherShape(x: Abstract, index: Abstract, { batch, axis }: GatherParams): Abstract {
  requireIndex('gather', index)
  requireAxes('gather', x, [axis])
  requireBatch('gather', x, index, batch, axis)
  if (x.shape[axis] === 0 && sizeOf(index.shape) > 0)
    throw new ShapeError(`gather: axis ${axis} of ${showShape(x.shape)} is empty; there is nothing to index.`)
  return abstract([...x.shape.slice(0, axis), ...index.shape.slice(batch), ...x.shape.slice(axis + 1)], x.dtype)
}

function scatterShape(index: Abstract, updates: Abstract, { batch, axis, size }: ScatterParams): Abstract {
  requireIndex('scatterAdd', index)
  requireKind('scatterAdd', 'numeric', [updates])
  requireBatch('scatterAdd', updates, index, batch, axis)
  const indexed = index.shape.slice(batch)
  const end = axis + indexed.length
  if (!sameShape(updates.shape.slice(axis, end), indexed)) {
    throw new ShapeError(
      `scatterAdd: updates ${showShape(updates.shape)} for indices ${showShape(index.shape)} at axis ${axis}. From that axis on, the updates begin with the shape of the indices.`,
    )
  }
  if (size === 0 && sizeOf(updates.shape) > 0)
    throw new ShapeError(`scatterAdd: updates ${showShape(updates.shape)} cannot be added into an empty axis.`)
  return abstract([...updates.shape.slice(0, axis), size, ...updates.shape.slice(end)], updates.dtype)
}

function requireIndex(name: string, index: Abstract): void {
  if (index.dtype === 'int32') return
  throw new DTypeError(`${name}: indices are int32, not ${index.dtype}. Convert them with convert(index, 'int32').`)
}

function requireBatch(name: string, x: Abstract, index: Abstract, batch: number, axis: number): void {
  const agree = sameShape(x.shape.slice(0, batch), index.shape.slice(0, batch))
  if (agree && axis >= batch && index.shape.length >= batch) return
  throw new ShapeError(
    `${name}: ${showShape(x.shape)} and indices ${showShape(index.shape)} differ in their ${batch} batch axes, or axis ${axis} is one of them.`,
  )
}

/** x as [batches, before, size, after], indices as [batches, count]. */
interface Layout {
  readonly batches: number
  readonly before: number
  readonly size: number
  readonly after: number
  readonly count: number
}

const layoutOf = (shape: readonly number[], index: Abstract, { batch, axis }: GatherParams): Layout => ({
  batches: sizeOf(shape.slice(0, batch)),
  before: sizeOf(shape.slice(batch, axis)),
  size: shape[axis],
  after: sizeOf(shape.slice(axis + 1)),
  count: sizeOf(index.shape.slice(batch)),
})

/** Calls `f` for every slice: its start in the indexed tensor, and its start in the tensor of slices. */
function visit(
  { batches, before, size, after, count }: Layout,
  index: Ndarray,
  f: (indexed: number, spread: number) => void,
): void {
  let spread = 0
  for (let row = 0; row < batches * before; row++) {
    const first = Math.floor(row / before) * count
    for (let i = 0; i < count; i++, spread += after) {
      const clamped = Math.min(Math.max(index.data[first + i], 0), size - 1)
      f((row * size + clamped) * after, spread)
    }
  }
}
