/** How shaders reduce: neutral elements, one step, and all threads of a workgroup together. */
import type { DType } from '../../../types/dtype.ts'
import type { ReduceName } from '../../kernels/kernel.ts'
import type { FunctionName } from './maths/index.ts'
import { typeOf } from './scalar.ts'

type Call = (name: FunctionName, ...operands: string[]) => string

/** The result of reducing nothing. */
export function neutral(operation: ReduceName, dtype: DType, call: Call): string {
  const type = typeOf(dtype)
  if (operation === 'sum') return { f32: '0.0f', i32: '0', u32: '0u', bool: 'false' }[type]
  const highest = operation === 'min'
  switch (type) {
    case 'f32':
      return highest ? call('infinity') : `(-${call('infinity')})`
    case 'i32':
      return highest ? '2147483647' : '(-2147483647 - 1)'
    case 'u32':
      return highest ? '4294967295u' : '0u'
    default:
      return highest ? 'true' : 'false'
  }
}

/** a combined with b. */
export function combined(operation: ReduceName, dtype: DType, a: string, b: string, call: Call): string {
  if (operation === 'sum') return `${a} + ${b}`
  if (dtype === 'float32') return call(operation === 'max' ? 'maximum' : 'minimum', a, b)
  if (dtype === 'bool') return `${a} ${operation === 'max' ? '||' : '&&'} ${b}`
  return `${operation}(${a}, ${b})`
}

/** A function that combines one value of each thread of a workgroup; all threads get the result. */
export function acrossWorkgroup(operation: ReduceName, dtype: DType, threads: number, call: Call): string {
  const type = typeOf(dtype)
  const name = acrossName(operation, dtype)
  const step = combined(operation, dtype, `${name}_shared[thread]`, `${name}_shared[thread + half]`, call)
  return `
var<workgroup> ${name}_shared: array<${type}, ${threads}>;
fn ${name}(value: ${type}, thread: u32) -> ${type} {
  ${name}_shared[thread] = value;
  workgroupBarrier();
  for (var half = ${threads / 2}u; half > 0u; half /= 2u) {
    if (thread < half) { ${name}_shared[thread] = ${step}; }
    workgroupBarrier();
  }
  return workgroupUniformLoad(&${name}_shared[0]);
}`.trim()
}

/** The name of that function. */
export const acrossName = (operation: ReduceName, dtype: DType): string => `${operation}_${typeOf(dtype)}`
