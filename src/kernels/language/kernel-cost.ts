/** What a kernel costs: scalar operations, and bytes of memory that it touches. */
import { bytesOf } from '../../core/dtype.ts'
import type { Address, Buffer, Contraction, Loop, MatrixOperand, Node, Statement } from './kernel.ts'
import { allNodes, eachStatement, nodesOf } from './walk.ts'

/** Operations (each counts 1, whatever it is) and bytes (each element that is read or written counts once for each access). */
export function kernelCost(body: readonly Statement[]): { readonly flops: number; readonly bytes: number } {
  let flops = 0
  let bytes = 0
  const seen = new Set<Node>()
  eachStatement(body, (statement, loops) => {
    const around = statement.kind === 'reduce' ? [...loops, ...statement.loops] : loops
    if (statement.kind === 'store' || statement.kind === 'accumulate')
      bytes += touched(statement.buffer, statement.address, around)
    if (statement.kind === 'reduce') flops += turnsOf(around)
    for (const node of allNodes(nodesOf(statement))) {
      if (seen.has(node)) continue
      seen.add(node)
      if (node.kind === 'apply') flops += turnsOf(around)
      if (node.kind === 'load') bytes += touched(node.buffer, node.address, around)
    }
  })
  return { flops, bytes }
}

/** Operations of a product and its epilogue (a multiplication and an addition count 2), and bytes that they touch. */
export function contractionCost({ batch, rows, columns, inner, a, b, c, epilogue, dtype }: Contraction) {
  const bytesPerElement = bytesOf(dtype)
  const count = batch.reduce((product, extent) => product * extent, 1)
  const matrix = ({ batchStrides }: MatrixOperand, elements: number): number =>
    batch.reduce((all, extent, axis) => (batchStrides[axis] === 0 ? all : all * extent), elements) * bytesPerElement
  const after = epilogue === null ? { flops: 0, bytes: 0 } : kernelCost(nested(epilogue.loops, epilogue.body))
  const replaced = epilogue?.body.some(({ buffer }) => buffer === c.buffer)
  const product = matrix(a, rows * inner) + matrix(b, inner * columns) + (replaced ? 0 : matrix(c, rows * columns))
  return { flops: 2 * count * rows * columns * inner + after.flops, bytes: product + after.bytes }
}

/** Statements inside loops, outermost first. */
export const nested = (loops: readonly Loop[], body: readonly Statement[]): readonly Statement[] =>
  loops.reduceRight<readonly Statement[]>((inner, loop) => [{ kind: 'for', loop, body: inner }], body)

const turnsOf = (loops: readonly Loop[]): number => loops.reduce((turns, { extent }) => turns * extent, 1)

/** Bytes of the elements an access can reach: each loop that moves it counts, and a run-time address may reach a new one each turn. */
function touched(buffer: Buffer, { terms, dynamic }: Address, around: readonly Loop[]): number {
  const loops = dynamic === null ? terms.map(({ loop }) => loop) : around
  return Math.min(turnsOf(loops), buffer.elements) * bytesOf(buffer.dtype)
}
