/**
 * Images made larger or smaller, with the centres of pixels at halves: pixel i of n covers i / n … (i + 1) / n of the image, in
 * the result as in the input. Positions are whole numbers over a common denominator, so no rounding shifts a pixel.
 */
import type { Resize } from '../../types/contract/pool.ts'
import type { DType } from '../../types/dtype.ts'
import type { Floats } from '../../types/element.ts'
import type { Shape } from '../../types/shape.ts'
import type { Check, Ok, Tensor } from '../../types/tensor.ts'
import { showShape } from '../core/abstract.ts'
import { ArgumentError, ShapeError } from '../core/errors.ts'
import type { Value } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import { broadcast, constantLike } from '../primitives/broadcast.ts'
import { convert } from '../primitives/conversion.ts'
import { add, div, max, min, mul, rem, sub } from '../primitives/elementwise.ts'
import { gather } from '../primitives/indexing.ts'
import { iota, reshape } from '../primitives/structural.ts'
import { typed } from '../typed.ts'
import { floatOperand } from './operand.ts'
import { requireImages } from './window-options.ts'

/** How `resize` finds the value between pixels. */
export interface ResizeOptions {
  /** `'bilinear'` (the default): a line between neighbouring centres, constant beyond the outermost. `'nearest'`: the pixel it lies in. */
  readonly method?: 'bilinear' | 'nearest'
}

/**
 * Images of another size: [batch, _, _, channels] → [batch, height, width, channels], with half-pixel centres and without smoothing
 * of what becomes smaller (as PyTorch's `interpolate`).
 * @throws ShapeError if x is not [batch, height, width, channels] or has no pixels; ArgumentError for sizes or options out of range.
 * @example
 * import { resize, tensor } from 'conformable'
 * const row = tensor([[[[0], [1]]]])
 * console.log(resize(row, [1, 4])) // [[[[0], [0.25], [0.75], [1]]]]
 */
export function resize<X extends Shape, D extends DType, const Size extends readonly [height: number, width: number]>(
  x: Check<Resize<X, Size>, Floats<'resize', X, D>>,
  size: Size,
  options: ResizeOptions = {},
): Tensor<Ok<Resize<X, Size>>, D> {
  const images = floatOperand('resize', x)
  const { method = 'bilinear' } = options
  if (!Object.hasOwn(methods, method))
    throw new ArgumentError(`resize: the method is bilinear or nearest, got ${String(method)}.`)
  requirePixels('resize', images.shape, size)
  const along = methods[method]
  return typed(
    operateOne('resize', [size, method], [images], (v) => size.reduce((y, length, i) => along(y, 1 + i, length), v!)),
  )
}

/** Refuses what is no image with pixels, and sizes that are none. */
export function requirePixels(operation: string, shape: readonly number[], size: readonly number[]): void {
  requireImages(operation, shape, 2)
  if (size.length !== 2 || size.some((length) => !Number.isInteger(length) || length < 1))
    throw new ArgumentError(`${operation}: a height and a width from 1 are needed, got [${size.join(', ')}].`)
  if (shape.slice(1, 3).includes(0)) throw new ShapeError(`${operation}: there is no pixel in ${showShape(shape)}`)
}

type Method = (x: Value, axis: number, length: number) => Value

const methods: Readonly<Record<'bilinear' | 'nearest', Method>> = { bilinear, nearest }

/** Pixel ⌊(i + ½) n / length⌋; where every pixel is repeated equally often, a copy. */
function nearest(x: Value, axis: number, length: number): Value {
  const size = x.shape[axis]!
  if (length % size === 0) return repeated(x, axis, length / size)
  const odd = plus(times(iota([length], 'int32', 0), 2), 1)
  return gather(x, div(times(odd, size), like(odd, 2 * length)), axis)
}

function repeated(x: Value, axis: number, count: number): Value {
  const shape = x.shape.toSpliced(axis + 1, 0, count)
  const kept = shape.map((_, i) => i).filter((i) => i !== axis + 1)
  return reshape(broadcast(x, shape, kept), x.shape.with(axis, x.shape[axis]! * count))
}

/** The line between the two pixels around (i + ½) n / length − ½, which is limited to 0 … n − 1. */
function bilinear(x: Value, axis: number, length: number): Value {
  const size = x.shape[axis]!
  if (length === size) return x
  const denominator = 2 * length
  const odd = plus(times(iota([length], 'int32', 0), 2), 1)
  const place = plus(times(odd, size), -length)
  const limited = min(max(place, like(place, 0)), like(place, denominator * (size - 1)))
  const before = div(limited, like(limited, denominator))
  const after = min(plus(before, 1), like(before, size - 1))
  const rest = convert(rem(limited, like(limited, denominator)), x.dtype)
  const share = div(rest, like(rest, denominator))
  const [low, high] = [gather(x, before, axis), gather(x, after, axis)]
  return add(low, mul(broadcast(share, low.shape, [axis]), sub(high, low)))
}

const like = constantLike
const plus = (x: Value, y: number): Value => add(x, like(x, y))
const times = (x: Value, y: number): Value => mul(x, like(x, y))
