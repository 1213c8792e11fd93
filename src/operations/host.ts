/** JavaScript data on the way into a tensor: nested arrays, typed arrays, numbers that must fit an element type. */

import type { DType } from '../../types/dtype.ts'
import { sentence } from '../../types/sentence.ts'
import { rowsDiffer } from '../../types/sentences/movements.ts'
import { type Abstract, sameShape } from '../core/abstract.ts'
import { allocate, isFloat, type StorageArray } from '../core/dtype.ts'
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { currentTrace } from '../core/trace.ts'
import { Literal, type Value } from '../core/value.ts'
import { cpu } from '../devices.ts'

/** The element type of a typed array. */
export type ArrayDType<A> = A extends Float32Array
  ? 'float32'
  : A extends Float64Array
    ? 'float64'
    : A extends Int32Array
      ? 'int32'
      : A extends Uint32Array
        ? 'uint32'
        : 'bool'

/** What nested arrays hold. */
export interface NestedData {
  readonly shape: readonly number[]
  readonly elements: readonly (number | boolean)[]
  readonly dtype: 'float32' | 'bool'
}

/** Shape and elements of nested arrays; throws where the nesting is ragged. */
export function fromNested(values: unknown): NestedData {
  const elements: (number | boolean)[] = []
  const shape = collect(values, elements)
  const dtype = elements.length > 0 && elements.every((element) => typeof element === 'boolean') ? 'bool' : 'float32'
  return { shape, elements, dtype }
}

/** Appends the elements and returns their shape. The depth of the recursion is the rank. */
function collect(values: unknown, elements: (number | boolean)[]): readonly number[] {
  if (typeof values === 'number' || typeof values === 'boolean') {
    elements.push(values)
    return []
  }
  if (!Array.isArray(values)) throw new ArgumentError(`tensor: ${refusal(values)}`)
  let first: readonly number[] = []
  values.forEach((row: unknown, i) => {
    const shape = collect(row, elements)
    if (i === 0) first = shape
    else if (!sameShape(shape, first)) {
      throw new ShapeError(sentence(rowsDiffer, { first, i, x: shape }))
    }
  })
  return [values.length, ...first]
}

function refusal(values: unknown): string {
  if (ArrayBuffer.isView(values)) return `a ${values.constructor.name} has no shape; write fromTypedArray(data, shape).`
  if (typeof values === 'object' && values !== null && 'dtype' in values)
    return 'it is a tensor already, or holds tensors; write stack([a, b]) to join them.'
  return `numbers, booleans or arrays of them are needed, got ${String(values)}.`
}

/** The dtype of a typed array. */
export function dtypeOfArray(data: unknown): DType {
  if (data instanceof Float32Array) return 'float32'
  if (data instanceof Float64Array) return 'float64'
  if (data instanceof Int32Array) return 'int32'
  if (data instanceof Uint32Array) return 'uint32'
  if (data instanceof Uint8Array) return 'bool'
  const given = ArrayBuffer.isView(data) ? data.constructor.name : typeof data
  throw new ArgumentError(
    `fromTypedArray: a Float32Array, Float64Array, Int32Array, Uint32Array or Uint8Array is needed, got ${given}; convert it first: Float32Array.from(data).`,
  )
}

/** The elements in storage format, each checked to fit; an array of that format fits and is copied as it is. */
export function stored(operation: string, dtype: DType, elements: ArrayLike<number | boolean>): StorageArray {
  const data = allocate(dtype, elements.length)
  if (dtype !== 'bool' && ArrayBuffer.isView(elements) && elements.constructor === data.constructor) {
    data.set(elements as ArrayLike<number>) // what the two conditions say
    return data
  }
  for (let i = 0; i < elements.length; i++) data[i] = elementOf(operation, dtype, elements[i]!)
  return data
}

/** Numbers as a tensor: on the default device, or inside a traced function a constant that goes where the arguments are. */
export const constantOf = (type: Abstract, data: StorageArray): Value =>
  currentTrace() === null ? cpu().upload(type, data) : new Literal(type, data)

/** The number that stands for an element; throws where it does not fit the dtype. */
export function elementOf(operation: string, dtype: DType, element: number | boolean): number {
  const x = Number(element)
  if (isFloat(dtype)) return x
  const [least, most] = ranges[dtype]
  if (Number.isInteger(x) && x >= least && x <= most) return x
  const wayOut =
    dtype === 'bool' ? 'compare instead: notEqual(x, 0)' : `convert a float tensor instead: convert(x, '${dtype}')`
  throw new ArgumentError(
    `${operation}: ${x} is not an element of ${dtype} (whole numbers ${least} … ${most}); ${wayOut}.`,
  )
}

const ranges = { int32: [-(2 ** 31), 2 ** 31 - 1], uint32: [0, 2 ** 32 - 1], bool: [0, 1] } as const

/** The nearest number of the dtype above (direction 1) or below (−1) x, which is first rounded to the dtype. */
export function neighbour(x: number, dtype: 'float32' | 'float64', direction: 1 | -1): number {
  const single = dtype === 'float32'
  const value = single ? Math.fround(x) : x
  if (!Number.isFinite(value)) return value
  if (value === 0) return direction * (single ? 2 ** -149 : Number.MIN_VALUE)
  const view = new DataView(new ArrayBuffer(8))
  const step = value > 0 === direction > 0 ? 1 : -1
  if (single) {
    view.setFloat32(0, value)
    view.setInt32(0, view.getInt32(0) + step)
    return view.getFloat32(0)
  }
  view.setFloat64(0, value)
  view.setBigInt64(0, view.getBigInt64(0) + BigInt(step))
  return view.getFloat64(0)
}
