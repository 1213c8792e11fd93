/**
 * How elements sit in vectors. A vector loop has `width` lanes: 4, or 2 if a float64 takes part anywhere in it.
 *
 * width 4: float32, int32, uint32 fill the vector; a bool is a mask of 32 bits.
 * width 2: float64 fills the vector; 32-bit numbers stand in the low half; a bool is a mask of 64 bits.
 * In scalar code a bool is an i32, 0 or 1, as it is in memory.
 */
import type { DType } from '../../../../types/dtype.ts'
import { bytesOf } from '../../../core/dtype.ts'
import type { Expression, ValueType } from '../code/assembler.ts'
import {
  extractLane,
  f32,
  f64,
  i32,
  i32x4,
  load,
  loadLane,
  op,
  pooled,
  sequence,
  share,
  shuffle,
  store,
  storeLane,
} from '../code/instructions.ts'

/** Lanes of a vector loop. */
export type Width = 2 | 4

/** The WebAssembly type of a scalar of each dtype. */
export const scalarType = {
  float32: 'f32',
  float64: 'f64',
  int32: 'i32',
  uint32: 'i32',
  bool: 'i32',
} as const satisfies Record<DType, ValueType>

/** A scalar constant; `bool` is 0 or 1. */
export function scalarConstant(dtype: DType, value: number): Expression {
  if (dtype === 'float32') return f32(value)
  if (dtype === 'float64') return f64(value)
  return i32(dtype === 'bool' ? Number(value !== 0) : value | 0)
}

/** A constant in every lane. */
export function vectorConstant(dtype: DType, value: number): Expression {
  if (dtype === 'float32') return filled(new Float32Array(4), value)
  if (dtype === 'float64') return filled(new Float64Array(2), value)
  return filled(new Int32Array(4), dtype === 'bool' ? -Number(value !== 0) : value | 0)
}

const filled = (lanes: Float32Array | Float64Array | Int32Array, value: number): Expression =>
  pooled(new Uint8Array(lanes.fill(value).buffer as ArrayBuffer), 'rare')

/** A scalar in every lane. */
export function splat(dtype: DType, scalar: Expression): Expression {
  if (dtype === 'float32') return op('f32x4.splat', scalar)
  if (dtype === 'float64') return op('f64x2.splat', scalar)
  return op('i32x4.splat', dtype === 'bool' ? op('i32.sub', i32(0), scalar) : scalar)
}

/** One lane as a scalar. */
export function extract(dtype: DType, width: Width, vector: Expression, lane: number): Expression {
  if (dtype === 'float32') return extractLane('f32x4.extract_lane', vector, lane)
  if (dtype === 'float64') return extractLane('f64x2.extract_lane', vector, lane)
  if (dtype !== 'bool') return extractLane('i32x4.extract_lane', vector, lane)
  return op('i32.and', extractLane('i32x4.extract_lane', vector, width === 2 ? 2 * lane : lane), i32(1))
}

/** Masks of 32 bits in the low half as masks of 64 bits. */
export const widened = (mask: Expression): Expression => op('i64x2.extend_low_i32x4_s', mask)

/** Masks of 64 bits as masks of 32 bits in the low half; evaluates its operand once. */
export const narrowed = (mask: Expression): Expression =>
  share('v128', mask, (read) => shuffle(read, read, [0, 2, 0, 2]))

/** Memory's 0 or 1 as a mask. */
const maskOf = (width: Width, stored: Expression): Expression => {
  const mask = op('i32x4.neg', stored)
  return width === 2 ? widened(mask) : mask
}

/** A mask as memory's 0 or 1. */
const storedOf = (width: Width, mask: Expression): Expression => op('i32x4.neg', width === 2 ? narrowed(mask) : mask)

/** A scalar read from memory. */
export function loadScalar(dtype: DType, address: Expression, offset: number): Expression {
  return load(`${scalarType[dtype]}.load`, address, offset)
}

/** A scalar written to memory. */
export function storeScalar(dtype: DType, address: Expression, offset: number, value: Expression): Expression {
  return store(`${scalarType[dtype]}.store`, address, value, offset)
}

/** Neighbouring elements as a vector. It may read up to 12 bytes past the last element, never past the end of the memory. */
export function loadVector(dtype: DType, width: Width, address: Expression, offset: number): Expression {
  const whole = dtype === 'float64' || width === 4
  const loaded = whole ? load('v128.load', address, offset, 2) : load('v128.load64_zero', address, offset, 2)
  return dtype === 'bool' ? maskOf(width, loaded) : loaded
}

/** Where a lane stands. */
export interface LaneAddress {
  readonly address: Expression
  readonly offset: number
}

/** Elements from a place each; lanes without a place are zero. */
export function gatherVector(dtype: DType, width: Width, places: readonly LaneAddress[]): Expression {
  const long = bytesOf(dtype) === 8
  const first = places[0]!
  let vector = load(long ? 'v128.load64_zero' : 'v128.load32_zero', first.address, first.offset)
  for (let lane = 1; lane < places.length; lane++) {
    const { address, offset } = places[lane]!
    vector = loadLane(long ? 'v128.load64_lane' : 'v128.load32_lane', address, vector, lane, offset)
  }
  return dtype === 'bool' ? maskOf(width, vector) : vector
}

/** Writes the first `count` lanes side by side; exactly those. `value` is evaluated up to twice. */
export function storeVector(
  dtype: DType,
  width: Width,
  count: number,
  { address, offset }: LaneAddress,
  value: Expression,
): Expression {
  const stored = dtype === 'bool' ? storedOf(width, value) : value
  const bytes = count * bytesOf(dtype)
  if (bytes === 16) return store('v128.store', address, stored, offset, 2)
  if (bytes === 8) return storeLane('v128.store64_lane', address, stored, 0, offset)
  if (bytes === 4) return storeLane('v128.store32_lane', address, stored, 0, offset)
  return share('v128', stored, (read) =>
    sequence(
      storeLane('v128.store64_lane', address, read, 0, offset),
      storeLane('v128.store32_lane', address, read, 2, offset + 8),
    ),
  )
}

/** Writes each lane to its place. */
export function scatterVector(
  dtype: DType,
  width: Width,
  places: readonly LaneAddress[],
  value: Expression,
): Expression {
  const name = bytesOf(dtype) === 8 ? 'v128.store64_lane' : 'v128.store32_lane'
  return share('v128', dtype === 'bool' ? storedOf(width, value) : value, (read) =>
    sequence(...places.map(({ address, offset }, lane) => storeLane(name, address, read, lane, offset))),
  )
}

/** Lanes chosen from two vectors by a mask that is at hand at the width of the loop. */
export function choice(dtype: DType, width: Width, mask: Expression, a: Expression, b: Expression): Expression {
  const fits = width === 4 || dtype === 'float64' || dtype === 'bool'
  return op('v128.bitselect', a, b, fits ? mask : narrowed(mask))
}

/** A mask that is true in the first `count` lanes. */
export function firstLanes(width: Width, count: number): Expression {
  const on = (lane: number): number => (lane < count ? -1 : 0)
  return width === 4 ? i32x4(on(0), on(1), on(2), on(3)) : i32x4(on(0), on(0), on(1), on(1))
}

/** The number of each lane, as int32. */
export const laneNumbers = (first: number): Expression => i32x4(first, first + 1, first + 2, first + 3)
