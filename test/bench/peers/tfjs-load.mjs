/** tfjs with its WebAssembly back end and SIMD, one thread, or with that of WebGPU. */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { provideGpu } from './node-gpu.mjs'

const require = createRequire(import.meta.url)

/** Loads the library; what it prints meanwhile does not belong to the figures. */
export async function loadTf(backend = 'wasm') {
  const { log, warn } = console
  console.log = console.warn = () => {}
  const tf = require('@tensorflow/tfjs')
  if (backend === 'webgpu') {
    await provideGpu()
    require('@tensorflow/tfjs-backend-webgpu')
  } else {
    const { setWasmPaths } = require('@tensorflow/tfjs-backend-wasm')
    setWasmPaths(`${join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'wasm-out')}/`)
  }
  if (!(await tf.setBackend(backend))) throw new Error(`tfjs: no ${backend} back end`)
  await tf.ready()
  Object.assign(console, { log, warn })
  return tf
}
