/** Programs on WebGPU: the device of the tests has only the limits that every implementation has. */
import type { WebGpuDevice } from '../../src/backends/wgsl/device.ts'
import { sizeOf } from '../../src/core/abstract.ts'
import { allocate } from '../../src/core/dtype.ts'
import type { Ndarray } from '../../src/core/ndarray.ts'
import type { Program } from '../../src/core/program.ts'
import { webgpu } from '../../src/webgpu.ts'

let opened: Promise<WebGpuDevice> | undefined

/** The device; fails where there is none, since a test that skips itself proves nothing. */
export const gpu = (): Promise<WebGpuDevice> => {
  opened ??= webgpu({ portable: true })
  return opened
}

/** The results of a program. */
export async function onWebGpu(program: Program, inputs: readonly Ndarray[]): Promise<Ndarray[]> {
  const device = await gpu()
  const tensors = inputs.map((input) => {
    const data = allocate(input.dtype, sizeOf(input.shape))
    data.set(input.data)
    return device.upload(input, data)
  })
  const results = device.execute(program, tensors)
  const data = await Promise.all(results.map((result) => device.read(result)))
  return results.map(({ shape, dtype }, i) => ({ shape, dtype, data: Float64Array.from(data[i]) }))
}

/** The shaders of a program. */
export const explained = async (program: Program): Promise<string> => (await gpu()).explain!(program)
