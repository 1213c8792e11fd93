/** Which buffers a step reads and writes. */
import { convolutionOperands } from './convolution-cost.ts'
import type { Buffer, Operand, Statement, Step } from './kernel.ts'
import { allNodes, eachStatement, nodesOf } from './walk.ts'

/** The buffers of one step. */
interface StepBuffers {
  readonly reads: ReadonlySet<Buffer>
  readonly writes: ReadonlySet<Buffer>
}

/** The buffers that a step touches, without those of nested routines. */
export function buffersOf(step: Step): StepBuffers {
  const reads = new Set<Buffer>()
  const writes = new Set<Buffer>()
  const read = (operands: readonly Operand[]): void => {
    for (const { buffer } of operands) reads.add(buffer)
  }
  const write = (operands: readonly Operand[]): void => {
    for (const { buffer } of operands) writes.add(buffer)
  }
  switch (step.kind) {
    case 'kernel':
      kernelBuffers(step.kernel.body, reads, writes)
      break
    case 'contract':
      read([step.contraction.a, step.contraction.b])
      write([step.contraction.c])
      if (step.contraction.epilogue !== null) kernelBuffers(step.contraction.epilogue.body, reads, writes)
      break
    case 'convolve': {
      const operands = convolutionOperands(step.convolution)
      read(operands.reads)
      write([operands.writes])
      if (step.convolution.epilogue !== null) kernelBuffers(step.convolution.epilogue.body, reads, writes)
      break
    }
    case 'copy':
      read([step.from])
      write([step.to])
      break
    case 'scan':
      read([...step.constants, ...step.start, ...step.xs, ...(step.count === null ? [] : [step.count])])
      write([...step.end, ...step.ys])
      for (const pair of step.carryScratch) for (const buffer of pair) writes.add(buffer)
      break
    case 'while':
      read([...step.conditionConstants, ...step.bodyConstants, ...step.start])
      write(step.end)
      for (const pair of step.carryScratch) for (const buffer of pair) writes.add(buffer)
      writes.add(step.flag)
      break
    case 'cond':
      read([step.selector, ...step.inputs])
      write(step.outputs)
      break
    case 'host':
      read(step.inputs)
      write(step.outputs)
  }
  return { reads, writes }
}

function kernelBuffers(body: readonly Statement[], reads: Set<Buffer>, writes: Set<Buffer>): void {
  eachStatement(body, (statement) => {
    if (statement.kind === 'store' || statement.kind === 'accumulate') writes.add(statement.buffer)
    const nodes = allNodes(nodesOf(statement))
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i]
      if (node.kind === 'load') reads.add(node.buffer)
    }
  })
}
