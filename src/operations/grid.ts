/** Grids of coordinates, and differences of neighbours. */
import type { Diff } from '../../types/contract/scatter.ts'
import type { DType } from '../../types/dtype.ts'
import type { Numbers } from '../../types/element.ts'
import type { Dim, Shape } from '../../types/shape.ts'
import type { Check, DTypeOf, Ok, Tensor } from '../../types/tensor.ts'
import { showShape } from '../core/abstract.ts'
import { ShapeError } from '../core/errors.ts'
import type { Value } from '../core/value.ts'
import { operate, operateOne } from '../operation.ts'
import { broadcast } from '../primitives/broadcast.ts'
import { sub } from '../primitives/elementwise.ts'
import { sliceAxis } from '../primitives/structural.ts'
import { typed } from '../typed.ts'
import { normalAxis, operands } from './broadcasting.ts'
import { numericOperand } from './operand.ts'

/** A vector of any length. */
type Vector = Tensor<readonly [Dim], DType> | Tensor<any, any>

/** The lengths of a list of vectors. */
type Lengths<L extends readonly Vector[]> = {
  readonly [I in keyof L]: L[I] extends Tensor<readonly [infer N extends Dim], any> ? N : number
}

/**
 * Coordinates of all points of a grid: vector k repeated along every axis but k. Indexing 'ij': the first vector runs along axis 0.
 * @returns one tensor for each vector, all of the shape of the grid.
 * @throws ShapeError unless all are vectors; DTypeError if the dtypes differ.
 * @example
 * import { meshgrid, tensor } from 'conformable'
 * const [x, y] = meshgrid(tensor([1, 2]), tensor([3, 4, 5]))
 * console.log(x) // [[1, 1, 1], [2, 2, 2]]
 */
export function meshgrid<const L extends readonly Vector[]>(
  ...vectors: L
): { readonly [I in keyof L]: Tensor<Lengths<L>, DTypeOf<L[I]>> } {
  const values = operands('meshgrid', vectors)
  const bad = values.find(({ shape }) => shape.length !== 1)
  if (bad !== undefined) throw new ShapeError(`meshgrid: vectors needed, got ${showShape(bad.shape)}`)
  const shape = values.map((value) => value.shape[0]!)
  return typed(
    operate('meshgrid', undefined, values, (...all) => all.map((value, axis) => broadcast(value, shape, [axis]))),
  )
}

/**
 * Differences of neighbours along an axis (the last, if none is given): x[i + 1] − x[i].
 * @throws ShapeError if the axis is out of range or empty.
 * @example
 * import { diff, tensor } from 'conformable'
 * console.log(diff(tensor([1, 4, 9, 16]))) // [3, 5, 7]
 */
export function diff<S extends Shape, D extends DType, const A extends number = -1>(
  x: Numbers<'diff', S, D>,
  axis?: Check<Diff<S, A>, A>,
): Tensor<Ok<Diff<S, A>>, D> {
  const value = numericOperand('diff', x)
  const place = normalAxis('diff', (axis as number | undefined) ?? -1, value.shape) // what the contract lets through
  const size = value.shape[place]!
  if (size === 0) throw new ShapeError(`diff: axis ${place} of ${showShape(value.shape)} is empty`)
  const body = (v: Value): Value => sub(sliceAxis(v, place, 1, size), sliceAxis(v, place, 0, size - 1))
  return typed(operateOne('diff', place, [value], body))
}
