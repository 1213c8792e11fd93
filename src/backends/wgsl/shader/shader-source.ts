/** What becomes a shader: loops, or a template such as the tiled product. A shader depends on which memories hold its buffers. */
import type { Buffer } from '../../../kernels/language/kernel.ts'
import type { ShaderMemory } from './shader-memory.ts'

/** A source of shaders. */
export interface ShaderSource {
  readonly name: string
  /** Every buffer it touches, in the order of their bases. */
  readonly buffers: readonly Buffer[]
  readonly written: ReadonlySet<Buffer>
  /** Buffers that the shader could reach four elements at a time, were they to begin at multiples of four; empty if it could not. */
  readonly fours?: ReadonlySet<Buffer>
  /** The shader over these memories. `predicate`: a flag; where it is 0 the shader does nothing. */
  shader(memory: ShaderMemory, predicate: Predicate | null): Shader
}

/** A shader and how many workgroups of it are to run. */
export interface Shader {
  readonly name: string
  readonly code: string
  readonly workgroups: number
}

/** A flag in one of the memories. */
export interface Predicate {
  readonly memory: number
  readonly base: number
}
