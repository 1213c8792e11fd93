/** Segments of a flat vector, and vectors made of segments, with or without leading axes (a vector mapped by vmap is [N, P]). */
import { sizeOf } from '../core/abstract.ts'
import { Segment } from '../core/primitive.ts'
import type { Value } from '../core/value.ts'
import { assemble, view } from '../primitives/segments.ts'
import { concat, reshape, sliceAxis } from '../primitives/structural.ts'

/** The segment of `shape` at `offset` of the last axis: [..., P] → [..., shape]. */
export function segmentOf(vector: Value, offset: number, shape: readonly number[]): Value {
  if (vector.shape.length === 1) return view(vector, offset, shape)
  const axis = vector.shape.length - 1
  const range = sliceAxis(vector, axis, offset, offset + sizeOf(shape))
  return reshape(range, [...vector.shape.slice(0, axis), ...shape])
}

/** The vector [..., P] of pieces that lie side by side; each piece is [..., shape] with the given leading axes. */
export function joined(pieces: readonly Value[], lead: readonly number[]): Value {
  const sizes = pieces.map((piece) => sizeOf(piece.shape.slice(lead.length)))
  if (lead.length === 0) return assembled(pieces, sizes)
  const rows = pieces.map((piece, i) => reshape(piece, [...lead, sizes[i]]))
  return concat(rows, lead.length)
}

function assembled(pieces: readonly Value[], sizes: readonly number[]): Value {
  let offset = 0
  const segments = pieces.map((piece, i) => {
    const segment = new Segment(offset, piece)
    offset += sizes[i]
    return segment
  })
  return assemble(segments, offset)
}
