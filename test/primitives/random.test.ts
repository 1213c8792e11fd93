import { describe, expect, it } from 'vitest'
import { threefry } from '../../src/primitives/random.ts'
import { golden } from '../helpers/golden.ts'
import { array, evaluate } from '../helpers/reference.ts'
import { thrown } from '../helpers/thrown.ts'

interface RandomCase {
  readonly op: string
  readonly partitionable?: boolean
  readonly key: readonly number[]
  readonly counter: readonly number[]
  readonly out: readonly number[]
  readonly bits32: readonly number[]
  readonly split: readonly (readonly number[])[]
}

const cases = golden<RandomCase>('random').cases
const words = (...values: number[]) => array([values.length], values, 'uint32')

describe('threefry', () => {
  it('gives the known answers of Random123', () => {
    const blocks = cases.filter(({ op }) => op === 'threefry2x32')
    expect(blocks.length).toBe(8)
    for (const { key, counter, out } of blocks) {
      const [a, b] = evaluate(threefry, words(key[0]), words(key[1]), words(counter[0]), words(counter[1]))
      expect([a.data[0], b.data[0]]).toEqual(out)
    }
  })

  it('gives the bits and the keys of JAX', () => {
    const keys = cases.filter(({ op, partitionable }) => op === 'jax_random' && partitionable)
    expect(keys.length).toBeGreaterThan(0)
    for (const { key, bits32, split } of keys) {
      const n = bits32.length
      const same = (word: number) => words(...new Array<number>(n).fill(word))
      const counter = words(...Array.from({ length: n }, (_, i) => i))
      const [a, b] = evaluate(threefry, same(key[0]), same(key[1]), same(0), counter)
      expect(bits32.map((_, i) => (a.data[i] ^ b.data[i]) >>> 0)).toEqual(bits32)
      expect(split.map((_, i) => [a.data[i], b.data[i]])).toEqual(split)
    }
  })

  it('takes uint32 only', () => {
    const wrong = array([1], [0], 'int32')
    expect(thrown(() => evaluate(threefry, wrong, wrong, wrong, wrong))).toBe(
      'DTypeError: threefry: defined for uint32 elements, not for int32[1]. Convert first with convert(x, dtype).',
    )
  })
})
