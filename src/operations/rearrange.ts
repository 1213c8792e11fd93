/**
 * Reshaping and permuting by named axes: `'b t (h d) -> b h t d'`. A group in parentheses is a product of axes, the last fastest; on
 * the left, all but one size of a group must be known. (Notation: A. Rogozhnikov, einops, 2022.)
 */
import type { Rearrange } from '../../types/contract/rearrange.ts'
import type { DType } from '../../types/dtype.ts'
import type { Shape } from '../../types/shape.ts'
import type { Check, Ok, Tensor } from '../../types/tensor.ts'
import { showShape, sizeOf } from '../core/abstract.ts'
import { ShapeError } from '../core/errors.ts'
import type { Value } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import { reshape, transpose } from '../primitives/structural.ts'
import { typed, untyped } from '../typed.ts'

/**
 * The axes of x named on the left of the pattern, in the order and the groups on its right. `1` is a dimension of size 1.
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
  const plan = planned(value.shape, pattern as string, sizes ?? {}) // what the contract lets through
  const body = (v: Value): Value => reshape(transpose(reshape(v, plan.split), plan.order), plan.joined)
  return typed(operateOne('rearrange', [plan.split, plan.order, plan.joined], [value], body))
}

/** A name, or a group of names. */
type Axis = string | readonly string[]

interface Plan {
  /** The size of every named axis on the left. */
  readonly split: readonly number[]
  /** Where each axis on the right stands on the left. */
  readonly order: readonly number[]
  readonly joined: readonly number[]
}

function planned(shape: readonly number[], pattern: string, given: Readonly<Record<string, number>>): Plan {
  const arrow = pattern.indexOf('->')
  if (arrow < 0) throw new ShapeError(`rearrange: '${pattern}' has no '->'`)
  const left = pattern.slice(0, arrow)
  const [source, target] = [parsed(left), parsed(pattern.slice(arrow + 2))]
  const sizes = new Map(Object.entries(given))
  if (source.length !== shape.length) {
    throw new ShapeError(`rearrange: pattern '${left}' has another rank than ${showShape(shape)}`)
  }
  source.forEach((axis, i) => {
    bind(axis, shape[i]!, sizes)
  })
  const [from, to] = [named(source), named(target)]
  requireSameNames(from, to)
  const sizeOfName = (name: string): number => sizes.get(name)!
  return {
    split: from.map(sizeOfName),
    order: to.map((name) => from.indexOf(name)),
    joined: target.map((axis) => (axis === '1' ? 1 : sizeOf([axis].flat().map(sizeOfName)))),
  }
}

/** 'b (h w) c' → ['b', ['h', 'w'], 'c'] */
const parsed = (side: string): Axis[] =>
  [...side.matchAll(/\(([^)]*)\)|[^\s()]+/g)].map(([text, group]) =>
    group === undefined ? text : group.split(' ').filter((name) => name !== ''),
  )

/** The names in a row; a lone `1` is none. */
const named = (axes: readonly Axis[]): string[] => axes.filter((axis) => axis !== '1').flat()

/** Notes the sizes of the names of one dimension. */
function bind(axis: Axis, size: number, sizes: Map<string, number>): void {
  if (typeof axis !== 'string') {
    bindGroup(axis, size, sizes)
    return
  }
  if (axis === '1') {
    if (size !== 1) throw new ShapeError(`rearrange: '1' stands for a dimension of ${size}`)
    return
  }
  const known = sizes.get(axis)
  if (known !== undefined && known !== size) {
    throw new ShapeError(`rearrange: axis '${axis}' is both ${known} and ${size}`)
  }
  sizes.set(axis, size)
}

function bindGroup(group: readonly string[], size: number, sizes: Map<string, number>): void {
  const unbound = group.filter((name) => !sizes.has(name))
  const known = sizeOf(group.flatMap((name) => sizes.get(name) ?? []))
  const shown = `(${group.join(' ')})`
  if (unbound.length > 1) throw new ShapeError(`rearrange: give sizes for all but one axis of ${shown}`)
  const [free] = unbound
  if (free === undefined) {
    if (known !== size) throw new ShapeError(`rearrange: ${shown} = ${known} but the dimension is ${size}`)
    return
  }
  if (known === 0 || size % known !== 0) {
    throw new ShapeError(`rearrange: ${size} is not divisible by ${known} in ${shown}`)
  }
  sizes.set(free, size / known)
}

/** Every name stands once on each side. */
function requireSameNames(from: readonly string[], to: readonly string[]): void {
  const [unknown, lost] = [to.find((name) => !from.includes(name)), from.find((name) => !to.includes(name))]
  if (unknown !== undefined) throw new ShapeError(`rearrange: axis '${unknown}' does not appear on the left`)
  if (lost !== undefined) throw new ShapeError(`rearrange: axis '${lost}' does not appear on the right`)
  const twice = repeatedName(from) ?? repeatedName(to)
  if (twice !== undefined) throw new ShapeError(`rearrange: axis '${twice}' is given twice`)
}

const repeatedName = (names: readonly string[]): string | undefined =>
  names.find((name, i) => names.indexOf(name) !== i)
