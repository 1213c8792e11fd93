/**
 * The layout of a flat vector: which segment belongs to which parameter. Fields lie side by side in the order in which they
 * were written, row-major, without gaps; `[]`, `[1]`, `[1, 1]` and `[0]` stay different shapes.
 */

import type { ParameterSpec } from '../../types/parameters.ts'
import { showShape, sizeOf } from '../core/abstract.ts'
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { elementLabel, listed, nameProblem, parseLabel, prefixed, segmentOf } from './path.ts'

/** A parameter: the segment of `size` numbers at `offset`, seen with `shape`. */
export interface Field {
  readonly kind: 'field'
  /** Its own name: 'weight'. */
  readonly name: string
  /** Its name from the root: 'L1.weight'. */
  readonly path: string
  readonly offset: number
  readonly size: number
  readonly shape: readonly number[]
}

/** A record of parameters inside another; its fields lie side by side too. */
interface Group {
  readonly kind: 'group'
  readonly name: string
  readonly path: string
  readonly offset: number
  readonly size: number
  /** The group's own layout, with offsets and paths that start at the group. */
  readonly layout: Layout
}

/** What a name stands for. */
export type Member = Field | Group

declare const spec: unique symbol

/** Names, shapes and offsets over one flat vector. `P` is the type of the spec it was made from. */
export interface Layout<P = unknown> {
  /** Only for the compiler. */
  readonly [spec]?: P
  /** The length of the flat vector. */
  readonly size: number
  /** The direct members, in order. */
  readonly members: readonly Member[]
  /** Where each direct member stands in `members`. */
  readonly positions: ReadonlyMap<string, number>
  /** All parameters, in the order of their offsets. */
  readonly fields: readonly Field[]
  /** Parameters and groups by path. */
  readonly places: ReadonlyMap<string, Member>
  /** Levels of names: 1 if there are no groups. */
  readonly depth: number
  /** The layout as a text: equal texts, equal layouts. */
  readonly text: string
}

/** What a layout is built from: names with shapes, or with layouts of their own. */
export type Parts = readonly (readonly [name: string, part: readonly number[] | Layout])[]

/** Records nested deeper than this are refused: they contain themselves, or were made to overflow the stack. */
export const MAX_DEPTH = 64

/**
 * The layout of a nested record of shapes.
 *
 * `layout({ L1: { weight: [50, 2], bias: [50] } })` has 150 numbers, of which `L1.bias` starts at 100.
 * Throws an `ArgumentError` where a name is an integer (JavaScript would move it to the front), and a `ShapeError`
 * where a size is not a whole number ≥ 0.
 */
export function layout<const P extends ParameterSpec>(spec: P): Layout<P> {
  return layoutOfSpec(spec, []) as Layout<P> // made from this very spec
}

function layoutOfSpec(spec: ParameterSpec, names: readonly string[]): Layout {
  requireDepth(names.length)
  requireRecord(spec, names)
  return layoutFrom(
    Object.keys(spec).map((name) => {
      const part = spec[name]
      // The dimensions are numbers: `requireShape` looks at each.
      return [name, isShape(part) ? (part as readonly number[]) : layoutOfSpec(part, [...names, name])]
    }),
  )
}

const isShape = (part: ParameterSpec[string]): part is readonly (number | string)[] => Array.isArray(part)

function requireRecord(spec: unknown, names: readonly string[]): void {
  const prototype: unknown = typeof spec === 'object' && spec !== null ? Object.getPrototypeOf(spec) : undefined
  if (prototype === Object.prototype || prototype === null) return
  const place = names.length === 0 ? 'The spec' : `The entry '${names.join('.')}' of the spec`
  throw new ArgumentError(`layout: ${place} must be a shape such as [50, 2] or a plain record of shapes.`)
}

/** The layout of parts that lie side by side in the order given. */
export function layoutFrom(parts: Parts): Layout {
  const members: Member[] = []
  const fields: Field[] = []
  const places = new Map<string, Member>()
  const positions = new Map<string, number>()
  let offset = 0
  for (const [name, part] of parts) {
    const member = memberFrom(name, part, offset)
    if (positions.has(name)) throw new ArgumentError(`layout: there are two members named '${name}'.`)
    positions.set(name, members.length)
    members.push(member)
    places.set(member.path, member)
    if (member.kind === 'field') fields.push(member)
    else adopt(member, fields, places)
    offset += member.size
  }
  requireSafe(offset, 'all members together')
  const depth =
    1 + members.reduce((most, member) => Math.max(most, member.kind === 'group' ? member.layout.depth : 0), 0)
  requireDepth(depth)
  return { size: offset, members, positions, fields, places, depth, text: textOf(members) }
}

/** Throws an `ArgumentError` for records nested deeper than `MAX_DEPTH`. */
export function requireDepth(depth: number): void {
  if (depth > MAX_DEPTH) throw new ArgumentError(`layout: the record is nested deeper than ${MAX_DEPTH} levels.`)
}

function memberFrom(name: string, part: readonly number[] | Layout, offset: number): Member {
  const problem = nameProblem(name)
  if (problem !== null) throw new ArgumentError(`layout: ${problem}.`)
  const path = segmentOf(name)
  if (isLayout(part)) return { kind: 'group', name, path, offset, size: part.size, layout: part }
  const shape = requireShape(part, name)
  return { kind: 'field', name, path, offset, size: sizeOf(shape), shape }
}

const isLayout = (part: readonly number[] | Layout): part is Layout => !Array.isArray(part)

/** Writes a group's places into its parent's, with the group's name in front of the paths. */
function adopt(group: Group, fields: Field[], places: Map<string, Member>): void {
  for (const inner of group.layout.places.values()) {
    const member = { ...inner, path: prefixed(group.name, inner.path), offset: group.offset + inner.offset }
    places.set(member.path, member)
    if (member.kind === 'field') fields.push(member)
  }
}

/** A frozen copy of the shape, once every dimension is a whole number ≥ 0. */
function requireShape(shape: readonly number[], name: string): readonly number[] {
  for (const dim of shape) {
    if (Number.isSafeInteger(dim) && dim >= 0) continue
    const hint = typeof dim === 'string' ? ' A symbolic dimension needs its number here.' : ''
    const shown = shape.map((size) => (typeof size === 'string' ? `'${size}'` : String(size))).join(', ')
    throw new ShapeError(`layout: the sizes of '${name}' [${shown}] must be whole numbers ≥ 0.${hint}`)
  }
  requireSafe(sizeOf(shape), `'${name}' ${showShape(shape)}`)
  return Object.freeze([...shape])
}

function requireSafe(size: number, what: string): void {
  if (!Number.isSafeInteger(size))
    throw new ShapeError(`layout: ${what} would have ${size} numbers, more than can be counted.`)
}

const textOf = (members: readonly Member[]): string =>
  `{${members
    .map(
      (member) =>
        `${JSON.stringify(member.name)}:${member.kind === 'field' ? `[${member.shape.join()}]` : member.layout.text}`,
    )
    .join()}}`

/** The paths of all parameters in order: `['L1.weight', 'L1.bias', …]`. */
export const pathsOf = (layout: Layout): readonly string[] => layout.fields.map((field) => field.path)

/** The parameter or group at a path; throws an `ArgumentError` that lists what there is. */
export function placeOf(layout: Layout, path: string, user = 'layout'): Member {
  const member = layout.places.get(path)
  if (member !== undefined) return member
  throw new ArgumentError(`${user}: there is no '${path}'. There are ${listed([...layout.places.keys()])}.`)
}

/** The position of one number in the flat vector: `indexOf(layout, 'L1.weight[3,1]')`; a scalar is named without brackets. */
export function indexOf(layout: Layout, label: string): number {
  const { path, index } = parseLabel(label)
  const place = placeOf(layout, path, 'indexOf')
  if (place.kind === 'group')
    throw new ArgumentError(`indexOf: '${path}' is a group; name one number of ${listed(pathsOf(place.layout))}.`)
  return place.offset + positionIn(place, index ?? [])
}

function positionIn({ path, shape }: Field, index: readonly number[]): number {
  if (index.length !== shape.length) {
    const indices = shape.map((_, axis) => 'ijklmn'[axis] ?? '…').join()
    throw new ArgumentError(
      `indexOf: '${path}' has shape ${showShape(shape)}; write '${path}${shape.length === 0 ? '' : `[${indices}]`}'.`,
    )
  }
  let position = 0
  index.forEach((i, axis) => {
    if (i >= shape[axis])
      throw new ArgumentError(`indexOf: '${path}[${index}]' lies outside the shape ${showShape(shape)}.`)
    position = position * shape[axis] + i
  })
  return position
}

/** The label of the number at a position of the flat vector: the inverse of `indexOf`. */
export function labelAt(layout: Layout, position: number): string {
  if (!Number.isInteger(position) || position < 0 || position >= layout.size) {
    throw new ArgumentError(`labelAt: ${position} is not a position in a vector of ${layout.size} numbers.`)
  }
  const field = fieldAt(layout.fields, position)
  return elementLabel(field.path, field.shape, position - field.offset)
}

/** By bisection: the last field that starts at or before the position, which is the one with numbers if some are empty. */
function fieldAt(fields: readonly Field[], position: number): Field {
  let low = 0
  let high = fields.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (fields[middle].offset <= position) low = middle
    else high = middle
  }
  return fields[low]
}
