/** The few operations of vectors and float scalars that every optimiser is made of. */
import { abs, add, fullLike, logicalAnd, logicalNot, max, mul, scalar, sqrt, square, sum, where } from '../src/index.ts'
import type { FloatDType } from '../types/dtype.ts'
import type { Real, Vector } from '../types/optimiser.ts'
import type { Scalar, Tensor } from '../types/tensor.ts'

/** A yes or no of a running program. */
export type Flag = Scalar<'bool'>

/** A counter of a running program. */
export type Count = Scalar<'int32'>

/** aᵀ b. */
export const inner = (a: Vector, b: Vector): Real => sum(mul(a, b))

/** The largest magnitude; 0 of no elements. */
export const largest = (x: Vector): Real => (x.shape[0] === 0 ? sum(x) : max(abs(x)))

/** ‖x‖₂. */
export const length = (x: Vector): Real => sqrt(sum(square(x)))

/** y + factor · x. */
export const plus = (y: Vector, x: Vector, factor: Real | number): Vector => add(y, mul(x, factor))

/** A number in the dtype of another one. */
export const like = (x: Real, value: number): Real => fullLike(x, value)

/** A counter. */
export const count = (value: number): Count => scalar(value, 'int32')

/** All of the flags. */
export const every = (...flags: readonly Flag[]): Flag => flags.reduce((a, b) => logicalAnd(a, b))

/** The opposite. */
export const not = (flag: Flag): Flag => logicalNot(flag)

/** A choice between two records of tensors, field by field: both are computed. */
export function choose<T extends { readonly [name: string]: Tensor<any, any> }>(flag: Flag, a: T, b: T): T {
  const fields = Object.keys(a).map((name) => [name, where(flag, a[name]!, b[name]!)])
  return Object.fromEntries(fields) as T // each field is chosen between two of its own kind
}

/** The relative distance of neighbouring numbers. */
export const roundingOf = (dtype: FloatDType): number => (dtype === 'float64' ? 2 ** -52 : 2 ** -23)
