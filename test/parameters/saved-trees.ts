/** Random saved trees for the property tests of codecs. */
import fc from 'fast-check'
import { layout } from '../../src/parameters/layout.ts'
import type { SavedTree, Static } from '../../src/parameters/saved-tree.ts'
import { filled, hostArray } from '../files/arrays.ts'
import { name, spec } from './arbitrary.ts'

const value: fc.Arbitrary<Static> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(null, undefined, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
)

const components = spec.chain((shapes) => {
  const names = layout(shapes)
  return fc
    .tuple(fc.constantFrom('float32' as const, 'float64' as const), fc.constantFrom<number[][]>([], [], [2]))
    .chain(([dtype, lead]) => filled(dtype, [...lead, names.size]))
    .map((array): SavedTree => ({ kind: 'components', layout: names, array }))
})

/** Trees of every kind of node. */
export const saved: fc.Arbitrary<SavedTree> = fc.letrec<{ tree: SavedTree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    hostArray().map((array): SavedTree => ({ kind: 'tensor', array })),
    components,
    value.map((x): SavedTree => ({ kind: 'static', value: x })),
    fc.array(tie('tree'), { maxLength: 3 }).map((items): SavedTree => ({ kind: 'list', items })),
    fc
      .uniqueArray(fc.record({ name, tree: tie('tree') }, { noNullPrototype: true }), {
        maxLength: 3,
        selector: (entry) => entry.name,
      })
      .map((entries): SavedTree => ({ kind: 'record', entries })),
    fc
      .tuple(fc.string(), fc.array(tie('tree'), { maxLength: 2 }))
      .map(([key, items]): SavedTree => ({ kind: 'container', key, items })),
  ),
})).tree
