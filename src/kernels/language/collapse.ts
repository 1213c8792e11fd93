/** Two loops of which one stands directly in the other become one where every address moves through both without a gap. */
import type { Address, Loop, Node, Statement } from './kernel.ts'
import { replaceLoops } from './rewrite-loops.ts'
import { allNodes, eachStatement, nodesOf, strideAlong, writtenAddress } from './walk.ts'

/** The statements with as few loops as their addresses allow. */
export function collapse(body: readonly Statement[]): readonly Statement[] {
  const chains = chainsOf(body)
  if (chains.length === 0) return body
  const { addresses, counted } = usesOfLoops(body)
  const map = new Map<Loop, Loop | null>()
  for (const chain of chains) merge(chain, addresses, counted, map)
  return map.size === 0 ? body : replaceLoops(body, map)
}

/** Runs of loops that stand directly in one another, outermost first. */
function chainsOf(body: readonly Statement[]): Loop[][] {
  const chains: Loop[][] = []
  const inside = new Set<Statement>()
  eachStatement(body, (statement) => {
    if (statement.kind === 'reduce') chains.push([...statement.loops])
    if (statement.kind !== 'for' || inside.has(statement)) return
    const chain = [statement.loop]
    let only = statement.body
    while (only.length === 1 && only[0].kind === 'for' && only[0].loop.parallel === statement.loop.parallel) {
      inside.add(only[0])
      chain.push(only[0].loop)
      only = only[0].body
    }
    chains.push(chain)
  })
  return chains.filter((chain) => chain.length > 1)
}

/** All addresses of a kernel, and the loops whose index itself is a value. */
function usesOfLoops(body: readonly Statement[]) {
  const addresses: Address[] = []
  const counted = new Set<Loop>()
  const roots = new Set<Node>()
  eachStatement(body, (statement) => {
    const written = writtenAddress(statement)
    if (written !== null) addresses.push(written)
    for (const node of nodesOf(statement)) roots.add(node)
  })
  for (const node of allNodes([...roots])) {
    if (node.kind === 'load') addresses.push(node.address)
    if (node.kind === 'index') counted.add(node.loop)
  }
  return { addresses, counted }
}

/** Merges from the inside: the outer loop disappears into a longer inner one. */
function merge(
  chain: readonly Loop[],
  addresses: readonly Address[],
  counted: ReadonlySet<Loop>,
  map: Map<Loop, Loop | null>,
): void {
  let inner = chain[chain.length - 1]
  let extent = inner.extent
  for (let i = chain.length - 2; i >= 0; i--) {
    const outer = chain[i]
    const mergeable = !counted.has(outer) && !counted.has(inner) && isGapless(outer, inner, extent, addresses)
    if (mergeable) {
      extent *= outer.extent
      map.set(outer, null)
      map.set(inner, { ...inner, extent })
    } else {
      inner = outer
      extent = outer.extent
    }
  }
}

const isGapless = (outer: Loop, inner: Loop, extent: number, addresses: readonly Address[]): boolean =>
  addresses.every((address) => strideAlong(address, outer) === extent * strideAlong(address, inner))
