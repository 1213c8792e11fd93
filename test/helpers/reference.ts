/** Functions of traced values run by the reference evaluation: what the tests of primitives and transforms compare with. */
import type { Abstract } from '../../src/core/abstract.ts'
import { sizeOf } from '../../src/core/abstract.ts'
import { checkProgram } from '../../src/core/check.ts'
import { evaluateProgram } from '../../src/core/evaluate.ts'
import type { Ndarray } from '../../src/core/ndarray.ts'
import { referenceData } from '../../src/core/ndarray.ts'
import type { Program } from '../../src/core/program.ts'
import { trace } from '../../src/core/trace.ts'
import type { Value } from '../../src/core/value.ts'

/** A function of tensors, one result or several. */
export type TensorFunction = (...inputs: Value[]) => Value | readonly Value[]

/** A reference array of the given shape, dtype and elements. */
export function array(
  shape: readonly number[],
  elements: Iterable<number>,
  dtype: Abstract['dtype'] = 'float64',
): Ndarray {
  const data = referenceData(dtype, sizeOf(shape))
  data.set([...elements])
  return { shape, dtype, data }
}

/** The checked program of a function without captures. */
export function programOf(f: TensorFunction, types: readonly Abstract[]): Program {
  const { program } = trace('test', (...inputs) => [f(...inputs)].flat(), types)
  checkProgram(program)
  return program
}

/** The results of a function on reference arrays. Tensors and numbers that it captures are inputs like the others. */
export function evaluate(f: TensorFunction, ...inputs: readonly Ndarray[]): readonly Ndarray[] {
  const { program, captures } = trace('test', (...values) => [f(...values)].flat(), inputs)
  checkProgram(program)
  const captured = captures.map((value) => array(value.shape, value.readSync(), value.dtype))
  return evaluateProgram(program, [...inputs, ...captured])
}

/** The elements of the first result. */
export const elements = (f: TensorFunction, ...inputs: readonly Ndarray[]): number[] => [
  ...evaluate(f, ...inputs)[0].data,
]
