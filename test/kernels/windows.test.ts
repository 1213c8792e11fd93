/** Windows fuse with the reduction over them: nothing is copied. */
import { describe, expect, it } from 'vitest'
import type { Value } from '../../src/core/value.ts'
import { constantLike, sum } from '../../src/primitives/broadcast.ts'
import { convolution, type WindowAxis } from '../../src/primitives/convolution.ts'
import { div, mul } from '../../src/primitives/elementwise.ts'
import { reduceMax } from '../../src/primitives/reduction.ts'
import { windows } from '../../src/primitives/windows.ts'
import { windowAxis } from '../laws/convolution.ts'
import { gradient, inner } from '../laws/derivatives.ts'
import { check, programOf } from './check.ts'

const image = { shape: [2, 6, 7, 4], dtype: 'float32' } as const

/** Pooling over both axes. */
const pooling: Readonly<Record<string, (x: Value, axes: readonly WindowAxis[]) => Value>> = {
  maximum: (x, axes) => reduceMax(windows(x, axes, Number.NEGATIVE_INFINITY), [3, 4]),
  mean: (x, axes) => {
    const total = sum(windows(x, axes), [3, 4])
    return div(total, constantLike(total, 9))
  },
}

const geometries: Readonly<Record<string, readonly WindowAxis[]>> = {
  'side by side': [windowAxis(6, 2, { stride: 2 }), windowAxis(7, 3, { stride: 3 })],
  overlapping: [windowAxis(6, 3, { stride: 2, before: 1 }), windowAxis(7, 3, { before: 1 })],
  dilated: [windowAxis(6, 2, { dilation: 2, before: 1 }), windowAxis(7, 2, { dilation: 3, stride: 2, before: 2 })],
}

describe.each(Object.entries(pooling))('%s', (_, pool) => {
  it.each(Object.entries(geometries))('%s: one kernel', (__, axes) => {
    const forward = check(programOf([image], (x) => [pool(mul(x, x), axes)]))
    expect(forward.routine.steps.map(({ kind }) => kind)).toEqual(['kernel'])
    const loss = ([x]: readonly Value[]): Value => inner([pool(x!, axes)], [pool(x!, axes)])
    check(programOf([image], (x) => gradient(loss)([x])))
  })
})

it('an int32 convolution is one kernel, in lanes over its channels', () => {
  const types = [
    { shape: [1, 6, 6, 3], dtype: 'int32' },
    { shape: [3, 3, 3, 8], dtype: 'int32' },
  ] as const
  const geometry = { axes: [windowAxis(6, 3), windowAxis(6, 3, { before: 1 })], groups: 1 }
  const { routine } = check(programOf(types, (x, w) => [convolution(x, w, geometry)]))
  expect(routine.steps.map(({ kind }) => kind)).toEqual(['kernel'])
})
