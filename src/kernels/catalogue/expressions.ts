/**
 * Primitives that can live inside a kernel as expressions: what index each operand is read at (as the fuser sees it, and as
 * the lowering computes it), and the scalar operation.
 */
import { sizeOf } from '../../core/abstract.ts'
import { isFloat } from '../../core/dtype.ts'
import type { Equation, Variable } from '../../core/program.ts'
import type { ElementwiseName } from '../../primitives/index.ts'
import { paramsOf } from '../../rewrite/params.ts'
import type { Index } from '../language/axes.ts'
import type { Node, ReduceName } from '../language/kernel.ts'
import { HEAVY } from '../language/scalar-flops.ts'
import type { Form, FormAxis, Forms } from './forms.ts'
import { formAlgebra, INNER, innerAxis, iterations, maskOf } from './forms.ts'
import type { Movement } from './movement.ts'
import type { Reader } from './reader.ts'

/** Where an equation stands while the fuser asks what it reads. */
export interface FormContext {
  readonly forms: Forms
  readonly space: readonly number[]
  /** The variable that is read, for naming the forms of its operands. */
  readonly variable: number
}

/** A variable that an expression reads, and the form of the index. */
export interface OperandForm {
  readonly variable: Variable
  readonly form: Form
}

/** A primitive as an expression. */
export interface Expression {
  readonly kind: 'expression'
  /** Is it a reduction, which needs loops of its own? */
  readonly reduces: boolean
  /** Scalar operations in the kernel. */
  readonly nodes: number
  /** Rough cost of one element: 0 for movement, 1 for an addition, 100 for a transcendental. */
  flops(equation: Equation): number
  /** What is read, and in which form, for one form of an output. */
  operands(equation: Equation, form: Form, context: FormContext): readonly OperandForm[]
  /** The value of output number `output` at an index. */
  read(reader: Reader, equation: Equation, output: number, index: readonly Index[]): Node
}

/** An operation element by element. */
export const pointwise = (name: ElementwiseName, flops: number): Expression => ({
  kind: 'expression',
  reduces: false,
  nodes: 1,
  flops: () => flops,
  operands: ({ inputs }, form) => inputs.map((variable) => ({ variable, form })),
  read: (reader, { inputs, outputs }, _, index) =>
    reader.table.apply(
      name,
      outputs[0].dtype,
      inputs.map((input) => reader.read(input, index)),
    ),
})

/** x^n carries its exponent. */
export const power: Expression = {
  ...pointwise('integerPower', 2),
  read: (reader, equation, _, index) => {
    const { exponent } = paramsOf(equation, 'integerPower')
    const [input] = equation.inputs
    return reader.table.apply('integerPower', input.dtype, [reader.read(input, index)], exponent)
  },
}

/** The identity. */
export const identity: Expression = {
  ...pointwise('stopGradient', 0),
  read: (reader, { inputs }, _, index) => reader.read(inputs[0], index),
}

/** Data moved: the operand at another index. */
export const moved = (movement: Movement): Expression => ({
  kind: 'expression',
  reduces: false,
  nodes: 1,
  flops: () => 0,
  operands: (equation, form, { forms, variable }) => {
    const axes = movement.source(equation, form.axes, formAlgebra)
    return [{ variable: equation.inputs[0], form: forms.of(axes, form.inner, `${form.id}/${variable}`) }]
  },
  read: (reader, equation, _, index) =>
    reader.read(equation.inputs[0], movement.source(equation, index, reader.algebra)),
})

const leaf = { kind: 'expression', reduces: false, nodes: 1, flops: () => 0, operands: () => [] } as const

/** The same number everywhere. */
export const constant: Expression = {
  ...leaf,
  read: ({ table }, equation) => {
    const { dtype, value } = paramsOf(equation, 'full')
    return table.constant(dtype, value)
  },
}

/** The index of an axis as a number. */
export const counting: Expression = {
  ...leaf,
  flops: () => 1,
  read: ({ table }, equation, _, index) => {
    const { dtype, axis } = paramsOf(equation, 'iota')
    const value = table.value(index[axis])
    return dtype === 'int32' ? value : table.apply('convert', dtype, [value])
  },
}

/** What a reduction over loops of the given total length reads: forms of its operands whose reduced axes are inner. */
export function reducedForms(
  { inputs }: Equation,
  form: Form,
  { forms, space, variable }: FormContext,
  length: number,
  axesOf: (position: number) => readonly FormAxis[],
): readonly OperandForm[] {
  const turns = (maskOf(form) & INNER) !== 0 ? form.inner : iterations(form, space)
  return inputs.map((input, i) => ({
    variable: input,
    form: forms.of(axesOf(i), turns * length, `${form.id}/${variable}.${i}`),
  }))
}

/** Reduction over axes with one operation. */
function reduction(name: 'sum' | 'reduceMax' | 'reduceMin', operation: ReduceName): Expression {
  const axesOf = (equation: Equation): readonly number[] => paramsOf(equation, name).axes
  return {
    kind: 'expression',
    reduces: true,
    nodes: 1,
    flops: () => HEAVY,
    operands: (equation, form, context) => {
      const axes = axesOf(equation)
      const [{ shape }] = equation.inputs
      const length = sizeOf(axes.map((axis) => shape[axis]))
      return reducedForms(equation, form, context, length, () => interleave(shape, axes, form.axes, () => innerAxis))
    },
    read: (reader, equation, _, index) => {
      const axes = axesOf(equation)
      const [input] = equation.inputs
      const extents = axes.toSorted((a, b) => a - b).map((axis) => input.shape[axis])
      return reader.reduce(operation, input.dtype, extents, (inner) => {
        let next = 0
        return reader.read(
          input,
          interleave(input.shape, axes, index, () => inner[next++]),
        )
      })
    },
  }
}

/** Sum over axes. */
export const sumOver = reduction('sum', 'sum')
/** Maximum over axes. */
export const maxOver = reduction('reduceMax', 'max')
/** Minimum over axes. */
export const minOver = reduction('reduceMin', 'min')

/** The full index of an operand: kept axes in order, the reduced ones filled in. */
export function interleave<E>(
  shape: readonly number[],
  axes: readonly number[],
  kept: readonly E[],
  reduced: () => E,
): E[] {
  let next = 0
  return shape.map((_, axis) => (axes.includes(axis) ? reduced() : kept[next++]))
}

/** A product as a sum of products computed where it is read: for integers, and for a few numbers. */
export const sumOfProducts: Expression = {
  kind: 'expression',
  reduces: true,
  nodes: 2,
  flops: () => HEAVY,
  operands: (equation, form, context) => {
    const { contract } = paramsOf(equation, 'dot')
    const [{ shape }] = equation.inputs
    const length = sizeOf(contract[0].map((axis) => shape[axis]))
    const inner = contract[0].map(() => innerAxis)
    return reducedForms(equation, form, context, length, (side) => operandIndex(equation, side, form.axes, inner))
  },
  read: (reader, equation, _, index) => {
    const { contract } = paramsOf(equation, 'dot')
    const [a, b] = equation.inputs
    const extents = contract[0].map((axis) => a.shape[axis])
    return reader.reduce('sum', a.dtype, extents, (inner) =>
      reader.table.apply('mul', a.dtype, [
        reader.read(a, operandIndex(equation, 0, index, inner)),
        reader.read(b, operandIndex(equation, 1, index, inner)),
      ]),
    )
  },
}

/** The index of one operand of a `dot` from an index of the output and one of the contracted axes. */
function operandIndex<E>(equation: Equation, side: number, output: readonly E[], inner: readonly E[]): E[] {
  const { contract, batch } = paramsOf(equation, 'dot')
  const [a, b] = equation.inputs
  const freeOfA = a.shape.length - contract[0].length - batch[0].length
  const shape = side === 0 ? a.shape : b.shape
  let next = side === 0 ? batch[0].length : batch[0].length + freeOfA
  return shape.map((_, axis) => {
    const contracted = contract[side].indexOf(axis)
    if (contracted >= 0) return inner[contracted]
    const batched = batch[side].indexOf(axis)
    return batched >= 0 ? output[batched] : output[next++]
  })
}

/**
 * Multiplications (of one batch) up to which a product is worth writing out where it is read. For a network of 50 units in an
 * ODE, fusing its products of 100 multiplications was 5 % slower than the machine's own way with small products.
 */
const FEW = 64

/** Is this a product for the machine's matrix kernels? */
export function isMatrixProduct(equation: Equation): boolean {
  const { contract, batch } = paramsOf(equation, 'dot')
  const [a, b] = equation.inputs
  const columns = b.shape.filter((_, axis) => !contract[1].includes(axis) && !batch[1].includes(axis))
  const rest = a.shape.filter((_, axis) => !batch[0].includes(axis))
  return isFloat(a.dtype) && sizeOf(rest) * sizeOf(columns) > FEW
}
