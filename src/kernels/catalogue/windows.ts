/**
 * Sliding windows as arithmetic on indices: `windows` reads its operand where a tap lies, `overlapAdd` gathers, for each element,
 * the taps that meet it, so that no two turns of a loop write to one place. Where an index may leave the tensor it is clamped, and
 * what was read there is replaced.
 */
import { sizeOf } from '../../core/abstract.ts'
import type { WindowAxis } from '../../primitives/window-axis.ts'
import { paramsOf } from '../../rewrite/params.ts'
import type { Index } from '../language/axes.ts'
import { affine, linearise, rangeOf } from '../language/axes.ts'
import type { Node } from '../language/kernel.ts'
import type { NodeTable } from '../language/nodes.ts'
import { HEAVY } from '../language/scalar-flops.ts'
import type { Expression } from './expressions.ts'
import { reducedForms } from './expressions.ts'
import { innerAxis, mixed } from './forms.ts'
import { runtimeIndex } from './indexed.ts'
import type { Reader } from './reader.ts'

/** An index that is safe to read at, and the condition under which it is the wanted one; null: always. */
export interface Place {
  readonly index: Index
  readonly valid: Node | null
}

/** The elements of windows, read where they lie in x. */
export const windowsOf: Expression = {
  kind: 'expression',
  reduces: false,
  nodes: 4,
  flops: (equation) => (paramsOf(equation, 'windows').axes.every(staysInside) ? 0 : 2),
  operands(equation, form, { forms, variable }) {
    const rank = paramsOf(equation, 'windows').axes.length
    const { axes } = form
    const spatial = axes.slice(1, 1 + rank).map((axis, i) => mixed([axis, axes[1 + rank + i]]))
    const source = [axes[0], ...spatial, axes[1 + 2 * rank]]
    return [{ variable: equation.inputs[0], form: forms.of(source, form.inner, `${form.id}/${variable}`) }]
  },
  read(reader, equation, _, index) {
    const { axes, fill } = paramsOf(equation, 'windows')
    const [x] = equation.inputs
    if (sizeOf(x.shape) === 0) return reader.table.constant(x.dtype, fill)
    const places = axes.map((axis, i) => tapPlace(reader, axis, index[1 + i], index[1 + axes.length + i]))
    const value = reader.read(x, [index[0], ...places.map((place) => place.index), index[1 + 2 * axes.length]])
    return masked(reader.table, places, value, fill)
  },
}

/** For each element of the result the sum of the taps that meet it. */
export const overlapAdded: Expression = {
  kind: 'expression',
  reduces: true,
  nodes: 8,
  flops: () => HEAVY,
  operands(equation, form, context) {
    const { axes } = paramsOf(equation, 'overlapAdd')
    const mix = form.axes.slice(1, -1).map((axis) => mixed([axis, innerAxis]))
    const source = [form.axes[0], ...mix, ...mix, form.axes[1 + axes.length]]
    return reducedForms(equation, form, context, sizeOf(axes.map(candidates)), () => source)
  },
  read(reader, equation, _, index) {
    const { axes } = paramsOf(equation, 'overlapAdd')
    const [y] = equation.inputs
    if (sizeOf(y.shape) === 0) return reader.table.constant(y.dtype, 0)
    return reader.reduce('sum', y.dtype, axes.map(candidates), (inner) => {
      const taps = axes.map((axis, i) => meeting(reader, axis, index[1 + i], inner[i]))
      const source = [index[0], ...taps.map(({ output }) => output.index), ...taps.map(({ window }) => window.index)]
      const value = reader.read(y, [...source, index[1 + axes.length]])
      return masked(
        reader.table,
        taps.flatMap(({ output, window }) => [output, window]),
        value,
        0,
      )
    })
  },
}

/** Where tap k of window o lies. */
export const tapPlace = (
  { table }: Reader,
  { input, stride, dilation, before }: WindowAxis,
  o: Index,
  k: Index,
): Place => within(table, linearise([o, k], [stride, dilation], -before), input)

/** Does every tap of every window lie inside? */
const staysInside = ({ input, window, output, stride, dilation, before }: WindowAxis): boolean =>
  before === 0 && (output - 1) * stride + (window - 1) * dilation < input

/** How many pairs of a window and a tap come into question for one element: see `meeting`. */
export const candidates = ({ window, stride, dilation }: WindowAxis): number =>
  dilation === 1 ? Math.ceil(window / stride) : window

/**
 * Candidate j of the pairs of window o and tap k with i = o · stride + k · dilation − before. With p = i + before and without
 * dilation: o = ⌊p / stride⌋ − j, k = p mod stride + j · stride. Else every tap k = j is tried: o = (p − j · dilation) / stride.
 */
export function meeting(
  reader: Reader,
  { window, output, stride, dilation, before }: WindowAxis,
  i: Index,
  j: Index,
): { readonly output: Place; readonly window: Place } {
  const { table } = reader
  const position = affine(i, 1, before)
  if (dilation === 1) {
    const { quotient, remainder } = reader.divide(position, stride)
    return {
      output: within(table, linearise([quotient, j], [1, -1]), output),
      window: within(table, linearise([remainder, j], [1, stride]), window),
    }
  }
  const distance = linearise([position, j], [1, -dilation])
  const tap = { index: j, valid: null }
  if (stride === 1) return { output: within(table, distance, output), window: tap }
  const reached = within(table, distance, stride * output)
  const { quotient, remainder } = reader.divide(reached.index, stride)
  const exact = table.apply('eq', 'bool', [table.value(remainder), table.constant('int32', 0)])
  return { output: { index: quotient, valid: both(table, reached.valid, exact) }, window: tap }
}

/** The value where all places are the wanted ones, else a number. */
export function masked(table: NodeTable, places: readonly Place[], value: Node, otherwise: number): Node {
  const condition = places.reduce<Node | null>((all, { valid }) => both(table, all, valid), null)
  if (condition === null) return value
  return table.apply('select', value.dtype, [condition, value, table.constant(value.dtype, otherwise)])
}

/** An index limited to 0 … extent − 1, where it may be outside. */
function within(table: NodeTable, index: Index, extent: number): Place {
  const [low, high] = rangeOf(index)
  if (low >= 0 && high < extent) return { index, valid: null }
  const value = table.value(index)
  const from = low < 0 ? table.apply('le', 'bool', [table.constant('int32', 0), value]) : null
  const to = high >= extent ? table.apply('lt', 'bool', [value, table.constant('int32', extent)]) : null
  return { index: runtimeIndex(table, value, extent), valid: both(table, from, to) }
}

const both = (table: NodeTable, a: Node | null, b: Node | null): Node | null =>
  a === null || b === null ? (a ?? b) : table.apply('and', 'bool', [a, b])
