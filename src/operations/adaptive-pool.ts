/**
 * Pooling to a given size: cell i of m takes the elements ⌊i n / m⌋ … ⌈(i + 1) n / m⌉ − 1 of n, so that cells may overlap where m does
 * not divide n. Along each axis it is a product with a matrix of means.
 */
import type { Resize } from '../../types/contract/pool.ts'
import type { DType } from '../../types/dtype.ts'
import type { Floats } from '../../types/element.ts'
import type { Shape } from '../../types/shape.ts'
import type { Check, Ok, Tensor } from '../../types/tensor.ts'
import type { Value } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import { broadcast, constantLike, sum } from '../primitives/broadcast.ts'
import { dot } from '../primitives/contraction.ts'
import { convert } from '../primitives/conversion.ts'
import { add, and, div, le, lt, mul, scale, sub } from '../primitives/elementwise.ts'
import { iota, moveAxis, reshape } from '../primitives/structural.ts'
import { typed } from '../typed.ts'
import { floatOperand } from './operand.ts'
import { requirePixels } from './resize.ts'

/**
 * The mean of each cell of an image that is cut into height × width cells: [batch, _, _, channels] → [batch, height, width,
 * channels], whatever the size of the image.
 * @throws ShapeError if x is not [batch, height, width, channels] or has no pixels; ArgumentError for sizes out of range.
 * @example
 * import { adaptiveAvgPool2d, tensor } from 'conformable'
 * const row = tensor([[[[1], [2], [6]]]])
 * console.log(adaptiveAvgPool2d(row, [1, 2])) // [[[[1.5], [4]]]]
 */
export function adaptiveAvgPool2d<
  X extends Shape,
  D extends DType,
  const Size extends readonly [height: number, width: number],
>(
  x: Check<Resize<X, Size, 'adaptiveAvgPool2d'>, Floats<'adaptiveAvgPool2d', X, D>>,
  size: Size,
): Tensor<Ok<Resize<X, Size, 'adaptiveAvgPool2d'>>, D> {
  const images = floatOperand('adaptiveAvgPool2d', x)
  requirePixels('adaptiveAvgPool2d', images.shape, size)
  const body = (v: Value): Value => size.reduce((y, cells, i) => averaged(y, 1 + i, cells), v)
  return typed(operateOne('adaptiveAvgPool2d', size, [images], body))
}

/** The means of cells along one axis. */
function averaged(x: Value, axis: number, cells: number): Value {
  const size = x.shape[axis]!
  if (size === cells) return x
  if (size % cells !== 0) return moveAxis(dot(x, means(x, size, cells), [[axis], [1]]), x.shape.length - 1, axis)
  const parts = reshape(x, x.shape.toSpliced(axis, 1, cells, size / cells))
  return scale(sum(parts, [axis + 1]), cells / size)
}

/** [cells, size]: 1 / length in the elements of each cell, else 0. */
function means(x: Value, size: number, cells: number): Value {
  const cell = iota([cells], 'int32', 0)
  const start = div(mul(cell, like(cell, size)), like(cell, cells))
  const reach = add(mul(cell, like(cell, size)), like(cell, size + cells - 1))
  const end = div(reach, like(cell, cells))
  const rows = (v: Value): Value => broadcast(v, [cells, size], [0])
  const element = iota([cells, size], 'int32', 1)
  const inside = and(le(rows(start), element), lt(element, rows(end)))
  return div(convert(inside, x.dtype), rows(convert(sub(end, start), x.dtype)))
}

const like = constantLike
