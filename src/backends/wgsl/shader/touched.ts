/** Which buffers statements touch. */
import type { Buffer, Statement } from '../../../kernels/language/kernel.ts'
import { allNodes, eachStatement, nodesOf } from '../../../kernels/language/walk.ts'

/** The buffers of statements, in order of first appearance. */
export function buffersOf(body: readonly Statement[]): readonly Buffer[] {
  const found = new Set<Buffer>()
  eachStatement(body, (statement) => {
    for (const node of allNodes(nodesOf(statement))) if (node.kind === 'load') found.add(node.buffer)
    if (statement.kind === 'store' || statement.kind === 'accumulate') found.add(statement.buffer)
  })
  return [...found]
}

/** Those that they write. */
export function writtenBy(body: readonly Statement[]): ReadonlySet<Buffer> {
  const written = new Set<Buffer>()
  eachStatement(body, (statement) => {
    if (statement.kind === 'store' || statement.kind === 'accumulate') written.add(statement.buffer)
  })
  return written
}
