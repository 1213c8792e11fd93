/** Changes of element type, and the end of differentiation: `convert`, `bitcast`, `stopGradient`. */
import type { DType } from '../../types/dtype.ts'
import { abstract, showAbstract } from '../core/abstract.ts'
import { bindOne } from '../core/bind.ts'
import { allocate, bytesOf, isFloat, isInteger } from '../core/dtype.ts'
import { DTypeError } from '../core/errors.ts'
import { zerosLike } from '../core/ndarray.ts'
import type { Primitive } from '../core/primitive.ts'
import type { Value } from '../core/value.ts'
import { transposing } from './linear.ts'
import { batchPointwise, mapElements, none, unary } from './pointwise.ts'

/** Attributes of `convert` and `bitcast`. */
export type DTypeParams = { readonly dtype: DType }

/** Record of `convert`. Between floats it is linear; every other conversion has derivative zero. */
export const convertPrimitive: Primitive<DTypeParams> = {
  name: 'convert',
  shape: ([x], { dtype }) => [abstract(x.shape, dtype)],
  evaluate: ([x], { dtype }, [output]) => [mapElements(x, output, conversion(x.dtype, dtype))],
  jvp: ({ tangents: [t], params: { dtype } }) => [t === null || !isFloat(dtype) ? null : convert(t, dtype)],
  transpose: transposing((cotangent, [x]) => [convert(cotangent, x.dtype)]),
  batch: (context) => batchPointwise(convertPrimitive, context),
}

/**
 * The same numbers as another dtype. Float to integer cuts the fraction off, saturates at the ends of the range and makes NaN 0;
 * int32 and uint32 exchange bits; to bool: x ≠ 0; from bool: 0 or 1.
 */
export const convert = (x: Value, dtype: DType): Value =>
  x.dtype === dtype ? x : bindOne(convertPrimitive, [x], { dtype })

function conversion(from: DType, to: DType): (x: number) => number {
  if (to === 'bool') return (x) => (x === 0 ? 0 : 1)
  if (!isFloat(from) || !isInteger(to)) return (x) => x
  const [least, most] = to === 'int32' ? [-(2 ** 31), 2 ** 31 - 1] : [0, 2 ** 32 - 1]
  return (x) => (Number.isNaN(x) ? 0 : Math.min(Math.max(Math.trunc(x), least), most))
}

/** Record of `bitcast`. */
export const bitcastPrimitive: Primitive<DTypeParams> = {
  name: 'bitcast',
  shape([x], { dtype }) {
    if (x.dtype !== 'bool' && dtype !== 'bool' && bytesOf(x.dtype) === bytesOf(dtype)) return [abstract(x.shape, dtype)]
    throw new DTypeError(
      `bitcast: ${showAbstract(x)} cannot be read as ${dtype}; both must be numbers of the same width. Use convert(x, dtype) to keep the values.`,
    )
  },
  evaluate([x], { dtype }, [output]) {
    const stored = allocate(x.dtype, x.data.length)
    stored.set(x.data)
    const result = zerosLike(output)
    const view = allocate(dtype, x.data.length)
    new Uint8Array(view.buffer).set(new Uint8Array(stored.buffer))
    result.data.set(view)
    return [result]
  },
  jvp: () => [null],
  batch: (context) => batchPointwise(bitcastPrimitive, context),
}
/** The same bits as another dtype of the same width (float32, int32, uint32). It has no derivative. */
export const bitcast = (x: Value, dtype: DType): Value =>
  x.dtype === dtype ? x : bindOne(bitcastPrimitive, [x], { dtype })

/** Record of `stopGradient`. */
export const stopGradientPrimitive = unary({ name: 'stopGradient', operand: 'any', value: (x) => x })
/** x itself, with derivative zero. */
export const stopGradient = (x: Value): Value => bindOne(stopGradientPrimitive, [x], none)
