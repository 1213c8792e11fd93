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
