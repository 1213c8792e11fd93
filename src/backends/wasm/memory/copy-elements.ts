/** Elements copied from one array to another of the same type. */
import type { StorageArray } from '../../../core/dtype.ts'

// One function serves all types; where several types are met, the engine would look it up at every call.
const { set } = Float64Array.prototype

/** Writes the elements of `source` into `target`, from place `start` on. (Loops of our own are slower from about eight elements.) */
export function copyElements(target: StorageArray, source: StorageArray, start: number): void {
  set.call(target, source, start)
}
