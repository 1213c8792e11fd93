/**
 * The flat vector: `view` is a segment of it under a shape, `assemble` writes segments into one. They are each other's
 * transposes, so the gradient of a vector seen through many views is a single `assemble`.
 */

import type { Abstract } from '../core/abstract.ts'
import { abstract, showAbstract, showShape, sizeOf } from '../core/abstract.ts'
import { bindOne } from '../core/bind.ts'
import { ShapeError } from '../core/errors.ts'
import type { Ndarray } from '../core/ndarray.ts'
import { zerosLike } from '../core/ndarray.ts'
import type { Primitive } from '../core/primitive.ts'
import { Segment } from '../core/primitive.ts'
import type { Value } from '../core/value.ts'
import { full, mapped } from './broadcast.ts'
import { cotangentOf, linear, transposing } from './linear.ts'
import { requireDType } from './requirements.ts'
import { concat, reshape, sliceAxis } from './structural.ts'

/** Attributes of `view`. */
export type ViewParams = { readonly offset: number; readonly shape: readonly number[] }
/** Attributes of `assemble`: the length of the vector, and where each operand begins. */
export type AssembleParams = { readonly size: number; readonly offsets: readonly number[] }

/** Record of `view`. */
export const viewPrimitive: Primitive<ViewParams> = linear({
  name: 'view',
  shape: viewShape,
  evaluate: (x, { offset, shape }): Ndarray => ({
    shape,
    dtype: x.dtype,
    data: x.data.slice(offset, offset + sizeOf(shape)),
  }),
  transpose: (cotangent, _, { offset }) => new Segment(offset, cotangent),
  batch: (x, { offset, shape }, size) => reshape(sliceAxis(x, 1, offset, offset + sizeOf(shape)), [size, ...shape]),
})
/** The elements `offset, offset + 1, …` of a vector, under a shape. */
export const view = (x: Value, offset: number, shape: readonly number[]): Value =>
  bindOne(viewPrimitive, [x], { offset, shape })

function viewShape(x: Abstract, { offset, shape }: ViewParams): Abstract {
  if (x.shape.length === 1 && Number.isInteger(offset) && offset >= 0 && offset + sizeOf(shape) <= x.shape[0])
    return abstract(shape, x.dtype)
  const range = `${offset} … ${offset + sizeOf(shape)}`
  throw new ShapeError(
    `view: ${showShape(shape)} at ${range} does not lie in ${showAbstract(x)}. A view is a segment of a vector.`,
  )
}

/** Record of `assemble`. */
export const assemblePrimitive: Primitive<AssembleParams> = {
  name: 'assemble',
  shape: (inputs, params) => [assembleShape(inputs, params)],
  evaluate(inputs, { offsets }, [output]) {
    const result = zerosLike(output)
    inputs.forEach(({ data }, i) => {
      result.data.set(data, offsets[i])
    })
    return [result]
  },
  jvp({ tangents, params: { size, offsets } }) {
    const present = offsets.flatMap((offset, i) => {
      const tangent = tangents[i]
      return tangent === null ? [] : [new Segment(offset, tangent)]
    })
    return [present.length === 0 ? null : assemble(present, size)]
  },
  transpose: transposing((cotangent, inputs, { offsets }) =>
    inputs.map((input, i) => cotangentOf(input, () => view(cotangent, offsets[i], input.shape))),
  ),
  batch: ({ inputs, batched, size: count, params: { size, offsets } }) => {
    const rows = mapped(inputs, batched, count).map((row) => reshape(row, [count, sizeOf(row.shape.slice(1))]))
    return [concat(withGaps(rows, offsets, size), 1)]
  },
}
/** A vector of the given size: segments of any shape, flattened, at their offsets; zeros elsewhere. At least one segment; none overlap. */
export const assemble = (segments: readonly Segment[], size: number): Value =>
  bindOne(
    assemblePrimitive,
    segments.map(({ value }) => value),
    { size, offsets: segments.map(({ offset }) => offset) },
  )

function assembleShape(inputs: readonly Abstract[], { size, offsets }: AssembleParams): Abstract {
  if (inputs.length === 0 || inputs.length !== offsets.length) {
    throw new ShapeError(
      `assemble: ${inputs.length} segments for ${offsets.length} offsets. Give one offset for each, and at least one.`,
    )
  }
  let end = 0
  for (const i of inOrder(offsets, inputs)) {
    requireDType('assemble', inputs[0], inputs[i])
    if (offsets[i] < end) {
      throw new ShapeError(
        `assemble: the segment ${showAbstract(inputs[i])} at ${offsets[i]} overlaps the one that ends at ${end}. Add them up first.`,
      )
    }
    end = offsets[i] + sizeOf(inputs[i].shape)
  }
  if (end > size) throw new ShapeError(`assemble: the segments end at ${end}, behind the end of a vector of ${size}.`)
  return abstract([size], inputs[0].dtype)
}

/** The segments' numbers by offset; empty ones before what begins at the same place. */
const inOrder = (offsets: readonly number[], segments: readonly Abstract[]): number[] =>
  offsets
    .map((_, i) => i)
    .sort((i, j) => offsets[i] - offsets[j] || sizeOf(segments[i].shape) - sizeOf(segments[j].shape))

/** Rows [count, length] in order of offset, with zeros between and after them. */
function withGaps(rows: readonly Value[], offsets: readonly number[], size: number): Value[] {
  const [{ dtype, shape }] = rows
  const parts: Value[] = []
  let end = 0
  const fillTo = (offset: number): void => {
    if (offset > end) parts.push(full([shape[0], offset - end], dtype, 0))
  }
  for (const i of inOrder(offsets, rows)) {
    fillTo(offsets[i])
    parts.push(rows[i])
    end = offsets[i] + rows[i].shape[1]
  }
  fillTo(size)
  return parts
}
