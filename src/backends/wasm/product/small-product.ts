/**
 * Small matrix products as plain kernels: no packing, no call with a dozen operands, and lanes along whichever axis the operands
 * lie side by side. What the packed product of `matmul.ts` gains in speed it loses again on so few numbers.
 */

import { epilogueKernel, type Finished, hasEpilogue } from '../../../kernels/fusion/epilogue-kernel.ts'
import { collapse } from '../../../kernels/language/collapse.ts'
import type {
  Address,
  Contraction,
  Kernel,
  Local,
  Loop,
  MatrixOperand,
  Node,
  Statement,
} from '../../../kernels/language/kernel.ts'
import { nested } from '../../../kernels/language/kernel-cost.ts'
import { chooseLanes } from '../../../kernels/language/lanes.ts'
import { replaceLoops } from '../../../kernels/language/rewrite-loops.ts'
import { HEAVY, scalarFlops } from '../../../kernels/language/scalar-flops.ts'
import { allNodes, nodesOf } from '../../../kernels/language/walk.ts'

/** Multiplications up to which a product is small. */
const SMALL = 4096

/** Is it small enough? */
export const isSmall = ({ rows, columns, inner }: Contraction): boolean => rows * columns * inner <= SMALL

type Axis = 'rows' | 'columns' | 'inner'

/** The stride of an operand along an axis: [along the first of its two, along the second]. */
const strides = ({ a, b, c }: Contraction): Record<Axis, readonly [a: number, b: number, c: number]> => ({
  rows: [a.rowStride, 0, c.rowStride],
  columns: [0, b.columnStride, c.columnStride],
  inner: [a.columnStride, b.rowStride, 0],
})

/** The product as loops over batches, rows and columns around a sum, with what follows it. */
export function productKernel(contraction: Contraction): Kernel {
  const vector = bestAxis(contraction)
  const joins = isLight(contraction) && (vector === 'columns' || (vector === 'rows' && contraction.columns === 1))
  const product = productNest(contraction, vector, joins)
  const after = joins || !hasEpilogue(contraction) ? [] : afterProduct(contraction).body
  return { name: contraction.name, body: [...product, ...after], flops: 0, bytes: 0 }
}

/** A long function is better off in a loop of its own, where several vectors go side by side (measured: 6 % on an ODE with tanh). */
const isLight = ({ epilogue }: Contraction): boolean =>
  epilogue === null ||
  allNodes(epilogue.body.flatMap(nodesOf)).every((node) => node.kind !== 'apply' || scalarFlops[node.name] < HEAVY)

/** The epilogue as a kernel of its own, over a product that is finished. */
export const afterProduct = (contraction: Finished): Kernel => {
  const { name, body } = epilogueKernel(contraction)
  return { name, body: chooseLanes(collapse(body)), flops: 0, bytes: 0 }
}

/** `joins`: the epilogue stands in the same loops. */
function productNest(contraction: Contraction, vector: Axis, joins: boolean): readonly Statement[] {
  const { dtype, batch, rows, columns, inner, a, b, c, epilogue } = contraction
  const extents = [...batch, rows, columns]
  const own = extents.map((extent, i): Loop => ({ id: extents.length + i, extent, parallel: true, vector: false }))
  const loops = epilogue !== null && joins ? epilogue.loops : own
  const depth: Loop = { id: 2 * extents.length, extent: inner, parallel: false, vector: vector === 'inner' }
  const nest: Record<Axis, Loop> = { rows: loops.at(-2)!, columns: loops.at(-1)!, inner: depth }
  const steps = strides(contraction)
  const addressOf = ({ offset, batchStrides }: MatrixOperand, position: 0 | 1 | 2): Address => ({
    offset,
    terms: [
      ...batch.map((_, i) => ({ loop: loops[i]!, stride: batchStrides[i]! })),
      ...axes.map((axis) => ({ loop: nest[axis], stride: steps[axis][position] })),
    ].filter(({ stride }) => stride !== 0),
    dynamic: null,
  })
  const load = (operand: MatrixOperand, position: 0 | 1): Node => ({
    kind: 'load',
    dtype,
    buffer: operand.buffer,
    address: addressOf(operand, position),
  })
  const product: Local = epilogue?.product ?? { id: 0, dtype }
  const value: Node = { kind: 'apply', name: 'mul', dtype, operands: [load(a, 0), load(b, 1)] }
  const sum: Node = { kind: 'local', dtype, local: product }
  const raw: Statement = { kind: 'store', buffer: c.buffer, address: addressOf(c, 2), value: sum }
  const needsRaw = epilogue === null || !joins || epilogue.body.every(({ buffer }) => buffer !== c.buffer)
  const body: Statement[] = [
    { kind: 'reduce', loops: [depth], local: product, operation: 'sum', value },
    ...(needsRaw ? [raw] : []),
    ...(epilogue !== null && joins ? epilogue.body : []),
  ]
  const chosen = vector === 'inner' ? new Map() : new Map([[nest[vector], { ...nest[vector], vector: true }]])
  return replaceLoops(nested(loops, body), chosen)
}

const axes = ['rows', 'columns', 'inner'] as const satisfies readonly Axis[]

/** The axis along which a vector of products is cheapest. */
function bestAxis(contraction: Contraction): Axis {
  const steps = strides(contraction)
  const cost = (axis: Axis): number => axisCost(contraction, axis, steps[axis])
  return axes.reduce((best, axis) => (cost(axis) < cost(best) ? axis : best))
}

/** Instructions for all products, roughly: an operand that does not lie side by side is read lane by lane. */
function axisCost(contraction: Contraction, axis: Axis, [a, b, c]: readonly [number, number, number]): number {
  const { rows, columns, inner, dtype } = contraction
  const width = dtype === 'float32' ? 4 : 2
  const extent = contraction[axis]
  const vectors = (Math.ceil(extent / width) * rows * columns * inner) / extent
  const access = (stride: number): number => (stride === 0 || stride === 1 ? 1 : width + 1)
  const results = axis === 'inner' ? 6 * rows * columns : ((rows * columns) / width) * access(c)
  return vectors * (2 + access(a) + access(b)) + results
}
