/** Order: `sort` along the last axis with payloads, and the places of extremes. NaN counts as larger than every number. */
import type { Abstract } from '../core/abstract.ts'
import { abstract, sameShape, showAbstract, showShape, stridesOf } from '../core/abstract.ts'
import { bind, bindOne } from '../core/bind.ts'
import { ShapeError } from '../core/errors.ts'
import type { Ndarray, ReferenceData } from '../core/ndarray.ts'
import { zerosLike } from '../core/ndarray.ts'
import type { Primitive } from '../core/primitive.ts'
import type { Value } from '../core/value.ts'
import { gather } from './indexing.ts'
import type { None } from './pointwise.ts'
import { batchPointwise, none } from './pointwise.ts'
import { requireAxes, requireKind } from './requirements.ts'
import type { AxisParams } from './structural.ts'
import { iota } from './structural.ts'

/** Record of `sort`. The tangent of each output is that of its operand, in the order of the keys. */
export const sortPrimitive: Primitive<None> = {
  name: 'sort',
  shape: sortShape,
  evaluate(inputs, _, outputs) {
    const order = sortedPositions(inputs[0])
    return inputs.map((input, k) => {
      const result = zerosLike(outputs[k])
      for (let i = 0; i < order.length; i++) result.data[i] = input.data[order[i]]
      return result
    })
  },
  jvp({ primals, tangents }) {
    const order = argsort(primals[0])
    const last = order.shape.length - 1
    return tangents.map((tangent) => tangent && gather(tangent, order, last, last))
  },
  batch: (context) => batchPointwise(sortPrimitive, context),
}

/**
 * Operands of one shape, ordered along the last axis so that the first ascends; equal keys keep their order, NaN comes last.
 * As many results as operands.
 */
export const sort = (operands: readonly Value[]): readonly Value[] => bind(sortPrimitive, operands, none)

/** The int32 indices along the last axis that sort x. */
export const argsort = (x: Value): Value => sort([x, iota(x.shape, 'int32', x.shape.length - 1)])[1]

function sortShape(inputs: readonly Abstract[]): readonly Abstract[] {
  const [key] = inputs
  if (key.shape.length === 0)
    throw new ShapeError(`sort: ${showAbstract(key)} is a scalar; there is no axis to sort along.`)
  const other = inputs.find((input) => !sameShape(input.shape, key.shape))
  if (other === undefined) return inputs.map(({ shape, dtype }) => abstract(shape, dtype))
  throw new ShapeError(
    `sort: the keys are ${showShape(key.shape)}, a payload is ${showShape(other.shape)}. All operands of a sort have one shape.`,
  )
}

/** For each place of the sorted tensor the position of its element. */
function sortedPositions({ data, shape }: Ndarray): Int32Array {
  const length = shape[shape.length - 1]
  const order = Int32Array.from(data, (_, i) => i)
  for (let start = 0; start < data.length; start += length) {
    order.subarray(start, start + length).sort((i, j) => comparison(data[i], data[j]) || i - j)
  }
  return order
}

const comparison = (a: number, b: number): number =>
  a < b ? -1 : a > b ? 1 : Number(Number.isNaN(a)) - Number(Number.isNaN(b))

const extremePlace = (name: string, better: (a: number, b: number) => boolean): Primitive<AxisParams> => {
  const primitive: Primitive<AxisParams> = {
    name,
    shape([x], { axis }) {
      requireKind(name, 'numeric', [x])
      requireAxes(name, x, [axis])
      if (x.shape[axis] === 0) throw new ShapeError(`${name}: axis ${axis} of ${showShape(x.shape)} is empty.`)
      return [
        abstract(
          x.shape.filter((_, other) => other !== axis),
          'int32',
        ),
      ]
    },
    evaluate: ([x], { axis }, [output]) => [placesOfBest(x, axis, output, better)],
    jvp: () => [null],
    batch: ({ inputs: [x], params: { axis } }) => [bindOne(primitive, [x], { axis: axis + 1 })],
  }
  return primitive
}

function placesOfBest(x: Ndarray, axis: number, output: Abstract, better: (a: number, b: number) => boolean): Ndarray {
  const result = zerosLike(output)
  const step = stridesOf(x.shape)[axis]
  const length = x.shape[axis]
  for (let i = 0; i < result.data.length; i++) {
    const start = Math.floor(i / step) * step * length + (i % step)
    result.data[i] = placeOfBest(x.data, start, step, length, better)
  }
  return result
}

function placeOfBest(
  data: ReferenceData,
  start: number,
  step: number,
  length: number,
  better: (a: number, b: number) => boolean,
): number {
  let place = 0
  let best = data[start]
  for (let i = 1; i < length && !Number.isNaN(best); i++) {
    const candidate = data[start + i * step]
    if (!better(candidate, best) && !Number.isNaN(candidate)) continue
    best = candidate
    place = i
  }
  return place
}

/** Record of `argmax`. */
export const argmaxPrimitive = extremePlace('argmax', (a, b) => a > b)
/** The int32 index of the first maximum along an axis, which disappears; the first NaN wins. */
export const argmax = (x: Value, axis: number): Value => bindOne(argmaxPrimitive, [x], { axis })

/** Record of `argmin`. */
export const argminPrimitive = extremePlace('argmin', (a, b) => a < b)
/** The int32 index of the first minimum along an axis, which disappears; the first NaN wins. */
export const argmin = (x: Value, axis: number): Value => bindOne(argminPrimitive, [x], { axis })
