/**
 * Tensors by named axes: `rearrange` permutes, splits and joins axes, `reduce` also loses some. (`repeat`, which makes new ones, is
 * with the other copies in `join.ts`.) Notation: A. Rogozhnikov, einops, 2022.
 */
import type { Rearrange, ReduceAxes } from '../../types/contract/rearrange.ts'
import type { DType } from '../../types/dtype.ts'
import type { Floats, Numbers } from '../../types/element.ts'
import type { Shape } from '../../types/shape.ts'
import type { Check, Ok, Tensor } from '../../types/tensor.ts'
import { showShape } from '../core/abstract.ts'
import { ArgumentError, ShapeError } from '../core/errors.ts'
import type { Value } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import { sum } from '../primitives/broadcast.ts'
import { product, reduceMax, reduceMin } from '../primitives/reduction.ts'
import { reshape, transpose } from '../primitives/structural.ts'
import { typed, untyped } from '../typed.ts'
import { countAlong } from './axes.ts'
import { axesPlan } from './named-axes.ts'
import { floatOperand, numericOperand } from './operand.ts'
import { meanOver } from './spread.ts'

/**
 * The axes of x named on the left of the pattern, in the order and the groups on its right. `1` is a dimension of size 1, `...`
 * any number of dimensions.
 * @param sizes the sizes of named axes that cannot be worked out.
 * @throws ShapeError if the pattern does not fit x.
 * @example
 * import { rearrange, zeros } from 'conformable'
 * console.log(rearrange(zeros([2, 5, 12]), 'b t (h d) -> b h t d', { h: 3 }).shape) // [2, 3, 5, 4]
 */
export function rearrange<
  S extends Shape,
  D extends DType,
  const P extends string,
  const M extends Readonly<Record<string, number>> = {},
>(x: Tensor<S, D>, pattern: Check<Rearrange<S, P, M>, P>, sizes?: M): Tensor<Ok<Rearrange<S, P, M>>, D> {
  const value = untyped(x, 'rearrange')
  const { from, split, to, joined } = axesPlan('rearrange', value.shape, pattern as string, sizes ?? {}) // what the contract lets through
  const order = to.map((name) => from.indexOf(name))
  const body = (v: Value): Value => reshape(transpose(reshape(v, split), order), joined)
  return typed(operateOne('rearrange', [split, order, joined], [value], body))
}

/** What `reduce` does with the axes that it loses. */
export type Reduction = 'sum' | 'mean' | 'max' | 'min' | 'prod'

/**
 * As `rearrange`, but the axes that are not named on the right are reduced.
 * @param how `'sum'`, `'mean'`, `'max'`, `'min'` or `'prod'`.
 * @param sizes the sizes of named axes that cannot be worked out.
 * @throws ShapeError if the pattern does not fit x; DTypeError for the mean of integers.
 * @example
 * import { ones, reduce } from 'conformable'
 * const pooled = reduce(ones([2, 4, 6, 3]), 'b (h p) (w q) c -> b h w c', 'mean', { p: 2, q: 2 })
 * console.log(pooled.shape) // [2, 2, 3, 3]
 */
export function reduce<
  S extends Shape,
  D extends DType,
  const P extends string,
  const H extends Reduction,
  const M extends Readonly<Record<string, number>> = {},
>(
  x: Numbers<'reduce', S, D>,
  pattern: Check<ReduceAxes<S, P, M>, P>,
  how: H extends 'mean' ? Floats<'reduce', S, D, H> : H,
  sizes?: M,
): Tensor<Ok<ReduceAxes<S, P, M>>, D> {
  const value = how === 'mean' ? floatOperand('reduce', x) : numericOperand('reduce', x)
  const { from, split, to, joined } = axesPlan('reduce', value.shape, pattern as string, sizes ?? {}) // what the contract lets through
  const lost = from.flatMap((name, axis) => (to.includes(name) ? [] : [axis]))
  const kept = from.filter((name) => to.includes(name))
  const order = to.map((name) => kept.indexOf(name))
  const fold = reductions[how as Reduction] // what the contract lets through
  if (fold === undefined)
    throw new ArgumentError(`reduce: ${String(how)} is none of ${Object.keys(reductions).join(', ')}.`)
  if ((how === 'max' || how === 'min') && countAlong(split, lost) === 0)
    throw new ShapeError(`reduce: there is no element over axes [${lost.join(', ')}] of ${showShape(split)}`)
  const body = (v: Value): Value => reshape(transpose(fold(reshape(v, split), lost), order), joined)
  return typed(operateOne('reduce', [how, split, lost, order, joined], [value], body))
}

const reductions: Readonly<Record<Reduction, (x: Value, axes: readonly number[]) => Value>> = {
  sum,
  mean: meanOver,
  max: reduceMax,
  min: reduceMin,
  prod: product,
}
