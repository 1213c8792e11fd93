/** Control flow as steps over nested routines. */
import { sizeOf } from '../../core/abstract.ts'
import { paramsOf } from '../../rewrite/params.ts'
import type { Buffer, Operand, RowOperand, Step } from '../language/kernel.ts'
import type { StepContext, StepRule } from './steps.ts'
import { operandOf } from './storage.ts'

const wholeOperands = {
  kind: 'step',
  writes: () => false,
  access: ({ inputs }) => inputs.map(() => 'whole'),
} as const satisfies Partial<StepRule>

/** A loop of known length. */
export const scanned: StepRule = { ...wholeOperands, lower: (context) => [scanStep(context)] }

/** A loop that tests a condition. */
export const looped: StepRule = { ...wholeOperands, lower: (context) => [whileStep(context)] }

/** A choice of programs. */
export const chosen: StepRule = { ...wholeOperands, lower: (context) => [condStep(context)] }

function scanStep(context: StepContext): Step {
  const { equation, nested } = context
  const { body, constants, carries, length, reverse, bounded } = paramsOf(equation, 'scan')
  const operands = equation.inputs.map((_, i) => context.operand(i))
  const results = equation.outputs.map((_, i) => operandOf(context.output(i)))
  const rows = operands.slice(constants + carries, operands.length - (bounded ? 1 : 0))
  const row = (operand: Operand, type: { readonly shape: readonly number[] }): RowOperand => ({
    ...operand,
    row: sizeOf(type.shape),
  })
  return {
    kind: 'scan',
    name: 'scan',
    length,
    count: bounded ? (operands.at(-1) ?? null) : null,
    reverse,
    body: nested(body, 'scan body'),
    constants: operands.slice(0, constants),
    start: operands.slice(constants, constants + carries),
    end: results.slice(0, carries),
    carryScratch: carryPairs(context, carries),
    xs: rows.map((operand, i) => row(operand, body.inputs[constants + carries + i])),
    ys: results.slice(carries).map((operand, i) => row(operand, body.outputs[carries + i])),
  }
}

function whileStep(context: StepContext): Step {
  const { equation, nested, scratch } = context
  const { condition, body, conditionConstants, bodyConstants, maxSteps } = paramsOf(equation, 'whileLoop')
  const operands = equation.inputs.map((_, i) => context.operand(i))
  const first = conditionConstants + bodyConstants
  return {
    kind: 'while',
    name: 'whileLoop',
    condition: nested(condition, 'while condition'),
    body: nested(body, 'while body'),
    conditionConstants: operands.slice(0, conditionConstants),
    bodyConstants: operands.slice(conditionConstants, first),
    start: operands.slice(first),
    end: equation.outputs.map((_, i) => operandOf(context.output(i))),
    carryScratch: carryPairs(context, equation.outputs.length),
    flag: scratch('bool', 1),
    maxSteps,
  }
}

function condStep(context: StepContext): Step {
  const { equation, nested } = context
  const { branches } = paramsOf(equation, 'cond')
  const [selector, ...inputs] = equation.inputs.map((_, i) => context.operand(i))
  return {
    kind: 'cond',
    name: 'cond',
    selector,
    branches: branches.map((branch, i) => nested(branch, `branch ${i}`)),
    inputs,
    outputs: equation.outputs.map((_, i) => operandOf(context.output(i))),
  }
}

/** Two buffers for each carry, between which the steps alternate. */
const carryPairs = ({ equation, scratch }: StepContext, carries: number): (readonly [Buffer, Buffer])[] =>
  equation.outputs.slice(0, carries).map(({ dtype, shape }) => {
    const elements = sizeOf(shape)
    return [scratch(dtype, elements), scratch(dtype, elements)]
  })
