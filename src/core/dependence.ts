/** Which variables of a program depend on which inputs: the analysis behind linearisation, transposition and batching. */
import type { Equation, Program } from './program.ts'

/**
 * For each variable (by index) 1 if it depends on an input marked in `inputs`, or on an equation that `also` picks; else 0.
 * One pass.
 */
export function dependence(
  program: Program,
  inputs: readonly boolean[],
  also: (equation: Equation) => boolean = () => false,
): Uint8Array {
  const marked = new Uint8Array(program.size)
  program.inputs.forEach((input, i) => {
    if (inputs[i]) marked[input.index] = 1
  })
  for (const equation of program.equations) {
    if (usesMarked(equation, marked) || also(equation)) for (const output of equation.outputs) marked[output.index] = 1
  }
  return marked
}

/** Does the equation read a marked variable? */
export function usesMarked({ inputs }: Equation, marked: Uint8Array): boolean {
  for (let i = 0; i < inputs.length; i++) if (marked[inputs[i]!.index] === 1) return true
  return false
}

/** For each output of the program: does it depend on an input marked in `inputs`? */
export function dependentOutputs(program: Program, inputs: readonly boolean[]): boolean[] {
  const marked = dependence(program, inputs)
  return program.outputs.map((output) => marked[output.index] === 1)
}
