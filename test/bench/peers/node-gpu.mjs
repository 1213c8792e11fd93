/** WebGPU in Node where libraries for browsers look for it: `navigator.gpu`, a `window`, and the classes of WebGPU. */
import { create, globals } from 'webgpu'

/** Provides it. */
export async function provideGpu() {
  const gpu = create([])
  Object.assign(globalThis, globals)
  globalThis.navigator ??= { userAgent: 'node' }
  // It stays there, so it stays alive.
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu })
  globalThis.window ??= globalThis
}
