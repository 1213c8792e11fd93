/**
 * Movement of data as a map of indices: where the element of the output at some index comes from. Written once over an
 * algebra, so that the fuser (which only asks what an index depends on) and the lowering (which computes it) cannot disagree.
 */
import type { Abstract } from '../../core/abstract.ts'
import { sizeOf } from '../../core/abstract.ts'
import type { Equation } from '../../core/program.ts'
import type { PrimitiveName } from '../../primitives/index.ts'
import type { ParamsOf } from '../../rewrite/params.ts'
import { paramsOf } from '../../rewrite/params.ts'

/** What a movement does to the index of one axis. */
export interface AxisAlgebra<E> {
  /** scale · index + offset. */
  affine(index: E, scale: number, offset: number): E
  /** The index into `to` of the element at `index` of `from`; both have the same number of elements. */
  reshape(index: readonly E[], from: readonly number[], to: readonly number[]): readonly E[]
}

/** The index into the input for an index of the output. */
export interface Movement {
  source<E>(equation: Equation, index: readonly E[], algebra: AxisAlgebra<E>): readonly E[]
}

interface Moved<P> {
  readonly params: P
  readonly input: Abstract
  readonly output: Abstract
}

type Rule<P> = <E>(moved: Moved<P>, index: readonly E[], algebra: AxisAlgebra<E>) => readonly E[]

const movement = <Name extends PrimitiveName>(name: Name, rule: Rule<ParamsOf<Name>>): Movement => ({
  source: (equation, index, algebra) =>
    rule({ params: paramsOf(equation, name), input: equation.inputs[0], output: equation.outputs[0] }, index, algebra),
})

/** The primitives that only move data. */
export const movements = {
  broadcast: movement('broadcast', ({ params: { axes } }, index) => axes.map((axis) => index[axis])),
  reshape: movement('reshape', ({ input, output }, index, algebra) =>
    algebra.reshape(index, output.shape, input.shape),
  ),
  transpose: movement('transpose', ({ params: { permutation } }, index) => {
    const source = index.slice()
    permutation.forEach((axis, i) => {
      source[axis] = index[i]
    })
    return source
  }),
  slice: movement('slice', ({ params: { start, stride } }, index, algebra) =>
    index.map((axis, i) => algebra.affine(axis, stride[i], start[i])),
  ),
  reverse: movement('reverse', ({ params: { axes }, input }, index, algebra) =>
    index.map((axis, i) => (axes.includes(i) ? algebra.affine(axis, -1, input.shape[i] - 1) : axis)),
  ),
  view: movement('view', ({ params: { offset }, output }, index, algebra) => {
    const [flat] = algebra.reshape(index, output.shape, [sizeOf(output.shape)])
    return [algebra.affine(flat, 1, offset)]
  }),
} satisfies Record<string, Movement>

/** The movement of an equation, or undefined if it does more than move. */
export const movementOf = ({ primitive }: Equation): Movement | undefined =>
  Object.hasOwn(movements, primitive.name) ? movements[primitive.name as keyof typeof movements] : undefined // the line before proved it

/** A group of neighbouring axes of two shapes that hold the same elements: `from[a0 … a1)` and `to[b0 … b1)`. */
export interface AxisGroup {
  readonly from: readonly [start: number, end: number]
  readonly to: readonly [start: number, end: number]
}

/** The finest grouping of the axes of two shapes of equal size (not 0) in which each group has equal products. */
export function matchAxes(from: readonly number[], to: readonly number[]): AxisGroup[] {
  const groups: AxisGroup[] = []
  let i = 0
  let j = 0
  while (i < from.length || j < to.length) {
    const start = [i, j] as const
    let left = i < from.length ? from[i++] : 1
    let right = j < to.length ? to[j++] : 1
    while (left !== right) {
      if (left < right) left *= from[i++]
      else right *= to[j++]
    }
    groups.push({ from: [start[0], i], to: [start[1], j] })
  }
  return groups
}
