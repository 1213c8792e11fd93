/** Programs: pure, typed, static single assignment over whole tensors. Every transform is a function from programs to programs. */
import type { Abstract } from './abstract.ts'
import type { Params, Primitive } from './primitive.ts'

/** A name of a program; `index` is its place among all variables of that program (inputs first). */
export interface Variable extends Abstract {
  readonly index: number
}

/** One application of a primitive. `key` is the canonical text of its attributes. */
export interface Equation {
  readonly primitive: Primitive
  readonly inputs: readonly Variable[]
  readonly params: Params
  readonly key: string
  readonly outputs: readonly Variable[]
  /** The user's line that asked for it, when locations are recorded. */
  readonly source?: string
}

/** A closed program. Equations stand in order: every input of an equation is defined before it. */
export interface Program {
  readonly inputs: readonly Variable[]
  readonly equations: readonly Equation[]
  readonly outputs: readonly Variable[]
  /** Number of variables: one more than the largest index. */
  readonly size: number
}

/** Is this attribute a nested program? */
export const isProgram = (x: unknown): x is Program =>
  typeof x === 'object' && x !== null && 'equations' in x && 'outputs' in x && 'inputs' in x

/**
 * The program without the equations whose results nobody uses, renumbered. Equations with an effect stay.
 * Inputs are kept, so the signature does not change.
 */
export function pruned(program: Program): Program {
  const live = liveVariables(program)
  const renamed = new Array<Variable | undefined>(program.size)
  let size = 0
  const rename = (variable: Variable): Variable => {
    const fresh = { index: size++, shape: variable.shape, dtype: variable.dtype }
    renamed[variable.index] = fresh
    return fresh
  }
  const inputs = program.inputs.map(rename)
  const equations: Equation[] = []
  for (const equation of program.equations) {
    if (!isLive(equation, live)) continue
    const arguments_ = equation.inputs.map((input) => renamed[input.index]!)
    equations.push({ ...equation, inputs: arguments_, outputs: equation.outputs.map(rename) })
  }
  return { inputs, equations, outputs: program.outputs.map((output) => renamed[output.index]!), size }
}

const isLive = (equation: Equation, live: Uint8Array): boolean =>
  equation.outputs.some((output) => live[output.index] === 1) || hasEffect(equation)

/** Must the equation stay although nobody uses its outputs: does it, or a program nested in it, have an effect? */
export function hasEffect({ primitive, params }: Pick<Equation, 'primitive' | 'params'>): boolean {
  if (primitive.effect === true) return true
  for (const name in params) if (nestedPrograms(params[name]).some(programHasEffect)) return true
  return false
}

const effects = new WeakMap<Program, boolean>()

function programHasEffect(program: Program): boolean {
  const known = effects.get(program)
  if (known !== undefined) return known
  const effect = program.equations.some(hasEffect)
  effects.set(program, effect)
  return effect
}

const none: readonly Program[] = []

/** The programs in an attribute: itself, or the entries of a list. */
export function nestedPrograms(attribute: unknown): readonly Program[] {
  if (typeof attribute !== 'object' || attribute === null) return none
  if (Array.isArray(attribute)) return isProgram(attribute[0]) ? attribute : none
  return isProgram(attribute) ? [attribute] : none
}

function liveVariables(program: Program): Uint8Array {
  const live = new Uint8Array(program.size)
  for (const output of program.outputs) live[output.index] = 1
  for (let i = program.equations.length - 1; i >= 0; i--) {
    const equation = program.equations[i]!
    if (isLive(equation, live)) for (const input of equation.inputs) live[input.index] = 1
  }
  return live
}
