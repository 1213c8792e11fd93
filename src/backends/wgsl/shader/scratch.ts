/** Memory between the shaders of one step. Steps follow one another, so it is the same memory for all of them. */
import type { DType } from '../../../../types/dtype.ts'
import { bytesOf } from '../../../core/dtype.ts'
import type { Buffer } from '../../../kernels/language/kernel.ts'

/** Makes a buffer between the shaders of a step. */
export type Scratch = (dtype: DType, elements: number) => Buffer

/** A piece of the arena. */
interface Piece {
  readonly offset: number
  readonly bytes: number
}

/** The scratch memory of a program; `reserve` gives where so many bytes of the arena begin. */
export class ScratchMemory {
  readonly #reserve: (bytes: number) => number
  readonly #pieces: Piece[] = []
  #taken = new Set<Piece>()

  constructor(reserve: (bytes: number) => number) {
    this.#reserve = reserve
  }

  /** From here on all memory is free again. */
  nextStep(): void {
    this.#taken = new Set()
  }

  /** A buffer that no other of the same step shares. */
  readonly allocate: Scratch = (dtype, elements) => {
    const bytes = 16 * Math.ceil((elements * bytesOf(dtype)) / 16)
    let piece = this.#pieces.find((each) => each.bytes >= bytes && !this.#taken.has(each))
    if (piece === undefined) {
      piece = { offset: this.#reserve(bytes), bytes }
      this.#pieces.push(piece)
    }
    this.#taken.add(piece)
    return { id: -1, dtype, elements, place: { kind: 'arena', offset: piece.offset } }
  }
}
