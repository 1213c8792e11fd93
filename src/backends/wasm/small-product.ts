/**
 * Small matrix products as plain kernels: no packing, no call with a dozen operands, and lanes along whichever axis the operands
 * lie side by side. What the packed product of `matmul.ts` gains in speed it loses again on so few numbers.
 */
import type { Address, Contraction, Kernel, Local, Loop, MatrixOperand, Node, Statement } from '../../kernels/kernel.ts'

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

/** The product as loops over batches, rows and columns around a sum. */
export function productKernel(contraction: Contraction): Kernel {
  const { dtype, batch, name } = contraction
  const vector = bestAxis(contraction)
  let next = 0
  const loop = (extent: number, axis?: Axis): Loop => ({
    id: next++,
    extent,
    parallel: axis !== 'inner',
    vector: axis === vector,
  })
  const batches = batch.map((extent) => loop(extent))
  const loops = {
    rows: loop(contraction.rows, 'rows'),
    columns: loop(contraction.columns, 'columns'),
    inner: loop(contraction.inner, 'inner'),
  }
  const steps = strides(contraction)
  const addressOf = (operand: MatrixOperand, position: 0 | 1 | 2): Address => ({
    offset: operand.offset,
    terms: [
      ...batches.map((each, i) => ({ loop: each, stride: operand.batchStrides[i]! })),
      ...axes.map((axis) => ({ loop: loops[axis], stride: steps[axis][position] })),
    ].filter(({ stride }) => stride !== 0),
    dynamic: null,
  })
  const load = (operand: MatrixOperand, position: 0 | 1): Node => ({
    kind: 'load',
    dtype,
    buffer: operand.buffer,
    address: addressOf(operand, position),
  })
  const local: Local = { id: 0, dtype }
  const value: Node = { kind: 'apply', name: 'mul', dtype, operands: [load(contraction.a, 0), load(contraction.b, 1)] }
  const body: Statement[] = [
    { kind: 'reduce', loops: [loops.inner], local, operation: 'sum', value },
    {
      kind: 'store',
      buffer: contraction.c.buffer,
      address: addressOf(contraction.c, 2),
      value: { kind: 'local', dtype, local },
    },
  ]
  return { name, body: nest([...batches, loops.rows, loops.columns], body), flops: 0, bytes: 0 }
}

const axes = ['rows', 'columns', 'inner'] as const satisfies readonly Axis[]

const nest = (loops: readonly Loop[], body: readonly Statement[]): readonly Statement[] =>
  loops.reduceRight<readonly Statement[]>((inner, loop) => [{ kind: 'for', loop, body: inner }], body)

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
