/** New ComponentArrays from old ones: some members, members of two, one member replaced. Nothing is ever changed in place. */

import { sentence } from '../../types/sentence.ts'
import { replacementDType, replacementShape } from '../../types/sentences/parameters.ts'
import { sameShape, showAbstract } from '../core/abstract.ts'
import { ArgumentError, DTypeError, ShapeError } from '../core/errors.ts'
import { Value } from '../core/value.ts'
import type { Components } from './component-array.ts'
import { flat, isComponents, layoutOf, leadOf, memberIn, named, requireComponents } from './component-array.ts'
import { type Layout, layoutFrom, type Member, type Parts, placeOf } from './layout.ts'
import { sameLayout } from './layout-difference.ts'
import { listed } from './path.ts'
import { joined, segmentOf } from './segments.ts'

/** The named members in the order given: `pick(p, 'L2', 'L1')`. */
export function pick(p: Components, ...names: readonly string[]): Components {
  const { members, positions } = layoutOf(requireComponents(p, 'pick'))
  requireKnown(names, positions, 'pick')
  const repeated = names.find((name, i) => names.indexOf(name) !== i)
  if (repeated !== undefined) throw new ArgumentError(`pick: '${repeated}' is named twice.`)
  return chosen(
    p,
    names.map((name) => members[positions.get(name)!]),
  )
}

/** All members but the named ones: `omit(p, 'L1')`. */
export function omit(p: Components, ...names: readonly string[]): Components {
  const { members, positions } = layoutOf(requireComponents(p, 'omit'))
  requireKnown(names, positions, 'omit')
  return chosen(
    p,
    members.filter((member) => !names.includes(member.name)),
  )
}

function requireKnown(names: readonly string[], known: ReadonlyMap<string, number>, user: string): void {
  const unknown = names.filter((name) => !known.has(name))
  if (unknown.length === 0) return
  throw new ArgumentError(`${user}: there is no ${listed(unknown)}. There are ${listed([...known.keys()])}.`)
}

const partOf = (member: Member): Parts[number] => [member.name, member.kind === 'field' ? member.shape : member.layout]

function chosen(p: Components, members: readonly Member[]): Components {
  const layout = layoutFrom(members.map(partOf))
  if (members.length === 0) return named(segmentOf(flat(p), 0, [0]), layout)
  const pieces = members.map((member) => vectorOf(memberIn(p, member)))
  return named(joined(pieces, leadOf(p)), layout)
}

const vectorOf = (member: Value | Components): Value => (isComponents(member) ? flat(member) : member)

/** The members of `p`, then those of `q`. Throws an `ArgumentError` if a name is in both, a `DTypeError` if dtypes differ. */
export function merge(p: Components, q: Components): Components {
  const [first, second] = [p, q].map((x) => layoutOf(requireComponents(x, 'merge')))
  const shared = [...second.positions.keys()].filter((name) => first.positions.has(name))
  if (shared.length > 0) {
    throw new ArgumentError(
      `merge: both ComponentArrays have ${listed(shared)}. Drop one by omit, or set it by replace.`,
    )
  }
  requireSameKind(p, q)
  const layout = layoutFrom([...first.members, ...second.members].map(partOf))
  return named(joined([flat(p), flat(q)], leadOf(p)), layout)
}

function requireSameKind(p: Components, q: Components): void {
  const [a, b] = [flat(p), flat(q)]
  if (a.dtype !== b.dtype)
    throw new DTypeError(`merge: ${showAbstract(a)} with ${showAbstract(b)}. Convert one of them.`)
  if (sameShape(leadOf(p), leadOf(q))) return
  throw new ShapeError(`merge: the leading axes differ: ${showAbstract(a)} with ${showAbstract(b)}.`)
}

/**
 * The same parameters with another tensor, or another group, at a path: `replace(p, 'L1.bias', b)`.
 * The new one has the shape and the dtype of the old one; gradients reach it and all that is kept.
 */
export function replace(p: Components, path: string, value: Value | Components): Components {
  const layout = layoutOf(requireComponents(p, 'replace'))
  const place = placeOf(layout, path, 'replace')
  const vector = flat(p)
  const piece = fitting(p, place, value)
  const end = place.offset + place.size
  const pieces = [piece]
  if (place.offset > 0) pieces.unshift(segmentOf(vector, 0, [place.offset]))
  if (end < layout.size) pieces.push(segmentOf(vector, end, [layout.size - end]))
  return named(joined(pieces, leadOf(p)), layout)
}

/** The new numbers, once they have the shape, the names and the dtype of the old ones. */
function fitting(p: Components, place: Member, value: unknown): Value {
  const expected = place.kind === 'field' ? [...leadOf(p), ...place.shape] : [...leadOf(p), place.size]
  const piece = place.kind === 'field' ? value : groupVector(place.path, place.layout, value)
  if (!(piece instanceof Value)) throw new ArgumentError(`replace: '${place.path}' is a tensor; give a tensor for it.`)
  if (!sameShape(piece.shape, expected)) {
    throw new ShapeError(sentence(replacementShape, { path: place.path, x: expected, given: piece.shape }))
  }
  if (piece.dtype === flat(p).dtype) return piece
  throw new DTypeError(
    sentence(replacementDType, { path: place.path, dtype: flat(p).dtype, given: showAbstract(piece) }),
  )
}

function groupVector(path: string, layout: Layout, value: unknown): unknown {
  if (!isComponents(value)) throw new ArgumentError(`replace: '${path}' is a group; give a ComponentArray for it.`)
  if (sameLayout(layout, layoutOf(value))) return flat(value)
  throw new ShapeError(`replace: the new group '${path}' has other names or shapes.`)
}
