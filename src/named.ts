/**
 * The parameters of a tree, each by its name: the tensors of records and arrays, and the views of ComponentArrays. (`mapTree`
 * takes a ComponentArray as one tensor, which is faster; here are the names and shapes.)
 */
import type { DType } from '../types/dtype.ts'
import type { Shape } from '../types/shape.ts'
import type { Tensor } from '../types/tensor.ts'
import { flatten, treeNode } from './core/tree.ts'
import { Value } from './core/value.ts'
import { isComponents, layoutOf } from './parameters/component-array.ts'
import type { Field, Layout } from './parameters/layout.ts'
import { joined, segmentOf } from './parameters/segments.ts'
import { mapTree } from './trees.ts'
import { typed } from './typed.ts'

/** A parameter of a tree. */
export interface Parameter {
  /** Its name from the root, 'encoder.weight'; '' for a tree that is one tensor. */
  readonly path: string
  readonly shape: readonly number[]
  readonly dtype: DType
  /** Which of the tree's tensors holds it (as `leavesOf` counts them), */
  readonly leaf: number
  /** and from which of its numbers on: not 0 for the later views of a ComponentArray. */
  readonly offset: number
}

/** A tensor of a tree; with a layout it is the flat vector of a ComponentArray. */
interface Place {
  readonly path: string
  readonly layout?: Layout
}

/**
 * Names, shapes and places of all parameters of a tree, in order.
 * @example
 * import { componentArray, parametersOf, tensor } from 'conformable'
 * const tree = { encoder: componentArray({ weight: tensor([[1, 2]]), bias: tensor([3]) }), scale: tensor([4]) }
 * console.log(parametersOf(tree).map(({ path }) => path)) // ['encoder.weight', 'encoder.bias', 'scale']
 */
export function parametersOf(tree: unknown): readonly Parameter[] {
  const { leaves } = flatten(tree)
  return placesOf(tree, '').flatMap(({ path, layout }, leaf): readonly Parameter[] => {
    const { dtype, shape } = leaves[leaf]!
    if (layout === undefined) return [{ path, shape, dtype, leaf, offset: 0 }]
    return layout.fields.map((field) => ({
      path: below(path, field.path),
      shape: field.shape,
      dtype,
      leaf,
      offset: field.offset,
    }))
  })
}

/**
 * A function of the parameters at the same place of several trees, put together like the first: as `mapTree`, but a
 * ComponentArray is taken view by view, and the function learns the name.
 * @param f takes the path, and the parameter of each tree; its result has the shape of the parameter.
 * @throws ArgumentError if the trees are not built alike; ShapeError if the results of a ComponentArray do not fill its vector.
 * @example
 * import { componentArray, flat, mapParameters, mul, tensor } from 'conformable'
 * const p = componentArray({ weight: tensor([1, 2]), bias: tensor([3]) })
 * console.log(flat(mapParameters((path, x) => (path === 'bias' ? mul(x, 0) : x), p))) // [1, 2, 0]
 */
export function mapParameters<T>(
  f: (path: string, ...parameters: Tensor<Shape, any>[]) => Tensor<any, any>,
  tree: T,
  ...others: readonly unknown[]
): T {
  const places = placesOf(tree, '')
  let next = 0
  const perLeaf = (...leaves: readonly Value[]): Value => {
    const { path, layout } = places[next++]!
    const at = (name: string, parts: readonly Value[]): Value => typed(f(name, ...typed<Tensor<Shape, any>[]>(parts)))
    if (layout === undefined) return at(path, leaves)
    const view = (leaf: Value, { offset, shape }: Field): Value => segmentOf(leaf, offset, shape)
    const results = layout.fields.map((field) =>
      at(
        below(path, field.path),
        leaves.map((leaf) => view(leaf, field)),
      ),
    )
    return results.length === 0 ? leaves[0]! : joined(results, leaves[0]!.shape.slice(0, -1))
  }
  return mapTree(typed<Parameters<typeof mapTree>[0]>(perLeaf), tree, ...others)
}

/** In the order of `flatten`, which has refused everything else. */
function placesOf(tree: unknown, path: string): readonly Place[] {
  if (tree instanceof Value) return [{ path }]
  if (isComponents(tree)) return [{ path, layout: layoutOf(tree) }]
  if (tree === null || typeof tree !== 'object') return []
  const node = tree as { readonly [treeNode]?: () => { readonly children: readonly unknown[] } } // asked for below
  const children = node[treeNode]?.().children ?? tree
  return Object.entries(children).flatMap(([name, child]) => placesOf(child, below(path, name)))
}

const below = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)
