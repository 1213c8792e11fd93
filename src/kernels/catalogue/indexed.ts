/** Reading at indices that are known at run time: `gather` and `dynamicSlice` as expressions. */
import type { Equation } from '../../core/program.ts'
import { paramsOf } from '../../rewrite/params.ts'
import type { Index } from '../language/axes.ts'
import { linearise } from '../language/axes.ts'
import type { Node } from '../language/kernel.ts'
import type { NodeTable } from '../language/nodes.ts'
import type { Expression } from './expressions.ts'
import type { FormAxis } from './forms.ts'
import { mixed } from './forms.ts'

/** The parts of an index of `gather`'s output (or of `scatterAdd`'s updates): [B…, pre…, I…, post…]. */
export interface Spread<E> {
  readonly batch: readonly E[]
  readonly before: readonly E[]
  readonly indexed: readonly E[]
  readonly after: readonly E[]
}

/** Splits an index of rank B + pre + I + post; the index tensor has rank B + I. */
export function spreadOf<E>(
  index: readonly E[],
  { batch, axis }: { readonly batch: number; readonly axis: number },
  indexRank: number,
): Spread<E> {
  const end = axis + indexRank - batch
  return {
    batch: index.slice(0, batch),
    before: index.slice(batch, axis),
    indexed: index.slice(axis, end),
    after: index.slice(end),
  }
}

/** The index of one element known at run time, clamped to [0, extent). */
export const runtimeIndex = (table: NodeTable, value: Node, extent: number): Index =>
  extent === 1
    ? { offset: 0, terms: [] }
    : { offset: 0, terms: [{ atom: { extent, node: table.clamp(value, extent) }, stride: 1 }] }

/** Slices of x at indices. */
export const gathered: Expression = {
  kind: 'expression',
  reduces: false,
  nodes: 3,
  flops: () => 3,
  operands(equation, form, { forms, variable }) {
    const [x, at] = equation.inputs
    const parts = spreadOf(form.axes, paramsOf(equation, 'gather'), at.shape.length)
    const indexAxes = [...parts.batch, ...parts.indexed]
    const chosen: FormAxis = mixed(indexAxes)
    const path = `${form.id}/${variable}`
    const dataAxes = [...parts.batch, ...parts.before, chosen, ...parts.after]
    return [
      { variable: x, form: forms.of(dataAxes, form.inner, `${path}.0`) },
      { variable: at, form: forms.of(indexAxes, form.inner, `${path}.1`) },
    ]
  },
  read(reader, equation, _, index) {
    const [x, at] = equation.inputs
    const params = paramsOf(equation, 'gather')
    const parts = spreadOf(index, params, at.shape.length)
    const value = reader.read(at, [...parts.batch, ...parts.indexed])
    const chosen = runtimeIndex(reader.table, value, x.shape[params.axis])
    return reader.read(x, [...parts.batch, ...parts.before, chosen, ...parts.after])
  },
}

/** A block of x that begins where scalars say. */
export const block: Expression = {
  kind: 'expression',
  reduces: false,
  nodes: 3,
  flops: () => 3,
  operands(equation, form, { forms, variable }) {
    const [x, ...starts] = equation.inputs
    const axes = form.axes.map((axis) => ({ mask: axis.mask, pure: null }))
    const scalar = forms.canonical(0)
    return [
      { variable: x, form: forms.of(axes, form.inner, `${form.id}/${variable}`) },
      ...starts.map((start) => ({ variable: start, form: scalar })),
    ]
  },
  read(reader, equation, _, index) {
    const [x, ...starts] = equation.inputs
    const shifted = blockIndex(
      equation,
      index,
      equation.outputs[0].shape,
      (axis) => reader.read(starts[axis], []),
      reader.table,
    )
    return reader.read(x, shifted)
  },
}

/** The index into x for an index into a block of it; the block lies inside. */
export function blockIndex(
  { inputs: [x] }: Equation,
  index: readonly Index[],
  sizes: readonly number[],
  start: (axis: number) => Node,
  table: NodeTable,
): Index[] {
  return index.map((inner, axis) => {
    const free = x.shape[axis] - sizes[axis]
    return free === 0 ? inner : linearise([inner, runtimeIndex(table, start(axis), free + 1)], [1, 1])
  })
}
