/** Windows that slide along spatial axes: which element of the input each tap of each window meets. */
import type { Abstract } from '../core/abstract.ts'
import { sameShape, showAbstract, showShape } from '../core/abstract.ts'
import { ShapeError } from '../core/errors.ts'

/**
 * How a window slides along one axis: tap k of window o lies at o · stride + k · dilation − before of the input, for
 * 0 ≤ k < window and 0 ≤ o < output. What lies outside 0 … input − 1 is padding.
 */
export type WindowAxis = {
  readonly input: number
  readonly window: number
  readonly output: number
  readonly stride: number
  readonly dilation: number
  readonly before: number
}

/** Row-major positions, over all axes, of the taps that meet an element: entry t of each list belongs to tap t. */
export interface Taps {
  readonly input: Int32Array
  readonly window: Int32Array
  readonly output: Int32Array
}

/** All taps that meet an element; in the order of windows, then of taps. */
export function tapsOf(axes: readonly WindowAxis[]): Taps {
  let taps: Taps = { input: Int32Array.of(0), window: Int32Array.of(0), output: Int32Array.of(0) }
  for (const axis of axes) taps = crossed(taps, axis, tapsAlong(axis))
  return taps
}

function tapsAlong({ input, window, output, stride, dilation, before }: WindowAxis): Taps {
  const found: [i: number, k: number, o: number][] = []
  for (let o = 0; o < output; o++) {
    for (let k = 0; k < window; k++) {
      const i = o * stride + k * dilation - before
      if (i >= 0 && i < input) found.push([i, k, o])
    }
  }
  const list = (part: 0 | 1 | 2): Int32Array => Int32Array.from(found, (entry) => entry[part])
  return { input: list(0), window: list(1), output: list(2) }
}

const crossed = (outer: Taps, { input, window, output }: WindowAxis, inner: Taps): Taps => ({
  input: crossedPositions(outer.input, input, inner.input),
  window: crossedPositions(outer.window, window, inner.window),
  output: crossedPositions(outer.output, output, inner.output),
})

function crossedPositions(outer: Int32Array, extent: number, inner: Int32Array): Int32Array {
  const result = new Int32Array(outer.length * inner.length)
  for (let i = 0; i < outer.length; i++) {
    for (let j = 0; j < inner.length; j++) result[i * inner.length + j] = outer[i] * extent + inner[j]
  }
  return result
}

/** Throws unless the numbers are whole and large enough. */
export function requireWindows(name: string, axes: readonly WindowAxis[]): void {
  for (const axis of axes) {
    const { input, output, before, window, stride, dilation } = axis
    const fits = (number: number, least: number): boolean => Number.isInteger(number) && number >= least
    if ([input, output, before].every((n) => fits(n, 0)) && [window, stride, dilation].every((n) => fits(n, 1)))
      continue
    const text = Object.entries(axis).map(([key, value]) => `${key} ${value}`)
    throw new ShapeError(
      `${name}: ${text.join(', ')} is no window. Needed: window, stride, dilation ≥ 1, the others ≥ 0, all whole.`,
    )
  }
}

/** Throws unless x is [batch, spatial axes as the windows say, channels]. */
export function requireImage(name: string, x: Abstract, axes: readonly WindowAxis[], side: 'input' | 'output'): void {
  const spatial = axes.map((axis) => axis[side])
  if (x.shape.length === axes.length + 2 && sameShape(x.shape.slice(1, -1), spatial)) return
  throw new ShapeError(`${name}: ${showAbstract(x)} is not [batch, ${spatial.join(', ')}, channels].`)
}

/** Throws unless w is [the windows, input channels of a group, output channels of all groups]. */
export function requireWeights(name: string, w: Abstract, axes: readonly WindowAxis[], groups: number): void {
  const windows = axes.map(({ window }) => window)
  const known = w.shape.length === axes.length + 2 && sameShape(w.shape.slice(0, -2), windows)
  if (known && w.shape.at(-1)! % groups === 0) return
  throw new ShapeError(`${name}: ${showAbstract(w)} is not [${windows.join(', ')}, in, a multiple of ${groups}].`)
}

/** The sentence of two operands whose channels or batches differ. */
export const unfit = (name: string, a: Abstract, b: Abstract, groups: number): ShapeError =>
  new ShapeError(`${name}: ${showShape(a.shape)} and ${showShape(b.shape)} do not fit with ${groups} groups.`)
