/** The GPU at the public door. Nothing of it is loaded before it is asked for. */
import type { WebGpuOptions as ParsedOptions } from './backends/wgsl/adapter.ts'
import type { WebGpuDevice } from './backends/wgsl/device.ts'
import type { DeviceError } from './core/errors.ts'
import type { E } from './fp.ts'
import { parseOptions, z } from './options.ts'

export type { WebGpuDevice } from './backends/wgsl/device.ts'

/** Options of `webgpu`. */
export type WebGpuOptions = Partial<ParsedOptions>

const schema = () =>
  z.strictObject({
    budget: z._default(z.number().check(z.positive()), 8 * 2 ** 30),
    power: z._default(z.enum(['high-performance', 'low-power']), 'high-performance'),
    portable: z._default(z.boolean(), false),
    flags: z._default(z.array(z.string()), []),
  })

/**
 * The GPU, in browsers and in Node (where the package `webgpu` must be installed). Tensors that are put there stay there, and
 * programs run where their tensors are; results are read with `await x.read()`.
 * @param options `budget`: bytes that tensors may hold; `power`: 'high-performance' or 'low-power'; `portable`: use only the
 * limits that every implementation has; `flags`: options of the Node package.
 * @throws DeviceError with what to install or to start, if there is no GPU. `findWebGpu` returns it instead.
 * @example
 * import { webgpu } from 'conformable'
 * console.log(typeof webgpu) // 'function'
 */
export async function webgpu(options: WebGpuOptions = {}): Promise<WebGpuDevice> {
  const found = await findWebGpu(options)
  if (found._tag === 'Left') throw found.left
  return found.right
}

/**
 * As `webgpu`, but a missing GPU is a Left with the sentence, so that a program can go on without.
 * @example
 * import { cpu, findWebGpu } from 'conformable'
 * const found = await findWebGpu()
 * const device = found._tag === 'Right' ? found.right : cpu()
 */
export async function findWebGpu(options: WebGpuOptions = {}): Promise<E.Either<DeviceError, WebGpuDevice>> {
  const parsed = parseOptions('webgpu', schema, options)
  const { openWebGpu } = await import('./backends/wgsl/adapter.ts')
  return openWebGpu(parsed)()
}
