/**
 * The table of laws on WebGPU against the reference: values, gradients and second derivatives of every primitive in float32.
 * Tolerance, relative to the largest element (at least 1): 1e-5 for values, 2e-5 for derivatives; integers and booleans equal.
 */
import { describe, expect, it } from 'vitest'
import { isFloat } from '../../../src/core/dtype.ts'
import { DeviceError, DTypeError } from '../../../src/core/errors.ts'
import type { Ndarray } from '../../../src/core/ndarray.ts'
import type { Program } from '../../../src/core/program.ts'
import type { Value } from '../../../src/core/value.ts'
import { constantLike } from '../../../src/primitives/broadcast.ts'
import { add } from '../../../src/primitives/elementwise.ts'
import { usesTape } from '../../../src/rewrite/specialise.ts'
import { floatsAs, onReference } from '../../helpers/backends.ts'
import { distance } from '../../helpers/golden.ts'
import { programOf } from '../../helpers/reference.ts'
import { onWebGpu } from '../../helpers/webgpu.ts'
import type { Case } from '../../laws/case.ts'
import { inputsOf } from '../../laws/case.ts'
import { type Fn, gradient, inner, type Scalar } from '../../laws/derivatives.ts'
import { rows } from '../../laws/table.ts'

const asList =
  ({ f }: Case): Fn =>
  (inputs) =>
    [f(...inputs)].flat()

/** Σ ⟨y, y⟩ + Σ y over the float results. */
const lossOf =
  (one: Case): Scalar =>
  (values) => {
    const results = asList(one)(values).filter(({ dtype }) => isFloat(dtype))
    const ones = results.map((y) => constantLike(y, 1))
    return add(inner(results, results), inner(results, ones))
  }

/** The gradient of the length of the gradient: every second derivative takes part. */
const second =
  (loss: Scalar): Fn =>
  (values: readonly Value[]) =>
    gradient((all) => {
      const slopes = gradient(loss)(all)
      return inner(slopes, slopes)
    })(values)

/** The program, or null where there is nothing to differentiate or float32 is refused. */
function programIn(one: Case, inputs: readonly Ndarray[], make: (loss: Scalar) => Fn): Program | null {
  try {
    const { outputs } = programOf((...values) => asList(one)(values), inputs)
    if (!inputs.some(({ dtype }) => isFloat(dtype)) || !outputs.some(({ dtype }) => isFloat(dtype))) return null
    return programOf((...values) => make(lossOf(one))(values), inputs)
  } catch (error) {
    if (error instanceof DTypeError) return null
    throw error
  }
}

const usesDoubles = ({ inputs, equations }: Program): boolean =>
  [...inputs, ...equations.flatMap(({ outputs }) => outputs)].some(({ dtype }) => dtype === 'float64')

/** Compares with the reference; what the GPU cannot do it says in a sentence. */
async function compare(program: Program, inputs: readonly Ndarray[], allowed: number, what: string): Promise<void> {
  if (usesDoubles(program) || usesTape(program)) {
    await expect(onWebGpu(program, inputs), what).rejects.toThrow(DeviceError)
    return
  }
  const expected = onReference(program, inputs)
  const results = await onWebGpu(program, inputs)
  results.forEach((result, i) => {
    const { shape, dtype, data } = expected[i]
    expect([result.shape, result.dtype], what).toEqual([shape, dtype])
    const error = distance(result.data, data)
    expect(error, `${what}, result ${i}: ${result.data} instead of ${data}`).toBeLessThanOrEqual(
      isFloat(dtype) ? allowed : 0,
    )
  })
}

describe.each(Object.keys(rows) as (keyof typeof rows)[])('%s', (name) => {
  const { cases } = rows[name]

  it('values', async () => {
    for (const one of cases) {
      const inputs = floatsAs(inputsOf(one, 1), 'float32')
      const program = programOf((...values) => asList(one)(values), inputs)
      await compare(program, inputs, 1e-5, `${one.name}`)
    }
  })

  it('gradients', async () => {
    for (const one of cases) {
      const inputs = floatsAs(inputsOf(one, 2), 'float32')
      const program = programIn(one, inputs, gradient)
      if (program !== null) await compare(program, inputs, 2e-5, `${one.name}, gradient`)
    }
  })

  it('second derivatives', async () => {
    for (const one of cases) {
      const inputs = floatsAs(inputsOf(one, 3), 'float32')
      const program = programIn(one, inputs, second)
      if (program !== null) await compare(program, inputs, 2e-5, `${one.name}, second derivative`)
    }
  })
})
