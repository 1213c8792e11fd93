/** Walking the statements and expressions of a kernel. */
import type { Address, Loop, Node, Statement } from './kernel.ts'

/** Calls `visit` for every statement, outer before inner, with the loops around it. */
export function eachStatement(
  body: readonly Statement[],
  visit: (statement: Statement, loops: readonly Loop[]) => void,
  loops: readonly Loop[] = [],
): void {
  for (let i = 0; i < body.length; i++) {
    const statement = body[i]
    visit(statement, loops)
    const inside = statement.kind === 'for' ? [...loops, statement.loop] : loops
    const bodies = bodiesOf(statement)
    for (let j = 0; j < bodies.length; j++) eachStatement(bodies[j], visit, inside)
  }
}

/** The lists of statements inside a statement. */
export function bodiesOf(statement: Statement): readonly (readonly Statement[])[] {
  switch (statement.kind) {
    case 'for':
    case 'while':
      return [statement.body]
    case 'if':
      return [statement.whenTrue, statement.whenFalse]
    default:
      return []
  }
}

/** The expressions that a statement itself uses. */
export function nodesOf(statement: Statement): readonly Node[] {
  switch (statement.kind) {
    case 'store':
    case 'accumulate':
      return statement.address.dynamic === null ? [statement.value] : [statement.address.dynamic, statement.value]
    case 'assign':
    case 'reduce':
      return [statement.value]
    case 'if':
    case 'while':
      return [statement.condition]
    case 'for':
      return []
  }
}

/** What `allNodes` has found below one root: most passes ask for the nodes of each statement, which never change. */
const known = new WeakMap<Node, readonly Node[]>()

/** Every node under the given ones, once, operands before their users. */
export function allNodes(roots: readonly Node[]): readonly Node[] {
  if (roots.length !== 1) return collected(roots)
  let nodes = known.get(roots[0])
  if (nodes === undefined) {
    nodes = collected(roots)
    known.set(roots[0], nodes)
  }
  return nodes
}

function collected(roots: readonly Node[]): readonly Node[] {
  const found = new Set<Node>()
  const stack = [...roots].reverse()
  while (stack.length > 0) {
    const node = stack[stack.length - 1]
    const height = stack.length
    if (!found.has(node)) {
      const operands = operandsOf(node)
      for (let i = operands.length - 1; i >= 0; i--) if (!found.has(operands[i])) stack.push(operands[i])
    }
    if (stack.length > height) continue
    found.add(node)
    stack.pop()
  }
  return [...found]
}

/** The nodes that a node uses directly. */
export function operandsOf(node: Node): readonly Node[] {
  if (node.kind === 'apply') return node.operands
  return node.kind === 'load' && node.address.dynamic !== null ? [node.address.dynamic] : []
}

/** The address that a statement writes to, or null. */
export const writtenAddress = (statement: Statement): Address | null =>
  statement.kind === 'store' || statement.kind === 'accumulate' ? statement.address : null

/** The stride of an address along a loop. */
export function strideAlong({ terms }: Address, loop: Loop): number {
  for (let i = 0; i < terms.length; i++) if (terms[i].loop === loop) return terms[i].stride
  return 0
}
