/**
 * Which buffers a kernel may write where it reads another: pairs (from, to) such that every load of `from` has the address of
 * the one store to `to`, under the same loops, and no later statement loads `from`.
 */
import type { Address, Buffer, Kernel, Loop, Statement } from '../language/kernel.ts'
import { allNodes, eachStatement, nodesOf } from '../language/walk.ts'

/** `to` may stand where `from` does. */
export interface InPlacePair {
  readonly from: Buffer
  readonly to: Buffer
}

interface Visit {
  readonly statement: Statement
  readonly loops: readonly Loop[]
}

/** The pairs of a kernel; one `from` may appear with several `to`, of which only one can be taken. */
export function inPlace(kernel: Kernel): InPlacePair[] {
  const visits: Visit[] = []
  eachStatement(kernel.body, (statement, loops) => visits.push({ statement, loops }))
  const loads = loadsOf(visits)
  const stores = new Map<Buffer, number[]>()
  visits.forEach(({ statement }, position) => {
    if (statement.kind === 'store' || statement.kind === 'accumulate')
      stores.set(statement.buffer, [...(stores.get(statement.buffer) ?? []), position])
  })
  const pairs: InPlacePair[] = []
  for (const [to, positions] of stores) {
    if (positions.length !== 1 || loads.has(to)) continue
    for (const [from, accesses] of loads)
      if (from.dtype === to.dtype && !stores.has(from) && agrees(accesses, visits[positions[0]], positions[0]))
        pairs.push({ from, to })
  }
  return pairs
}

interface Access extends Visit {
  readonly position: number
  readonly address: Address
}

function loadsOf(visits: readonly Visit[]): Map<Buffer, Access[]> {
  const loads = new Map<Buffer, Access[]>()
  visits.forEach(({ statement, loops }, position) => {
    for (const node of allNodes(nodesOf(statement))) {
      if (node.kind !== 'load') continue
      const access = { statement, loops, position, address: node.address }
      const known = loads.get(node.buffer)
      if (known === undefined) loads.set(node.buffer, [access])
      else known.push(access)
    }
  })
  return loads
}

/** Is each load at the store's own element, in a statement under the same loops that comes no later? */
const agrees = (accesses: readonly Access[], { statement, loops }: Visit, position: number): boolean =>
  statement.kind === 'store' &&
  accesses.every(
    (access) =>
      access.position <= position &&
      access.statement.kind === 'store' &&
      sameLoops(access.loops, loops) &&
      sameAddress(access.address, statement.address) &&
      loops.every((loop) => loop.extent === 1 || access.address.terms.some((term) => term.loop === loop)),
  )

const sameLoops = (a: readonly Loop[], b: readonly Loop[]): boolean =>
  a.length === b.length && a.every((loop, i) => loop === b[i])

const sameAddress = (a: Address, b: Address): boolean =>
  a.dynamic === null &&
  b.dynamic === null &&
  a.offset === b.offset &&
  a.terms.length === b.terms.length &&
  a.terms.every(({ loop, stride }, i) => loop === b.terms[i].loop && stride === b.terms[i].stride)
