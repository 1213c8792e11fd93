/**
 * Random bits: Threefry-2x32 with 20 rounds, a keyed bijection of a 64-bit counter (Salmon, Moraes, Dror, Shaw 2011,
 * doi:10.1145/2063384.2063405). Elementwise, so that a whole tensor of bits is one operation on a tensor of counters.
 */
import { abstract } from '../core/abstract.ts'
import { bind } from '../core/bind.ts'
import { zerosLike } from '../core/ndarray.ts'
import type { Primitive } from '../core/primitive.ts'
import type { Value } from '../core/value.ts'
import type { None } from './pointwise.ts'
import { batchPointwise, none } from './pointwise.ts'
import { requireKind, requireSame } from './requirements.ts'

/** Record of `threefry`: inputs key0, key1, counter0, counter1; outputs the two words of the block. */
export const threefryPrimitive: Primitive<None> = {
  name: 'threefry',
  shape(inputs) {
    requireKind('threefry', 'uint32', inputs)
    requireSame('threefry', inputs)
    const word = abstract(inputs[0].shape, 'uint32')
    return [word, word]
  },
  evaluate([key0, key1, counter0, counter1], _, outputs) {
    const [first, second] = outputs.map(zerosLike)
    for (let i = 0; i < first.data.length; i++) {
      const [a, b] = threefryBlock(key0.data[i], key1.data[i], counter0.data[i], counter1.data[i])
      first.data[i] = a
      second.data[i] = b
    }
    return [first, second]
  },
  jvp: () => [null, null],
  batch: (context) => batchPointwise(threefryPrimitive, context),
}

/** Two uint32 tensors of random bits from a key and a counter, word by word; all four operands are uint32 of one shape. */
export function threefry(key0: Value, key1: Value, counter0: Value, counter1: Value): readonly [Value, Value] {
  const [first, second] = bind(threefryPrimitive, [key0, key1, counter0, counter1], none)
  return [first, second]
}

/** Rotations of the eight rounds between which the pattern repeats. */
const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const
/** Skein's key-schedule parity for 32-bit words. */
const parity = 0x1bd11bda

function threefryBlock(key0: number, key1: number, counter0: number, counter1: number): [number, number] {
  const key = [key0, key1, key0 ^ key1 ^ parity]
  let a = (counter0 + key0) | 0
  let b = (counter1 + key1) | 0
  for (let round = 0; round < 20; round++) {
    const turn = rotations[round % 8]
    a = (a + b) | 0
    b = ((b << turn) | (b >>> (32 - turn))) ^ a
    if (round % 4 !== 3) continue
    const injection = (round + 1) / 4
    a = (a + key[injection % 3]) | 0
    b = (b + key[(injection + 1) % 3] + injection) | 0
  }
  return [a, b]
}
