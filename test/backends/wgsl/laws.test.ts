/**
 * The table of laws on WebGPU against the reference: values, gradients and second derivatives of every primitive in float32.
 * Tolerance, relative to the largest element (at least 1): 1e-5 for values, 2e-5 for derivatives; integers and booleans equal.
 */
import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../../src/backends/wgsl/run/refusals.ts'
import { isFloat } from '../../../src/core/dtype.ts'
import { DeviceError } from '../../../src/core/errors.ts'
import type { Ndarray } from '../../../src/core/ndarray.ts'
import type { Program } from '../../../src/core/program.ts'
import { onReference } from '../../helpers/backends.ts'
import { distance } from '../../helpers/golden.ts'
import { onWebGpu } from '../../helpers/webgpu.ts'
import { derivations, programFor } from '../../laws/derived.ts'
import { rows } from '../../laws/table.ts'

/** Compares with the reference; what the GPU cannot do it says in a sentence. */
async function compare(program: Program, inputs: readonly Ndarray[], allowed: number, what: string): Promise<void> {
  const refusal = refusalOf(program)
  if (refusal !== null) {
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
  it.each(derivations.webgpu)('$name', async (derivation) => {
    for (const one of rows[name].cases) {
      const made = programFor(one, derivation)
      const allowed = derivation.order === 0 ? 1e-5 : 2e-5
      if (made !== null) await compare(made.program, made.inputs, allowed, `${one.name}, ${derivation.name}`)
    }
  })
})
