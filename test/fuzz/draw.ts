/** Choices of a random program: every number that a step asks for is taken from its own list, so that any list is a valid program. */
import { isFloat } from '../../src/core/dtype.ts'
import type { Value } from '../../src/core/value.ts'
import { reshape } from '../../src/primitives/structural.ts'

/** One step: which operation, and the numbers that decide everything else. `body` is for operations that contain programs. */
export interface Step {
  readonly operation: number
  readonly numbers: readonly number[]
  readonly body: readonly Step[]
}

/** The values made so far, and the numbers of one step. */
export class Draw {
  readonly pool: readonly Value[]
  readonly body: readonly Step[]
  readonly #numbers: readonly number[]
  #next = 0

  constructor(pool: readonly Value[], { numbers, body }: Step) {
    this.pool = pool
    this.body = body
    this.#numbers = numbers
  }

  /** A whole number in [0, count); 0 once the step's numbers are used up. */
  below(count: number): number {
    return (this.#numbers[this.#next++] ?? 0) % Math.max(1, count)
  }

  /** A whole number in [low, high]. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1)
  }

  /** One of a list; the last for the number 0, so that shrinking leads to what was made last. */
  one<T>(list: readonly T[]): T {
    return list[list.length - 1 - this.below(list.length)]
  }

  /** A float value, of that rank at least (at most 1). The pool always holds a float. */
  float(rank: 0 | 1 = 0): Value {
    return ranked(this.one(this.pool.filter(({ dtype }) => isFloat(dtype))), rank)
  }

  /** An int32 value, of that rank at least. The pool always holds one. */
  whole(rank: 0 | 1 = 0): Value {
    return ranked(this.one(this.pool.filter(({ dtype }) => dtype === 'int32')), rank)
  }

  /** Some of the numbers 0 … count - 1, ascending. */
  some(count: number): number[] {
    const bits = this.below(2 ** count)
    return Array.from({ length: count }, (_, i) => i).filter((i) => ((bits >> i) & 1) === 1)
  }

  /** The numbers 0 … count - 1 in some order. */
  order(count: number): number[] {
    const rest = Array.from({ length: count }, (_, i) => i)
    return Array.from({ length: count }, () => rest.splice(this.below(rest.length), 1)[0])
  }
}

const ranked = (x: Value, rank: 0 | 1): Value => (x.shape.length >= rank ? x : reshape(x, [1]))
