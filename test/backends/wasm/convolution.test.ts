/** The step `convolve`: the three forms over many geometries, against the interpreter of the lower language. */
import { describe, expect, it } from 'vitest'
import type { StorageArray } from '../../../src/core/dtype.ts'
import type { Buffer, Convolution, PlannedRoutine } from '../../../src/kernels/language/kernel.ts'
import type { WindowAxis } from '../../../src/primitives/window-axis.ts'
import { interpret } from '../../kernels/interpret.ts'
import { input, output, plannedOf, routineOf } from './building.ts'
import { runRoutine } from './run-routine.ts'

/** [input, window, stride, dilation, before, after] */
type Axis = readonly [
  input: number,
  window: number,
  stride?: number,
  dilation?: number,
  before?: number,
  after?: number,
]

interface Geometry {
  readonly axes: readonly Axis[]
  readonly batch?: number
  readonly groups?: number
  readonly channelsIn: number
  readonly channelsOut: number
}

const axisOf = ([length, window, stride = 1, dilation = 1, before = 0, after = before]: Axis): WindowAxis => ({
  ...{ input: length, window, stride, dilation, before },
  output: Math.floor((length + before + after - (window - 1) * dilation - 1) / stride) + 1,
})

const forms = ['forward', 'input', 'kernel'] as const
const written = { forward: 'y', input: 'x', kernel: 'w' } as const

/** The routine of one convolution whose operands come in the order x, w, y without the one that is written. */
function routineFor(
  form: Convolution['form'],
  dtype: Convolution['dtype'],
  { axes, batch = 2, groups = 1, channelsIn, channelsOut }: Geometry,
): PlannedRoutine {
  const geometry = axes.map(axisOf)
  const area = (side: 'input' | 'window' | 'output') => geometry.reduce((all, axis) => all * axis[side], 1)
  const sizes = {
    x: batch * area('input') * groups * channelsIn,
    w: area('window') * channelsIn * groups * channelsOut,
    y: batch * area('output') * groups * channelsOut,
  }
  const read = (['x', 'w', 'y'] as const).filter((name) => name !== written[form])
  const inputs = read.map((name, i) => input(i, dtype, sizes[name]))
  const result = output(0, dtype, sizes[written[form]])
  const bufferOf = (name: 'x' | 'w' | 'y'): Buffer => (name === written[form] ? result : inputs[read.indexOf(name)])
  const at = (name: 'x' | 'w' | 'y') => ({ buffer: bufferOf(name), offset: 0 })
  const convolution: Convolution = {
    ...{ name: 'convolution', dtype, form, batch, groups, channelsIn, channelsOut, axes: geometry },
    ...{ x: at('x'), w: at('w'), y: at('y'), epilogue: null },
  }
  return plannedOf(routineOf(inputs, [result], [{ kind: 'convolve', convolution }]), 0)
}

/** Numbers in [-1, 1) with few digits, so that float64 sums are exact and float32 errors are those of the kernel. */
function numbers({ dtype, elements }: Buffer, seed: number): StorageArray {
  let state = seed * 2654435761 + 1
  const draw = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >> 20) / 2048
  }
  const values = Array.from({ length: elements }, draw)
  return dtype === 'float32' ? Float32Array.from(values) : Float64Array.from(values)
}

/** The worst difference over the greatest magnitude. */
function worst(actual: StorageArray, expected: StorageArray): number {
  const scale = Float64Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30)
  let error = actual.length === expected.length ? 0 : Infinity
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i] - expected[i]) / scale
    if (!(difference <= error)) error = Number.isNaN(difference) ? Infinity : difference
  }
  return error
}

function agree(dtype: Convolution['dtype'], geometry: Geometry): void {
  for (const form of forms) {
    const planned = routineFor(form, dtype, geometry)
    const inputs = planned.routine.inputs.map((buffer, i) => numbers(buffer, i + 1))
    const [expected] = interpret(planned, inputs)
    const [actual] = runRoutine(planned, inputs)
    expect(worst(actual, expected), form).toBeLessThan(dtype === 'float32' ? 2e-6 : 1e-14)
  }
}

/** Elements that are not finite, here and there. */
function spoilt(values: StorageArray, special: readonly number[]): StorageArray {
  special.forEach((value, i) => {
    values[(i * 7919 + 5) % values.length] = value
  })
  return values
}

const isSpecial = (value: number): boolean => !Number.isFinite(value)

/** What is not finite in the operands comes into the sums it belongs to, and into no other. */
function agreeWithSpecials(dtype: Convolution['dtype'], geometry: Geometry, special: readonly number[]): void {
  for (const form of forms) {
    for (const which of [0, 1]) {
      const planned = routineFor(form, dtype, geometry)
      const inputs = planned.routine.inputs.map((buffer, i) =>
        i === which ? spoilt(numbers(buffer, i + 1), special) : numbers(buffer, i + 1),
      )
      const [expected] = interpret(planned, inputs)
      const [actual] = runRoutine(planned, inputs)
      const differs = actual.findIndex(
        (value, i) =>
          isSpecial(value) !== isSpecial(expected[i]) || (isSpecial(value) && !Object.is(value, expected[i])),
      )
      const others = (array: StorageArray) => Float64Array.from(array, (value) => (isSpecial(value) ? 0 : value))
      expect(differs, `${form} ${which}`).toBe(-1)
      expect(worst(others(actual), others(expected)), `${form} ${which}`).toBeLessThan(
        dtype === 'float32' ? 2e-6 : 1e-14,
      )
    }
  }
}

const square = (n: number, ...rest: readonly number[]): readonly [Axis, Axis] => {
  const axis = [n, ...rest] as unknown as Axis // the callers give a window, and what follows it
  return [axis, axis]
}

const table: readonly (readonly [string, Geometry])[] = [
  ['3x3, same', { axes: square(7, 3, 1, 1, 1), channelsIn: 4, channelsOut: 8 }],
  ['3x3, valid', { axes: square(9, 3), channelsIn: 8, channelsOut: 16 }],
  ['the first layer of images', { axes: square(28, 3, 1, 1, 1), channelsIn: 1, channelsOut: 16, batch: 3 }],
  ['colours', { axes: square(11, 5, 2, 1, 2), channelsIn: 3, channelsOut: 10 }],
  [
    'wide rows',
    {
      axes: [
        [3, 3, 1, 1, 1],
        [70, 3, 1, 1, 1],
      ],
      channelsIn: 5,
      channelsOut: 12,
    },
  ],
  ['stride 2, odd size', { axes: square(9, 3, 2, 1, 1), channelsIn: 6, channelsOut: 9 }],
  ['stride 2, even size', { axes: square(8, 3, 2, 1, 0, 1), channelsIn: 3, channelsOut: 7 }],
  ['stride 3', { axes: square(14, 4, 3, 1, 2), channelsIn: 4, channelsOut: 4 }],
  ['stride beyond the window', { axes: square(10, 2, 3), channelsIn: 3, channelsOut: 5 }],
  ['1x1, stride 2', { axes: square(7, 1, 2), channelsIn: 5, channelsOut: 6 }],
  ['1x1', { axes: square(5, 1), channelsIn: 9, channelsOut: 11 }],
  ['dilation 2', { axes: square(11, 3, 1, 2, 2), channelsIn: 4, channelsOut: 9 }],
  ['dilation 2, stride 2', { axes: square(13, 3, 2, 2, 3), channelsIn: 2, channelsOut: 8 }],
  ['dilation 2, stride 3', { axes: square(13, 3, 3, 2, 3), channelsIn: 3, channelsOut: 3 }],
  ['dilation 3, stride 2', { axes: square(13, 3, 2, 3, 3), channelsIn: 3, channelsOut: 3 }],
  ['more padding than window', { axes: square(4, 2, 1, 1, 3), channelsIn: 3, channelsOut: 4 }],
  [
    'padding on one side',
    {
      axes: [
        [6, 3, 1, 1, 2, 0],
        [5, 2, 1, 1, 0, 2],
      ],
      channelsIn: 2,
      channelsOut: 5,
    },
  ],
  ['negative padding', { axes: square(9, 3, 1, 1, -1), channelsIn: 2, channelsOut: 5 }],
  ['an output of one', { axes: square(5, 5), channelsIn: 3, channelsOut: 6, batch: 7 }],
  ['a tiny plane, many images', { axes: square(2, 3, 1, 1, 1), channelsIn: 8, channelsOut: 16, batch: 13 }],
  ['one image', { axes: square(6, 3, 1, 1, 1), channelsIn: 4, channelsOut: 8, batch: 1 }],
  ['five images', { axes: square(6, 3, 1, 1, 1), channelsIn: 3, channelsOut: 5, batch: 5 }],
  ['two groups', { axes: square(6, 3, 1, 1, 1), channelsIn: 4, channelsOut: 8, groups: 2 }],
  ['groups with tails', { axes: square(6, 3, 2, 1, 1), channelsIn: 3, channelsOut: 5, groups: 3 }],
  ['depthwise', { axes: square(7, 3, 1, 1, 1), channelsIn: 1, channelsOut: 1, groups: 8 }],
  ['depthwise, tail', { axes: square(9, 3, 2, 1, 1), channelsIn: 1, channelsOut: 1, groups: 13 }],
  ['depthwise, three channels', { axes: square(6, 5, 1, 1, 2), channelsIn: 1, channelsOut: 1, groups: 3, batch: 5 }],
  ['depthwise, dilated', { axes: square(9, 3, 1, 2, 2), channelsIn: 1, channelsOut: 1, groups: 6 }],
  ['depthwise with two outputs each', { axes: square(5, 3, 1, 1, 1), channelsIn: 1, channelsOut: 2, groups: 4 }],
  ['depthwise 5x5', { axes: square(9, 5, 1, 1, 2), channelsIn: 1, channelsOut: 1, groups: 10, batch: 3 }],
  [
    'depthwise 7x3, strides',
    {
      axes: [
        [13, 3, 2, 1, 1],
        [17, 7, 3, 1, 3],
      ],
      channelsIn: 1,
      channelsOut: 1,
      groups: 7,
    },
  ],
  [
    'depthwise 3x7, dilated',
    {
      axes: [
        [9, 3, 1, 1, 1],
        [20, 7, 1, 2, 6],
      ],
      channelsIn: 1,
      channelsOut: 1,
      groups: 6,
    },
  ],
  ['depthwise over images', { axes: square(3, 3, 1, 1, 1), channelsIn: 1, channelsOut: 1, groups: 5, batch: 11 }],
  ['grey and deep', { axes: square(9, 3, 1, 1, 1), channelsIn: 1, channelsOut: 12, batch: 3 }],
  ['two of deep', { axes: square(8, 5, 1, 1, 2), channelsIn: 2, channelsOut: 16 }],
  ['colours of deep, stride 2', { axes: square(11, 5, 2, 1, 2), channelsIn: 3, channelsOut: 8 }],
  ['colours from deep', { axes: square(7, 3, 1, 1, 1), channelsIn: 20, channelsOut: 3 }],
  ['grey from deep, dilated', { axes: square(9, 3, 1, 2, 2), channelsIn: 8, channelsOut: 1 }],
  ['grey from colours, valid', { axes: square(9, 5), channelsIn: 3, channelsOut: 1, batch: 5 }],
  [
    'grey volumes',
    {
      axes: [
        [4, 3, 1, 1, 1],
        [5, 2],
        [6, 1],
      ],
      channelsIn: 6,
      channelsOut: 1,
    },
  ],
  ['one axis to one, long windows', { axes: [[40, 19, 1, 1, 9]], channelsIn: 11, channelsOut: 1, batch: 3 }],
  ['one axis to one, more padding than window', { axes: [[5, 3, 1, 2, 7]], channelsIn: 9, channelsOut: 1 }],
  [
    'grey from many, bands of rows',
    {
      axes: [
        [60, 3, 1, 1, 1],
        [48, 3, 1, 1, 1],
      ],
      channelsIn: 16,
      channelsOut: 1,
    },
  ],
  ['groups of few and deep', { axes: square(6, 3, 2, 1, 1), channelsIn: 3, channelsOut: 4, groups: 3 }],
  ['groups of deep and two', { axes: square(6, 3, 1, 1, 1), channelsIn: 8, channelsOut: 2, groups: 2 }],
  ['one axis, grey and deep, over images', { axes: [[3, 2]], channelsIn: 1, channelsOut: 4, batch: 15 }],
  ['one axis', { axes: [[40, 5, 1, 1, 2]], channelsIn: 6, channelsOut: 10 }],
  ['one axis, dilated, causal', { axes: [[33, 3, 1, 4, 8, 0]], channelsIn: 3, channelsOut: 9, batch: 5 }],
  ['one axis, stride 4', { axes: [[50, 8, 4, 1, 2]], channelsIn: 1, channelsOut: 3 }],
  ['three axes', { axes: [[4, 3, 1, 1, 1], ...square(5, 3, 1, 1, 1)], channelsIn: 3, channelsOut: 8 }],
  [
    'three axes, strides',
    {
      axes: [
        [5, 2, 2],
        [6, 3, 1, 2, 2],
        [7, 3, 3, 1, 1],
      ],
      channelsIn: 2,
      channelsOut: 5,
    },
  ],
  [
    'an axis of one',
    {
      axes: [
        [1, 1],
        [12, 3, 1, 1, 1],
      ],
      channelsIn: 4,
      channelsOut: 8,
    },
  ],
  ['long runs of channels', { axes: square(5, 3, 1, 1, 1), channelsIn: 37, channelsOut: 21 }],
  [
    'bands of rows',
    {
      axes: [
        [60, 3, 1, 1, 1],
        [48, 3, 1, 1, 1],
      ],
      channelsIn: 16,
      channelsOut: 3,
      batch: 2,
    },
  ],
  [
    'bands of rows, stride 2',
    {
      axes: [
        [61, 3, 2, 1, 1],
        [48, 3, 2, 1, 1],
      ],
      channelsIn: 16,
      channelsOut: 2,
    },
  ],
  ['weights for several passes', { axes: square(3, 3, 1, 1, 1), channelsIn: 300, channelsOut: 209, batch: 1 }],
  ['groups for several passes', { axes: square(3, 3, 1, 1, 1), channelsIn: 75, channelsOut: 200, groups: 5, batch: 1 }],
  ['bands of one axis', { axes: [[9000, 3, 1, 1, 1]], channelsIn: 5, channelsOut: 2, batch: 1 }],
]

/** Those that an interpreter does in a moment. */
const small = table.filter(([, { axes, batch = 2, groups = 1, channelsIn, channelsOut }]) => {
  const places = axes.map(axisOf).reduce((all, { window, output }) => all * window * output, batch)
  return places * groups * channelsIn * channelsOut < 200_000
})

describe.each(['float32', 'float64'] as const)('convolve %s', (dtype) => {
  it.each(table)('%s', (_, geometry) => agree(dtype, geometry))

  it.each(small)('%s, not finite', (_, geometry) => {
    agreeWithSpecials(dtype, geometry, [Infinity])
    agreeWithSpecials(dtype, geometry, [Number.NaN, -Infinity, Infinity, 1])
  })

  it('channels 1 … 9', () => {
    for (let channels = 1; channels <= 9; channels++) {
      agree(dtype, { axes: square(5, 3, 1, 1, 1), channelsIn: channels, channelsOut: 10 - channels })
      agree(dtype, { axes: square(5, 2, 2), channelsIn: channels, channelsOut: channels })
    }
  })
})

it('a kernel gradient over very many positions keeps its digits', () => {
  const geometry: Geometry = { axes: square(60, 3, 1, 1, 1), channelsIn: 1, channelsOut: 4, batch: 16 }
  const planned = routineFor('kernel', 'float32', geometry)
  const inputs = planned.routine.inputs.map(({ elements }) => new Float32Array(elements).fill(0.1))
  const [actual] = runRoutine(planned, inputs)
  const exact = 16 * 60 * 60 * Math.fround(0.1) ** 2
  // One sum after the other would be wrong by about 1e-4 here.
  expect(Math.abs(actual[4 * 4] - exact) / exact).toBeLessThan(3e-6)
})
