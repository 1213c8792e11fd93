/** Vector functions run over arrays, and how far a result is from the truth. */
import v8 from 'node:v8'
import { type Expression, ModuleBuilder } from '../../../src/backends/wasm/code/assembler.ts'
import { add, call, forUp, i32, load, local, store } from '../../../src/backends/wasm/code/instructions.ts'
import { type MathsName, maths, type VectorContext, type VectorDType } from '../../../src/backends/wasm/maths/index.ts'

// Node 20 has relaxed SIMD behind a flag, later versions without
if (process.versions.node.startsWith('20.')) v8.setFlagsFromString('--experimental-wasm-relaxed-simd')

/** Every name of the table. */
export const mathsNames = Object.keys(maths) as readonly MathsName[] // the keys of the table are its names

/** Both widths, without and with fused multiply-add. */
export const contexts: readonly VectorContext[] = [
  { dtype: 'float64', fma: false },
  { dtype: 'float64', fma: true },
  { dtype: 'float32', fma: false },
  { dtype: 'float32', fma: true },
]

/** Applies a function of the table to every element (to every pair, where it has two operands). */
export type Runner = (name: MathsName, x: readonly number[], y?: readonly number[]) => number[]

const storage = { float32: Float32Array, float64: Float64Array } as const

/** All functions of the table in one module; `inline`: written into the loop instead of called. */
export function runnerOf(context: VectorContext, inline = false): Runner {
  const memory = new WebAssembly.Memory({ initial: 64 })
  const module = new ModuleBuilder()
  module.importMemory({ initial: 64 })
  for (const name of mathsNames) defineLoop(module, name, context, inline)
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.encode()), { env: { memory } })
  const Storage = storage[context.dtype]
  return (name, x, y = x) => {
    const length = Math.ceil(x.length / 4) * 4
    const bytes = length * Storage.BYTES_PER_ELEMENT
    new Storage(memory.buffer, 0, length).fill(0).set(x)
    new Storage(memory.buffer, bytes, length).fill(0).set(y)
    const run = exports[name] as (x: number, y: number, result: number, bytes: number) => void // as defined below
    run(0, bytes, 2 * bytes, bytes)
    return Array.from(new Storage(memory.buffer, 2 * bytes, x.length))
  }
}

/** A function (x, y, result, bytes) → () over arrays in memory. */
function defineLoop(module: ModuleBuilder, name: MathsName, context: VectorContext, inline: boolean): void {
  const { arity, generate, short } = maths[name]
  const one = module.function(arity === 1 ? ['v128'] : ['v128', 'v128'], ['v128'], name)
  one.emit(generate(context, ...[local.get(0), local.get(1)].slice(0, arity)))
  const all = module.function(['i32', 'i32', 'i32', 'i32'], [], `${name} of arrays`)
  const offset = all.local('i32')
  const at = (base: number) => add(local.get(base), local.get(offset))
  const operands = [load('v128.load', at(0)), load('v128.load', at(1))].slice(0, arity)
  const whole = (...given: readonly Expression[]): Expression => call(one.index, ...given)
  const inPlace = short ? short(context, whole, operands[0]!) : generate(context, ...operands)
  const value = inline ? inPlace : whole(...operands)
  all.emit(forUp(offset, i32(0), local.get(3), 16, store('v128.store', at(2), value)))
  module.exportFunction(name, all.index)
}

const formats = {
  float32: { fractionBits: 23, least: -126, infinity: 2 ** 128 },
  float64: { fractionBits: 52, least: -1022, infinity: Number.POSITIVE_INFINITY },
} as const

/** The distance of neighbouring numbers of a dtype at x. */
function ulp(x: number, dtype: VectorDType): number {
  const { fractionBits, least } = formats[dtype]
  let exponent = Math.max(least, Math.floor(Math.log2(Math.abs(x)) || least))
  if (2 ** exponent > Math.abs(x) && exponent > least) exponent--
  return 2 ** (exponent - fractionBits)
}

/**
 * The error of a result in units in the last place of the truth, a float64. Infinity stands for 2^128 in float32, so that results
 * may round to it. Where one is NaN or infinite and the other not, or where the signs of zeros differ, it is infinite.
 */
export function errorInUlps(result: number, truth: number, dtype: VectorDType): number {
  const rounded = dtype === 'float32' ? Math.fround(truth) : truth
  if (Object.is(result, rounded))
    return dtype === 'float32' && Number.isFinite(result) ? distance(result, truth, dtype) : 0
  if (Number.isNaN(result) || Number.isNaN(truth)) return Number.POSITIVE_INFINITY
  if (1 / result < 0 !== 1 / truth < 0) return Number.POSITIVE_INFINITY
  return distance(result, truth, dtype)
}

function distance(result: number, truth: number, dtype: VectorDType): number {
  const { infinity } = formats[dtype]
  const limited = (x: number): number => Math.min(Math.max(x, -infinity), infinity)
  return Math.abs(limited(result) - limited(truth)) / ulp(Math.min(Math.abs(truth), infinity / 2), dtype)
}
