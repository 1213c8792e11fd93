/**
 * Primitives whose operands are written straight to their place in the result (destination passing): `concat`, `assemble`, `pad`.
 * What no operand covers is the gap.
 */

import { sizeOf, stridesOf } from '../../core/abstract.ts'
import type { Params } from '../../core/primitive.ts'
import type { Equation } from '../../core/program.ts'
import { paramsOf } from '../../rewrite/params.ts'
import type { Storage } from './storage.ts'
import { beforeReshape, beforeTranspose } from './storage.ts'

/** A primitive whose result is put together from its operands. */
export interface Composition {
  readonly kind: 'composition'
  /** Where each operand goes, given where the result stands; null: the operand is not placed. */
  pieces(equation: Equation, result: Storage): readonly (Storage | null)[]
  /** The regions of the result that no operand covers. */
  gaps(equation: Equation, result: Storage): readonly Storage[]
  /** Position of the scalar operand that fills the gaps; null: zero. */
  readonly filler: number | null
}

/** Operands side by side along an axis. */
export const concatenation: Composition = {
  kind: 'composition',
  filler: null,
  pieces(equation, result) {
    const { axis } = paramsOf(equation, 'concat')
    let start = 0
    return equation.inputs.map(({ shape }) => {
      const piece = { ...result, shape, offset: result.offset + start * result.strides[axis] }
      start += shape[axis]
      return piece
    })
  },
  gaps: () => [],
}

/** A reshape or transpose whose operand is written where it stands, in its order. */
export const aliasing: Composition = {
  kind: 'composition',
  filler: null,
  pieces: (equation, result) => [placeOfOperand(equation, result)],
  gaps: () => [],
}

/** Where the operand of a reshape or transpose must stand so that the result stands at `result`; null if that is not possible. */
export function placeOfOperand(equation: Equation, result: Storage): Storage | null {
  switch (equation.primitive.name) {
    case 'reshape':
      return beforeReshape(result, equation.inputs[0].shape)
    case 'transpose':
      return beforeTranspose(result, paramsOf(equation, 'transpose').permutation)
    default:
      return null
  }
}

/** Operands flattened, at their offsets in a vector. */
export const assembly: Composition = {
  kind: 'composition',
  filler: null,
  pieces(equation, result) {
    const { offsets } = paramsOf(equation, 'assemble')
    const [step] = result.strides
    return equation.inputs.map(({ shape }, i) => ({
      ...result,
      shape,
      offset: result.offset + offsets[i] * step,
      strides: stridesOf(shape).map((stride) => stride * step),
    }))
  },
  gaps(equation, result) {
    const { offsets, size } = paramsOf(equation, 'assemble')
    const segments = equation.inputs
      .map(({ shape }, i) => ({ start: offsets[i], end: offsets[i] + sizeOf(shape) }))
      .sort((a, b) => a.start - b.start)
    const gaps: Storage[] = []
    let covered = 0
    for (const { start, end } of [...segments, { start: size, end: size }]) {
      if (start > covered) gaps.push(region(result, [covered], [start - covered], [1]))
      covered = Math.max(covered, end)
    }
    return gaps
  },
}

/** An operand surrounded, and spread, by a number. */
export const padding: Composition = {
  kind: 'composition',
  filler: 1,
  pieces(equation, result) {
    const { low, interior } = paramsOf(equation, 'pad')
    const [{ shape }] = equation.inputs
    return [
      region(
        result,
        low,
        shape,
        interior.map((gap) => gap + 1),
      ),
      null,
    ]
  },
  gaps(equation, result) {
    const params = paramsOf(equation, 'pad')
    return result.shape.flatMap((_, axis) => slabs(equation, params, result, axis))
  },
}

/** The part of the result that axis `axis` keeps free of data: data positions on earlier axes, everything on later ones. */
function slabs(
  equation: Equation,
  { low, high, interior }: { low: readonly number[]; high: readonly number[]; interior: readonly number[] } & Params,
  result: Storage,
  axis: number,
): readonly Storage[] {
  const [{ shape }] = equation.inputs
  const extent = shape[axis]
  const step = interior[axis] + 1
  const end = result.shape[axis] - high[axis]
  const bands = [
    { start: 0, size: low[axis], step: 1 },
    { start: end, size: high[axis], step: 1 },
    ...Array.from({ length: interior[axis] }, (_, i) => ({
      start: low[axis] + i + 1,
      size: Math.max(0, extent - 1),
      step,
    })),
  ]
  return bands
    .filter(({ size }) => size > 0)
    .map((band) =>
      region(
        result,
        result.shape.map((_, i) => (i < axis ? low[i] : i === axis ? band.start : 0)),
        result.shape.map((size, i) => (i < axis ? shape[i] : i === axis ? band.size : size)),
        result.shape.map((_, i) => (i < axis ? interior[i] + 1 : i === axis ? band.step : 1)),
      ),
    )
}

/** The elements start, start + step, … of each axis. */
const region = (
  { buffer, offset, strides }: Storage,
  start: readonly number[],
  shape: readonly number[],
  step: readonly number[],
): Storage => ({
  buffer,
  offset: start.reduce((sum, position, axis) => sum + position * strides[axis], offset),
  shape,
  strides: strides.map((stride, axis) => stride * step[axis]),
})
