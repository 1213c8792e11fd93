/**
 * The loop over the bands of a correlation: each is brought into a frame of zeros where taps reach beyond the source, then
 * worked on. The borders of a frame are cleared once; of the planes along the first axis those outside the source are cleared
 * for each band.
 */
import { bytesOf } from '../../../core/dtype.ts'
import type { Expression, FunctionBuilder, Local } from '../code/assembler.ts'
import {
  add,
  call,
  forUp,
  i32,
  increment,
  local,
  memoryCopy,
  memoryFill,
  multiply,
  op,
  sequence,
  subtract,
  when,
} from '../code/instructions.ts'
import type { ModuleState } from '../code/module-state.ts'
import { beyond, type Level, walk } from '../code/walk.ts'
import { type Finish, finishBand } from './convolution-finish.ts'
import type { Correlation } from './correlation.ts'
import type { Band, Bands } from './correlation-bands.ts'

const { get, set } = local

/** What is done with one band: the index of a function `(source, fixed, moving)`. */
export type BandFunction = (band: Band) => number

/** Bytes by which the moving operand goes on with each image and with each row of the first axis. */
export interface Moving {
  readonly image: number
  readonly row: number
}

/**
 * Adds the function `(source, fixed, moving, frame, …addresses of the epilogue)` and answers its index. For every band it calls
 * the band's function with the address of the first source element that the band needs (in the frame, if there is one), `fixed`
 * as it is, and `moving` at the band's first image and row; then the epilogue for each row of the band.
 */
export function emitBands(
  { module }: ModuleState,
  correlation: Correlation,
  bands: Bands,
  moving: Moving,
  functionOf: BandFunction,
  finish: Finish | null,
): number {
  const code = module.function(Array(4 + (finish?.addresses ?? 0)).fill('i32'), [], 'correlation')
  const { band, framed, frameBytes } = bands
  const [axis] = correlation.axes
  const [image, row] = code.locals('i32', 2)
  const prepare = framed ? emitFrame(module, correlation, bands) : null
  const visit = (images: number, rows: number): Expression =>
    sequence(
      callBand({ code, correlation, bands, moving, prepare, image, row }, { images, rows }, functionOf),
      finish === null ? sequence() : finishBand(code, correlation, finish, { images, rows }, image, row),
    )
  const overRows = (images: number): Expression => inBlocks(row, axis.count, band.rows, (rows) => visit(images, rows))
  if (framed) code.emit(memoryFill(get(3), i32(0), i32(frameBytes)))
  code.emit(inBlocks(image, correlation.batch, band.images, overRows))
  return code.index
}

/** Whole blocks in a loop, then what is left. */
function inBlocks(index: Local, total: number, size: number, visit: (size: number) => Expression): Expression {
  const whole = total - (total % size)
  const rest = total - whole
  return sequence(
    whole === 0 ? sequence() : forUp(index, i32(0), i32(whole), size, visit(size), true),
    rest === 0 ? sequence() : sequence(set(index, i32(whole)), visit(rest)),
  )
}

interface Visit {
  readonly code: FunctionBuilder
  readonly correlation: Correlation
  readonly bands: Bands
  readonly moving: Moving
  readonly prepare: number | null
  readonly image: Local
  readonly row: Local
}

function callBand(
  { correlation, bands, moving, prepare, image, row }: Visit,
  band: Band,
  functionOf: BandFunction,
): Expression {
  const { axes, dtype } = correlation
  const bytes = bytesOf(dtype)
  const [source, fixed, target, frame] = [0, 1, 2, 3]
  const imageBytes = bytes * correlation.sourceChannels * axes.reduce((all, axis) => all * axis.source, 1)
  const imageAt = add(get(source), multiply(get(image), i32(imageBytes)))
  const first = axes.reduce((offset, axis, i) => offset + axis.first * bands.axisStrides[i], 0) * bytes
  const rowBytes = axes[0].stride * bands.axisStrides[0] * bytes
  const direct = add(add(imageAt, i32(first)), multiply(get(row), i32(rowBytes)))
  const targetAt = add(add(get(target), multiply(get(image), i32(moving.image))), multiply(get(row), i32(moving.row)))
  const framing = prepare === null ? sequence() : call(prepare, imageAt, get(row), get(frame), i32(band.images))
  return sequence(framing, call(functionOf(band), prepare === null ? direct : get(frame), get(fixed), targetAt))
}

/** The function `(image, row, frame, images)`: the part of each image that a band from that row on needs, into the frame. */
function emitFrame(module: ModuleState['module'], correlation: Correlation, bands: Bands): number {
  const code = module.function(Array(4).fill('i32'), [], 'correlation frame')
  const [image, row, frame, images] = code.parameters.keys()
  const { axes, dtype, sourceChannels } = correlation
  const [turn, from] = code.locals('i32', 2)
  const bytes = bytesOf(dtype)
  const imageBytes = bytes * sourceChannels * axes.reduce((all, axis) => all * axis.source, 1)
  const copy = axes.length === 1 ? copyRun(code, correlation, bands) : copyPlanes(code, correlation, bands)
  code.emit(
    // The source index of the frame's first plane; negative in front of the source.
    set(from, add(multiply(get(row), i32(axes[0].stride)), i32(axes[0].first))),
    forUp(
      turn,
      i32(0),
      get(images),
      1,
      sequence(
        copy(image, from, frame),
        increment(image, i32(imageBytes)),
        increment(frame, i32(bands.imageStride * bytes)),
      ),
      true,
    ),
  )
  return code.index
}

type Copy = (image: Local, from: Local, frame: Local) => Expression

/** One axis: the frame is cleared, and what there is of the source copied. */
const copyRun =
  (code: FunctionBuilder, { axes, dtype, sourceChannels }: Correlation, { extents }: Bands): Copy =>
  (image, from, frame) => {
    const [low, high] = code.locals('i32', 2)
    const bytes = i32(sourceChannels * bytesOf(dtype))
    const smaller = (a: Expression, b: Expression) => op('select', a, b, op('i32.lt_s', a, b))
    const greater = (a: Expression, b: Expression) => op('select', a, b, op('i32.gt_s', a, b))
    return sequence(
      memoryFill(get(frame), i32(0), multiply(i32(extents[0]), bytes)),
      set(low, greater(get(from), i32(0))),
      set(high, smaller(add(get(from), i32(extents[0])), i32(axes[0].source))),
      when(
        op('i32.gt_s', get(high), get(low)),
        memoryCopy(
          add(get(frame), multiply(subtract(get(low), get(from)), bytes)),
          add(get(image), multiply(get(low), bytes)),
          multiply(subtract(get(high), get(low)), bytes),
        ),
      ),
    )
  }

/** Several axes: plane by plane, cleared if it is outside of the source, else its inside copied. */
const copyPlanes =
  (code: FunctionBuilder, { axes, dtype, sourceChannels }: Correlation, { extents, axisStrides }: Bands): Copy =>
  (image, from, frame) => {
    const [plane, at, index, source, target] = code.locals('i32', 5)
    const bytes = bytesOf(dtype)
    const planeBytes = axisStrides[0] * bytes
    const sourceStrides = axes.map(
      (_, i) => bytes * sourceChannels * axes.slice(i + 1).reduce((all, axis) => all * axis.source, 1),
    )
    const insides = axes.map((axis, i) => insideOf(axis.first, extents[i], axis.source)).slice(1)
    const run = insides[insides.length - 1]
    const levels = insides
      .slice(0, -1)
      .map(({ count }, i): Level => ({ count, strides: [sourceStrides[i + 1], axisStrides[i + 1] * bytes] }))
    const shifted = (pointer: Local, side: 'source' | 'frame', strides: readonly number[]): Expression =>
      beyond(
        pointer,
        insides.reduce((sum, inside, i) => sum + inside[side] * strides[i + 1], 0),
      )
    const hasInside = insides.every(({ count }) => count > 0)
    const copyInside = sequence(
      set(source, add(shifted(image, 'source', sourceStrides), multiply(get(at), i32(sourceStrides[0])))),
      set(
        target,
        shifted(
          plane,
          'frame',
          axisStrides.map((stride) => stride * bytes),
        ),
      ),
      walk(
        code,
        [source, target],
        levels,
        memoryCopy(get(target), get(source), i32(run.count * sourceChannels * bytes)),
      ),
    )
    const isOutside = op('i32.ge_u', get(at), i32(axes[0].source))
    const clear = memoryFill(get(plane), i32(0), i32(planeBytes))
    const turn = sequence(
      set(at, add(get(from), get(index))),
      when(isOutside, clear, hasInside ? copyInside : sequence()),
      increment(plane, i32(planeBytes)),
    )
    return sequence(set(plane, get(frame)), forUp(index, i32(0), i32(extents[0]), 1, turn, true))
  }

/** The part of a frame's axis that lies in the source: where it begins in both, and how long it is. */
const insideOf = (first: number, extent: number, source: number) => {
  const low = Math.max(0, -first)
  return { frame: low, source: first + low, count: Math.max(0, Math.min(extent, source - first) - low) }
}
