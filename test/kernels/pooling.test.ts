/** Pooling and its gradient: one kernel each, lanes along the channels. */
import { describe, expect, it } from 'vitest'
import type { Abstract } from '../../src/core/abstract.ts'
import type { Value } from '../../src/core/value.ts'
import type { PlannedRoutine, Statement } from '../../src/kernels/language/kernel.ts'
import { bodiesOf } from '../../src/kernels/language/walk.ts'
import { broadcast, sum } from '../../src/primitives/broadcast.ts'
import { convert } from '../../src/primitives/conversion.ts'
import { eq, mul } from '../../src/primitives/elementwise.ts'
import { reduceMax } from '../../src/primitives/reduction.ts'
import { reshape } from '../../src/primitives/structural.ts'
import type { WindowAxis } from '../../src/primitives/window-axis.ts'
import { overlapAdd, windows } from '../../src/primitives/windows.ts'
import { check, programOf } from './check.ts'

const f32 = (...shape: number[]): Abstract => ({ shape, dtype: 'float32' })

/** Extents of the loops of the only kernel, `v` where they run in lanes. */
function loopsOf({ routine }: PlannedRoutine): string {
  expect(routine.steps.map(({ kind }) => kind)).toEqual(['kernel'])
  const found: string[] = []
  const visit = (body: readonly Statement[]): void => {
    for (const statement of body) {
      const loops = statement.kind === 'for' ? [statement.loop] : statement.kind === 'reduce' ? statement.loops : []
      found.push(...loops.map(({ extent, vector }) => `${extent}${vector ? 'v' : ''}`))
      for (const inner of bodiesOf(statement)) visit(inner)
    }
  }
  for (const step of routine.steps) if (step.kind === 'kernel') visit(step.kernel.body)
  return found.join(' ')
}

const axis = (input: number, window: number, stride: number, before: number, output: number): WindowAxis => ({
  ...{ input, window, stride, dilation: 1, before, output },
})

const tiles = [axis(6, 2, 2, 0, 3), axis(8, 2, 2, 0, 4)]
const inside = [axis(7, 3, 2, 0, 3), axis(9, 3, 2, 0, 4)]
const padded = [axis(7, 3, 1, 1, 7), axis(5, 3, 1, 1, 5)]

const image = (axes: readonly WindowAxis[], channels = 10): Abstract => f32(2, ...axes.map((a) => a.input), channels)
const pooled = (axes: readonly WindowAxis[], channels = 10): Abstract => f32(2, ...axes.map((a) => a.output), channels)

const largest = (x: Value, axes: readonly WindowAxis[]): Value => reduceMax(windows(x, axes, -Infinity), [3, 4])
const total = (x: Value, axes: readonly WindowAxis[]): Value => sum(windows(x, axes), [3, 4])
const spread = (y: Value, axes: readonly WindowAxis[]): Value =>
  broadcast(y, [2, ...axes.map((a) => a.output), ...axes.map((a) => a.window), y.shape[3]], [0, 1, 2, 5])

describe('pooling', () => {
  it('of windows side by side is a reduction of a reshape', () => {
    const direct = check(programOf([image(tiles)], (x) => [largest(x, tiles)]))
    const reshaped = check(programOf([image(tiles)], (x) => [reduceMax(reshape(x, [2, 3, 2, 4, 2, 10]), [2, 4])]))
    expect(loopsOf(direct)).toBe(loopsOf(reshaped))
    expect(loopsOf(direct)).toBe('6 4 10v 2 2')
  })

  it('of windows that overlap reads them where they lie', () => {
    expect(loopsOf(check(programOf([image(inside)], (x) => [largest(x, inside)])))).toBe('2 3 4 10v 3 3')
  })

  it('of windows at the border writes the taps out', () => {
    for (const pool of [largest, total])
      expect(loopsOf(check(programOf([image(padded)], (x) => [pool(x, padded)])))).toBe('2 7 5 10v')
  })

  it('keeps reductions inside a term that is written out', () => {
    check(programOf([image(padded, 3)], (x) => [total(mul(x, broadcast(sum(x, [3]), x.shape, [0, 1, 2])), padded)]))
  })
})

describe('the gradient of pooling', () => {
  it('of means is one kernel over the image', () => {
    const back = (axes: readonly WindowAxis[]) =>
      check(programOf([pooled(axes)], (y) => [overlapAdd(spread(y, axes), axes)]))
    expect(loopsOf(back(tiles))).toContain('10v')
    expect(loopsOf(back(padded))).toBe('2 7 5 10v')
    expect(loopsOf(back(inside))).toContain('10v')
  })

  it('of maxima is one kernel, given the maxima', () => {
    for (const axes of [inside, padded]) {
      const program = programOf([image(axes), pooled(axes), pooled(axes)], (x, y, ct) => {
        const hit = convert(eq(windows(x, axes, -Infinity), spread(y, axes)), 'float32')
        return [overlapAdd(mul(hit, spread(ct, axes)), axes)]
      })
      expect(loopsOf(check(program))).toContain('10v')
    }
  })
})
