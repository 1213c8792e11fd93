/**
 * Sums down the columns of a large matrix, in two steps: of few rows at a time, along the rows, then of those sums. A sum of whole
 * columns takes a cache line of each row before it comes back to the first, and rows that lie a power of two apart all want the
 * same few places of a cache. For machines on which one thread runs a kernel from beginning to end.
 */

import type { DType } from '../../../types/dtype.ts'
import { isFloat } from '../../core/dtype.ts'
import type { Address, Buffer, Kernel, Loop, Node, Statement, Step } from '../language/kernel.ts'
import { kernelCost } from '../language/kernel-cost.ts'
import { allNodes, nodesOf, strideAlong } from '../language/walk.ts'

/** Elements from which a matrix is large. */
const LARGE = 32_768
/** Columns from which rows are worth their own loop. */
const MANY_COLUMNS = 64
/** Rows at a time, the best first: as few as a machine adds up without guarding against rounding. */
const HEIGHTS = [8, 10, 9, 7, 12, 11, 13, 14, 6, 15, 16]

type Reduce = Extract<Statement, { kind: 'reduce' }>

/** The steps, with large sums down columns cut in two. `allocate` makes a buffer. */
export const withColumnSums = (
  steps: readonly Step[],
  allocate: (dtype: DType, elements: number) => Buffer,
): readonly Step[] =>
  steps.flatMap((step) => {
    const sums = step.kind === 'kernel' ? columnSums(step.kernel) : null
    return sums === null ? [step] : cut(sums, allocate)
  })

/** A kernel that sums down columns and then stores. */
interface ColumnSums {
  readonly name: string
  readonly columns: Loop
  readonly sums: readonly Reduce[]
  readonly stores: readonly Statement[]
  readonly height: number
}

function columnSums({ name, body: [outer, ...others] }: Kernel): ColumnSums | null {
  if (outer?.kind !== 'for' || others.length > 0 || !outer.loop.vector || outer.loop.extent < MANY_COLUMNS) return null
  const columns = outer.loop
  const sums = outer.body.filter((statement) => statement.kind === 'reduce')
  const stores = outer.body.filter((statement) => statement.kind === 'store')
  if (sums.length === 0 || sums.length + stores.length < outer.body.length) return null
  const rows = sums[0].loops[0]?.extent ?? 0
  const height = HEIGHTS.find((count) => rows % count === 0)
  if (height === undefined || rows * columns.extent < LARGE) return null
  return sums.every((sum) => isColumnSum(sum, columns, rows)) ? { name, columns, sums, stores, height } : null
}

/** Is it the sum of so many rows, of elements that stand side by side along the columns? */
function isColumnSum({ operation, loops, local, value }: Reduce, columns: Loop, extent: number): boolean {
  if (operation !== 'sum' || !isFloat(local.dtype) || loops.length !== 1 || loops[0].extent !== extent) return false
  const nodes = allNodes([value])
  const isPlain = (node: Node): boolean => {
    if (node.kind !== 'load') return node.kind === 'apply' || node.kind === 'constant'
    return node.address.dynamic === null && [0, 1].includes(strideAlong(node.address, columns))
  }
  const isRow = (node: Node): boolean =>
    node.kind === 'load' && strideAlong(node.address, columns) === 1 && strideAlong(node.address, loops[0]) > 1
  return nodes.every(isPlain) && nodes.some(isRow)
}

function cut(
  { name, columns, sums, stores, height }: ColumnSums,
  allocate: (dtype: DType, elements: number) => Buffer,
) {
  const blocks = sums[0].loops[0].extent / height
  const partial = sums.map(({ local }) => allocate(local.dtype, blocks * columns.extent))
  const id = 1 + Math.max(columns.id, ...sums.map(({ loops }) => loops[0].id))
  const outer: Loop = { id, extent: blocks, parallel: true, vector: false }
  const at = (block: Loop): Address => ({
    offset: 0,
    terms: [
      { loop: block, stride: columns.extent },
      { loop: columns, stride: 1 },
    ],
    dynamic: null,
  })
  const first = sums.flatMap((sum, i): Statement[] => [
    ofBlock(sum, outer, height),
    { kind: 'store', buffer: partial[i], address: at(outer), value: read(sum) },
  ])
  const second = sums.map((sum, i): Statement => {
    const block = { ...sum.loops[0], extent: blocks }
    const { dtype } = sum.local
    return { ...sum, loops: [block], value: { kind: 'load', dtype, buffer: partial[i], address: at(block) } }
  })
  return [
    kernelOf(name, [{ kind: 'for', loop: outer, body: [{ kind: 'for', loop: columns, body: first }] }]),
    kernelOf('sum', [{ kind: 'for', loop: columns, body: [...second, ...stores] }]),
  ]
}

const read = ({ local }: Reduce): Node => ({ kind: 'local', dtype: local.dtype, local })

const kernelOf = (name: string, body: readonly Statement[]): Step => ({
  kind: 'kernel',
  kernel: { name, body, ...kernelCost(body) },
})

/** The sum of the rows of one block. */
function ofBlock(sum: Reduce, block: Loop, height: number): Reduce {
  const rows = sum.loops[0]
  const inside = { ...rows, extent: height }
  const written = new Map<Node, Node>()
  for (const node of allNodes(nodesOf(sum))) {
    if (node.kind === 'apply')
      written.set(node, { ...node, operands: node.operands.map((operand) => written.get(operand)!) })
    else if (node.kind === 'load') written.set(node, { ...node, address: moved(node.address) })
    else written.set(node, node)
  }
  return { ...sum, loops: [inside], value: written.get(sum.value)! }

  function moved(address: Address): Address {
    const terms = address.terms.flatMap((term) =>
      term.loop !== rows
        ? [term]
        : [
            { loop: block, stride: term.stride * height },
            { loop: inside, stride: term.stride },
          ],
    )
    return { ...address, terms }
  }
}
