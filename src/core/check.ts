/** A program obeys its own types. Run in tests and after every rewrite in development. */
import { sameShape, showAbstract } from './abstract.ts'
import { ShapeError } from './errors.ts'
import { nameOf } from './print.ts'
import type { Equation, Program, Variable } from './program.ts'

/** Throws if a variable is used before it is defined, defined twice, or does not have the type its equation gives. */
export function checkProgram(program: Program): void {
  const defined = new Array<Variable | undefined>(program.size)
  for (const input of program.inputs) define(defined, input)
  for (const equation of program.equations) {
    const { primitive, inputs, outputs } = equation
    for (let i = 0; i < inputs.length; i++) requireDefined(defined, inputs[i]!, primitive.name)
    checkOutputs(equation)
    for (let i = 0; i < outputs.length; i++) define(defined, outputs[i]!)
  }
  for (const output of program.outputs) requireDefined(defined, output, 'return')
}

function define(defined: (Variable | undefined)[], variable: Variable): void {
  if (variable.index >= defined.length)
    throw new ShapeError(`program: ${nameOf(variable)} lies outside the program's size ${defined.length}`)
  if (defined[variable.index] !== undefined) throw new ShapeError(`program: ${nameOf(variable)} is defined twice`)
  defined[variable.index] = variable
}

function requireDefined(defined: readonly (Variable | undefined)[], variable: Variable, user: string): void {
  if (defined[variable.index] === undefined)
    throw new ShapeError(`program: ${user} uses ${nameOf(variable)} before it is defined`)
}

function checkOutputs({ primitive, inputs, params, outputs }: Equation): void {
  const types = primitive.shape(inputs, params)
  if (types.length !== outputs.length)
    throw new ShapeError(`program: ${primitive.name} has ${types.length} outputs, not ${outputs.length}`)
  types.forEach((type, i) => {
    const output = outputs[i]!
    if (type.dtype === output.dtype && sameShape(type.shape, output.shape)) return
    throw new ShapeError(
      `program: ${primitive.name} gives ${showAbstract(type)}, but ${nameOf(output)} is ${showAbstract(output)}`,
    )
  })
}
