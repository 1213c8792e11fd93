/**
 * The memories that a shader binds. A kernel's buffers lie in the arena, in inputs and in outputs of the program; each of these
 * is bound once, whole, and where a buffer begins in it is data (`bases`), so that equal kernels share one pipeline.
 */
import type { DType } from '../../../../types/dtype.ts'
import type { Buffer } from '../../../kernels/language/kernel.ts'
import { typeOf } from './scalar.ts'

/** The type of a memory's elements in a shader; numbers of other types pass through by their bits. */
export type ElementType = 'f32' | 'i32' | 'u32'

/** One binding of storage. */
export interface Memory {
  readonly name: string
  readonly element: ElementType
  readonly writable: boolean
  /** Does the shader see it as vectors of four elements? */
  readonly inFours: boolean
}

/** Where a buffer of a kernel stands: in which memory, and under which number its begin is handed over. */
export interface Place {
  readonly memory: number
  readonly base: number
}

/** The memories of a shader, and the places of its buffers in order of their bases. */
export interface ShaderMemory {
  readonly memories: readonly Memory[]
  readonly places: ReadonlyMap<Buffer, Place>
}

/** The element type that holds a dtype as it is. */
export const elementOf = (dtype: DType): ElementType => {
  const type = typeOf(dtype)
  return type === 'bool' ? 'i32' : type
}

/** A value of a dtype, read from an element. */
export function decoded(text: string, element: ElementType, dtype: DType): string {
  if (dtype === 'bool') return element === 'f32' ? `(bitcast<u32>(${text}) != 0u)` : `(${text} != 0)`
  return elementOf(dtype) === element ? text : `bitcast<${elementOf(dtype)}>(${text})`
}

/** The element that holds a value of a dtype. */
export function encoded(text: string, element: ElementType, dtype: DType): string {
  if (dtype === 'bool') {
    if (element === 'f32') return `bitcast<f32>(select(0u, 1u, ${text}))`
    return element === 'u32' ? `select(0u, 1u, ${text})` : `select(0, 1, ${text})`
  }
  return elementOf(dtype) === element ? text : `bitcast<${element}>(${text})`
}

/** Four values of a dtype, read from a vector of elements. */
export function decodedFour(text: string, element: ElementType, dtype: DType): string {
  if (dtype === 'bool') return `(bitcast<vec4<u32>>(${text}) != vec4<u32>())`
  return elementOf(dtype) === element ? text : `bitcast<vec4<${elementOf(dtype)}>>(${text})`
}

/** The vector of elements that holds four values of a dtype. */
export function encodedFour(text: string, element: ElementType, dtype: DType): string {
  if (dtype === 'bool') return `bitcast<vec4<${element}>>(select(vec4<u32>(), vec4<u32>(1u), ${text}))`
  return elementOf(dtype) === element ? text : `bitcast<vec4<${element}>>(${text})`
}

/** The element of a memory at a position. */
export function elementAt({ name, inFours }: Memory, position: string): string {
  return inFours ? `${name}[(${position}) >> 2u][(${position}) & 3]` : `${name}[${position}]`
}
