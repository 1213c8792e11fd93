/** A number written to regions of memory. */
import type { Index } from '../language/axes.ts'
import { finishKernel } from '../language/finish.ts'
import type { Kernel, Loop, Node, Statement } from '../language/kernel.ts'
import { NodeTable } from '../language/nodes.ts'
import type { Storage } from './storage.ts'
import { locate } from './storage.ts'

/** A kernel that writes one number to each region. */
export function fillKernel(name: string, regions: readonly Storage[], value: number): Kernel {
  const table = new NodeTable()
  const loops = loopCounter()
  return finishKernel(
    name,
    regions.flatMap((region) => fill(region, table, table.constant(region.buffer.dtype, value), loops)),
  )
}

/** Makes the loops of a kernel. */
export type LoopMaker = (extent: number) => Loop

/** Loops with fresh identities. */
export function loopCounter(): LoopMaker {
  let id = 0
  return (extent) => ({ id: id++, extent, parallel: true, vector: false })
}

/** Statements that write a value to every element of a region. */
export function fill(region: Storage, table: NodeTable, value: Node, makeLoop: LoopMaker): readonly Statement[] {
  const loops = region.shape.map(makeLoop)
  const index = loops.map((loop): Index => ({ offset: 0, terms: [{ atom: loop, stride: 1 }] }))
  const address = table.address(locate(region, index))
  let body: readonly Statement[] = [{ kind: 'store', buffer: region.buffer, address, value }]
  for (const loop of loops.toReversed()) body = [{ kind: 'for', loop, body }]
  return body
}
