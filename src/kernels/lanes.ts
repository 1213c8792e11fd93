/** Which loop of each nest runs in lanes: the one for which a simple model of the cost is least. */
import { bytesOf } from '../core/dtype.ts'
import type { Address, Loop, Node, Statement } from './kernel.ts'
import { replaceLoops } from './rewrite-loops.ts'
import { allNodes, nodesOf, strideAlong, writtenAddress } from './walk.ts'

/** Cost of one element that is gathered lane by lane, against 1 for a scalar access. */
const GATHERED = 1.25
/** Bytes of a vector. */
const VECTOR = 16

/** The statements with loops marked `vector`. */
export function chooseLanes(body: readonly Statement[]): readonly Statement[] {
  const chosen = new Map<Loop, Loop>()
  for (const statement of body) for (const loop of best(statement, 1).loops) chosen.set(loop, { ...loop, vector: true })
  return chosen.size === 0 ? body : replaceLoops(body, chosen)
}

interface Choice {
  readonly cost: number
  readonly loops: readonly Loop[]
}

/** The cheapest marking inside a statement that runs `turns` times. */
function best(statement: Statement, turns: number): Choice {
  switch (statement.kind) {
    case 'for': {
      const { loop } = statement
      const inside = total(statement.body, turns * loop.extent)
      const allowed = loop.parallel && statement.body.every((inner) => mayRunInLanes(inner, loop))
      return cheaper(inside, allowed ? [loop] : [], (lanes) => costInLanes(statement.body, turns * loop.extent, lanes))
    }
    case 'reduce': {
      const own = statement.loops.reduce((count, loop) => count * loop.extent, turns)
      return cheaper(
        { cost: own * scalarCost(statement), loops: [] },
        statement.loops,
        (lanes) => own * laneCost(statement, lanes),
      )
    }
    case 'if':
      return total([...statement.whenTrue, ...statement.whenFalse], turns)
    case 'while':
      return { cost: turns, loops: [] }
    default:
      return { cost: turns * scalarCost(statement), loops: [] }
  }
}

function cheaper(without: Choice, loops: readonly Loop[], costOf: (lanes: Loop) => number): Choice {
  let choice = without
  for (const loop of loops) {
    const cost = costOf(loop)
    if (cost < choice.cost) choice = { cost, loops: [loop] }
  }
  return choice
}

function total(body: readonly Statement[], turns: number): Choice {
  const choices = body.map((statement) => best(statement, turns))
  return {
    cost: choices.reduce((sum, { cost }) => sum + cost, 0),
    loops: choices.flatMap(({ loops }) => loops),
  }
}

function costInLanes(body: readonly Statement[], turns: number, lanes: Loop): number {
  let cost = 0
  for (const statement of body) {
    if (statement.kind === 'for') cost += costInLanes(statement.body, turns * statement.loop.extent, lanes)
    else if (statement.kind === 'reduce') {
      cost += statement.loops.reduce((count, loop) => count * loop.extent, turns) * laneCost(statement, lanes)
    } else cost += turns * laneCost(statement, lanes)
  }
  return cost
}

/** Nothing in lanes may branch, wait for another lane, or add to an element that another lane adds to. */
function mayRunInLanes(statement: Statement, lanes: Loop): boolean {
  switch (statement.kind) {
    case 'for':
      return statement.body.every((inner) => mayRunInLanes(inner, lanes))
    case 'accumulate':
      return strideAlong(statement.address, lanes) !== 0 && !dependsOn(statement.address.dynamic, lanes)
    case 'if':
    case 'while':
      return false
    default:
      return true
  }
}

const costs = new WeakMap<Statement, readonly Node[]>()

function nodesUnder(statement: Statement): readonly Node[] {
  const known = costs.get(statement)
  if (known !== undefined) return known
  const nodes = allNodes(nodesOf(statement))
  costs.set(statement, nodes)
  return nodes
}

const scalarCost = (statement: Statement): number => 1 + nodesUnder(statement).length

/** Cost of one turn of a statement when neighbouring turns of `lanes` share an instruction. */
function laneCost(statement: Statement, lanes: Loop): number {
  const width = VECTOR / widestOf(statement)
  const share = Math.ceil(lanes.extent / width) / lanes.extent
  const written = writtenAddress(statement)
  let cost = written === null ? share : accessCost(written, lanes, share)
  for (const node of nodesUnder(statement))
    cost += node.kind === 'load' ? accessCost(node.address, lanes, share) : share
  return cost
}

function accessCost(address: Address, lanes: Loop, share: number): number {
  const stride = strideAlong(address, lanes)
  return (stride === 0 || stride === 1) && !dependsOn(address.dynamic, lanes) ? share : GATHERED
}

function dependsOn(node: Node | null, loop: Loop): boolean {
  if (node === null) return false
  return allNodes([node]).some(
    (each) =>
      (each.kind === 'index' && each.loop === loop) || (each.kind === 'load' && strideAlong(each.address, loop) !== 0),
  )
}

/** Bytes of the widest element that a statement handles. */
const widestOf = (statement: Statement): number =>
  nodesUnder(statement).reduce((widest, { dtype }) => Math.max(widest, bytesOf(dtype)), 4)
