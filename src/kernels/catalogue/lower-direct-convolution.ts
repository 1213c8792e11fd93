/**
 * The three convolutions of floats as steps of their own: `convolve`, or a matrix product where every window is one element. What
 * these do not cover (integers, more than three axes, nothing to sum) stays a loop nest (lower-convolution.ts).
 */

import { sizeOf } from '../../core/abstract.ts'
import { isFloat } from '../../core/dtype.ts'
import type { Equation } from '../../core/program.ts'
import { paramsOf } from '../../rewrite/params.ts'
import type { Contraction, Convolution, MatrixOperand, Operand, Step } from '../language/kernel.ts'
import { convolved, convolvedInput, convolvedKernel } from './lower-convolution.ts'
import type { StepContext, StepRule } from './steps.ts'

type Form = Convolution['form']

const primitiveOf = { forward: 'convolution', input: 'convolutionInput', kernel: 'convolutionKernel' } as const
const general = { forward: convolved, input: convolvedInput, kernel: convolvedKernel } as const

/** The rule of one form for an equation. */
export const convolution =
  (form: Form) =>
  (equation: Equation): StepRule =>
    isCovered(form, equation) ? direct[form] : general[form]

/** Are there float elements to compute and to sum, over one to three axes? */
function isCovered(form: Form, equation: Equation): boolean {
  const { axes } = paramsOf(equation, primitiveOf[form])
  const tensors = [...equation.inputs, ...equation.outputs]
  return (
    isFloat(equation.outputs[0].dtype) &&
    axes.length >= 1 &&
    axes.length <= 3 &&
    tensors.every(({ shape }) => sizeOf(shape) > 0)
  )
}

const rule = (form: Form): StepRule => ({
  kind: 'step',
  access: () => ['whole', 'whole'],
  writes: () => false,
  lower: (context) => [stepOf(convolutionOf(form, context))],
})

const direct: Readonly<Record<Form, StepRule>> = {
  forward: rule('forward'),
  input: rule('input'),
  kernel: rule('kernel'),
}

function convolutionOf(form: Form, context: StepContext): Convolution {
  const { equation } = context
  const name = primitiveOf[form]
  const { axes, groups } = paramsOf(equation, name)
  const [output] = equation.outputs
  const [x, w, y] = {
    forward: [equation.inputs[0], equation.inputs[1], output],
    input: [output, equation.inputs[1], equation.inputs[0]],
    kernel: [equation.inputs[0], output, equation.inputs[1]],
  }[form]
  const { buffer, offset } = context.output(0)
  const operands = { first: context.operand(0), second: context.operand(1), result: { buffer, offset } }
  const { first, second, result } = operands
  const placed: Record<Form, Pick<Convolution, 'x' | 'w' | 'y'>> = {
    forward: { x: first, w: second, y: result },
    input: { x: result, w: second, y: first },
    kernel: { x: first, w: result, y: second },
  }
  return {
    ...{ name, dtype: floatOf(output.dtype), form, batch: x.shape[0], groups },
    ...{ channelsIn: w.shape.at(-2)!, channelsOut: y.shape.at(-1)! / groups, axes },
    ...placed[form],
    epilogue: null,
  }
}

function floatOf(dtype: string): 'float32' | 'float64' {
  if (dtype === 'float32' || dtype === 'float64') return dtype
  throw new TypeError(`kernels: a direct convolution of ${dtype}`)
}

/** A product of matrices where windows are single elements that lie in place; sums over positions are better off in blocks. */
function stepOf(convolution: Convolution): Step {
  const { axes, form } = convolution
  const isPlain = axes.every(
    ({ window, stride, before, input, output }) => window === 1 && stride === 1 && before === 0 && input === output,
  )
  return isPlain && form !== 'kernel'
    ? { kind: 'contract', contraction: productOf(convolution) }
    : { kind: 'convolve', convolution }
}

/** [positions, ci] · [ci, co] for each group, or with the second one transposed. */
function productOf({
  name,
  dtype,
  form,
  batch,
  groups,
  channelsIn,
  channelsOut,
  axes,
  x,
  w,
  y,
}: Convolution): Contraction {
  const rows = axes.reduce((all, { output }) => all * output, batch)
  const [width, height] = [groups * channelsOut, groups * channelsIn]
  const matrix = (operand: Operand, rowStride: number, columnStride: number, group: number): MatrixOperand => ({
    ...operand,
    ...{ rowStride, columnStride, batchStrides: groups === 1 ? [] : [group] },
  })
  const [left, right] = [matrix(x, height, 1, channelsIn), matrix(y, width, 1, channelsOut)]
  const sizes = { name, dtype, batch: groups === 1 ? [] : [groups], rows, epilogue: null }
  return form === 'forward'
    ? { ...sizes, columns: channelsOut, inner: channelsIn, a: left, b: matrix(w, width, 1, channelsOut), c: right }
    : { ...sizes, columns: channelsIn, inner: channelsOut, a: right, b: matrix(w, 1, width, channelsOut), c: left }
}
