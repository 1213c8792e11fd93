/**
 * Blocks whose place is known at run time only: `dynamicSlice` reads one, `dynamicUpdate` replaces one. Starts are int32 scalars,
 * one for each axis, clamped so that the block lies inside.
 */
import type { Abstract } from '../core/abstract.ts'
import { abstract, showAbstract, showShape, stridesOf, TAPE } from '../core/abstract.ts'
import { bindOne } from '../core/bind.ts'
import { ShapeError } from '../core/errors.ts'
import type { Ndarray } from '../core/ndarray.ts'
import type { BatchContext, Linear, Primitive } from '../core/primitive.ts'
import type { Value } from '../core/value.ts'
import { broadcast, constantLike, full, mapped, materialise, repeat } from './broadcast.ts'
import { add, and, ge, lt, select, sub } from './elementwise.ts'
import { gather } from './indexing.ts'
import { coefficient, cotangentOf, transposing } from './linear.ts'
import type { None } from './pointwise.ts'
import { none } from './pointwise.ts'
import { requireDType, requireRank, requireScalar } from './requirements.ts'
import { positionsOf, readAt } from './strided.ts'
import { iota, moveAxis } from './structural.ts'

/** Attributes of `dynamicSlice`: the block's sizes. */
export type DynamicSliceParams = { readonly sizes: readonly number[] }

/** Record of `dynamicSlice`: inputs x, then one start for each axis; linear in x. */
export const dynamicSlicePrimitive: Primitive<DynamicSliceParams> = {
  name: 'dynamicSlice',
  shape([x, ...starts], { sizes }) {
    requireBlock('dynamicSlice', x, sizes, starts)
    return [abstract(sizes, x.dtype)]
  },
  evaluate: ([x, ...starts], { sizes }) => [readAt(x, blockPositions(x, sizes, starts), sizes)],
  jvp: ({ primals: [, ...starts], tangents: [t], params: { sizes } }) => [t && dynamicSlice(t, starts, sizes)],
  transpose: transposing((cotangent, [x, ...starts]) => [
    cotangentOf(x, () => dynamicUpdate(constantLike(x, 0), cotangent, known('dynamicSlice', starts))),
    ...starts.map(() => null),
  ]),
  batch: batchSlice,
}

/** The block of the given sizes that begins at `starts`. */
export const dynamicSlice = (x: Value, starts: readonly Value[], sizes: readonly number[]): Value =>
  bindOne(dynamicSlicePrimitive, [x, ...starts], { sizes })

/** Record of `dynamicUpdate`: inputs x, the update, then one start for each axis; linear in x and the update together. */
export const dynamicUpdatePrimitive: Primitive<None> = {
  name: 'dynamicUpdate',
  shape([x, update, ...starts]) {
    requireDType('dynamicUpdate', x, update)
    requireBlock('dynamicUpdate', x, update.shape, starts)
    return [abstract(x.shape, x.dtype)]
  },
  evaluate([x, update, ...starts]) {
    const data = x.data.slice()
    const positions = blockPositions(x, update.shape, starts)
    for (let i = 0; i < positions.length; i++) data[positions[i]] = update.data[i]
    return [{ shape: x.shape, dtype: x.dtype, data }]
  },
  jvp: ({ primals: [x, update, ...starts], tangents: [tx, tu] }) => [
    tx === null && tu === null ? null : dynamicUpdate(materialise(tx, x), materialise(tu, update), starts),
  ],
  transpose: transposing((cotangent, [x, update, ...starts]) => [
    cotangentOf(x, () => dynamicUpdate(cotangent, constantLike(update, 0), known('dynamicUpdate', starts))),
    cotangentOf(update, () => dynamicSlice(cotangent, known('dynamicUpdate', starts), update.shape)),
    ...starts.map(() => null),
  ]),
  batch: batchUpdate,
}

/** x with the block that begins at `starts` replaced by `update`. */
export const dynamicUpdate = (x: Value, update: Value, starts: readonly Value[]): Value =>
  bindOne(dynamicUpdatePrimitive, [x, update, ...starts], none)

const known = (name: string, starts: readonly (Value | Linear)[]): Value[] =>
  starts.map((start) => coefficient(name, start))

/** Equal starts for all: one more axis, from its beginning. Mapped starts: a gather along each axis that is cut. */
function batchSlice({ inputs, batched, size, params: { sizes } }: BatchContext<DynamicSliceParams>): Value[] {
  const [x, ...starts] = inputs
  if (!batched.slice(1).includes(true)) return [dynamicSlice(x, [full([], 'int32', 0), ...starts], [size, ...sizes])]
  let result = x
  let isMapped = batched[0]
  const own = isMapped ? x.shape.slice(1) : x.shape
  sizes.forEach((length, axis) => {
    if (length === own[axis]) return
    const [start] = mapped([starts[axis]], [batched[axis + 1]], size)
    const index = add(columns(clamped(start, own[axis] - length), length), iota([size, length], 'int32', 1))
    result = isMapped ? gather(result, index, axis + 1, 1) : moveAxis(gather(result, index, axis), axis, 0)
    isMapped = true
  })
  return [isMapped ? result : repeat(result, size)]
}

/** Mapped starts: every element asks whether it lies in the block, and takes its element of the update if it does. */
function batchUpdate({ inputs, batched, size }: BatchContext<None>): Value[] {
  if (!batched.slice(2).includes(true)) {
    const [x, update] = mapped(inputs.slice(0, 2), batched, size)
    return [dynamicUpdate(x, update, [full([], 'int32', 0), ...inputs.slice(2)])]
  }
  const [x, update, ...starts] = mapped(inputs, batched, size)
  if (update.shape.includes(0)) return [x]
  let inside = full(x.shape, 'bool', 1)
  let spread = update
  starts.forEach((start, axis) => {
    const length = x.shape[axis + 1]
    const block = update.shape[axis + 1]
    if (length === block) return
    const place = sub(iota([size, length], 'int32', 1), columns(clamped(start, length - block), length))
    const hit = and(ge(place, constantLike(place, 0)), lt(place, constantLike(place, block)))
    inside = and(inside, broadcast(hit, x.shape, [0, axis + 1]))
    spread = gather(spread, place, axis + 1, 1)
  })
  return [select(inside, spread, x)]
}

/** [size] → [size, length], repeated along the new axis. */
const columns = (start: Value, length: number): Value => broadcast(start, [start.shape[0], length], [0])

/** Starts within 0 … most. */
function clamped(start: Value, most: number): Value {
  const least = constantLike(start, 0)
  const upper = constantLike(start, most)
  const raised = select(lt(start, least), least, start)
  return select(lt(upper, raised), upper, raised)
}

function requireBlock(name: string, x: Abstract, sizes: readonly number[], starts: readonly Abstract[]): void {
  requireRank(name, x, 'the block', sizes)
  requireRank(name, x, 'the list of starts', starts)
  for (const start of starts) requireScalar(name, 'a start', start, 'int32')
  const fits = sizes.every((size, axis) => x.shape[axis] === TAPE || (size >= 0 && size <= x.shape[axis]))
  if (fits) return
  throw new ShapeError(`${name}: a block ${showShape(sizes)} does not fit into ${showAbstract(x)}.`)
}

/** Positions of the block's elements in x. */
function blockPositions(x: Ndarray, sizes: readonly number[], starts: readonly Ndarray[]): Int32Array {
  const strides = stridesOf(x.shape)
  const offset = starts.reduce((sum, { data }, axis) => {
    const start = Math.min(Math.max(data[0], 0), x.shape[axis] - sizes[axis])
    return sum + start * strides[axis]
  }, 0)
  return positionsOf(sizes, strides, offset)
}
