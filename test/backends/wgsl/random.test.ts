/** Random programs on WebGPU against the reference. `RUNS` says how many, `SEED` which. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isFloat } from '../../../src/core/dtype.ts'
import { onAdjustedReference, roundedToItsDType } from '../../helpers/backends.ts'
import { distance } from '../../helpers/golden.ts'
import { onWebGpu } from '../../helpers/webgpu.ts'
import { randomInputs, referenceInputs } from '../../kernels/check.ts'
import { choices, programFrom } from '../../kernels/random-programs.ts'

it('random programs mean the same', async () => {
  await fc.assert(
    fc.asyncProperty(choices, async (list) => {
      const program = programFrom(list, 'float32')
      const inputs = referenceInputs(program, randomInputs(program))
      const expected = onAdjustedReference(program, inputs, roundedToItsDType)
      const results = await onWebGpu(program, inputs)
      results.forEach(({ data, dtype }, i) => {
        expect(distance(data, expected[i].data), `result ${i}`).toBeLessThanOrEqual(isFloat(dtype) ? 2e-4 : 0)
      })
    }),
    { numRuns: Number(process.env.RUNS ?? 60), ...(process.env.SEED ? { seed: Number(process.env.SEED) } : {}) },
  )
})
