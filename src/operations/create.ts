/** Tensors from JavaScript numbers, and tensors whose numbers follow a rule. They are made on the CPU, the default device. */

import type { Eye } from '../../types/contract/matrix.ts'
import type { FromNested, Nested, NestedDType } from '../../types/contract/nested.ts'
import type { Arange, Linspace } from '../../types/contract/range.ts'
import type { DType, FloatDType, NumericDType } from '../../types/dtype.ts'
import { stepZero } from '../../types/sentences/movements.ts'
import type { Shape } from '../../types/shape.ts'
import type { AnyTensor, Check, Ok, Tensor } from '../../types/tensor.ts'
import { isFloat } from '../core/dtype.ts'
import { DTypeError, ShapeError } from '../core/errors.ts'
import { currentTrace } from '../core/trace.ts'
import { HostNumber } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import * as constant from '../primitives/broadcast.ts'
import { convert as converted } from '../primitives/conversion.ts'
import * as elementwise from '../primitives/elementwise.ts'
import { iota } from '../primitives/structural.ts'
import { typed, untyped } from '../typed.ts'
import { broadcastTo, literal } from './broadcasting.ts'
import { type ArrayDType, constantOf, dtypeOfArray, elementOf, fromNested, stored } from './host.ts'
import { dtypeOperand, sizesOperand } from './operand.ts'

/** The shapes that can be created: sizes are numbers. */
type Sizes = readonly number[]

/**
 * A tensor from nested arrays of numbers or booleans; its shape is inferred. Inside a traced function it is a constant.
 * @param dtype the element type: `float32`, or `bool` for booleans, if not given.
 * @throws ShapeError if the nesting is ragged; ArgumentError if a number does not fit the dtype.
 * @example
 * import { tensor } from 'conformable'
 * console.log(tensor([[1, 2], [3, 4]])) // [[1, 2], [3, 4]]
 */
export function tensor<const A extends Nested>(
  values: Check<FromNested<A>, A>,
): Tensor<Ok<FromNested<A>>, NestedDType<A>>
export function tensor<const A extends Nested, D extends DType>(
  values: Check<FromNested<A>, A>,
  dtype: D,
): Tensor<Ok<FromNested<A>>, D>
export function tensor(values: unknown, dtype?: DType): unknown {
  const { shape, elements, dtype: inferred } = fromNested(values)
  const type = { shape, dtype: dtype === undefined ? inferred : dtypeOperand('tensor', dtype) }
  return constantOf(type, stored('tensor', type.dtype, elements))
}

/**
 * A tensor of rank 0.
 * @param dtype the element type: `float32`, or `bool` for a boolean, if not given.
 * @example
 * import { scalar } from 'conformable'
 * console.log(scalar(3)) // 3
 */
export function scalar(x: number): Tensor<readonly [], 'float32'>
export function scalar(x: boolean): Tensor<readonly [], 'bool'>
export function scalar<D extends DType>(x: number | boolean, dtype: D): Tensor<readonly [], D>
export function scalar(x: number | boolean, dtype: DType = typeof x === 'boolean' ? 'bool' : 'float32'): unknown {
  const element = elementOf('scalar', dtypeOperand('scalar', dtype), x)
  return currentTrace() === null
    ? constantOf({ shape: [], dtype }, stored('scalar', dtype, [element]))
    : new HostNumber(element, dtype)
}

/**
 * A tensor from a typed array, which is copied. The dtype is the array's; a `Uint8Array` holds conditions, 0 or 1.
 * @param shape as many elements as the array has.
 * @throws ShapeError if the number of elements differs; ArgumentError for other arrays.
 * @example
 * import { fromTypedArray } from 'conformable'
 * console.log(fromTypedArray(new Int32Array([1, 2, 3, 4]), [2, 2])) // [[1, 2], [3, 4]]
 */
export function fromTypedArray<A extends TypedArray, const S extends Sizes>(
  data: A,
  shape: S,
): Tensor<S, ArrayDType<A>> {
  const dtype = dtypeOfArray(data)
  const sizes = sizesOperand('fromTypedArray', shape)
  const size = sizes.reduce((product, dim) => product * dim, 1)
  if (size !== data.length) {
    throw new ShapeError(`fromTypedArray: [${sizes.join(', ')}] has ${size} elements, the array has ${data.length}`)
  }
  return typed(constantOf({ shape: sizes, dtype }, stored('fromTypedArray', dtype, data)))
}

/** The arrays that `fromTypedArray` takes. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array

/**
 * Zeros (false for `bool`).
 * @param dtype `float32` if not given.
 * @example
 * import { zeros } from 'conformable'
 * console.log(zeros([2, 3])) // [[0, 0, 0], [0, 0, 0]]
 */
export function zeros<const S extends Sizes>(shape: S): Tensor<S, 'float32'>
export function zeros<const S extends Sizes, D extends DType>(shape: S, dtype: D): Tensor<S, D>
export function zeros(shape: Sizes, dtype: DType = 'float32'): unknown {
  return filled('zeros', shape, dtype, 0)
}

/**
 * Ones (true for `bool`).
 * @param dtype `float32` if not given.
 * @example
 * import { ones } from 'conformable'
 * console.log(ones([3], 'int32')) // [1, 1, 1]
 */
export function ones<const S extends Sizes>(shape: S): Tensor<S, 'float32'>
export function ones<const S extends Sizes, D extends DType>(shape: S, dtype: D): Tensor<S, D>
export function ones(shape: Sizes, dtype: DType = 'float32'): unknown {
  return filled('ones', shape, dtype, 1)
}

/**
 * One number, repeated.
 * @param dtype `float32` if not given.
 * @example
 * import { full } from 'conformable'
 * console.log(full([2], 0.5)) // [0.5, 0.5]
 */
export function full<const S extends Sizes>(shape: S, value: number): Tensor<S, 'float32'>
export function full<const S extends Sizes, D extends DType>(shape: S, value: number | boolean, dtype: D): Tensor<S, D>
export function full(shape: Sizes, value: number | boolean, dtype: DType = 'float32'): unknown {
  const sizes = sizesOperand('full', shape)
  if (dtype === 'bool') return filled('full', sizes, dtype, elementOf('full', dtype, value))
  const number = literal('full', Number(value), dtypeOperand('full', dtype))
  return operateOne('full', [sizes], [number], (x) => broadcastTo(x, sizes))
}

/**
 * Zeros of the shape and dtype of x, where x lives.
 * @example
 * import { tensor, zerosLike } from 'conformable'
 * console.log(zerosLike(tensor([1, 2]))) // [0, 0]
 */
export function zerosLike<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return like('zerosLike', x, 0)
}

/**
 * Ones of the shape and dtype of x, where x lives.
 * @example
 * import { onesLike, tensor } from 'conformable'
 * console.log(onesLike(tensor([1, 2]))) // [1, 1]
 */
export function onesLike<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return like('onesLike', x, 1)
}

/**
 * One number repeated to the shape, in the dtype of x, where x lives.
 * @example
 * import { fullLike, tensor } from 'conformable'
 * console.log(fullLike(tensor([1, 2]), 7)) // [7, 7]
 */
export function fullLike<S extends Shape, D extends NumericDType>(x: Tensor<S, D>, value: number): Tensor<S, D> {
  const source = untyped(x, 'fullLike')
  const number = literal('fullLike', value, source.dtype)
  return typed(operateOne('fullLike', undefined, [source, number], (v, n) => broadcastTo(n, v.shape)))
}

/**
 * Numbers in a row: start, start + step, … below stop (above it for a negative step); `arange(stop)` begins at 0.
 * @param dtype `int32` if not given.
 * @throws ShapeError if the step is 0; DTypeError for broken numbers without a float dtype.
 * @example
 * import { arange } from 'conformable'
 * console.log(arange(2, 10, 3)) // [2, 5, 8]
 */
export function arange<const B extends number>(stop: B): Tensor<Ok<Arange<0, B>>, 'int32'>
export function arange<const A extends number, const B extends number, const C extends number = 1>(
  start: A,
  stop: B,
  step?: Check<Arange<A, B, C>, C>,
): Tensor<Ok<Arange<A, B, C>>, 'int32'>
export function arange<const A extends number, const B extends number, const C extends number, D extends NumericDType>(
  start: A,
  stop: B,
  step: Check<Arange<A, B, C>, C>,
  dtype: D,
): Tensor<Ok<Arange<A, B, C>>, D>
export function arange(start: number, stop?: number, step = 1, dtype: DType = 'int32'): unknown {
  if (stop === undefined) return arange(0, start)
  if (step === 0) throw new ShapeError(stepZero)
  requireWhole(dtype, start, step)
  const shape = [Math.max(0, Math.ceil((stop - start) / step))]
  const numbers = [literal('arange', start, dtype), literal('arange', step, dtype)]
  return operateOne('arange', [shape, dtype], numbers, (first, distance) =>
    elementwise.add(elementwise.mul(iota(shape, dtype, 0), broadcastTo(distance, shape)), broadcastTo(first, shape)),
  )
}

/**
 * Numbers at equal distances from start to stop, both included.
 * @param dtype `float32` if not given.
 * @example
 * import { linspace } from 'conformable'
 * console.log(linspace(0, 1, 5)) // [0, 0.25, 0.5, 0.75, 1]
 */
export function linspace<const N extends number>(start: number, stop: number, count: N): Tensor<Linspace<N>, 'float32'>
export function linspace<const N extends number, D extends FloatDType>(
  start: number,
  stop: number,
  count: N,
  dtype: D,
): Tensor<Linspace<N>, D>
export function linspace(start: number, stop: number, count: number, dtype: FloatDType = 'float32'): unknown {
  const shape = sizesOperand('linspace', [count])
  const numbers = [literal('linspace', start, dtype), literal('linspace', stop, dtype)]
  return operateOne('linspace', [shape, dtype], numbers, (first, last) => {
    const place = iota(shape, dtype, 0)
    const share = elementwise.div(place, constant.constantLike(place, Math.max(count - 1, 1)))
    const [from, to] = [broadcastTo(first, shape), broadcastTo(last, shape)]
    const rest = elementwise.sub(constant.constantLike(place, 1), share)
    return elementwise.add(elementwise.mul(from, rest), elementwise.mul(to, share))
  })
}

/**
 * The identity matrix: ones on the diagonal.
 * @param columns as many as rows if not given.
 * @param dtype `float32` if not given.
 * @example
 * import { eye } from 'conformable'
 * console.log(eye(2)) // [[1, 0], [0, 1]]
 */
export function eye<const R extends number, const C extends number = R>(
  rows: R,
  columns?: C,
): Tensor<Eye<R, C>, 'float32'>
export function eye<const R extends number, const C extends number, D extends DType>(
  rows: R,
  columns: C,
  dtype: D,
): Tensor<Eye<R, C>, D>
export function eye(rows: number, columns = rows, dtype: DType = 'float32'): unknown {
  const shape = sizesOperand('eye', [rows, columns])
  return operateOne('eye', [shape, dtype], [], () =>
    converted(elementwise.eq(iota(shape, 'int32', 0), iota(shape, 'int32', 1)), dtype),
  )
}

/**
 * The same numbers as another dtype. Float to integer cuts the fraction off and saturates, NaN becomes 0; to bool: x ≠ 0.
 * @example
 * import { convert, tensor } from 'conformable'
 * console.log(convert(tensor([1.7, -1.7, NaN]), 'int32')) // [1, -1, 0]
 */
export function convert<S extends Shape, D extends DType, const E extends DType>(
  x: Tensor<S, D>,
  dtype: E,
): Tensor<S, E> {
  return typed(
    operateOne('convert', dtypeOperand('convert', dtype), [untyped(x, 'convert')], (v) => converted(v, dtype)),
  )
}

function requireWhole(dtype: DType, ...numbers: readonly number[]): void {
  const broken = isFloat(dtype) ? undefined : numbers.find((x) => !Number.isInteger(x))
  if (broken === undefined) return
  throw new DTypeError(`arange: ${broken} is not an ${dtype}; give a float dtype: arange(start, stop, step, 'float32')`)
}

function filled(name: string, shape: Sizes, dtype: DType, value: number): unknown {
  const sizes = sizesOperand(name, shape)
  return operateOne(name, [sizes, dtypeOperand(name, dtype), value], [], () => constant.full(sizes, dtype, value))
}

const like = <R>(name: string, x: AnyTensor, value: number): R =>
  typed<R>(operateOne(name, value, [untyped(x, name)], (v) => constant.constantLike(v, value)))
