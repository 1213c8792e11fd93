/**
 * The cotangent of one variable while it is being summed: a dense part, and segments of a vector. All segments end in one
 * `assemble` (no zeros are filled in or padded for each of them); only where segments partly overlap there are several.
 */
import { sameShape, sizeOf } from '../core/abstract.ts'
import type { Maybe } from '../core/primitive.ts'
import { Segment } from '../core/primitive.ts'
import type { Value } from '../core/value.ts'
import { add } from '../primitives/elementwise.ts'
import { assemble } from '../primitives/segments.ts'
import { reshape } from '../primitives/structural.ts'

/** A sum of cotangents. */
export class Accumulator {
  #dense: Maybe = null
  readonly #segments = new Map<string, Segment>()

  add(cotangent: Value | Segment): void {
    if (cotangent instanceof Segment) this.#addSegment(cotangent)
    else this.#dense = sum(this.#dense, cotangent)
  }

  /** The sum as a value of the given size. */
  total(size: number): Value {
    let total = this.#dense
    for (const layer of layersOf([...this.#segments.values()])) total = sum(total, assemble(layer, size))
    return total! // something was added, or there would be no accumulator
  }

  /** Segments of equal place are added at once. */
  #addSegment(segment: Segment): void {
    const { offset, value } = segment
    const key = `${offset}:${sizeOf(value.shape)}`
    const known = this.#segments.get(key)
    this.#segments.set(key, known === undefined ? segment : new Segment(offset, sumFlat(known.value, value)))
  }
}

const sum = (a: Maybe, b: Value): Value => (a === null ? b : add(a, b))

const sumFlat = (a: Value, b: Value): Value => add(a, sameShape(a.shape, b.shape) ? b : reshape(b, a.shape))

/** Distributes segments over as few layers as needed so that those of one layer do not overlap (first fit, by offset). */
function layersOf(segments: readonly Segment[]): Segment[][] {
  const layers: Segment[][] = []
  const ends: number[] = []
  const ordered = [...segments].sort((a, b) => a.offset - b.offset || sizeOf(a.value.shape) - sizeOf(b.value.shape))
  for (const segment of ordered) {
    const free = ends.findIndex((end) => end <= segment.offset)
    const layer = free < 0 ? layers.length : free
    if (free < 0) layers.push([])
    layers[layer]!.push(segment)
    ends[layer] = segment.offset + sizeOf(segment.value.shape)
  }
  return layers
}
