/** The work of one turn of each statement of a kernel, alone or in lanes, by a simple model. */
import { bytesOf } from '../../core/dtype.ts'
import type { Address, Loop, Node, Statement } from './kernel.ts'
import { scalarFlops } from './scalar-flops.ts'
import { allNodes, eachStatement, nodesOf, strideAlong, writtenAddress } from './walk.ts'

/** Cost of one element that is gathered lane by lane, against 1 for a scalar access. */
const GATHERED = 1.25
/** Bytes of a vector. */
const VECTOR = 16
/** Operations of a transcendental function. */
const LONG = 20

/** What a statement does itself: nodes that an earlier statement has computed are not counted again. */
interface Own {
  readonly nodes: readonly Node[]
  /** Lanes of a vector of its widest elements. */
  readonly width: number
}

/** The work of a kernel's statements. */
export class Work {
  readonly #own = new Map<Statement, Own>()

  constructor(body: readonly Statement[]) {
    const seen = new Set<Node>()
    eachStatement(body, (statement) => {
      const nodes = allNodes(nodesOf(statement))
      const widest = nodes.reduce((most, { dtype }) => Math.max(most, bytesOf(dtype)), 4)
      const own = nodes.filter((node) => !seen.has(node))
      for (const node of own) seen.add(node)
      this.#own.set(statement, { nodes: own, width: VECTOR / widest })
    })
  }

  /** Of one turn. */
  alone(statement: Statement): number {
    return this.#sum(statement, 1, () => 1)
  }

  /** Of one turn, when neighbouring turns of a loop share their instructions. */
  inLanes(statement: Statement, lanes: Loop): number {
    const share = Math.ceil(lanes.extent / this.widthOf(statement)) / lanes.extent
    return this.#sum(statement, share, (address) => (isAdjacent(address, lanes) ? share : GATHERED))
  }

  /** Elements that a vector holds. */
  widthOf(statement: Statement): number {
    return this.#own.get(statement)!.width
  }

  #sum(statement: Statement, share: number, access: (address: Address) => number): number {
    const written = writtenAddress(statement)
    let sum = written === null ? share : access(written)
    const { nodes } = this.#own.get(statement)!
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i]
      if (node.kind === 'load') sum += access(node.address)
      else if (node.kind === 'apply') sum += share * Math.min(LONG, scalarFlops[node.name])
    }
    return sum
  }
}

/** Do neighbouring turns of a loop reach neighbouring elements, or the same one? */
function isAdjacent(address: Address, loop: Loop): boolean {
  const stride = strideAlong(address, loop)
  return (stride === 0 || stride === 1) && !dependsOn(address.dynamic, loop)
}

/** Does a node vary with a loop? */
export function dependsOn(node: Node | null, loop: Loop): boolean {
  if (node === null) return false
  return allNodes([node]).some(
    (each) =>
      (each.kind === 'index' && each.loop === loop) || (each.kind === 'load' && strideAlong(each.address, loop) !== 0),
  )
}
