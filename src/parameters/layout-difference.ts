/** Two layouts compared: are they the same, and if not, what differs. */
import { sameShape, showShape } from '../core/abstract.ts'
import type { Layout, Member } from './layout.ts'
import { listed } from './path.ts'

/** Are names, shapes and their order the same? */
export const sameLayout = (a: Layout, b: Layout): boolean => a === b || a.text === b.text

/**
 * What differs between two layouts, one sentence for each difference; none if they are the same.
 * `a` and `b` are called by the two names given.
 */
export function layoutDifferences(
  a: Layout,
  b: Layout,
  nameOfA = 'the first',
  nameOfB = 'the second',
): readonly string[] {
  if (sameLayout(a, b)) return []
  const differences: string[] = []
  for (const [path, place] of a.places) {
    const other = b.places.get(path)
    if (other === undefined) differences.push(`'${path}' is only in ${nameOfA}`)
    else if (!alike(place, other)) {
      differences.push(`'${path}' is ${showMember(place)} in ${nameOfA} and ${showMember(other)} in ${nameOfB}`)
    }
  }
  for (const path of b.places.keys()) if (!a.places.has(path)) differences.push(`'${path}' is only in ${nameOfB}`)
  if (differences.length > 0) return differences
  return [
    `the order is ${listed([...a.places.keys()])} in ${nameOfA} and ${listed([...b.places.keys()])} in ${nameOfB}`,
  ]
}

const alike = (a: Member, b: Member): boolean =>
  a.kind === 'field' ? b.kind === 'field' && sameShape(a.shape, b.shape) : b.kind === 'group'

const showMember = (member: Member): string => (member.kind === 'field' ? showShape(member.shape) : 'a group')
