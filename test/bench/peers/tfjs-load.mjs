/** tfjs with its WebAssembly back end and SIMD, one thread. */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)

/** Loads the library; what it prints meanwhile does not belong to the figures. */
export async function loadTf() {
  const { log, warn } = console
  console.log = console.warn = () => {}
  const tf = require('@tensorflow/tfjs')
  const { setWasmPaths } = require('@tensorflow/tfjs-backend-wasm')
  setWasmPaths(`${join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'wasm-out')}/`)
  if (!(await tf.setBackend('wasm'))) throw new Error('tfjs: no wasm back end')
  await tf.ready()
  Object.assign(console, { log, warn })
  return tf
}
