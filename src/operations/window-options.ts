/** Options of sliding windows as users write them, and the spatial axes that follow from them. */

import type { Along, Borders, PerAxis, SpatialRank } from '../../types/contract/convolution.ts'
import { sentence } from '../../types/sentence.ts'
import { inputNeeds, paddingTooLarge, windowTooLarge } from '../../types/sentences/images.ts'
import { ArgumentError, ShapeError } from '../core/errors.ts'
import type { WindowAxis } from '../primitives/convolution.ts'

/** Options of every operation with windows; each takes some of them. */
export interface WindowSettings {
  readonly stride?: PerAxis<SpatialRank>
  readonly padding?: Borders<SpatialRank>
  readonly dilation?: PerAxis<SpatialRank>
  readonly groups?: number
  readonly outputPadding?: PerAxis<SpatialRank>
  readonly countPadding?: boolean
}

/** How inputs and spatial axes are called in sentences, by the number of spatial axes. */
const spatialNames: readonly (readonly string[])[] = [[], ['length'], ['height', 'width'], ['depth', 'height', 'width']]

/** Refuses options that the operation does not take. */
export function requireOptions(operation: string, options: object, allowed: readonly (keyof WindowSettings)[]): void {
  const taken: readonly string[] = allowed
  const unknown = Object.keys(options).find((key) => !taken.includes(key))
  if (unknown === undefined) return
  throw new ArgumentError(`${operation}: there is no option '${unknown}'; it takes ${allowed.join(', ')}.`)
}

/** Refuses inputs that are not [batch, spatial axes, channels]. */
export function requireImages(operation: string, shape: readonly number[], rank: number): void {
  if (shape.length === rank + 2) return
  const names = ['batch', ...spatialNames[rank]!, 'channels']
  throw new ShapeError(sentence(inputNeeds, { op: operation, needed: names, x: shape }))
}

/**
 * The spatial axes of windows that slide over an input [batch, spatial axes, channels]; a stride of 1 if none is given. A kernel
 * begins with the sizes of its window.
 */
export function slidingAxes(
  operation: string,
  shape: readonly number[],
  kernel: readonly number[],
  { stride = 1, padding = 'valid', dilation = 1 }: WindowSettings,
): WindowAxis[] {
  return kernel.slice(0, shape.length - 2).map((window, i) => {
    const input = shape[1 + i]!
    const steps = count(operation, 'stride', stride, i, 1)
    const apart = count(operation, 'dilation', dilation, i, 1)
    const reach = (window - 1) * apart + 1
    const [before, after] = borderOf(operation, padding, i, (Math.ceil(input / steps) - 1) * steps + reach - input)
    const free = input + before + after - reach
    if (padding !== 'same' && free < 0) throw tooLarge(operation, kernel, shape, i, [reach, free + reach])
    const output = padding === 'same' ? Math.ceil(input / steps) : Math.floor(free / steps) + 1
    return { input, window, output, stride: steps, dilation: apart, before }
  })
}

/** The spatial axes of the convolution whose transpose makes more of an input [batch, spatial axes, channels]. */
export function transposedAxes(
  operation: string,
  shape: readonly number[],
  kernel: readonly number[],
  { stride = 1, padding = 'valid', dilation = 1, outputPadding = 0 }: WindowSettings,
): WindowAxis[] {
  return kernel.slice(0, shape.length - 2).map((window, i) => {
    const output = shape[1 + i]!
    const steps = count(operation, 'stride', stride, i, 1)
    const apart = count(operation, 'dilation', dilation, i, 1)
    const more = count(operation, 'outputPadding', outputPadding, i, 0)
    requireRest(operation, more, steps, padding)
    const reach = (window - 1) * apart + 1
    const [before, after] = borderOf(operation, padding, i, reach - steps)
    const input = padding === 'same' ? output * steps : (output - 1) * steps + reach + more - before - after
    if (input >= 0) return { input, window, output, stride: steps, dilation: apart, before }
    throw new ShapeError(
      sentence(paddingTooLarge, {
        op: operation,
        border: before + after,
        axis: nameOf(shape, i),
        size: input + before + after,
        kernel,
        x: shape,
      }),
    )
  })
}

/** Elements that no window meets are fewer than a step, or there would be room for one more window. */
function requireRest(operation: string, more: number, stride: number, padding: Borders<SpatialRank>): void {
  if (padding === 'same' && more > 0)
    throw new ArgumentError(`${operation}: outputPadding ${more} contradicts padding 'same', which fixes the size.`)
  if (more > 0 && more >= stride)
    throw new ArgumentError(`${operation}: outputPadding is less than the stride, got ${more} with stride ${stride}.`)
}

/** An option for spatial axis i as a whole number from `least`. */
export function count(operation: string, name: string, given: PerAxis<SpatialRank>, i: number, least: number): number {
  const value: unknown = Array.isArray(given) ? given[i] : given
  if (typeof value === 'number' && Number.isInteger(value) && value >= least) return value
  throw new ArgumentError(`${operation}: ${name} is a whole number from ${least}, got ${String(value)}.`)
}

/** The border of spatial axis i; `same` is what the windows lack in all. */
function borderOf(
  operation: string,
  padding: Borders<SpatialRank>,
  i: number,
  same: number,
): readonly [before: number, after: number] {
  if (padding === 'valid') return [0, 0]
  if (padding === 'same') {
    const total = Math.max(0, same)
    return [Math.floor(total / 2), Math.ceil(total / 2)]
  }
  const own: Along<typeof padding, number> = Array.isArray(padding) ? padding[i] : padding
  const border: unknown = Array.isArray(own) ? own : [own, own]
  if (isBorder(border)) return border
  throw new ArgumentError(
    `${operation}: padding is 'valid', 'same' or whole numbers from 0 (one, or one or [before, after] for each axis), got ${JSON.stringify(padding)}.`,
  )
}

const isBorder = (border: unknown): border is readonly [number, number] =>
  Array.isArray(border) && border.length === 2 && border.every((size) => Number.isInteger(size) && size >= 0)

const nameOf = (shape: readonly number[], i: number): string => spatialNames[shape.length - 2]![i]!

function tooLarge(
  op: string,
  window: readonly number[],
  x: readonly number[],
  i: number,
  [reach, size]: readonly [number, number],
): ShapeError {
  const what = window.length === x.length ? 'kernel' : 'window'
  return new ShapeError(sentence(windowTooLarge, { op, what, window, axis: nameOf(x, i), x, reach, size }))
}
