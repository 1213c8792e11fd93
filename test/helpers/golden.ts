/** The golden files (test/golden/README.md): inputs rebuilt, outputs compared. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sizeOf } from '../../src/core/abstract.ts'
import type { Ndarray } from '../../src/core/ndarray.ts'
import { referenceData } from '../../src/core/ndarray.ts'

/** A number of a golden file: non-finite ones are strings. */
export type GoldenNumber = number | string

/** One input of a golden case. */
export interface GoldenInput {
  readonly shape: readonly number[]
  readonly data?: readonly GoldenNumber[]
  readonly dtype?: 'int32' | 'bool'
  /** Not differentiated. */
  readonly const?: boolean
  readonly seed?: number
  readonly lo?: number
  readonly hi?: number
}

/** A case of a file of tensor operations. */
export interface GoldenCase {
  readonly op: string
  readonly attrs?: Readonly<Record<string, unknown>>
  readonly inputs: Readonly<Record<string, GoldenInput>>
  readonly out: readonly { readonly shape: readonly number[]; readonly data: readonly GoldenNumber[] }[]
  /** Gradients, Hessian times directions, third derivative along the directions, of the weighted sum of outputs. */
  readonly grad?: readonly (readonly GoldenNumber[])[]
  readonly hvp?: readonly (readonly GoldenNumber[])[]
  readonly d3?: GoldenNumber
}

/** The parsed file of that name. */
export const golden = <T>(name: string): { readonly cases: readonly T[] } =>
  // The shape of each file is described in its own head and in the README.
  JSON.parse(readFileSync(join(import.meta.dirname, '..', 'golden', `${name}.json`), 'utf8')) as {
    readonly cases: readonly T[]
  }

/** Pseudo-random numbers in [lo, hi), exact in float32. */
export function fill(n: number, seed: number, lo: number, hi: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => {
    let h = (i + Math.imul(seed, 0x9e3779b9)) >>> 0
    h ^= h >>> 16
    h = Math.imul(h, 0x85ebca6b)
    h ^= h >>> 13
    h = Math.imul(h, 0xc2b2ae35)
    h ^= h >>> 16
    return lo + (hi - lo) * ((h >>> 16) / 65536)
  })
}

/** Numbers, with the names of the non-finite ones read. */
export const numbers = (data: readonly GoldenNumber[]): Float64Array => Float64Array.from(data, Number)

/** The reference array an input describes; floats are float64. */
export function arrayOfInput({ shape, data, dtype, seed, lo, hi }: GoldenInput): Ndarray {
  const length = sizeOf(shape)
  const result = referenceData(dtype ?? 'float64', length)
  result.set(data === undefined ? fill(length, seed!, lo!, hi!) : numbers(data))
  return { shape, dtype: dtype ?? 'float64', data: result }
}

/** The largest |a - b| / max(1, max |b|); infinite where NaN and numbers, or infinities, do not match. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  let scale = 1
  for (let i = 0; i < b.length; i++) if (Number.isFinite(b[i])) scale = Math.max(scale, Math.abs(b[i]))
  let worst = 0
  for (let i = 0; i < b.length; i++) {
    if (Object.is(a[i], b[i]) || a[i] === b[i]) continue
    const difference = Math.abs(a[i] - b[i]) / scale
    worst = Math.max(worst, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference)
  }
  return worst
}
