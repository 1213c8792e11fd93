/** Where a part of a kernel keeps its rows: one after the other, each with room for a vector that begins in it. */
import { bytesOf } from '../../../core/dtype.ts'
import type { Buffer, Kernel } from '../../../kernels/language/kernel.ts'

/** Bytes of a vector, and of a cache line. */
const [VECTOR, LINE] = [16, 64] as const

const footprint = ({ dtype, elements }: Buffer): number => Math.ceil((elements * bytesOf(dtype) + VECTOR) / LINE) * LINE

/** Bytes for the rows of a kernel that have no place yet. */
export const rowBufferBytes = ({ rowBuffers = [] }: Kernel): number =>
  rowBuffers.reduce((sum, buffer) => (buffer.place === null ? sum + footprint(buffer) : sum), 0)

/** Gives the rows of a part, which have no place yet, theirs: from so many bytes of the arena on. */
export function placeRowBuffers({ rowBuffers = [] }: Kernel, offset: number): void {
  let next = offset
  for (const buffer of rowBuffers) {
    buffer.place = { kind: 'arena', offset: next }
    next += footprint(buffer)
  }
}
