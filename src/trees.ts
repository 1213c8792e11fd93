/** Trees at the public door: functions of all tensors in nested arrays, records and ComponentArrays. */
import type { Shape } from '../types/shape.ts'
import type { AnyTensor, Tensor } from '../types/tensor.ts'
import { ArgumentError } from './core/errors.ts'
import { type Flattened, flatten, unflatten } from './core/tree.ts'
import type { Value } from './core/value.ts'
import { typed } from './typed.ts'

export type { NodeView, TreeNode } from './core/tree.ts'
export { treeNode } from './core/tree.ts'

/**
 * Applies a function to the tensors that stand at the same place of several trees, and puts the results into that structure.
 * A ComponentArray is one tensor, its flat vector, so an update of all parameters is one operation.
 * @throws ArgumentError if the trees are not built alike.
 * @example
 * import { add, mapTree, tensor } from 'conformable'
 * console.log(mapTree((a, b) => add(a, b), { x: tensor([1]) }, { x: tensor([2]) })) // { x: [3] }
 */
export function mapTree<T>(
  f: (...leaves: Tensor<Shape, any>[]) => Tensor<any, any>,
  tree: T,
  ...others: readonly unknown[]
): T {
  const first = flatten(tree)
  const rest = others.map(flatten)
  const odd = rest.findIndex(({ structure }) => structure.key !== first.structure.key)
  if (odd >= 0) throw new ArgumentError(`mapTree: tree ${odd + 1} is not built like tree 0: ${gap(first, rest[odd]!)}.`)
  const results = first.leaves.map((leaf, i) =>
    f(...typed<Tensor<Shape, any>[]>([leaf, ...rest.map(({ leaves }) => leaves[i])])),
  )
  return typed<T>(unflatten(first.structure, typed<Value[]>(results)))
}

/** Where two trees differ: the first tensor that only one of them has. */
function gap(a: Flattened, b: Flattened): string {
  const name = (path: string): string => (path === '' ? 'a tensor itself' : `'${path}'`)
  const missing = a.paths.find((path) => !b.paths.includes(path))
  if (missing !== undefined) return `it lacks ${name(missing)}`
  const more = b.paths.find((path) => !a.paths.includes(path))
  return more === undefined ? 'their tensors stand in different containers' : `it has ${name(more)} besides`
}

/**
 * All tensors of a tree in order; of a ComponentArray its flat vector.
 * @example
 * import { leavesOf, tensor } from 'conformable'
 * console.log(leavesOf({ a: tensor([1]), b: [tensor([2])] }).length) // 2
 */
export const leavesOf = (tree: unknown): readonly Tensor<Shape, any>[] => typed(flatten(tree).leaves)

/** Is this a float tensor, one that has derivatives? */
export const isFloatTensor = (x: AnyTensor): boolean => x.dtype === 'float32' || x.dtype === 'float64'

/**
 * The path of each tensor of a tree: 'layers.0.weight'.
 * @example
 * import { pathsOf, tensor } from 'conformable'
 * console.log(pathsOf({ a: [tensor([1])] })) // ['a.0']
 */
export const pathsOf = (tree: unknown): readonly string[] => flatten(tree).paths
