/** What operations ask of their operands before anything is traced: the sentences of a wrong element type, with the way out. */

import type { DType } from '../../types/dtype.ts'
import { sentence } from '../../types/sentence.ts'
import { needsConditions, needsFloats, needsIndices, needsNumbers } from '../../types/sentences/dtypes.ts'
import { showAbstract } from '../core/abstract.ts'
import { dtypes, isFloat } from '../core/dtype.ts'
import { DTypeError, ShapeError } from '../core/errors.ts'
import type { Value } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import { typed, untyped } from '../typed.ts'

/** The value behind a tensor of floats. */
export function floatOperand(operation: string, x: unknown): Value {
  const value = untyped(x, operation)
  if (isFloat(value.dtype)) return value
  throw new DTypeError(sentence(needsFloats, { op: operation, x: showAbstract(value) }))
}

/** The value behind a tensor of numbers. */
export function numericOperand(operation: string, x: unknown): Value {
  const value = untyped(x, operation)
  if (value.dtype !== 'bool') return value
  throw new DTypeError(sentence(needsNumbers, { op: operation, x: showAbstract(value) }))
}

/** The value behind a tensor of conditions. */
export function boolOperand(operation: string, x: unknown): Value {
  const value = untyped(x, operation)
  if (value.dtype === 'bool') return value
  throw new DTypeError(sentence(needsConditions, { op: operation, x: showAbstract(value) }))
}

/** The value behind a tensor of indices. */
export function indexOperand(operation: string, x: unknown): Value {
  const value = untyped(x, operation)
  if (value.dtype === 'int32') return value
  throw new DTypeError(sentence(needsIndices, { op: operation, x: showAbstract(value) }))
}

/** Runs a function of one float tensor. */
export const floatUnary = <R>(name: string, apply: (x: Value) => Value, x: unknown): R =>
  typed<R>(operateOne(name, undefined, [floatOperand(name, x)], apply))

/** Runs a function of one tensor of numbers. */
export const numericUnary = <R>(name: string, apply: (x: Value) => Value, x: unknown): R =>
  typed<R>(operateOne(name, undefined, [numericOperand(name, x)], apply))

/** An element type; throws for a name that is none, which only code without types can bring. */
export function dtypeOperand(operation: string, dtype: DType): DType {
  if (dtypes.includes(dtype)) return dtype
  throw new DTypeError(`${operation}: there is no dtype '${String(dtype)}'; there are ${dtypes.join(', ')}`)
}

/** A shape made of sizes; throws where one is no size, such as a name. */
export function sizesOperand(operation: string, shape: readonly unknown[]): readonly number[] {
  if (!Array.isArray(shape))
    throw new ShapeError(`${operation}: ${String(shape)} is not a shape: write [${String(shape)}]`)
  const bad = shape.find((dim) => !Number.isInteger(dim) || (dim as number) < 0)
  if (bad === undefined) return shape as readonly number[] // every entry is a whole number from 0
  const why = typeof bad === 'string' ? `'${bad}' is a name; write its size` : 'sizes are whole numbers from 0'
  throw new ShapeError(`${operation}: [${shape.join(', ')}] is not a shape: ${why}`)
}
