/** Programs that stand for themselves (customJvp, checkpoint) written out in place, nothing merged. */
import type { Equation, Program, Variable } from '../../core/program.ts'

/** The program with the equations of `nested(equation)` in place of every equation for which there is one. */
export function expand(program: Program, nested: (equation: Equation) => Program | null): Program {
  if (!program.equations.some((equation) => nested(equation) !== null)) return program
  const expander = new Expander(nested)
  const inputs = program.inputs.map((input) => expander.variable(input))
  const outputs = expander.write(program, inputs)
  return { inputs, equations: expander.equations, outputs, size: expander.size }
}

class Expander {
  readonly equations: Equation[] = []
  size = 0
  readonly #nested: (equation: Equation) => Program | null

  constructor(nested: (equation: Equation) => Program | null) {
    this.#nested = nested
  }

  variable({ shape, dtype }: Variable): Variable {
    return { index: this.size++, shape, dtype }
  }

  /** Writes the equations of a program; the depth of the recursion is the depth of nesting. */
  write(program: Program, inputs: readonly Variable[]): readonly Variable[] {
    const values = new Array<Variable>(program.size)
    program.inputs.forEach((input, i) => {
      values[input.index] = inputs[i]
    })
    for (const equation of program.equations) {
      const operands = equation.inputs.map(({ index }) => values[index])
      const inner = this.#nested(equation)
      const results = inner === null ? this.#copy(equation, operands) : this.write(inner, operands)
      equation.outputs.forEach(({ index }, i) => {
        values[index] = results[i]
      })
    }
    return program.outputs.map(({ index }) => values[index])
  }

  #copy(equation: Equation, inputs: readonly Variable[]): readonly Variable[] {
    const outputs = equation.outputs.map((output) => this.variable(output))
    this.equations.push({ ...equation, inputs, outputs })
    return outputs
  }
}
