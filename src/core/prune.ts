/** Dead code: equations whose results nobody uses go, and equations that contain programs shrink to what is used of them. */
import { intern, keyOf } from './intern.ts'
import { pick } from './marks.ts'
import type { Narrowed, Params } from './primitive.ts'
import type { Equation, Program, Variable } from './program.ts'
import { hasEffect } from './program.ts'

/**
 * The program without its dead code, renumbered. Equations with an effect stay. Inputs are kept, so the signature does not
 * change; they come first among the variables.
 */
export function pruned(program: Program): Program {
  const { equations } = liveness(program, program.outputs)
  return isNumbered(program, equations) ? { ...program, equations } : renumbered(program, equations)
}

/** Do the inputs and the results of these equations have the first numbers, in order? */
function isNumbered({ inputs, size }: Program, equations: readonly Equation[]): boolean {
  let next = 0
  for (let i = 0; i < inputs.length; i++) if (inputs[i]!.index !== next++) return false
  for (let i = 0; i < equations.length; i++) {
    const { outputs } = equations[i]!
    for (let j = 0; j < outputs.length; j++) if (outputs[j]!.index !== next++) return false
  }
  return next === size
}

function renumbered(program: Program, live: readonly Equation[]): Program {
  const renamed = new Array<Variable | undefined>(program.size)
  let size = 0
  const rename = (variable: Variable): Variable => {
    const fresh = { index: size++, shape: variable.shape, dtype: variable.dtype }
    renamed[variable.index] = fresh
    return fresh
  }
  const inputs = program.inputs.map(rename)
  const equations = live.map((equation) => {
    const operands = equation.inputs.map((input) => renamed[input.index]!)
    return { ...equation, inputs: operands, outputs: equation.outputs.map(rename) }
  })
  return { inputs, equations, outputs: program.outputs.map((output) => renamed[output.index]!), size }
}

/** For each input of the program: is it needed for the outputs marked in `outputs`, or for an effect? */
export function neededInputs(program: Program, outputs: readonly boolean[]): boolean[] {
  const { live } = liveness(program, pick(program.outputs, outputs))
  return program.inputs.map((input) => live[input.index] === 1)
}

/** The program of the marked inputs and outputs; the other inputs must not be needed. */
export const subprogram = (program: Program, inputs: readonly boolean[], outputs: readonly boolean[]): Program =>
  intern(pruned({ ...program, inputs: pick(program.inputs, inputs), outputs: pick(program.outputs, outputs) }))

/** One pass backwards: the equations that are needed, cut down, and the variables that are. */
function liveness(program: Program, outputs: readonly Variable[]) {
  const live = new Uint8Array(program.size)
  for (const output of outputs) live[output.index] = 1
  const equations: Equation[] = []
  for (let i = program.equations.length - 1; i >= 0; i--) {
    const equation = narrowed(program.equations[i]!, live)
    if (equation === null) continue
    const { inputs } = equation
    for (let j = 0; j < inputs.length; j++) live[inputs[j]!.index] = 1
    equations.push(equation)
  }
  return { live, equations: equations.reverse() }
}

/** What is needed of an equation; null if nothing is. */
function narrowed(equation: Equation, live: Uint8Array): Equation | null {
  const { primitive, inputs, outputs } = equation
  let count = 0
  for (let i = 0; i < outputs.length; i++) count += live[outputs[i]!.index]!
  if (count === 0 && !hasEffect(equation)) return null
  if (primitive.narrow === undefined || count === outputs.length) return equation
  const used = outputs.map((output) => live[output.index] === 1)
  const kept = narrowing(equation, used)
  if (!kept.outputs.includes(false)) return equation
  const rest = { inputs: pick(inputs, kept.inputs), outputs: pick(outputs, kept.outputs) }
  return { ...equation, ...rest, params: kept.params, key: keyOf(kept.params) }
}

/** Results of `narrow`, by attributes and use: a loop is met again at every level of the programs around it. */
const known = new WeakMap<object, Map<string, Narrowed<Params>>>()

function narrowing({ primitive, params }: Equation, used: readonly boolean[]): Narrowed<Params> {
  const uses = known.get(params) ?? new Map<string, Narrowed<Params>>()
  known.set(params, uses)
  const key = used.map(Number).join('')
  const found = uses.get(key) ?? primitive.narrow!(params, used) // asked for only where there is one
  uses.set(key, found)
  return found
}
