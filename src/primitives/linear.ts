/** How rules of linear primitives are written: a record of the few facts that differ, and the rest that follows from linearity. */
import type { Abstract } from '../core/abstract.ts'
import { bindOne } from '../core/bind.ts'
import { DerivativeError } from '../core/errors.ts'
import type { Ndarray } from '../core/ndarray.ts'
import type { Cotangent, Params, Primitive, TransposeContext } from '../core/primitive.ts'
import { Linear } from '../core/primitive.ts'
import type { Value } from '../core/value.ts'

/** What a linear primitive of one operand has to say of itself. */
export interface LinearSpec<P extends Params> {
  readonly name: string
  shape(x: Abstract, params: P): Abstract
  evaluate(x: Ndarray, params: P, output: Abstract): Ndarray
  /** The cotangent of the operand, whose type is `x`, for a cotangent of the result. */
  transpose(cotangent: Value, x: Abstract, params: P): Cotangent
  /** The primitive over a mapped axis 0. */
  batch(x: Value, params: P, size: number): Value
}

/** The record of a primitive that is linear in its one operand: its tangent is the same operation on the tangent. */
export function linear<P extends Params>(spec: LinearSpec<P>): Primitive<P> {
  const primitive: Primitive<P> = {
    name: spec.name,
    shape: ([x], params) => [spec.shape(x, params)],
    evaluate: ([x], params, [output]) => [spec.evaluate(x, params, output)],
    jvp: ({ tangents: [t], params }) => [t === null ? null : bindOne(primitive, [t], params)],
    transpose: transposing((cotangent, [x], params) => [spec.transpose(cotangent, x, params)]),
    batch: ({ inputs: [x], params, size }) => [spec.batch(x, params, size)],
  }
  return primitive
}

/** A transposition rule of a primitive with one output: where no cotangent arrives, none leaves. */
export const transposing =
  <P extends Params>(
    rule: (cotangent: Value, inputs: readonly (Value | Linear)[], params: P) => readonly Cotangent[],
  ) =>
  ({ cotangents: [cotangent], inputs, params }: TransposeContext<P>): readonly Cotangent[] =>
    cotangent === null ? inputs.map(() => null) : rule(cotangent, inputs, params)

/** The operand as a value: a linear primitive's coefficient, which must not be linear itself. */
export function coefficient(name: string, input: Value | Linear): Value {
  if (!(input instanceof Linear)) return input
  throw new DerivativeError(`${name}: cannot be transposed in two operands at once; it is not linear in both.`)
}

/** The cotangent where the operand is linear, null where it is a known value. */
export const cotangentOf = (input: Value | Linear, cotangent: () => Cotangent): Cotangent =>
  input instanceof Linear ? cotangent() : null
