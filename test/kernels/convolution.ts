/** Programs with convolutions and windows, among other operations that fuse with them. */
import type { Abstract } from '../../src/core/abstract.ts'
import type { Value } from '../../src/core/value.ts'
import { broadcast, sum } from '../../src/primitives/broadcast.ts'
import type { WindowAxis } from '../../src/primitives/convolution.ts'
import { convolution, convolutionInput, convolutionKernel } from '../../src/primitives/convolution.ts'
import { add, mul, neg } from '../../src/primitives/elementwise.ts'
import { reduceMax } from '../../src/primitives/reduction.ts'
import { transpose } from '../../src/primitives/structural.ts'
import { sin } from '../../src/primitives/transcendental.ts'
import { overlapAdd, windows } from '../../src/primitives/windows.ts'
import type { DType } from '../../types/dtype.ts'
import { settings, shapesOf, windowAxis } from '../laws/convolution.ts'

type Case = readonly [types: readonly Abstract[], f: (...values: Value[]) => readonly Value[]]
type Name = 'convolution' | 'convolutionInput' | 'convolutionKernel' | 'windows' | 'overlapAdd'

const typed = (dtype: DType, shape: readonly number[]): Abstract => ({ shape, dtype })

/** Every setting, alone and between operations, in two dtypes. */
function everySetting(first: 'x' | 'y', second: 'w' | 'y', apply: typeof convolution): Case[] {
  return settings.flatMap((setting) => {
    const { axes, groups = 1 } = setting
    const shapes = shapesOf(setting)
    const geometry = { axes, groups }
    return (['float64', 'int32'] as const).map((dtype): Case => {
      const types = [typed(dtype, shapes[first]), typed(dtype, shapes[second])]
      return [types, (a, b) => [neg(apply(add(a, a), b, geometry)), apply(a, mul(b, b), geometry)]]
    })
  })
}

const spatial = (axes: readonly WindowAxis[], from: number): number[] => axes.map((_, i) => from + i)

/** Rows by the primitives' names. */
export const convolutionCases: Record<Name, readonly Case[]> = {
  convolution: [
    ...everySetting('x', 'w', convolution),
    [
      [typed('float64', [2, 6, 5, 2]), typed('float64', [3, 2, 2, 4]), typed('float64', [4])],
      (x, w, bias) => {
        const geometry = { axes: [windowAxis(6, 3, { before: 1 }), windowAxis(5, 2)], groups: 1 }
        const y = convolution(sin(x), w, geometry)
        return [sin(add(y, broadcast(bias, y.shape, [3]))), transpose(y, [0, 3, 1, 2])]
      },
    ],
  ],
  convolutionInput: everySetting('y', 'w', convolutionInput),
  convolutionKernel: everySetting('x', 'y', convolutionKernel),
  windows: settings.flatMap((setting): Case[] => {
    const { axes } = setting
    const shape = shapesOf(setting).x
    const rank = axes.length
    return [
      [
        [typed('float64', shape)],
        (x) => [
          windows(x, axes, 3),
          sum(windows(sin(x), axes), spatial(axes, 1 + rank)),
          reduceMax(windows(x, axes, Number.NEGATIVE_INFINITY), spatial(axes, 1 + rank)),
          transpose(windows(neg(x), axes), [0, ...spatial(axes, 1 + rank), ...spatial(axes, 1), 1 + 2 * rank]),
        ],
      ],
      [[typed('int32', shape)], (x) => [neg(windows(x, axes, -7))]],
    ]
  }),
  overlapAdd: settings.flatMap((setting): Case[] => {
    const { axes, batch, channels } = setting
    const shape = [batch, ...axes.map(({ output }) => output), ...axes.map(({ window }) => window), channels[0]]
    const few = shape.filter((_, axis) => axis <= axes.length || axis === shape.length - 1)
    const kept = [0, ...spatial(axes, 1), shape.length - 1]
    return [
      [[typed('float64', shape)], (y) => [overlapAdd(y, axes), sin(overlapAdd(sin(y), axes))]],
      [[typed('float64', few)], (y) => [overlapAdd(broadcast(y, shape, kept), axes)]],
      [[typed('int32', shape)], (y) => [overlapAdd(y, axes)]],
    ]
  }),
}
