/** Finding a GPU: the browser's, or in Node the one of the package `webgpu`. Every refusal is a Left with a sentence. */
import { DeviceError } from '../../core/errors.ts'
import { pipe, TE } from '../../fp.ts'
import { type WebGpuDevice, wgslDevice } from './device.ts'

/** Options of a device, parsed. */
export interface WebGpuOptions {
  /** The most bytes that tensors may hold. */
  readonly budget: number
  /** Which GPU of several. */
  readonly power: 'high-performance' | 'low-power'
  /** Only what every implementation of WebGPU offers: what runs so runs everywhere. */
  readonly portable: boolean
  /** Options of the package `webgpu` in Node, such as 'backend=vulkan'. */
  readonly flags: readonly string[]
}

/** Opens a device. */
export const openWebGpu = (options: WebGpuOptions): TE.TaskEither<DeviceError, WebGpuDevice> =>
  pipe(
    findGpu(options.flags),
    TE.chain((gpu) => findAdapter(gpu, options)),
    TE.chain(({ gpu, adapter }) => openDevice(gpu, adapter, options)),
  )

const refusal = (sentence: string) => (reason: unknown) =>
  new DeviceError(`webgpu: ${sentence} (${reason instanceof Error ? reason.message : String(reason)})`)

/** The object that knows the adapters. */
function findGpu(flags: readonly string[]): TE.TaskEither<DeviceError, GPU> {
  const own = globalThis.navigator?.gpu as GPU | undefined
  if (own !== undefined) return TE.right(own)
  return TE.tryCatch(async () => {
    // A name in a variable keeps bundlers and type checkers from wanting the optional package.
    const name = 'webgpu'
    const { create } = (await import(/* @vite-ignore */ name)) as { create: (flags: readonly string[]) => GPU }
    return create(flags)
  }, refusal(
    'there is no WebGPU here. In a browser, use one that has it, on a page from https or localhost; in Node, install the package: npm install webgpu',
  ))
}

function findAdapter(
  gpu: GPU,
  { power }: WebGpuOptions,
): TE.TaskEither<DeviceError, { readonly gpu: GPU; readonly adapter: GPUAdapter }> {
  return TE.tryCatch(async () => {
    const adapter = await gpu.requestAdapter({ powerPreference: power })
    if (adapter === null) throw new Error('the driver offers no adapter')
    return { gpu, adapter }
  }, refusal(
    'no GPU answers. On Linux, Node needs a Vulkan driver (libvulkan1 and one of a GPU, or of software such as SwiftShader named by VK_DRIVER_FILES); in Chromium without a GPU, start it with --enable-unsafe-webgpu',
  ))
}

function openDevice(
  gpu: GPU,
  adapter: GPUAdapter,
  { portable, budget }: WebGpuOptions,
): TE.TaskEither<DeviceError, WebGpuDevice> {
  return TE.tryCatch(async () => {
    const { limits } = adapter
    const requiredLimits = portable
      ? {}
      : {
          maxBufferSize: limits.maxBufferSize,
          maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
          maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
          maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
          maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
          maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
        }
    const device = await adapter.requestDevice({ label: 'conformable', requiredLimits })
    return wgslDevice({ device, keep: gpu, budget })
  }, refusal('the GPU refuses to open a device'))
}
