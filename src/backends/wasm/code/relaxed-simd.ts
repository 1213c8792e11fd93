/**
 * Does the engine know relaxed SIMD, and with it the fused multiply-add?
 *
 * Node 22 and later and current browsers do. Node 20 does not by itself, but V8 takes a flag for it as long as nothing was
 * asked of it yet. The answer is settled once for a process, so that equal programs give equal bits.
 * Source: WebAssembly relaxed SIMD proposal, https://github.com/WebAssembly/relaxed-simd.
 */
import { DeviceError } from '../../../core/errors.ts'
import { ModuleBuilder } from './assembler.ts'
import { local, op } from './instructions.ts'

let supported: boolean | undefined

/** Whether `f32x4.relaxed_madd` and its like are used here; settled at the first call by asking the engine. */
export const supportsRelaxedSimd = (): boolean => {
  supported ??= isKnown()
  return supported
}

/**
 * Settles that relaxed SIMD is used, or is not, before anyone asks.
 * @throws DeviceError if it is settled otherwise already, or wanted and not to be had.
 */
export function settleRelaxedSimd(wanted: boolean): void {
  if (supported === wanted) return
  if (supported !== undefined)
    throw new DeviceError(
      `cpu: programs have been compiled with relaxedSimd ${supported} already; call cpu({ relaxedSimd: ${wanted} }) before the first operation.`,
    )
  if (wanted && !isKnown()) setFlag()
  if (wanted && !isKnown())
    throw new DeviceError(
      'cpu: this engine has no relaxed SIMD. Leave relaxedSimd out, or start Node 20 with --experimental-wasm-relaxed-simd.',
    )
  supported = wanted
}

const isKnown = (): boolean => WebAssembly.validate(relaxedModule())

/** What is needed here of `process` and of Node's module `v8`. */
interface Host {
  readonly process?: { getBuiltinModule?(name: string): { setFlagsFromString(flag: string): void } | undefined }
}

/** Node 20.16 and later hand out `v8` at once; elsewhere nothing happens. */
function setFlag(): void {
  const host: Host = globalThis
  host.process?.getBuiltinModule?.('node:v8')?.setFlagsFromString('--experimental-wasm-relaxed-simd')
}

const relaxedModule = (): Uint8Array<ArrayBuffer> => {
  const module = new ModuleBuilder()
  const code = module.function(['v128', 'v128', 'v128'], ['v128'])
  code.emit(op('f32x4.relaxed_madd', local.get(0), local.get(1), local.get(2)))
  return module.encode()
}
