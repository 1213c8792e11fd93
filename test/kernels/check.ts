/** A program must give the same through the kernels as by the reference evaluation. */
import { expect } from 'vitest'
import { type Abstract, showAbstract, sizeOf } from '../../src/core/abstract.ts'
import { allocate, type StorageArray } from '../../src/core/dtype.ts'
import { evaluateProgram } from '../../src/core/evaluate.ts'
import type { Ndarray } from '../../src/core/ndarray.ts'
import { referenceData } from '../../src/core/ndarray.ts'
import type { Program } from '../../src/core/program.ts'
import { traceClosed } from '../../src/core/trace.ts'
import type { Value } from '../../src/core/value.ts'
import { lowerProgram } from '../../src/kernels/compile.ts'
import type { PlannedRoutine } from '../../src/kernels/language/kernel.ts'
import { interpret } from './interpret.ts'

/** Relative tolerance: float32 is rounded after every operation here and never by the reference. */
const tolerance = { float32: 2e-5, float64: 1e-12 } as const

/** A program from a function of traced values. */
export const programOf = (types: readonly Abstract[], f: (...values: Value[]) => readonly Value[]): Program =>
  traceClosed('test', (values) => f(...values), types)

/** Lowers the program, runs both ways on the inputs (random ones by default), compares; returns the routine. */
export function check(
  program: Program,
  inputs: readonly StorageArray[] = randomInputs(program),
  machine: { readonly sharesRows?: boolean } = {},
): PlannedRoutine {
  const planned = lowerProgram(program, machine)
  const expected = evaluateProgram(program, referenceInputs(program, inputs))
  const actual = interpret(planned, inputs)
  program.outputs.forEach((type, i) => {
    close(type, actual[i], expected[i].data)
  })
  return planned
}

/** Storage arrays as the reference evaluation takes them. */
export const referenceInputs = ({ inputs }: Program, arrays: readonly StorageArray[]): Ndarray[] =>
  inputs.map(({ shape, dtype }, i) => {
    const data = referenceData(dtype, arrays[i].length)
    data.set(arrays[i])
    return { shape, dtype, data }
  })

/** Fails at the first element that differs by more than the tolerance of the dtype (or the given one). */
export function close(
  type: Abstract,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  relative = type.dtype === 'float32' || type.dtype === 'float64' ? tolerance[type.dtype] : 0,
): void {
  expect(actual.length).toBe(expected.length)
  for (let i = 0; i < actual.length; i++) {
    const [x, y] = [actual[i], expected[i]]
    if (Object.is(x, y) || (relative > 0 && Math.abs(x - y) <= relative * Math.max(1, Math.abs(y)))) continue
    expect.fail(`${showAbstract(type)}[${i}]: ${x} instead of ${y}`)
  }
}

/** Numbers in [-2, 2), integers in [-8, 8) or [0, 16), both booleans. */
export function randomInputs(program: Program, seed = 1): StorageArray[] {
  let state = seed
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  return program.inputs.map(({ dtype, shape }) => {
    const data = allocate(dtype, sizeOf(shape))
    for (let i = 0; i < data.length; i++) {
      const u = next()
      data[i] =
        dtype === 'bool'
          ? Math.floor(u * 2)
          : dtype === 'int32'
            ? Math.floor(u * 16) - 8
            : dtype === 'uint32'
              ? Math.floor(u * 16)
              : u * 4 - 2
    }
    return data
  })
}
