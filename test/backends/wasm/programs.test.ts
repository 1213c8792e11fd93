/** Whole programs on the device: every law row's cases, their derivatives, in float64 and float32, against the reference. */
import { describe, expect, it } from 'vitest'
import { wasmDevice } from '../../../src/backends/wasm/device.ts'
import type { Abstract } from '../../../src/core/abstract.ts'
import { sizeOf } from '../../../src/core/abstract.ts'
import { allocate, isFloat } from '../../../src/core/dtype.ts'
import { DTypeError } from '../../../src/core/errors.ts'
import { evaluateProgram } from '../../../src/core/evaluate.ts'
import type { Ndarray } from '../../../src/core/ndarray.ts'
import type { Program } from '../../../src/core/program.ts'
import type { Value } from '../../../src/core/value.ts'
import { sum } from '../../../src/primitives/broadcast.ts'
import { add, mul } from '../../../src/primitives/elementwise.ts'
import { withTape } from '../../../src/rewrite/specialise.ts'
import type { DType } from '../../../types/dtype.ts'
import { programOf } from '../../helpers/reference.ts'
import type { Case } from '../../laws/case.ts'
import { inputsOf } from '../../laws/case.ts'
import type { Fn, Scalar } from '../../laws/derivatives.ts'
import { gradient, pull, push } from '../../laws/derivatives.ts'
import { rows } from '../../laws/table.ts'

const device = wasmDevice()

/** float32 is rounded after every operation here, and never by the reference. */
const tolerance: Partial<Record<DType, number>> = { float32: 1e-5, float64: 1e-12 }

/** Runs a program both ways and compares every element. */
function compare(program: Program, inputs: readonly Ndarray[], name: string): void {
  const expected = withTape(program, inputs, (closed) => evaluateProgram(closed, inputs))
  const actual = device.execute(
    program,
    inputs.map((input) =>
      device.upload(
        input,
        allocate(input.dtype, sizeOf(input.shape)).map((_: number, i: number) => input.data[i]!),
      ),
    ),
  )
  const isRounded = program.equations.some(({ outputs }) => outputs.some(({ dtype }) => dtype === 'float32'))
  expect(actual.length).toBe(expected.length)
  actual.forEach((tensor, i) => {
    const [type, data] = [expected[i]!, device.readSync(tensor)]
    expect([tensor.shape, tensor.dtype, data.length]).toEqual([type.shape, type.dtype, sizeOf(type.shape)])
    const scale = Math.max(1, ...Array.from(type.data, Math.abs))
    for (let k = 0; k < data.length; k++) {
      const [x, y] = [data[k]!, type.data[k]!]
      if (
        Object.is(x, y) ||
        Math.abs(x - y) <= (tolerance[type.dtype === 'float64' && isRounded ? 'float32' : type.dtype] ?? 0) * scale
      )
        continue
      expect.fail(`${name}, result ${i}, element ${k}: ${x}, not ${y}`)
    }
  })
}

/** Inputs of a case, floats of the given dtype (rounded to it). */
const inputsAs = (one: Case, dtype: 'float32' | 'float64'): Ndarray[] =>
  inputsOf(one, 1).map((input) =>
    input.dtype === 'float64' && dtype === 'float32'
      ? { ...input, dtype, data: Float64Array.from(input.data, Math.fround) }
      : input,
  )

/** The program, or null where the case itself asks for another dtype. */
function traced(f: (...values: Value[]) => Value | readonly Value[], inputs: readonly Ndarray[]): Program | null {
  try {
    return programOf(f, inputs)
  } catch (error) {
    if (error instanceof DTypeError) return null
    throw error
  }
}

/** Tangents, cotangents, and second derivatives forward over reverse, of the float results by the float inputs. */
function compareDerivatives(one: Case, inputs: readonly Ndarray[]): void {
  const f: Fn = (all) => [one.f(...all)].flat().filter(({ dtype }) => isFloat(dtype))
  const moved = inputs.filter(({ dtype }) => isFloat(dtype))
  const results = programOf((...all) => f(all), inputs).outputs
  if (moved.length === 0 || results.length === 0) return
  const split = (all: readonly Value[]) => [all.slice(0, inputs.length), all.slice(inputs.length)] as const
  const directions = moved.map((input, i) => directionLike(input, i))
  const weights = results.map((result, i) => directionLike(result, i + 10))
  const forward = programOf((...all) => push(f)(...split(all)), [...inputs, ...moved])
  compare(forward, [...inputs, ...directions], `${one.name}, tangents`)
  const backward = programOf((...all) => pull(f)(...split(all)), [...inputs, ...results])
  compare(backward, [...inputs, ...weights], `${one.name}, cotangents`)
  const total: Scalar = (all) =>
    f(all)
      .map((result) => sum(mul(result, result), axesOf(result)))
      .reduce(add)
  const curved = programOf((...all) => push((values) => gradient(total)(values))(...split(all)), [...inputs, ...moved])
  compare(curved, [...inputs, ...directions], `${one.name}, second derivatives`)
}

const axesOf = ({ shape }: Value): number[] => shape.map((_, axis) => axis)

const directionLike = ({ shape, dtype }: Abstract, seed: number): Ndarray => ({
  shape,
  dtype,
  data: Float64Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(1.7 * i + seed + 0.5)),
})

describe.each(Object.keys(rows) as (keyof typeof rows)[])('%s', (name) => {
  const { cases } = rows[name]

  it.each(['float64', 'float32'] as const)('values in %s', (dtype) => {
    let run = 0
    for (const one of cases) {
      const inputs = inputsAs(one, dtype)
      const program = traced(one.f, inputs)
      if (program === null) continue
      compare(program, inputs, one.name)
      run++
    }
    expect(run).toBeGreaterThan(0)
  })

  it('derivatives', () => {
    for (const one of cases) compareDerivatives(one, inputsAs(one, 'float64'))
  })
})
