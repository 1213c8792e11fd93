/** How shaders reduce: neutral elements, one step, and all threads of a workgroup together. */
import type { DType } from '../../../../types/dtype.ts'
import type { ReduceName } from '../../../kernels/language/kernel.ts'
import type { FunctionName } from '../maths/index.ts'
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

/** Terms that are summed up one by one before the sum joins the total: the error then grows with the blocks, not with the terms. */
export const SUM_BLOCK = 32

/** Threads that share work: how many (a power of two), how far neighbours among them are apart, and threads of the whole workgroup. */
export interface Lanes {
  readonly name: string
  readonly count: number
  readonly stride: number
  readonly threads: number
}

/** Values that every lane combines by itself at the end: reading them costs less than the barriers of more steps would. */
const LAST = 16

/** Memory of a workgroup with one value of each thread. */
export const sharedArray = (dtype: DType, threads: number): string =>
  `var<workgroup> shared_${typeOf(dtype)}: array<${typeOf(dtype)}, ${threads}>;`

/**
 * A function that combines one value of each lane of a team, in a fixed order; all lanes get the result. Steps combine several
 * values at once, since a barrier costs more than a few loads of shared memory that do not wait for each other.
 */
export function acrossLanes(name: string, operation: ReduceName, dtype: DType, lanes: Lanes, call: Call): string {
  const type = typeOf(dtype)
  const { count, stride, threads } = lanes
  const shared = `shared_${type}`
  const lane = threads === count ? 'thread' : stride === 1 ? `thread % ${count}u` : `thread / ${stride}u`
  const values = (from: string, radix: number, gap: number): string => {
    const step = combined(operation, dtype, 'total', `${shared}[${from} + i * ${gap}u]`, call)
    return `var total = ${shared}[${from}];
  for (var i = 1u; i < ${radix}u; i++) { total = ${step}; }`
  }
  const steps: string[] = []
  let left = count
  while (left > LAST) {
    const radix = 2 ** Math.ceil(Math.log2(left) / 2)
    left /= radix
    steps.push(`if (lane < ${left}u) {
  ${values('thread', radix, left * stride)}
  ${shared}[thread] = total;
  }
  workgroupBarrier();`)
  }
  return `
fn ${name}(value: ${type}, thread: u32) -> ${type} {
  let lane = ${lane};
  let first = thread - lane${stride === 1 ? '' : ` * ${stride}u`};
  ${[`${shared}[thread] = value;`, 'workgroupBarrier();', ...steps, values('first', left, stride)].join('\n  ')}
  workgroupBarrier();
  return total;
}`.trim()
}
