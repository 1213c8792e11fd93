/** Rows of convolutions and windows: one to three spatial axes, strides, dilations, borders, groups, nothing at all. */
import type { Value } from '../../src/core/value.ts'
import type { WindowAxis } from '../../src/primitives/convolution.ts'
import { convolution, convolutionInput, convolutionKernel } from '../../src/primitives/convolution.ts'
import { mul } from '../../src/primitives/elementwise.ts'
import { overlapAdd, windows } from '../../src/primitives/windows.ts'
import type { Case, Row } from './case.ts'
import { float, whole } from './case.ts'

/** A window along an axis; the number of windows follows from the border after the input unless it is given. */
export function windowAxis(
  input: number,
  window: number,
  {
    stride = 1,
    dilation = 1,
    before = 0,
    after = before,
    output = Math.floor((input + before + after - (window - 1) * dilation - 1) / stride) + 1,
  }: Partial<WindowAxis> & { readonly after?: number } = {},
): WindowAxis {
  return { input, window, output, stride, dilation, before }
}

/** A geometry with sizes for all three tensors. */
interface Setting {
  readonly name: string
  readonly batch: number
  readonly axes: readonly WindowAxis[]
  readonly groups?: number
  /** Input and output channels of one group. */
  readonly channels: readonly [number, number]
}

export const settings: readonly Setting[] = [
  { name: 'plain', batch: 2, axes: [windowAxis(5, 3)], channels: [2, 3] },
  { name: 'border', batch: 1, axes: [windowAxis(4, 3, { before: 1 })], channels: [1, 2] },
  { name: 'stride', batch: 1, axes: [windowAxis(7, 3, { stride: 2, before: 1 })], channels: [2, 1] },
  { name: 'stride beyond the window', batch: 2, axes: [windowAxis(8, 2, { stride: 3, before: 1 })], channels: [1, 2] },
  { name: 'dilation', batch: 1, axes: [windowAxis(6, 2, { dilation: 3, before: 2 })], channels: [2, 2] },
  {
    name: 'stride and dilation',
    batch: 1,
    axes: [windowAxis(9, 3, { stride: 2, dilation: 3, before: 3 })],
    channels: [1, 1],
  },
  {
    name: 'input that no window meets',
    batch: 1,
    axes: [windowAxis(7, 2, { output: 2, stride: 2 })],
    channels: [1, 2],
  },
  { name: 'borders that differ', batch: 1, axes: [windowAxis(5, 3, { before: 2, after: 0 })], channels: [1, 1] },
  { name: 'a window in the border', batch: 1, axes: [windowAxis(2, 2, { before: 3, after: 3 })], channels: [1, 2] },
  { name: 'groups', batch: 2, axes: [windowAxis(4, 2)], groups: 2, channels: [2, 3] },
  { name: 'channel by channel', batch: 1, axes: [windowAxis(4, 3, { before: 1 })], groups: 3, channels: [1, 2] },
  { name: 'one tap', batch: 2, axes: [windowAxis(3, 1)], channels: [2, 2] },
  {
    name: 'stride (3, 2)',
    batch: 1,
    axes: [windowAxis(7, 3, { stride: 3, before: 1 }), windowAxis(5, 2, { stride: 2, before: 1, after: 0 })],
    channels: [2, 2],
  },
  {
    name: 'two axes, groups',
    batch: 1,
    axes: [windowAxis(3, 2, { dilation: 2, before: 1 }), windowAxis(3, 2)],
    groups: 2,
    channels: [1, 2],
  },
  {
    name: 'three axes',
    batch: 1,
    axes: [windowAxis(2, 2), windowAxis(3, 2, { stride: 2, before: 1 }), windowAxis(2, 1)],
    channels: [1, 2],
  },
  { name: 'no images', batch: 0, axes: [windowAxis(4, 2)], channels: [2, 1] },
  { name: 'no input', batch: 1, axes: [windowAxis(0, 2, { before: 1, output: 1 })], channels: [1, 2] },
  { name: 'no windows', batch: 1, axes: [windowAxis(1, 2, { output: 0 })], channels: [1, 2] },
  { name: 'no channels', batch: 1, axes: [windowAxis(3, 2)], channels: [0, 2] },
]

/** The shapes of the three tensors of a setting. */
export function shapesOf({ batch, axes, groups = 1, channels: [ci, co] }: Setting): Record<'x' | 'w' | 'y', number[]> {
  return {
    x: [batch, ...axes.map(({ input }) => input), groups * ci],
    w: [...axes.map(({ window }) => window), ci, groups * co],
    y: [batch, ...axes.map(({ output }) => output), groups * co],
  }
}

const cases = (
  apply: (a: Value, b: Value, geometry: { readonly axes: readonly WindowAxis[]; readonly groups: number }) => Value,
  first: 'x' | 'y',
  second: 'w' | 'y',
): Row => ({
  cases: [
    ...settings.map((setting): Case => {
      const { axes, groups = 1, name } = setting
      const shapes = shapesOf(setting)
      const inputs = [float(shapes[first]), float(shapes[second])]
      return { name, f: (a, b) => apply(a, b, { axes, groups }), inputs }
    }),
    ...settings.slice(0, 1).map((setting): Case => {
      const { axes, groups = 1 } = setting
      const shapes = shapesOf(setting)
      const inputs = [whole(shapes[first], -9, 9), whole(shapes[second], -9, 9)]
      return { name: 'int32', f: (a, b) => apply(a, b, { axes, groups }), inputs }
    }),
  ],
})

const windowed = settings.filter(({ groups }) => groups === undefined)

/** The rows by the primitives' names. */
export const convolutionRows = {
  convolution: cases(convolution, 'x', 'w'),
  convolutionInput: cases(convolutionInput, 'y', 'w'),
  convolutionKernel: cases(convolutionKernel, 'x', 'y'),
  windows: {
    cases: [
      ...windowed.map(
        (setting): Case => ({
          name: setting.name,
          f: (x) => windows(x, setting.axes),
          inputs: [float(shapesOf(setting).x)],
        }),
      ),
      { name: 'squared', f: (x) => windows(mul(x, x), [windowAxis(4, 2)]), inputs: [float([1, 4, 2])] },
      { name: 'filled', f: (x) => windows(x, [windowAxis(4, 3, { before: 1 })], 7), inputs: [float([1, 4, 2])] },
      { name: 'side by side', f: (x) => windows(x, [windowAxis(7, 2, { stride: 2 })]), inputs: [float([2, 7, 2])] },
      { name: 'int32', f: (x) => windows(x, [windowAxis(4, 2)]), inputs: [whole([1, 4, 2], -9, 9)] },
    ],
  },
  overlapAdd: {
    cases: [
      ...windowed.map((setting): Case => {
        const { axes, batch, channels } = setting
        const shape = [batch, ...axes.map(({ output }) => output), ...axes.map(({ window }) => window), channels[0]]
        return { name: setting.name, f: (y) => overlapAdd(y, axes), inputs: [float(shape)] }
      }),
      {
        name: 'side by side',
        f: (y) => overlapAdd(mul(y, y), [windowAxis(7, 2, { stride: 2 })]),
        inputs: [float([2, 3, 2, 2])],
      },
      { name: 'int32', f: (y) => overlapAdd(y, [windowAxis(4, 2)]), inputs: [whole([1, 3, 2, 2], -9, 9)] },
    ],
  },
} satisfies Record<string, Row>
