/** Primitives that leave the machine: `tap`, and those that users define, run by their own `evaluate`. */
import { sizeOf } from '../../core/abstract.ts'
import type { Ndarray } from '../../core/ndarray.ts'
import { referenceData } from '../../core/ndarray.ts'
import type { Equation } from '../../core/program.ts'
import type { HostCallback } from '../language/kernel.ts'
import type { StepRule } from './steps.ts'

/** A call of the host. */
export const hosted: StepRule = {
  kind: 'step',
  writes: () => false,
  access: ({ inputs }) => inputs.map(() => 'whole'),
  lower: ({ equation, operand, output }) => [
    {
      kind: 'host',
      name: equation.primitive.name,
      inputs: equation.inputs.map(({ shape }, i) => ({ ...operand(i), shape })),
      outputs: equation.outputs.map(({ shape }, i) => ({ ...output(i), shape })),
      callback: evaluating(equation),
    },
  ],
}

/** `evaluate` as a callback over storage arrays. */
function evaluating({ primitive, params, inputs, outputs }: Equation): HostCallback {
  return (arrays) => {
    const operands = inputs.map(({ shape, dtype }, i): Ndarray => {
      const data = referenceData(dtype, sizeOf(shape))
      data.set(arrays[i])
      return { shape, dtype, data }
    })
    return primitive.evaluate(operands, params, outputs).map(({ data }) => data)
  }
}
