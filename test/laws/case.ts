/** What the table of laws is made of: a function of traced values, and seeded inputs for it, away from kinks. */
import { sizeOf } from '../../src/core/abstract.ts'
import type { Ndarray } from '../../src/core/ndarray.ts'
import type { Value } from '../../src/core/value.ts'
import { fill } from '../helpers/golden.ts'
import { array } from '../helpers/reference.ts'

/** Makes one input; another seed, other numbers of the same shape, dtype and side of every kink. */
export type Generator = (seed: number) => Ndarray

/** One function with inputs. Float inputs are differentiated, others are not. */
export interface Case {
  readonly name: string
  readonly f: (...inputs: Value[]) => Value | readonly Value[]
  readonly inputs: readonly Generator[]
}

/** The cases of one primitive. `stopped`: the derivative is zero by definition, whatever differences say. */
export interface Row {
  readonly cases: readonly Case[]
  readonly stopped?: boolean
}

/** The inputs of a case; each gets a seed of its own. */
export const inputsOf = ({ inputs }: Case, seed: number): Ndarray[] =>
  inputs.map((generate, i) => generate(seed * 1000 + i * 100))

/** Floats in [lo, hi). */
export const float =
  (shape: readonly number[], lo = -2, hi = 2): Generator =>
  (seed) =>
    array(shape, fill(sizeOf(shape), seed, lo, hi))

/** Floats with magnitudes in [lo, hi) and random signs. */
export const signed =
  (shape: readonly number[], lo: number, hi: number): Generator =>
  (seed) => {
    const signs = fill(sizeOf(shape), seed + 50, -1, 1)
    return array(
      shape,
      fill(sizeOf(shape), seed, lo, hi).map((x, i) => (signs[i] < 0 ? -x : x)),
    )
  }

/** Floats that lie at least 0.6 gap apart, in random order, around `centre`. */
export const apart =
  (shape: readonly number[], gap = 0.4, centre = 0): Generator =>
  (seed) => {
    const n = sizeOf(shape)
    const noise = fill(n, seed, -0.2, 0.2)
    return array(
      shape,
      ranks(fill(n, seed + 50, 0, 1)).map((rank, i) => centre + gap * (rank - (n - 1) / 2 + noise[i])),
    )
  }

/** Floats with fractional parts in [0.2, 0.8), so that no whole number or half is near (the half: ± 0.1). */
export const fractional =
  (shape: readonly number[]): Generator =>
  (seed) => {
    const whole = fill(sizeOf(shape), seed + 50, -3, 3)
    const halves = fill(sizeOf(shape), seed, 0.1, 0.4)
    return array(
      shape,
      halves.map((x, i) => Math.floor(whole[i]) + (i % 2 === 0 ? x : 1 - x)),
    )
  }

/** Given floats, whatever the seed. */
export const fixed =
  (shape: readonly number[], ...elements: number[]): Generator =>
  () =>
    array(shape, elements)

/** Whole numbers in [lo, hi). */
export const whole =
  (shape: readonly number[], lo: number, hi: number, dtype: 'int32' | 'uint32' = 'int32'): Generator =>
  (seed) =>
    array(shape, fill(sizeOf(shape), seed, lo, hi).map(Math.floor), dtype)

/** Conditions. */
export const bool =
  (shape: readonly number[]): Generator =>
  (seed) =>
    array(shape, fill(sizeOf(shape), seed, 0, 2).map(Math.floor), 'bool')

/** The place of each number in the order of all. */
function ranks(x: Float64Array): Float64Array {
  const order = [...x.keys()].sort((i, j) => x[i] - x[j])
  const result = new Float64Array(x.length)
  order.forEach((i, rank) => {
    result[i] = rank
  })
  return result
}
