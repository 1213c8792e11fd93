/** Which loop of each nest runs in lanes: the one for which the work is least. */
import type { Loop, Statement } from './kernel.ts'
import { replaceLoops } from './rewrite-loops.ts'
import { strideAlong } from './walk.ts'
import { dependsOn, Work } from './work.ts'

/** The statements with loops marked `vector`. */
export function chooseLanes(body: readonly Statement[]): readonly Statement[] {
  const work = new Work(body)
  const chosen = new Map<Loop, Loop>()
  for (const statement of body)
    for (const loop of best(statement, 1, work).loops) chosen.set(loop, { ...loop, vector: true })
  return chosen.size === 0 ? body : replaceLoops(body, chosen)
}

interface Choice {
  readonly cost: number
  readonly loops: readonly Loop[]
}

/** The cheapest marking inside a statement that runs `turns` times. */
function best(statement: Statement, turns: number, work: Work): Choice {
  switch (statement.kind) {
    case 'for': {
      const { loop, body } = statement
      const inside = bestOfAll(body, turns * loop.extent, work)
      const allowed = loop.parallel && body.every((inner) => mayRunInLanes(inner, loop))
      return cheaper(inside, allowed ? [loop] : [], (lanes) => costInLanes(body, turns * loop.extent, lanes, work))
    }
    case 'reduce': {
      const own = turnsOf(statement, turns)
      const alone = { cost: own * work.alone(statement), loops: [] }
      // The lanes are brought together at the end.
      const joined = turns * work.widthOf(statement)
      return cheaper(alone, statement.loops, (lanes) => own * work.inLanes(statement, lanes) + joined)
    }
    case 'if':
      return bestOfAll([...statement.whenTrue, ...statement.whenFalse], turns, work)
    case 'while':
      return { cost: turns, loops: [] }
    default:
      return { cost: turns * work.alone(statement), loops: [] }
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

function bestOfAll(body: readonly Statement[], turns: number, work: Work): Choice {
  const choices = body.map((statement) => best(statement, turns, work))
  return {
    cost: choices.reduce((sum, { cost }) => sum + cost, 0),
    loops: choices.flatMap(({ loops }) => loops),
  }
}

function costInLanes(body: readonly Statement[], turns: number, lanes: Loop, work: Work): number {
  let cost = 0
  for (const statement of body) {
    if (statement.kind === 'for') cost += costInLanes(statement.body, turns * statement.loop.extent, lanes, work)
    else cost += turnsOf(statement, turns) * work.inLanes(statement, lanes)
  }
  return cost
}

/** How often a statement computes when it is reached `turns` times. */
const turnsOf = (statement: Statement, turns: number): number =>
  statement.kind === 'reduce' ? statement.loops.reduce((count, loop) => count * loop.extent, turns) : turns

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
