/** How much of each variable is read, and by how many. */
import { sizeOf } from '../../core/abstract.ts'
import type { Program } from '../../core/program.ts'
import { movementOf } from '../catalogue/movement.ts'

/** For each variable the number of its elements that its readers take together, each reader counted by itself. */
export function appetitesOf(program: Program): Float64Array {
  const appetites = new Float64Array(program.size)
  for (const equation of program.equations) {
    const moves = movementOf(equation) !== undefined
    for (const input of equation.inputs)
      appetites[input.index] += sizeOf(moves ? equation.outputs[0].shape : input.shape)
  }
  return appetites
}

/** For each variable the number of equations (and outputs of the program) that read it. */
export function readersOf({ size, equations, outputs }: Program): Int32Array {
  const readers = new Int32Array(size)
  for (const { inputs } of equations) for (const { index } of inputs) readers[index]++
  for (const { index } of outputs) readers[index]++
  return readers
}
