/** `dot` of floats as a matrix product: transposed, sliced and batched operands are strides, never copies, where that is possible. */
import { sizeOf, stridesOf } from '../../core/abstract.ts'
import type { Equation } from '../../core/program.ts'
import { paramsOf } from '../../rewrite/params.ts'
import type { Contraction, MatrixOperand, Step } from '../language/kernel.ts'
import { fillKernel } from './fill.ts'
import type { StepContext, StepRule, StridedOperand } from './steps.ts'
import type { Storage } from './storage.ts'

/** Products of float matrices. */
export const contraction: StepRule = {
  kind: 'step',
  access: () => ['strided', 'strided'],
  writes: hasUnitColumns,
  lower: lowerContraction,
}

/** One axis of the product with its stride in each of the three tensors (0: it is not an axis of that tensor). */
interface ProductAxis {
  readonly extent: number
  readonly a: number
  readonly b: number
  readonly c: number
}

/** The axes of a `dot` by what they do. */
interface ProductAxes {
  readonly batch: readonly ProductAxis[]
  readonly rows: readonly ProductAxis[]
  readonly columns: readonly ProductAxis[]
  readonly inner: readonly ProductAxis[]
}

function lowerContraction(context: StepContext): readonly Step[] {
  const { equation } = context
  const result = context.output(0)
  if (sizeOf(result.shape) === 0) return []
  const axes = axesOf(equation, context.view(0).strides, context.view(1).strides, result.strides)
  if (axes.inner.some(({ extent }) => extent === 0))
    return [{ kind: 'kernel', kernel: fillKernel('zero', [result], 0) }]
  return [{ kind: 'contract', contraction: contractionOf(context, result, axes) }]
}

function contractionOf(context: StepContext, result: Storage, axes: ProductAxes): Contraction {
  const [a, b] = [context.view(0), context.view(1)]
  const rows = merged(axes.rows)
  const columns = merged(axes.columns)
  const [inner, second] = merged(axes.inner)
  if (second !== undefined) throw new TypeError('kernels: a product over several axes is not in normal form')
  const row = rows.at(-1) ?? unit
  const column = columns.at(-1) ?? unit
  const batch = merged([...axes.batch, ...rows.slice(0, -1), ...columns.slice(0, -1)])
  const operand = (
    { buffer, offset }: Pick<StridedOperand, 'buffer' | 'offset'>,
    rowStride: number,
    columnStride: number,
    batchStrides: readonly number[],
  ): MatrixOperand => ({ buffer, offset, rowStride, columnStride, batchStrides })
  return {
    name: 'dot',
    dtype: floatOf(result),
    batch: batch.map(({ extent }) => extent),
    rows: row.extent,
    columns: column.extent,
    inner: inner?.extent ?? 1,
    a: operand(
      a,
      row.a,
      inner?.a ?? 0,
      batch.map((axis) => axis.a),
    ),
    b: operand(
      b,
      inner?.b ?? 0,
      column.b,
      batch.map((axis) => axis.b),
    ),
    c: operand(
      result,
      row.c,
      1,
      batch.map((axis) => axis.c),
    ),
    epilogue: null,
  }
}

/** Do neighbouring columns of the result stand side by side? */
function hasUnitColumns(equation: Equation, { strides }: Storage): boolean {
  const [a, b] = equation.inputs.map(({ shape }) => stridesOf(shape))
  const column = merged(axesOf(equation, a, b, strides).columns).at(-1)
  return column === undefined || column.c === 1
}

const unit: ProductAxis = { extent: 1, a: 0, b: 0, c: 1 }

function floatOf({ buffer: { dtype } }: Storage): 'float32' | 'float64' {
  if (dtype === 'float32' || dtype === 'float64') return dtype
  throw new TypeError(`kernels: a contraction of ${dtype}`)
}

/** The axes of the product, with their strides. */
function axesOf(
  equation: Equation,
  stridesA: readonly number[],
  stridesB: readonly number[],
  own: readonly number[],
): ProductAxes {
  const { contract, batch } = paramsOf(equation, 'dot')
  const [a, b] = equation.inputs
  let next = 0
  const batched = batch[0].map((axis, i) => ({
    extent: a.shape[axis],
    a: stridesA[axis],
    b: stridesB[batch[1][i]],
    c: own[next++],
  }))
  const free = (shape: readonly number[], side: 0 | 1) =>
    shape.flatMap((extent, axis) => {
      if (contract[side].includes(axis) || batch[side].includes(axis)) return []
      const strides = side === 0 ? { a: stridesA[axis], b: 0 } : { a: 0, b: stridesB[axis] }
      return [{ extent, ...strides, c: own[next++] }]
    })
  const rows = free(a.shape, 0)
  const columns = free(b.shape, 1)
  const inner = contract[0].map((axis, i) => ({
    extent: a.shape[axis],
    a: stridesA[axis],
    b: stridesB[contract[1][i]],
    c: 0,
  }))
  return { batch: batched, rows, columns, inner }
}

/** Neighbouring axes joined where all three tensors allow it; axes of extent 1 left out. */
function merged(axes: readonly ProductAxis[]): ProductAxis[] {
  const result: ProductAxis[] = []
  for (const axis of axes) {
    if (axis.extent === 1) continue
    const outer = result.at(-1)
    const joins = (side: 'a' | 'b' | 'c') => outer?.[side] === axis.extent * axis[side]
    if (outer !== undefined && joins('a') && joins('b') && joins('c'))
      result[result.length - 1] = { ...axis, extent: outer.extent * axis.extent }
    else result.push(axis)
  }
  return result
}
