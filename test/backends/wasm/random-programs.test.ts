/** Random programs on the device, inputs donated or not, against the reference evaluation. */
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { wasmDevice } from '../../../src/backends/wasm/device.ts'
import { evaluateProgram } from '../../../src/core/evaluate.ts'
import { close, randomInputs, referenceInputs } from '../../kernels/check.ts'
import { choices, programFrom } from '../../kernels/random-programs.ts'

const device = wasmDevice()

describe('random programs', () => {
  it.each([false, true])('give what the reference gives (inputs donated: %s)', (donated) => {
    fc.assert(
      fc.property(choices, (list) => {
        const program = programFrom(list)
        const inputs = randomInputs(program)
        const expected = evaluateProgram(program, referenceInputs(program, inputs))
        const tensors = inputs.map((data, i) => device.upload(program.inputs[i]!, data))
        const donate = donated ? tensors.map((_, i) => i) : []
        device.execute(program, tensors, { donate }).forEach((tensor, i) => {
          close(program.outputs[i]!, device.readSync(tensor), expected[i]!.data)
        })
      }),
      { numRuns: Number(process.env.RUNS ?? 200) },
    )
  })
})
