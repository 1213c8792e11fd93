/** Steps in order, and who touches a buffer between two of them: what may move past what. */
import { buffersOf } from '../language/buffers.ts'
import type { Buffer, Step } from '../language/kernel.ts'
import type { Product } from './product.ts'
import { productOf } from './product.ts'

/** Positions of the steps that read and write a buffer, ascending. */
interface Touches {
  readonly reads: number[]
  readonly writes: number[]
}

/** The steps of a routine while some of them are joined. */
export class Timeline {
  readonly #steps: (Step | null)[]
  readonly #touches = new Map<Buffer, Touches>()

  constructor(steps: readonly Step[]) {
    this.#steps = [...steps]
    steps.forEach((step, position) => {
      const { reads, writes } = buffersOf(step)
      for (const buffer of reads) this.#touchesOf(buffer).reads.push(position)
      for (const buffer of writes) this.#touchesOf(buffer).writes.push(position)
    })
  }

  /** What is left, in order. */
  steps(): Step[] {
    return this.#steps.filter((step) => step !== null)
  }

  /** Positions of the products without an epilogue that write what the step at a position reads, latest first. */
  productsReadBy(position: number): readonly number[] {
    const places = new Set<number>()
    for (const buffer of buffersOf(this.#steps[position]!).reads)
      for (const place of this.#touchesOf(buffer).writes)
        if (place < position && this.#isFree(place, buffer)) places.add(place)
    return [...places].sort((a, b) => b - a)
  }

  /** The product at a position, if it has no epilogue and writes its sum to a buffer. */
  #isFree(position: number, buffer: Buffer): boolean {
    const product = this.productAt(position)
    return product !== null && product.epilogue === null && product.c.buffer === buffer
  }

  /** The product at a position, or null. */
  productAt(position: number): Product | null {
    return productOf(this.#steps[position])
  }

  /** The step at a position, or null if it is gone. */
  stepAt(position: number): Step | null {
    return this.#steps[position]
  }

  /**
   * Where the product at `place` and the kernel at `position` can be one step: at the kernel, else at the product; null if
   * neither can move.
   */
  meetingPlace(place: number, position: number, { reads: [a, b], c }: Product): number | null {
    const { reads, writes } = buffersOf(this.#steps[position]!)
    if (writes.has(a.buffer) || writes.has(b.buffer)) return null
    const free = (buffer: Buffer, kind: keyof Touches) => !this.#isTouched(buffer, kind, place, position)
    const untouched = (buffer: Buffer) => free(buffer, 'reads') && free(buffer, 'writes')
    if ([a.buffer, b.buffer].every((buffer) => free(buffer, 'writes')) && untouched(c.buffer)) return position
    const others = [...reads].filter((buffer) => buffer !== c.buffer)
    return others.every((buffer) => free(buffer, 'writes')) && [...writes].every(untouched) ? place : null
  }

  /** Does nothing but these two steps touch the buffer? */
  isOnlyTouchedBy(buffer: Buffer, writer: number, reader: number): boolean {
    const { reads, writes } = this.#touchesOf(buffer)
    return reads.length === 1 && reads[0] === reader && writes.length === 1 && writes[0] === writer
  }

  /** Puts a product with its epilogue in the place of the two steps. */
  join(place: number, position: number, target: number, step: Step): void {
    this.#remove(place)
    this.#remove(position)
    this.#steps[target] = step
    const { reads, writes } = buffersOf(step)
    for (const buffer of reads) insert(this.#touchesOf(buffer).reads, target)
    for (const buffer of writes) insert(this.#touchesOf(buffer).writes, target)
  }

  #remove(position: number): void {
    const { reads, writes } = buffersOf(this.#steps[position]!)
    for (const buffer of reads) remove(this.#touchesOf(buffer).reads, position)
    for (const buffer of writes) remove(this.#touchesOf(buffer).writes, position)
    this.#steps[position] = null
  }

  #isTouched(buffer: Buffer, kind: keyof Touches, after: number, before: number): boolean {
    const positions = this.#touchesOf(buffer)[kind]
    const next = positions[lowerBound(positions, after + 1)]
    return next !== undefined && next < before
  }

  #touchesOf(buffer: Buffer): Touches {
    const known = this.#touches.get(buffer)
    if (known !== undefined) return known
    const touches: Touches = { reads: [], writes: [] }
    this.#touches.set(buffer, touches)
    return touches
  }
}

/** The first index whose number is at least `bound`. */
function lowerBound(sorted: readonly number[], bound: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle] < bound) low = middle + 1
    else high = middle
  }
  return low
}

const insert = (sorted: number[], value: number): void => void sorted.splice(lowerBound(sorted, value), 0, value)

const remove = (sorted: number[], value: number): void => void sorted.splice(lowerBound(sorted, value), 1)
