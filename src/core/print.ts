/** Programs as text: one line for each equation, nested programs indented. Also the snapshot format of the tests. */
import { showAbstract } from './abstract.ts'
import type { Params } from './primitive.ts'
import type { Equation, Program, Variable } from './program.ts'
import { isProgram } from './program.ts'

/**
 * ```text
 * program (a: float32[2]) {
 *   b: float32[2] = mul(a, a)
 *   return b
 * }
 * ```
 */
export function printProgram(program: Program, indent = ''): string {
  const lines = program.equations.map((equation) => `${indent}  ${printEquation(equation, indent)}`)
  const inputs = program.inputs.map(declaration).join(', ')
  const outputs = program.outputs.map(nameOf).join(', ')
  return [`program (${inputs}) {`, ...lines, `${indent}  return ${outputs}`, `${indent}}`].join('\n')
}

/** a … z, a1 … z1, a2 … */
export function nameOf({ index }: Variable): string {
  const letter = String.fromCharCode(97 + (index % 26))
  return index < 26 ? letter : `${letter}${Math.floor(index / 26)}`
}

const declaration = (variable: Variable): string => `${nameOf(variable)}: ${showAbstract(variable)}`

function printEquation({ primitive, inputs, params, outputs, source }: Equation, indent: string): string {
  const attributes = printParams(params, indent)
  const arguments_ = [...inputs.map(nameOf), ...(attributes === '' ? [] : [attributes])].join(', ')
  const line = `${outputs.map(declaration).join(', ')} = ${primitive.name}(${arguments_})`
  return source === undefined ? line : `${line}  // ${source}`
}

const printParams = (params: Params, indent: string): string =>
  Object.entries(params)
    .map(([name, value]) => `${name}: ${printParam(value, indent)}`)
    .join(', ')

function printParam(value: unknown, indent: string): string {
  if (isProgram(value)) return printProgram(value, `${indent}  `)
  if (Array.isArray(value)) return `[${value.map((entry) => printParam(entry, indent)).join(', ')}]`
  if (typeof value === 'function') return value.name === '' ? 'function' : value.name
  return typeof value === 'object' && value !== null ? `{ ${printParams(value as Params, indent)} }` : String(value)
}
