/**
 * Loops without a known length: reverse mode through a `whileLoop` writes a tape, whose length is `TAPE` in every shape until the
 * program is about to run. A device runs the program with a capacity in its place, and with a larger one when a loop needs it.
 */
import type { Abstract } from '../core/abstract.ts'
import { TAPE } from '../core/abstract.ts'
import { bind } from '../core/bind.ts'
import { intern, withPrograms } from '../core/intern.ts'
import type { Params } from '../core/primitive.ts'
import type { Equation, Program } from '../core/program.ts'
import { nestedPrograms } from '../core/program.ts'
import { traceClosed, withSource } from '../core/trace.ts'
import type { Value } from '../core/value.ts'
import { TapeOverflow } from '../primitives/control/tape.ts'

export { TapeOverflow }

/** The first capacity that is tried. */
const START = 64

const uses = new WeakMap<Program, boolean>()
const specialised = new WeakMap<Program, Map<number, Program>>()
const capacities = new WeakMap<Program, number>()

/** Does a size in the program, or in a program nested in it, wait for the length of a tape? */
export function usesTape(program: Program): boolean {
  const known = uses.get(program)
  if (known !== undefined) return known
  const answer = program.inputs.some(isOpen) || program.equations.some(equationUsesTape)
  uses.set(program, answer)
  return answer
}

/** The program with `capacity` in place of `TAPE` in all shapes, attributes and nested programs. */
export function specialise(program: Program, capacity: number): Program {
  if (!usesTape(program)) return program
  const canonical = intern(program)
  const known = specialised.get(canonical) ?? new Map<number, Program>()
  specialised.set(canonical, known)
  const result = known.get(capacity) ?? rewritten(canonical, capacity)
  known.set(capacity, result)
  return result
}

/**
 * Runs a program with a tape that is long enough: `execute` is given the specialised program and throws `TapeOverflow` if a loop
 * needs more. What was enough is remembered. Where an input is a tape already (a pullback run by itself), its length decides.
 */
export function withTape<R>(program: Program, inputs: readonly Abstract[], execute: (program: Program) => R): R {
  if (!usesTape(program)) return execute(program)
  const canonical = intern(program)
  const given = lengthOfTape(canonical, inputs)
  if (given !== undefined) return execute(specialise(canonical, given))
  for (let capacity = capacities.get(canonical) ?? START; ; ) {
    try {
      const result = execute(specialise(canonical, capacity))
      capacities.set(canonical, capacity)
      return result
    } catch (error) {
      if (!(error instanceof TapeOverflow)) throw error
      while (capacity < error.needed) capacity *= 2
    }
  }
}

function lengthOfTape(program: Program, inputs: readonly Abstract[]): number | undefined {
  for (const [i, { shape }] of program.inputs.entries()) {
    const axis = shape.indexOf(TAPE)
    if (axis >= 0) return inputs[i]!.shape[axis]
  }
  return undefined
}

function rewritten(program: Program, capacity: number): Program {
  const types = program.inputs.map(({ shape, dtype }) => ({ shape: closed(shape, capacity), dtype }))
  return traceClosed('tape', (inputs) => replay(program, inputs, capacity), types)
}

/** The equations with closed attributes; the shapes of their results follow. */
function replay(program: Program, inputs: readonly Value[], capacity: number): Value[] {
  const values = new Array<Value>(program.size)
  program.inputs.forEach(({ index }, i) => {
    values[index] = inputs[i]!
  })
  for (const equation of program.equations) {
    const operands = equation.inputs.map((input) => values[input.index]!)
    const { params } = withPrograms(equation, (nested) => specialise(nested, capacity))
    const results = withSource(equation.source, () =>
      bind(equation.primitive, operands, closedParams(params, capacity)),
    )
    equation.outputs.forEach(({ index }, i) => {
      values[index] = results[i]!
    })
  }
  return program.outputs.map((output) => values[output.index]!)
}

const isOpen = ({ shape }: Abstract): boolean => shape.includes(TAPE)

const equationUsesTape = ({ params, outputs }: Equation): boolean =>
  outputs.some(isOpen) ||
  Object.entries(params).some(([name, value]) => isOpenSize(name, value) || nestedPrograms(value).some(usesTape))

/** Attributes that hold sizes. Others may be -1 for reasons of their own. */
const sizes: ReadonlySet<string> = new Set(['shape', 'length', 'limit'])

const isOpenSize = (name: string, value: unknown): boolean =>
  sizes.has(name) && (value === TAPE || (Array.isArray(value) && value.includes(TAPE)))

const closed = <T>(shape: readonly T[], capacity: number): (T | number)[] =>
  shape.map((size) => (size === TAPE ? capacity : size))

const closedParams = (params: Params, capacity: number): Params =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => {
      if (!isOpenSize(name, value)) return [name, value]
      return [name, Array.isArray(value) ? closed(value, capacity) : capacity]
    }),
  )
