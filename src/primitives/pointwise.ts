/** How records of elementwise primitives are written: element by element, operands of one shape, batching by repetition. */
import type { DType } from '../../types/dtype.ts'
import type { Abstract } from '../core/abstract.ts'
import { abstract } from '../core/abstract.ts'
import { bind } from '../core/bind.ts'
import { isFloat } from '../core/dtype.ts'
import type { Ndarray } from '../core/ndarray.ts'
import { zerosLike } from '../core/ndarray.ts'
import type { BatchContext, Cotangent, Linear, Maybe, Params, Primitive } from '../core/primitive.ts'
import type { Value } from '../core/value.ts'
import { mapped } from './broadcast.ts'
import { transposing } from './linear.ts'
import type { Kind } from './requirements.ts'
import { requireKind, requireSame } from './requirements.ts'

/** Attributes of a primitive that has none. */
export type None = Readonly<Record<string, never>>

/** The record without attributes. */
export const none: None = {}

/** A scalar function, and its form for the element types where another is needed. Floats are float64; stored integers wrap. */
interface Forms<F> {
  readonly value: F
  readonly integer?: F
  readonly uint32?: F
  readonly bool?: F
}

/** An elementwise operation of one operand. */
export interface UnarySpec extends Forms<(x: number) => number> {
  readonly name: string
  readonly operand: Kind
  /** The tangent of y = f(x) for the tangent t of x; absent where it is zero. */
  tangent?(t: Value, x: Value, y: Value): Maybe
  /** The cotangent of the operand, where f is linear. */
  transpose?(cotangent: Value): Value
}

/** The record of an elementwise primitive of one operand. */
export function unary(spec: UnarySpec): Primitive<None> {
  const { transpose } = spec
  const primitive: Primitive<None> = {
    name: spec.name,
    shape: (inputs) => [operandType(spec.name, spec.operand, inputs)],
    evaluate: ([x], _, [output]) => [mapElements(x, output, formOf(spec, x.dtype))],
    jvp: ({ primals: [x], tangents: [t], outputs: [y] }) => [t && (spec.tangent?.(t, x, y) ?? null)],
    ...(transpose && { transpose: transposing((cotangent) => [transpose(cotangent)]) }),
    batch: (context) => batchPointwise(primitive, context),
  }
  return primitive
}

/** What the tangent rule of a binary operation is given: y = f(a, b), at least one of `ta` and `tb` is not null. */
export interface BinaryTangents {
  readonly a: Value
  readonly b: Value
  readonly y: Value
  readonly ta: Maybe
  readonly tb: Maybe
}

/** An elementwise operation of two operands of one dtype. */
export interface BinarySpec extends Forms<(a: number, b: number) => number> {
  readonly name: string
  readonly operands: Kind
  /** The dtype of the result, where it is not that of the operands. */
  readonly result?: DType
  /** The tangent of the result; absent where it is zero. */
  tangent?(context: BinaryTangents): Maybe
  transpose?(cotangent: Value, a: Value | Linear, b: Value | Linear): readonly [Cotangent, Cotangent]
}

/** The record of an elementwise primitive of two operands. */
export function binary(spec: BinarySpec): Primitive<None> {
  const { transpose } = spec
  const primitive: Primitive<None> = {
    name: spec.name,
    shape: (inputs) => {
      const { shape, dtype } = operandType(spec.name, spec.operands, inputs)
      return [abstract(shape, spec.result ?? dtype)]
    },
    evaluate: ([a, b], _, [output]) => [mapPairs(a, b, output, formOf(spec, a.dtype))],
    jvp: ({ primals: [a, b], tangents: [ta, tb], outputs: [y] }) => [spec.tangent?.({ a, b, y, ta, tb }) ?? null],
    ...(transpose && { transpose: transposing((cotangent, [a, b]) => transpose(cotangent, a, b)) }),
    batch: (context) => batchPointwise(primitive, context),
  }
  return primitive
}

/** The batching rule of every elementwise primitive: all operands mapped, the same operation. */
export const batchPointwise = <P extends Params>(
  primitive: Primitive<P>,
  { inputs, batched, size, params }: BatchContext<P>,
): readonly Value[] => bind(primitive, mapped(inputs, batched, size), params)

/** y[i] = f(x[i]). */
export function mapElements(x: Ndarray, output: Abstract, f: (x: number) => number): Ndarray {
  const result = zerosLike(output)
  for (let i = 0; i < result.data.length; i++) result.data[i] = f(x.data[i])
  return result
}

function formOf<F>(forms: Forms<F>, dtype: DType): F {
  if (isFloat(dtype)) return forms.value
  if (dtype === 'int32') return forms.integer ?? forms.value
  return (dtype === 'uint32' ? (forms.uint32 ?? forms.integer) : forms.bool) ?? forms.value
}

function mapPairs(a: Ndarray, b: Ndarray, output: Abstract, f: (a: number, b: number) => number): Ndarray {
  const result = zerosLike(output)
  for (let i = 0; i < result.data.length; i++) result.data[i] = f(a.data[i], b.data[i])
  return result
}

function operandType(name: string, kind: Kind, inputs: readonly Abstract[]): Abstract {
  requireKind(name, kind, inputs)
  requireSame(name, inputs)
  return abstract(inputs[0].shape, inputs[0].dtype)
}
