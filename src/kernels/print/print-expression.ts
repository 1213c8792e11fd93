/** Scalar expressions as text: what is used more than once gets a name of its own. */
import { showNumber } from '../../core/show.ts'
import type { Address, Buffer, Node } from '../language/kernel.ts'
import { allNodes, operandsOf } from '../language/walk.ts'

/** An expression longer than this is broken up. */
const LONGEST = 100

/** Expressions of one statement: lines that define shared parts, then the text of each. */
export interface Printed {
  readonly prelude: readonly string[]
  readonly values: readonly string[]
}

/** Prints expressions; `showBuffer` names the buffers. */
export function printExpressions(roots: readonly Node[], showBuffer: (buffer: Buffer) => string): Printed {
  const uses = new Map<Node, number>()
  const nodes = allNodes(roots)
  for (const node of nodes) for (const operand of operandsOf(node)) uses.set(operand, (uses.get(operand) ?? 0) + 1)
  const texts = new Map<Node, string>()
  const prelude: string[] = []
  const textOf = (node: Node): string => texts.get(node)! // operands come before their users
  for (const node of nodes) {
    const text = textOfNode(node, textOf, showBuffer)
    const shared = (uses.get(node) ?? 0) > 1 || text.length > LONGEST
    if (!shared || node.kind !== 'apply') texts.set(node, text)
    else {
      texts.set(node, `t${prelude.length}`)
      prelude.push(`t${prelude.length} = ${text}`)
    }
  }
  return { prelude, values: roots.map(textOf) }
}

function textOfNode(node: Node, textOf: (node: Node) => string, showBuffer: (buffer: Buffer) => string): string {
  switch (node.kind) {
    case 'constant':
      return showNumber(node.value)
    case 'index':
      return `i${node.loop.id}`
    case 'local':
      return `v${node.local.id}`
    case 'load':
      return `${showBuffer(node.buffer)}[${showAddress(node.address, node.address.dynamic && textOf(node.address.dynamic))}]`
    case 'apply': {
      const operands = node.operands.map(textOf).join(', ')
      const extra = node.exponent ?? (node.name === 'convert' || node.name === 'bitcast' ? node.dtype : null)
      return `${node.name}(${operands}${extra === null ? '' : `, ${extra}`})`
    }
  }
}

/** `3 + 4 i0 + i1 + at`: an address; `dynamic` is the text of its run-time part. */
export function showAddress({ offset, terms }: Address, dynamic: string | null): string {
  const parts = terms.map(({ loop, stride }) => (stride === 1 ? `i${loop.id}` : `${stride} i${loop.id}`))
  if (dynamic !== null) parts.push(dynamic)
  if (offset !== 0 || parts.length === 0) parts.unshift(String(offset))
  return parts.join(' + ')
}
