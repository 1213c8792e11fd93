/** Does a checkpoint fit a model? Every path that differs is named; if none does, the tree is built anew on a device. */
import { sameShape, showAbstract } from '../core/abstract.ts'
import { type TreeNode, treeNode } from '../core/tree.ts'
import { Value } from '../core/value.ts'
import { type Upload, uploaded } from '../files/host-array.ts'
import { E } from '../fp.ts'
import { type Components, flat, isComponents, layoutOf, named } from './component-array.ts'
import { layoutDifferences } from './layout-difference.ts'
import { pathOf } from './path.ts'
import { isNode, isStatic, type SavedTree } from './saved-tree.ts'

/** A part of a checkpoint beside the same part of a model. */
interface Pair<Saved extends SavedTree = SavedTree, Like = unknown> {
  readonly saved: Saved
  readonly like: Like
  readonly names: readonly string[]
}

type Saved<Kind extends SavedTree['kind']> = Extract<SavedTree, { readonly kind: Kind }>

/** What one comparison finds: sentences, and how the part is built once nothing differs anywhere. */
interface Found {
  readonly problems: readonly string[]
  build(upload: Upload): unknown
}

/** What differs between a checkpoint and the tree it is to fill, one sentence for each path. */
export const misfits = (saved: SavedTree, like: unknown): readonly string[] =>
  compare({ saved, like, names: [] }).problems

/**
 * The saved tree under the structure of `like`, its tensors uploaded. Left: a sentence for every path that differs.
 * JavaScript values (numbers, strings …) are those of the checkpoint; they must be of the same type as in `like`.
 */
export function restored<T>(saved: SavedTree, like: T, upload: Upload): E.Either<readonly string[], T> {
  const { problems, build } = compare({ saved, like, names: [] })
  // Every part has been compared with the same part of `like`.
  return problems.length > 0 ? E.left(problems) : E.right(build(upload) as T)
}

function compare({ saved, like, names }: Pair): Found {
  if (saved.kind === 'tensor' && like instanceof Value) return compareTensors({ saved, like, names })
  if (saved.kind === 'components' && isComponents(like)) return compareComponents({ saved, like, names })
  if (saved.kind === 'list' && Array.isArray(like)) return compareLists(saved.items, like, names, (items) => items)
  if (saved.kind === 'container' && isForeign(like)) return compareContainers({ saved, like, names })
  if (saved.kind === 'record' && isPlain(like)) return compareRecords({ saved, like, names })
  if (saved.kind === 'static' && isStatic(like) && typeof saved.value === typeof like) {
    return { problems: [], build: () => saved.value }
  }
  return differing(names, describeSaved(saved), describe(like))
}

function differing(names: readonly string[], saved: string, like: string): Found {
  const place = names.length === 0 ? 'the tree' : `'${pathOf(names)}'`
  return { problems: [`${place} is ${saved} in the checkpoint and ${like} in the model`], build: () => undefined }
}

function compareTensors({ saved: { array }, like, names }: Pair<Saved<'tensor'>, Value>): Found {
  if (array.dtype !== like.dtype || !sameShape(array.shape, like.shape)) {
    return differing(names, showAbstract(array), showAbstract(like))
  }
  return { problems: [], build: (upload) => uploaded(array, upload) }
}

function compareComponents({ saved: { layout, array }, like, names }: Pair<Saved<'components'>, Components>): Found {
  const differences = layoutDifferences(layout, layoutOf(like), 'the checkpoint', 'the model')
  if (differences.length > 0) {
    const place = names.length === 0 ? '' : `in '${pathOf(names)}': `
    return { problems: differences.map((difference) => `${place}${difference}`), build: () => undefined }
  }
  const { dtype, shape } = flat(like)
  if (array.dtype !== dtype || !sameShape(array.shape, shape)) {
    return differing(
      names,
      `a ComponentArray over ${showAbstract(array)}`,
      `one over ${showAbstract({ dtype, shape })}`,
    )
  }
  return { problems: [], build: (upload) => named(uploaded(array, upload), layoutOf(like)) }
}

function compareLists(
  saved: readonly SavedTree[],
  like: readonly unknown[],
  names: readonly string[],
  rebuild: (items: readonly unknown[]) => unknown,
): Found {
  if (saved.length !== like.length) return differing(names, `a list of ${saved.length}`, `a list of ${like.length}`)
  const found = saved.map((entry, i) => compare({ saved: entry, like: like[i], names: [...names, String(i)] }))
  return {
    problems: found.flatMap(({ problems }) => problems),
    build: (upload) => rebuild(found.map((entry) => entry.build(upload))),
  }
}

function compareContainers({ saved, like, names }: Pair<Saved<'container'>, TreeNode>): Found {
  const { key, children, rebuild } = like[treeNode]()
  if (key !== saved.key) return differing(names, `a container '${saved.key}'`, `a container '${key}'`)
  return compareLists(saved.items, children, names, rebuild)
}

/** Records are compared by name; the result has its names in the order of the model. */
function compareRecords({ saved, like, names }: Pair<Saved<'record'>, PlainRecord>): Found {
  const own = Object.keys(like)
  const entries = new Map(saved.entries.map(({ name, tree }) => [name, tree]))
  const surplus = [...entries.keys()].filter((name) => !Object.hasOwn(like, name))
  const found = own.map((name): Found => {
    const tree = entries.get(name)
    const path = [...names, name]
    if (tree !== undefined) return compare({ saved: tree, like: like[name], names: path })
    return { problems: [`'${pathOf(path)}' is only in the model`], build: () => undefined }
  })
  const unknown = surplus.map((name) => `'${pathOf([...names, name])}' is only in the checkpoint`)
  return {
    problems: [...found.flatMap(({ problems }) => problems), ...unknown],
    build: (upload) => Object.fromEntries(own.map((name, i) => [name, found[i].build(upload)])),
  }
}

type PlainRecord = Readonly<Record<string, unknown>>

const isForeign = (x: unknown): x is TreeNode => isNode(x) && !isComponents(x)

function isPlain(x: unknown): x is PlainRecord {
  if (typeof x !== 'object' || x === null || x instanceof Value || isNode(x) || Array.isArray(x)) return false
  const prototype: unknown = Object.getPrototypeOf(x)
  return prototype === Object.prototype || prototype === null
}

function describeSaved(saved: SavedTree): string {
  if (saved.kind === 'tensor') return showAbstract(saved.array)
  if (saved.kind === 'components') return `a ComponentArray over ${showAbstract(saved.array)}`
  if (saved.kind === 'static') return describe(saved.value)
  return `a ${saved.kind}`
}

function describe(like: unknown): string {
  if (like instanceof Value) return showAbstract(like)
  if (isComponents(like)) return `a ComponentArray over ${showAbstract(flat(like))}`
  if (Array.isArray(like)) return 'a list'
  if (isPlain(like)) return 'a record'
  return isStatic(like) ? `the value ${JSON.stringify(like) ?? String(like)}` : `a ${typeof like}`
}
