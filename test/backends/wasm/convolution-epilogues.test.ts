/** Kernels that become part of the convolution before them: against the reference, by the interpreter and as WebAssembly. */
import { describe, expect, it } from 'vitest'
import type { Abstract } from '../../../src/core/abstract.ts'
import { evaluateProgram } from '../../../src/core/evaluate.ts'
import type { Program } from '../../../src/core/program.ts'
import type { Value } from '../../../src/core/value.ts'
import { lowerProgram } from '../../../src/kernels/compile.ts'
import type { PlannedRoutine } from '../../../src/kernels/language/kernel.ts'
import { printRoutine } from '../../../src/kernels/print/print.ts'
import { broadcast, constantLike } from '../../../src/primitives/broadcast.ts'
import { convolution, convolutionInput } from '../../../src/primitives/convolution.ts'
import { add, max, mul } from '../../../src/primitives/elementwise.ts'
import { reshape } from '../../../src/primitives/structural.ts'
import { tanh } from '../../../src/primitives/transcendental.ts'
import type { WindowAxis } from '../../../src/primitives/window-axis.ts'
import { close, programOf, randomInputs, referenceInputs } from '../../kernels/check.ts'
import { interpret } from '../../kernels/interpret.ts'
import { runRoutine } from './run-routine.ts'

type Float = 'float32' | 'float64'

const of = (dtype: Float, ...shape: number[]): Abstract => ({ shape, dtype })

/** The steps of the program, after it has run in all ways; also with an infinite weight (of the second input), so term by term. */
function agree(program: Program): PlannedRoutine {
  const planned = lowerProgram(program)
  agreeOn(program, planned, randomInputs(program))
  const inputs = randomInputs(program)
  inputs[1]!.fill(Infinity, 1, 2)
  agreeOn(program, planned, inputs)
  return planned
}

function agreeOn(program: Program, planned: PlannedRoutine, inputs: ReturnType<typeof randomInputs>): void {
  const expected = evaluateProgram(program, referenceInputs(program, inputs))
  for (const actual of [interpret(planned, inputs), runRoutine(planned, inputs)])
    program.outputs.forEach((type, i) => {
      close(type, actual[i]!, expected[i]!.data, type.dtype === 'float32' ? 1e-4 : 1e-11)
    })
}

const kinds = ({ routine }: PlannedRoutine): string[] => routine.steps.map(({ kind }) => kind)

const axis = (input: number, window: number, stride = 1, before = 1): WindowAxis => ({
  ...{ input, window, stride, before, dilation: 1 },
  output: Math.floor((input + 2 * before - window) / stride) + 1,
})

interface Layer {
  readonly axes: readonly WindowAxis[]
  readonly channels: readonly [input: number, output: number]
  readonly batch?: number
  readonly groups?: number
}

const layers: readonly (readonly [string, Layer])[] = [
  ['images', { axes: [axis(6, 3), axis(7, 3)], channels: [4, 8] }],
  ['one image, tails', { axes: [axis(5, 3), axis(9, 3)], channels: [3, 13], batch: 1 }],
  ['stride 2', { axes: [axis(8, 3, 2), axis(9, 3, 2)], channels: [4, 6], batch: 5 }],
  ['many channels', { axes: [axis(3, 3), axis(4, 3)], channels: [2, 70] }],
  ['bands of rows', { axes: [axis(50, 3), axis(40, 3)], channels: [8, 12] }],
  ['sequences', { axes: [axis(20, 3)], channels: [3, 5] }],
  ['bands of sequences', { axes: [axis(5000, 3)], channels: [3, 4], batch: 1 }],
  ['volumes', { axes: [axis(3, 3), axis(4, 3), axis(5, 3)], channels: [2, 4] }],
  ['an axis of one', { axes: [axis(1, 1, 1, 0), axis(3, 3), axis(6, 3)], channels: [2, 4] }],
  ['groups', { axes: [axis(5, 3), axis(5, 3)], channels: [2, 4], groups: 3 }],
  ['depthwise', { axes: [axis(5, 3), axis(6, 3)], channels: [1, 1], groups: 9 }],
  ['weights for several passes', { axes: [axis(2, 3), axis(3, 3)], channels: [300, 209], batch: 1 }],
  ['a plane of one window', { axes: [axis(3, 3, 1, 0), axis(3, 3, 1, 0)], channels: [2, 8] }],
]

/** f(convolution, bias, an image like it), of one layer. */
function program(
  dtype: Float,
  { axes, channels: [ci, co], batch = 2, groups = 1 }: Layer,
  f: (y: Value, bias: Value, image: Value) => Value[],
): Program {
  const w = of(dtype, ...axes.map(({ window }) => window), ci, groups * co)
  const x = of(dtype, batch, ...axes.map(({ input }) => input), groups * ci)
  const image = of(dtype, batch, ...axes.map(({ output }) => output), groups * co)
  return programOf([x, w, of(dtype, groups * co), image], (a, b, bias, other) =>
    f(convolution(a, b, { axes, groups }), broadcast(bias, image.shape, [image.shape.length - 1]), other),
  )
}

describe.each(['float32', 'float64'] as const)('epilogues of convolutions, %s', (dtype) => {
  it.each(layers)('bias and relu: %s', (_, layer) => {
    const planned = agree(program(dtype, layer, (y, bias) => [max(add(y, bias), constantLike(y, 0))]))
    const taken = layer.axes.at(-1)!.output > 1
    expect(kinds(planned)).toEqual(taken ? ['convolve'] : ['convolve', 'kernel'])
    if (taken) expect(planned.arenaBytes).toBe(0)
  })

  it.each(layers)('a sum with another image, and the convolution itself: %s', (_, layer) => {
    const planned = agree(program(dtype, layer, (y, bias, image) => [add(tanh(add(y, bias)), image), y]))
    expect(kinds(planned)[0]).toBe('convolve')
  })

  it('the result in another shape', () => {
    const [, layer] = layers[0]!
    const planned = agree(program(dtype, layer, (y, bias) => [reshape(tanh(add(y, bias)), [2, 6 * 7 * 8])]))
    expect(kinds(planned)).toEqual(['convolve'])
  })

  it('an input gradient takes one too, but not with strides', () => {
    for (const stride of [1, 2]) {
      const axes = [axis(7, 3, stride), axis(8, 3, stride)]
      const y = of(dtype, 2, ...axes.map(({ output }) => output), 6)
      const x = of(dtype, 2, 7, 8, 5)
      const planned = agree(
        programOf([y, of(dtype, 3, 3, 5, 6), x], (a, b, other) => [
          mul(convolutionInput(a, b, { axes, groups: 1 }), other),
        ]),
      )
      expect(kinds(planned)).toEqual(stride === 1 ? ['convolve'] : ['convolve', 'kernel'])
    }
  })

  it('two layers: each finished where it is summed', () => {
    const axes = [axis(6, 3), axis(6, 3)]
    const relu = (x: Value) => max(x, constantLike(x, 0))
    const planned = agree(
      programOf([of(dtype, 2, 6, 6, 3), of(dtype, 3, 3, 3, 8), of(dtype, 3, 3, 8, 4)], (x, a, b) => [
        relu(convolution(relu(convolution(x, a, { axes, groups: 1 })), b, { axes, groups: 1 })),
      ]),
    )
    expect(kinds(planned)).toEqual(['convolve', 'convolve'])
  })

  it('is shown', () => {
    const planned = lowerProgram(program(dtype, layers[0]![1], (y, bias) => [max(add(y, bias), constantLike(y, 0))]))
    expect(printRoutine(planned)).toContain('convolution + add_max, in0, in1, in2 -> out0')
  })
})
