/**
 * The three convolutions as loop nests: the formula itself, a sum of products over taps and channels for every element, for every
 * dtype and geometry.
 */
import { sizeOf } from '../../core/abstract.ts'
import type { Equation, Variable } from '../../core/program.ts'
import { paramsOf } from '../../rewrite/params.ts'
import type { Index } from '../language/axes.ts'
import { linearise } from '../language/axes.ts'
import type { Node } from '../language/kernel.ts'
import { lowerLoops } from '../lowering/lower-loops.ts'
import type { Reader } from './reader.ts'
import type { StepRule } from './steps.ts'
import { denseStorage } from './storage.ts'
import type { Place } from './windows.ts'
import { candidates, masked, meeting, tapPlace } from './windows.ts'

/** What distinguishes the three. */
interface Sum {
  /** The extents that are summed over. */
  extents(equation: Equation): readonly number[]
  /** One product: the index of the result, that of the sum. */
  term(reader: Reader, equation: Equation, index: readonly Index[], inner: readonly Index[]): Node
}

/** A step of one kernel: a sum for each element of the result. Its operands stand in memory, so the order of the sum is fixed. */
const summed = (sum: Sum): StepRule => ({
  kind: 'step',
  access: () => ['whole', 'whole'],
  writes: () => true,
  lower(context) {
    const { equation, reading } = context
    const [output] = equation.outputs
    const element = (reader: Reader, index: readonly Index[]): Node =>
      equation.inputs.some(({ shape }) => sizeOf(shape) === 0)
        ? reader.table.constant(output.dtype, 0)
        : reader.reduce('sum', output.dtype, sum.extents(equation), (inner) => sum.term(reader, equation, index, inner))
    const kernel = lowerLoops(
      { space: output.shape, roots: [{ variable: output, storage: context.output(0) }] },
      {
        ...reading,
        storageOf(variable) {
          if (variable === output) return undefined
          const { buffer, offset } = context.operand(equation.inputs.indexOf(variable))
          return denseStorage(buffer, variable.shape, offset)
        },
        expand: (reader, _, __, index) => element(reader, index),
      },
      equation.primitive.name,
    )
    return kernel === null ? [] : [{ kind: 'kernel', kernel: { ...kernel, name: equation.primitive.name } }]
  },
})

/** y[b, o, g·co + q] = Σ over k, c of x[b, o·stride + k·dilation − before, g·ci + c] w[k, c, g·co + q]. */
export const convolved: StepRule = summed({
  extents: ({ inputs: [, w] }) => w.shape.slice(0, -1),
  term(reader, equation, index, inner) {
    const { axes, groups } = paramsOf(equation, 'convolution')
    const [x, w] = equation.inputs
    const [batch, channel, c] = [index[0], index[1 + axes.length], inner[axes.length]]
    const places = axes.map((axis, i) => tapPlace(reader, axis, index[1 + i], inner[i]))
    const [group] = parted(reader, channel, w.shape.at(-1)!, groups)
    const source = linearise([group, c], [w.shape.at(-2)!, 1])
    return product(reader, places, x, [batch, ...indices(places), source], w, [...inner, channel])
  },
})

/** x[b, i, g·ci + c] = Σ of y[b, o, g·co + q] w[k, c, g·co + q] over q and the taps k of windows o that meet i. */
export const convolvedInput: StepRule = summed({
  extents(equation) {
    const { axes, groups } = paramsOf(equation, 'convolutionInput')
    return [...axes.map(candidates), equation.inputs[1].shape.at(-1)! / groups]
  },
  term(reader, equation, index, inner) {
    const { axes, groups } = paramsOf(equation, 'convolutionInput')
    const [y, w] = equation.inputs
    const taps = axes.map((axis, i) => meeting(reader, axis, index[1 + i], inner[i]))
    const [group, c] = parted(reader, index[1 + axes.length], groups * w.shape.at(-2)!, groups)
    const channel = linearise([group, inner[axes.length]], [w.shape.at(-1)! / groups, 1])
    const outputs = taps.map(({ output }) => output)
    const windows = taps.map(({ window }) => window)
    const places = [...outputs, ...windows]
    return product(reader, places, y, [index[0], ...indices(outputs), channel], w, [...indices(windows), c, channel])
  },
})

/** w[k, c, g·co + q] = Σ over b, o of x[b, o·stride + k·dilation − before, g·ci + c] y[b, o, g·co + q]. */
export const convolvedKernel: StepRule = summed({
  extents: ({ inputs: [, y] }) => y.shape.slice(0, -1),
  term(reader, equation, index, inner) {
    const { axes, groups } = paramsOf(equation, 'convolutionKernel')
    const [x, y] = equation.inputs
    const [c, channel] = index.slice(axes.length)
    const places = axes.map((axis, i) => tapPlace(reader, axis, inner[1 + i], index[i]))
    const [group] = parted(reader, channel, y.shape.at(-1)!, groups)
    const source = linearise([group, c], [x.shape.at(-1)! / groups, 1])
    return product(reader, places, x, [inner[0], ...indices(places), source], y, [...inner, channel])
  },
})

const indices = (places: readonly Place[]): Index[] => places.map(({ index }) => index)

/** A channel as [its group, its place in the group]. */
const parted = ({ algebra }: Reader, channel: Index, channels: number, groups: number): readonly Index[] =>
  algebra.reshape([channel], [channels], [groups, channels / groups])

function product(
  reader: Reader,
  places: readonly Place[],
  a: Variable,
  atA: readonly Index[],
  b: Variable,
  atB: readonly Index[],
): Node {
  const value = reader.table.apply('mul', a.dtype, [reader.read(a, atA), reader.read(b, atB)])
  return masked(reader.table, places, value, 0)
}
