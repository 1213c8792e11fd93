/**
 * Programs that make keys of random streams (`split`, `foldIn`): a block of Threefry for each key, and moves. They are evaluated
 * by their primitives, which for integers gives the same bits, until they have come so often that a module pays: compiling one
 * takes as long as some fifty evaluations.
 */
import { sizeOf } from '../../../core/abstract.ts'
import { allocate, type StorageArray } from '../../../core/dtype.ts'
import { evaluateProgram } from '../../../core/evaluate.ts'
import type { Program, Variable } from '../../../core/program.ts'
import type { PrimitiveName } from '../../../primitives/index.ts'

/** Calls that are evaluated; the next one compiles. */
const CALLS = 16
/** Elements of all variables of such a program. */
const MOST_ELEMENTS = 4096

const moves: ReadonlySet<string> = new Set<PrimitiveName>([
  'full',
  'iota',
  'broadcast',
  'reshape',
  'transpose',
  'slice',
  'reverse',
  'concat',
  'convert',
])

/** Calls that are still evaluated. */
const left = new WeakMap<Program, number>()

/** Is this call of a program, which is not compiled, to be evaluated? Counts the calls. */
export function evaluatesNow(program: Program): boolean {
  const calls = left.get(program) ?? (makesKeys(program) ? CALLS : 0)
  left.set(program, Math.max(calls - 1, 0))
  return calls > 0
}

/** The outputs of a program, in arrays of their own. */
export function evaluated(program: Program, inputs: readonly StorageArray[]): readonly StorageArray[] {
  // 32-bit integers stand in storage as evaluation takes them
  const operands = program.inputs.map((type, i) => ({ ...type, data: inputs[i] as Int32Array | Uint32Array }))
  return evaluateProgram(program, operands).map(({ dtype, shape, data }) => {
    const output = allocate(dtype, sizeOf(shape))
    output.set(data)
    return output
  })
}

function makesKeys({ inputs, equations }: Program): boolean {
  const names = equations.map(({ primitive }) => primitive.name)
  if (!names.includes('threefry') || !names.every((name) => name === 'threefry' || moves.has(name))) return false
  const variables: readonly Variable[] = [...inputs, ...equations.flatMap(({ outputs }) => outputs)]
  const elements = variables.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  return elements <= MOST_ELEMENTS && variables.every(({ dtype }) => dtype === 'uint32' || dtype === 'int32')
}
