/** `threefry` spelt out in 32-bit operations: Threefry-2x32 with 20 rounds (Salmon et al. 2011, doi:10.1145/2063384.2063405). */

import type { Node } from '../language/kernel.ts'
import type { NodeTable } from '../language/nodes.ts'
import { HEAVY } from '../language/scalar-flops.ts'
import type { Expression } from './expressions.ts'
import { pointwise } from './expressions.ts'

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const
const ROUNDS = 20
/** Skein's key-schedule parity. */
const PARITY = 0x1bd11bda

/** Both words of the block; they share their nodes. */
export const randomBits: Expression = {
  ...pointwise('xor', HEAVY),
  nodes: 64,
  read(reader, { inputs }, output, index) {
    const operands = inputs.map((input) => reader.read(input, index))
    return block(reader.table, operands)[output]
  },
}

function block(table: NodeTable, [key0, key1, counter0, counter1]: readonly Node[]): readonly [Node, Node] {
  const apply = (name: 'add' | 'xor' | 'shl' | 'shr' | 'or', a: Node, b: Node) => table.apply(name, 'uint32', [a, b])
  const word = (value: number) => table.constant('uint32', value)
  const rotate = (x: Node, turn: number) => apply('or', apply('shl', x, word(turn)), apply('shr', x, word(32 - turn)))
  const key = [key0, key1, apply('xor', apply('xor', key0, key1), word(PARITY))]
  let a = apply('add', counter0, key0)
  let b = apply('add', counter1, key1)
  for (let round = 0; round < ROUNDS; round++) {
    a = apply('add', a, b)
    b = apply('xor', rotate(b, rotations[round % 8]), a)
    if (round % 4 !== 3) continue
    const injection = (round + 1) / 4
    a = apply('add', a, key[injection % 3])
    b = apply('add', apply('add', b, key[(injection + 1) % 3]), word(injection))
  }
  return [a, b]
}
