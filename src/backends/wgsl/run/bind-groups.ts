/**
 * Bind groups of a program, remembered by the buffers they bind: donated state comes back in the same buffers, batches in those of
 * batches before. A few sets of buffers are remembered for each list of memories.
 */
import type { Resource } from './resource.ts'

/** Sets of buffers that are remembered for each list. */
const REMEMBERED = 16

/** A list of memories that dispatches bind: 'r' or 'w' for each. */
export interface Slot {
  readonly access: string
  readonly resources: readonly Resource[]
}

/** The bind groups of a program. */
export class BindGroups {
  readonly #groups: Map<string, GPUBindGroup>[] = []

  /** The group of slot `index` over these buffers. */
  find(index: number, buffers: readonly GPUBuffer[], make: () => GPUBindGroup): GPUBindGroup {
    this.#groups[index] ??= new Map()
    const groups = this.#groups[index]
    let key = ''
    for (const buffer of buffers) key += `${numberOf(buffer)},`
    let group = groups.get(key)
    if (group === undefined) {
      group = make()
      if (groups.size >= REMEMBERED) groups.delete(groups.keys().next().value!)
    } else {
      groups.delete(key)
    }
    groups.set(key, group) // the last used stands last
    return group
  }
}

const numbers = new WeakMap<GPUBuffer, number>()
let count = 0

/** A number that no other buffer has. */
function numberOf(buffer: GPUBuffer): number {
  let number = numbers.get(buffer)
  if (number === undefined) {
    number = ++count
    numbers.set(buffer, number)
  }
  return number
}
