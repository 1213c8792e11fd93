/** `dot`: the product of two tensors summed over contracted axes, with batch axes; matrix products of every layout. */
import type { Abstract } from '../core/abstract.ts'
import { abstract, showShape, sizeOf } from '../core/abstract.ts'
import { bindOne } from '../core/bind.ts'
import { isFloat } from '../core/dtype.ts'
import { ShapeError } from '../core/errors.ts'
import type { Ndarray, ReferenceData } from '../core/ndarray.ts'
import { zerosLike } from '../core/ndarray.ts'
import type { BatchContext, Primitive } from '../core/primitive.ts'
import type { Value } from '../core/value.ts'
import { plus } from './elementwise.ts'
import { coefficient, cotangentOf, transposing } from './linear.ts'
import { requireAxes, requireDType, requireKind } from './requirements.ts'
import { permuted, without } from './strided.ts'
import { inversePermutation, moveAxis, shifted, transpose } from './structural.ts'

/** Axes of the two operands, pair by pair. */
export type AxisPairs = readonly [readonly number[], readonly number[]]
/** Attributes of `dot`. */
export type DotParams = { readonly contract: AxisPairs; readonly batch: AxisPairs }

/** Record of `dot`. Bilinear: each transpose is a `dot` of the cotangent with the other operand. */
export const dotPrimitive: Primitive<DotParams> = {
  name: 'dot',
  shape: ([a, b], params) => [dotShape(a, b, params)],
  evaluate: ([a, b], params, [output]) => [evaluateDot(a, b, params, output)],
  jvp: ({ primals: [a, b], tangents: [ta, tb], params: { contract, batch } }) => [
    plus(ta && dot(ta, b, contract, batch), tb && dot(a, tb, contract, batch)),
  ],
  transpose: transposing((cotangent, [a, b], params) => [
    cotangentOf(a, () => cotangentOfFirst(cotangent, a, coefficient('dot', b), params)),
    cotangentOf(b, () => cotangentOfSecond(cotangent, coefficient('dot', a), b, params)),
  ]),
  batch: batchDot,
}

/**
 * Sum of products over the contracted axes. Result axes: batch (in the order of `batch[0]`), the free axes of a, the free axes
 * of b. `dot(a, b, [[1], [0]])` is the matrix product.
 */
export const dot = (a: Value, b: Value, contract: AxisPairs, batch: AxisPairs = [[], []]): Value =>
  bindOne(dotPrimitive, [a, b], { contract, batch })

/** The axes of an operand that are neither contracted nor batch. */
const freeAxes = (x: Abstract, contract: readonly number[], batch: readonly number[]): number[] =>
  without(x.shape, [...contract, ...batch])

const sizes = (x: Abstract, axes: readonly number[]): number[] => axes.map((axis) => x.shape[axis])

function dotShape(a: Abstract, b: Abstract, { contract, batch }: DotParams): Abstract {
  requireKind('dot', 'numeric', [a, b])
  requireDType('dot', a, b)
  requireAxes('dot', a, [...contract[0], ...batch[0]])
  requireAxes('dot', b, [...contract[1], ...batch[1]])
  requirePairs(a, b, contract, 'contracted')
  requirePairs(a, b, batch, 'batch')
  const free = [...sizes(a, freeAxes(a, contract[0], batch[0])), ...sizes(b, freeAxes(b, contract[1], batch[1]))]
  return abstract([...sizes(a, batch[0]), ...free], a.dtype)
}

function requirePairs(a: Abstract, b: Abstract, [first, second]: AxisPairs, kind: string): void {
  const wrong = first.findIndex((axis, i) => a.shape[axis] !== b.shape[second[i]])
  if (wrong < 0 && first.length === second.length) return
  const shapes = `${showShape(a.shape)} · ${showShape(b.shape)}`
  if (wrong < 0 || second[wrong] === undefined)
    throw new ShapeError(`dot: ${first.length} ${kind} axes against ${second.length} in ${shapes}. They go in pairs.`)
  const [i, j] = [first[wrong], second[wrong]]
  throw new ShapeError(
    `dot: ${kind} axes ${i} and ${j} differ: ${shapes} (${a.shape[i]} ≠ ${b.shape[j]}). Transpose one of them?`,
  )
}

/** ā: the cotangent contracted with b over b's free axes. */
function cotangentOfFirst(ct: Value, a: Abstract, b: Value, { contract, batch }: DotParams): Value {
  const freeA = freeAxes(a, contract[0], batch[0])
  const freeB = freeAxes(b, contract[1], batch[1])
  const start = batch[0].length + freeA.length
  const left: Side = {
    x: ct,
    contract: freeB.map((_, i) => start + i),
    batch: batch[0].map((_, i) => i),
    free: freeA,
  }
  const right: Side = { x: b, contract: freeB, batch: batch[1], free: partners(contract[1], contract[0]) }
  return dotInto(left, right, batch[0])
}

/** b̄: the cotangent contracted with a over a's free axes. */
function cotangentOfSecond(ct: Value, a: Value, b: Abstract, { contract, batch }: DotParams): Value {
  const freeA = freeAxes(a, contract[0], batch[0])
  const freeB = freeAxes(b, contract[1], batch[1])
  const left: Side = {
    x: ct,
    contract: freeA.map((_, i) => batch[0].length + i),
    batch: batch[0].map((_, i) => i),
    free: freeB,
  }
  const right: Side = { x: a, contract: freeA, batch: batch[0], free: partners(contract[0], contract[1]) }
  return dotInto(left, right, batch[1])
}

/** The axes paired with `own`, in the increasing order of `own`: that is how free axes come out of a product. */
const partners = (own: readonly number[], others: readonly number[]): number[] =>
  own
    .map((axis, i) => [axis, others[i]])
    .sort(([a], [b]) => a - b)
    .map(([, other]) => other)

/** One operand of a transposed product; `free` says which axis of the target each of its free axes becomes. */
interface Side {
  readonly x: Value
  readonly contract: readonly number[]
  readonly batch: readonly number[]
  readonly free: readonly number[]
}

/** The product of two sides with its axes in the target's order; the operands' order is chosen so that this costs no transposition if possible. */
function dotInto(left: Side, right: Side, batchTarget: readonly number[]): Value {
  const straight = [...batchTarget, ...left.free, ...right.free]
  const crossed = [...batchTarget, ...right.free, ...left.free]
  const [a, b, order] = isSorted(crossed) && !isSorted(straight) ? [right, left, crossed] : [left, right, straight]
  const result = dot(a.x, b.x, [a.contract, b.contract], [a.batch, b.batch])
  return transpose(result, inversePermutation(order))
}

const isSorted = (axes: readonly number[]): boolean => axes.every((axis, i) => i === 0 || axes[i - 1] < axis)

/** Both mapped: one more batch axis. One mapped: its axis is free, and moves to the front. */
function batchDot({ inputs: [a, b], batched: [aBatched, bBatched], params }: BatchContext<DotParams>): Value[] {
  const { contract, batch } = params
  const moved = ([first, second]: AxisPairs): AxisPairs => [
    aBatched ? shifted(first) : first,
    bBatched ? shifted(second) : second,
  ]
  if (aBatched && bBatched) {
    const [first, second] = moved(batch)
    return [
      dot(a, b, moved(contract), [
        [0, ...first],
        [0, ...second],
      ]),
    ]
  }
  const result = dot(a, b, moved(contract), moved(batch))
  const before = aBatched ? 0 : freeAxes(a, contract[0], batch[0]).length
  return [moveAxis(result, batch[0].length + before, 0)]
}

/** Brings both operands into [batch, free, contracted] and multiplies rows with rows. */
function evaluateDot(a: Ndarray, b: Ndarray, { contract, batch }: DotParams, output: Abstract): Ndarray {
  const freeA = freeAxes(a, contract[0], batch[0])
  const freeB = freeAxes(b, contract[1], batch[1])
  const left = permuted(a, [...batch[0], ...freeA, ...contract[0]]).data
  const right = permuted(b, [...batch[1], ...freeB, ...contract[1]]).data
  const length = sizeOf(sizes(a, contract[0]))
  const [batches, rows, columns] = [sizes(a, batch[0]), sizes(a, freeA), sizes(b, freeB)].map(sizeOf)
  const inner = isFloat(a.dtype) ? innerProduct : wrappedProduct
  const result = zerosLike(output)
  let position = 0
  for (let row = 0; row < batches * rows; row++) {
    const first = Math.floor(row / rows) * columns
    for (let column = first; column < first + columns; column++) {
      result.data[position++] = inner(left, row * length, right, column * length, length)
    }
  }
  return result
}

function innerProduct(a: ReferenceData, i: number, b: ReferenceData, j: number, length: number): number {
  let total = 0
  for (let k = 0; k < length; k++) total += a[i + k] * b[j + k]
  return total
}

function wrappedProduct(a: ReferenceData, i: number, b: ReferenceData, j: number, length: number): number {
  let total = 0
  for (let k = 0; k < length; k++) total = (total + Math.imul(a[i + k], b[j + k])) | 0
  return total
}
