/**
 * Does the engine know relaxed SIMD, and with it the fused multiply-add?
 *
 * Node 22 and later and current browsers do; Node 20 does not by default, so every program ships without it there.
 * Source: WebAssembly relaxed SIMD proposal, https://github.com/WebAssembly/relaxed-simd.
 */
import { ModuleBuilder } from './assembler.ts'
import { local, op } from './instructions.ts'

let supported: boolean | undefined

/** Whether `f32x4.relaxed_madd` and its like validate here; asked of the engine once, at the first call. */
export const supportsRelaxedSimd = (): boolean => {
  supported ??= WebAssembly.validate(relaxedModule())
  return supported
}

const relaxedModule = (): Uint8Array<ArrayBuffer> => {
  const module = new ModuleBuilder()
  const code = module.function(['v128', 'v128', 'v128'], ['v128'])
  code.emit(op('f32x4.relaxed_madd', local.get(0), local.get(1), local.get(2)))
  return module.encode()
}
