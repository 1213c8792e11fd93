/** ComponentArrays at the public door: one flat vector with named, typed views, and free functions of it. */

import type {
  CheckFlat,
  CheckPath,
  CheckRecord,
  CheckReplacement,
  LeadOf,
  RecordDType,
  SpecOf,
} from '../types/components.ts'
import type { DType } from '../types/dtype.ts'
import type { Floats } from '../types/element.ts'
import type { AnyComponentArray, ComponentArray, ParameterCount, ParameterSpec } from '../types/parameters.ts'
import { sentence } from '../types/sentence.ts'
import { lengthDiffers } from '../types/sentences/parameters.ts'
import type { Shape } from '../types/shape.ts'
import type { AnyTensor, Tensor } from '../types/tensor.ts'
import { ShapeError } from './core/errors.ts'
import { operateOne } from './operation.ts'
import { floatOperand } from './operations/operand.ts'
import { block as blockOf } from './parameters/block.ts'
import {
  type Components,
  flat as flatOf,
  isComponents,
  layoutOf as layoutOfComponents,
} from './parameters/component-array.ts'
import { componentArray as construct, fromFlat as nameFlat, type TensorRecord } from './parameters/construct.ts'
import type { Layout } from './parameters/layout.ts'
import {
  labels as labelsOf,
  mapLeaves as mapLeavesOf,
  mask as maskOf,
  toRecord as recordOf,
} from './parameters/leaves.ts'
import { merge as mergeOf, omit as omitOf, pick as pickOf, replace as replaceOf } from './parameters/select.ts'
import { typed, untyped } from './typed.ts'

export type { RecordDType, SpecOf } from '../types/components.ts'
export type { Layout } from './parameters/layout.ts'
export { indexOf, labelAt, layout } from './parameters/layout.ts'

/** A nested record of tensors, from which a ComponentArray is made. */
export interface TensorTree {
  readonly [name: string]: AnyTensor | AnyComponentArray | TensorTree
}

/**
 * One flat vector of the tensors of a nested record, in the order of its names, with named views. Differentiable, so it may
 * stand inside any transform.
 * @throws DTypeError if the tensors are not of one float dtype.
 * @example
 * import { componentArray, tensor } from 'conformable'
 * const p = componentArray({ L1: { weight: tensor([[1, 2], [3, 4]]), bias: tensor([5, 6]) } })
 * console.log(p.L1.bias) // [5, 6]
 */
export function componentArray<const R extends TensorTree>(
  record: CheckRecord<R>,
): ComponentArray<SpecOf<R>, RecordDType<R> & DType> {
  return typed(construct(typed<TensorRecord>(record)))
}

/**
 * Names over a flat vector: the inverse of `flat`.
 * @param vector the numbers, [P].
 * @param like a layout, `layout({ L1: { weight: [50, 2] } })`, or a ComponentArray that has it.
 * @throws ShapeError if the vector is not as long as the layout.
 * @example
 * import { fromFlat, layout, tensor } from 'conformable'
 * const p = fromFlat(tensor([1, 2, 3]), layout({ weight: [2], bias: [1] }))
 * console.log(p.bias) // [3]
 */
export function fromFlat<V extends Shape, P, D extends DType>(
  vector: CheckFlat<V, P, Floats<'fromFlat', V, D>>,
  like: Layout<P> | ComponentArray<P, any>,
): ComponentArray<P, D, LeadOf<V>> {
  const value = floatOperand('fromFlat', vector)
  const names = typed<Layout | Components>(like)
  const { size } = isComponents(names) ? layoutOfComponents(names) : names
  if (value.shape.at(-1) !== size) {
    throw new ShapeError(sentence(lengthDiffers, { count: size, x: value.shape }))
  }
  return typed(nameFlat(value, names))
}

/**
 * The flat vector of a ComponentArray, without a copy: all its numbers in one tensor.
 * @example
 * import { componentArray, flat, tensor } from 'conformable'
 * console.log(flat(componentArray({ a: tensor([1, 2]), b: tensor([3]) }))) // [1, 2, 3]
 */
export function flat<P, D extends DType, L extends Shape>(
  p: ComponentArray<P, D, L>,
): Tensor<readonly [...L, ParameterCount<P>], D> {
  return typed(flatOf(untypedComponents(p)))
}

/** Names, shapes and offsets of a ComponentArray. */
export const layoutOf = <P>(p: ComponentArray<P, any>): Layout<P> => typed(layoutOfComponents(untypedComponents(p)))

/**
 * The paths of all parameters, in order.
 * @example
 * import { componentArray, labels, tensor } from 'conformable'
 * console.log(labels(componentArray({ L1: { bias: tensor([1]) } }))) // ['L1.bias']
 */
export const labels = (p: AnyComponentArray): readonly string[] => labelsOf(untypedComponents(p))

/**
 * The named members in the order given, as a new ComponentArray.
 * @throws ArgumentError if there is no such member.
 * @example
 * import { componentArray, flat, pick, tensor } from 'conformable'
 * const p = componentArray({ a: tensor([1]), b: tensor([2]), c: tensor([3]) })
 * console.log(flat(pick(p, 'c', 'a'))) // [3, 1]
 */
export function pick<P, D extends DType, const K extends readonly (keyof P & string)[]>(
  p: ComponentArray<P, D>,
  ...names: K
): ComponentArray<{ readonly [N in K[number]]: P[N] }, D> {
  return typed(pickOf(untypedComponents(p), ...names))
}

/**
 * All members but the named ones, as a new ComponentArray.
 * @throws ArgumentError if there is no such member.
 * @example
 * import { componentArray, flat, omit, tensor } from 'conformable'
 * const p = componentArray({ a: tensor([1]), b: tensor([2]) })
 * console.log(flat(omit(p, 'a'))) // [2]
 */
export function omit<P, D extends DType, const K extends readonly (keyof P & string)[]>(
  p: ComponentArray<P, D>,
  ...names: K
): ComponentArray<{ readonly [N in Exclude<keyof P & string, K[number]>]: P[N] }, D> {
  return typed(omitOf(untypedComponents(p), ...names))
}

/**
 * The members of both, first p's, then q's.
 * @throws ArgumentError if a name is in both; DTypeError if the dtypes differ.
 * @example
 * import { componentArray, flat, merge, tensor } from 'conformable'
 * console.log(flat(merge(componentArray({ a: tensor([1]) }), componentArray({ b: tensor([2]) })))) // [1, 2]
 */
export function merge<P, Q, D extends DType>(
  p: ComponentArray<P, D>,
  q: keyof P & keyof Q extends never ? ComponentArray<Q, D> : `merge: both have '${keyof P & keyof Q & string}'`,
): ComponentArray<P & Q, D> {
  return typed(mergeOf(untypedComponents(p), typed<Components>(q)))
}

/**
 * The same parameters with another tensor at a path. Nothing is changed in place.
 * @param path names joined by dots: 'L1.bias'.
 * @throws ArgumentError if there is no such path; ShapeError or DTypeError if the tensor does not fit.
 * @example
 * import { componentArray, flat, replace, tensor } from 'conformable'
 * const p = componentArray({ a: tensor([1]), b: tensor([2]) })
 * console.log(flat(replace(p, 'b', tensor([7])))) // [1, 7]
 */
export function replace<P, D extends DType, const K extends string, T extends AnyTensor | AnyComponentArray>(
  p: ComponentArray<P, D>,
  path: CheckPath<'replace', P, K>,
  value: CheckReplacement<P, K, T, NoInfer<D>>,
): ComponentArray<P, D> {
  return typed(replaceOf(untypedComponents(p), path, typed(value)))
}

/**
 * 1 for the numbers of every parameter whose path the predicate accepts, 0 for the others, with the same names.
 * @example
 * import { componentArray, flat, mask, tensor } from 'conformable'
 * const p = componentArray({ weight: tensor([1, 2]), bias: tensor([3]) })
 * console.log(flat(mask(p, (path) => path.endsWith('weight')))) // [1, 1, 0]
 */
export const mask = <P, D extends DType>(
  p: ComponentArray<P, D>,
  predicate: (path: string) => boolean,
): ComponentArray<P, D> => typed(maskOf(untypedComponents(p), predicate))

/**
 * A function of each parameter, and a ComponentArray of the results under the same names.
 * @example
 * import { componentArray, flat, mapLeaves, mul, tensor } from 'conformable'
 * const p = componentArray({ weight: tensor([1, 2]), bias: tensor([3]) })
 * console.log(flat(mapLeaves(p, (leaf, path) => mul(leaf, path === 'bias' ? 0 : 1)))) // [1, 2, 0]
 */
export function mapLeaves<P, D extends DType>(
  p: ComponentArray<P, D>,
  f: (leaf: Tensor<Shape, D>, path: string) => Tensor<any, D>,
): ComponentArray<P, D> {
  return typed(mapLeavesOf(untypedComponents(p), typed(f)))
}

/** Plain nested records with the views as leaves. */
export const toRecord = <P, D extends DType>(p: ComponentArray<P, D>): RecordOf<P, D> =>
  typed(recordOf(untypedComponents(p)))

/** The plain record of the views of spec P. */
export type RecordOf<P, D extends DType> = {
  readonly [K in keyof P]: P[K] extends Shape ? Tensor<P[K], D> : RecordOf<P[K], D>
}

/**
 * The block of a matrix [P, P], such as an inverse Hessian approximation, at two paths: rows of one parameter, columns of another.
 * @returns a tensor with the axes of the row parameter, then those of the column parameter.
 * @example
 * import { block, eye, layout } from 'conformable'
 * console.log(block(eye(3), layout({ weight: [2], bias: [1] }), 'bias', 'bias')) // [[1]]
 */
export function block<D extends DType>(
  matrix: Tensor<any, D>,
  names: Layout | ComponentArray<ParameterSpec, any>,
  row: string,
  column: string,
): Tensor<Shape, D> {
  const layout = isComponents(names) ? layoutOfComponents(names) : typed<Layout>(names)
  const cut = (value: Parameters<typeof blockOf>[0]) => blockOf(value, layout, row, column)
  return typed(operateOne('block', [layout.text, row, column], [untyped(matrix, 'block')], cut))
}

/** The run-time class behind the type. The functions called with it check that it is one. */
const untypedComponents = (p: unknown): Components => p as Components
