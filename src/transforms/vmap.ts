/** Batching: the program over a mapped axis 0 of some inputs. Equations that see no mapped input stay as they are. */
import { bind } from '../core/bind.ts'
import { ShapeError } from '../core/errors.ts'
import type { ProgramTransforms } from '../core/primitive.ts'
import type { Equation, Program } from '../core/program.ts'
import { traceClosed, withSource } from '../core/trace.ts'
import type { Value } from '../core/value.ts'
import { repeat } from '../primitives/broadcast.ts'

/** Every output has the mapped axis first, except those that `mapped` marks false (they must not depend on a mapped input). */
export function batch(
  program: Program,
  batched: readonly boolean[],
  size: number,
  mapped: readonly boolean[] | undefined,
  transforms: ProgramTransforms,
): Program {
  const types = program.inputs.map(({ shape, dtype }, i) => ({ shape: batched[i] ? [size, ...shape] : shape, dtype }))
  return traceClosed('vmap', (values) => walk(program, values, batched, size, mapped, transforms), types)
}

function walk(
  program: Program,
  inputs: readonly Value[],
  batched: readonly boolean[],
  size: number,
  mapped: readonly boolean[] | undefined,
  transforms: ProgramTransforms,
): readonly Value[] {
  const values = new Array<Value>(program.size)
  const marks = new Uint8Array(program.size)
  program.inputs.forEach(({ index }, i) => {
    values[index] = inputs[i]!
    if (batched[i]) marks[index] = 1
  })
  for (const equation of program.equations) {
    const results = withSource(equation.source, () => batchEquation(equation, values, marks, size, transforms))
    equation.outputs.forEach(({ index }, i) => {
      values[index] = results[i]!
    })
  }
  return program.outputs.map(({ index }, i) => {
    if (mapped === undefined || mapped[i]) return marks[index] === 1 ? values[index]! : repeat(values[index]!, size)
    if (marks[index] === 0) return values[index]!
    throw new ShapeError(`vmap: output ${i} depends on a mapped input and cannot be left unmapped.`)
  })
}

function batchEquation(
  { primitive, inputs, params, outputs }: Equation,
  values: readonly Value[],
  marks: Uint8Array,
  size: number,
  transforms: ProgramTransforms,
): readonly Value[] {
  const operands = inputs.map((input) => values[input.index]!)
  const batched = inputs.map((input) => marks[input.index] === 1)
  if (!batched.includes(true)) return bind(primitive, operands, params)
  for (const { index } of outputs) marks[index] = 1
  return primitive.batch({ inputs: operands, batched, size, params, transforms })
}
