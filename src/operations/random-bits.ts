/**
 * Random bits from a key, and numbers made of them, inside a trace: Threefry-2x32 in counter mode, as JAX's `threefry_partitionable`
 * uses it. Element i (row-major) is the block of counter (0, i), so it does not depend on the number of elements.
 */
import type { FloatDType } from '../../types/dtype.ts'
import { sizeOf } from '../core/abstract.ts'
import type { Value } from '../core/value.ts'
import { constantLike, full } from '../primitives/broadcast.ts'
import { convert } from '../primitives/conversion.ts'
import { add, max, mul, neg, scale, shr, xor } from '../primitives/elementwise.ts'
import { threefry } from '../primitives/random.ts'
import { concat, iota, reshape, sliceAxis } from '../primitives/structural.ts'
import { erfInverse, log } from '../primitives/transcendental.ts'
import { broadcastTo } from './broadcasting.ts'

type Sizes = readonly number[]

/** The two words of the block of each counter. */
function blocks(key: Value, counters: Value): readonly [Value, Value] {
  const word = (i: number): Value => broadcastTo(reshape(sliceAxis(key, 0, i, i + 1), []), counters.shape)
  return threefry(word(0), word(1), constantLike(counters, 0), counters)
}

/** The key of each counter, [counts, 2]. */
export function keysAt(key: Value, counters: Value): Value {
  const [first, second] = blocks(key, counters)
  const column = [...counters.shape, 1]
  return concat([reshape(first, column), reshape(second, column)], counters.shape.length)
}

/** Two keys, as JAX splits one for a second use. */
export function twoKeys(key: Value): [Value, Value] {
  const keys = keysAt(key, iota([2], 'uint32', 0))
  const row = (i: number): Value => reshape(sliceAxis(keys, 0, i, i + 1), [2])
  return [row(0), row(1)]
}

/** The words of all elements of a shape. */
function words(key: Value, shape: Sizes): [Value, Value] {
  const [first, second] = blocks(key, iota([sizeOf(shape)], 'uint32', 0))
  return [reshape(first, shape), reshape(second, shape)]
}

/** 32 random bits for each element. */
export function bits(key: Value, shape: Sizes): Value {
  const [first, second] = words(key, shape)
  return xor(first, second)
}

/** Uniform in [0, 1): 23 random bits for float32, 52 for float64, so that every result is exact. */
export function unit(key: Value, shape: Sizes, dtype: FloatDType): Value {
  if (dtype === 'float32') return scale(convert(upperBits(bits(key, shape), 9), dtype), 2 ** -23)
  const [first, second] = words(key, shape)
  return add(scale(convert(first, dtype), 2 ** -32), scale(convert(upperBits(second, 12), dtype), 2 ** -52))
}

const upperBits = (word: Value, dropped: number): Value => shr(word, constantLike(word, dropped))

/** Uniform in [low, low + span) for scalars: the span is given, so that its rounding does not depend on the device. */
export function between(key: Value, shape: Sizes, low: Value, span: Value): Value {
  const least = broadcastTo(low, shape)
  const share = unit(key, shape, low.dtype as FloatDType) // the callers' bounds are floats
  return max(least, add(mul(share, broadcastTo(span, shape)), least))
}

/** The standard normal distribution: √2 erf⁻¹(u), u uniform in (−1, 1). */
export function standardNormal(key: Value, shape: Sizes, dtype: FloatDType): Value {
  const low = full([], dtype, dtype === 'float32' ? -1 + 2 ** -24 : -1 + 2 ** -53)
  const u = between(key, shape, low, full([], dtype, 2))
  return scale(erfInverse(u), Math.SQRT2)
}

/** The standard Gumbel distribution: −ln(−ln u), u uniform in (0, 1). */
export function standardGumbel(key: Value, shape: Sizes, dtype: FloatDType): Value {
  const u = between(key, shape, full([], dtype, smallestNormal[dtype]), full([], dtype, 1))
  return neg(log(neg(log(u))))
}

const smallestNormal = { float32: 2 ** -126, float64: 2 ** -1022 } as const
