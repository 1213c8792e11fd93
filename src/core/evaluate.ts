/** Reference evaluation: a program run equation by equation on float64 arrays, by each primitive's own `evaluate`. */
import type { Ndarray } from './ndarray.ts'
import type { Program } from './program.ts'

/** The outputs of a program for the given inputs. Arrays that nobody needs any more are dropped on the way. */
export function evaluateProgram(program: Program, inputs: readonly Ndarray[]): readonly Ndarray[] {
  const values = new Array<Ndarray | undefined>(program.size)
  const lastUse = lastUses(program)
  program.inputs.forEach((variable, i) => {
    values[variable.index] = inputs[i]
  })
  program.equations.forEach(({ primitive, inputs: operands, params, outputs }, position) => {
    const results = primitive.evaluate(
      operands.map((operand) => values[operand.index]!),
      params,
      outputs,
    )
    for (const operand of operands) if (lastUse[operand.index] === position) values[operand.index] = undefined
    for (let i = 0; i < outputs.length; i++) values[outputs[i]!.index] = results[i]
  })
  return program.outputs.map((output) => values[output.index]!)
}

/** For each variable the position of the last equation that reads it; outputs of the program are read at the end. */
function lastUses(program: Program): Int32Array {
  const last = new Int32Array(program.size).fill(-1)
  program.equations.forEach(({ inputs }, position) => {
    for (const input of inputs) last[input.index] = position
  })
  for (const output of program.outputs) last[output.index] = program.equations.length
  return last
}
