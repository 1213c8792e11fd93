/**
 * Patterns of named axes, as `rearrange`, `reduce` and `repeat` take them: parsed, bound to the sizes of a tensor, and turned into
 * the plan of a reshape, a permutation and a reshape.
 */
import { sentence } from '../../types/sentence.ts'
import {
  groupDiffers,
  groupOpen,
  nameDiffers,
  nameTwice,
  newAxisOpen,
  noArrow,
  notDivisible,
  notOnLeft,
  notOnRight,
  oneIs,
  patternRank,
  patternSays,
} from '../../types/sentences/movements.ts'
import { sizeOf } from '../core/abstract.ts'
import { ShapeError } from '../core/errors.ts'

/** A name, or a group of names. */
type Axis = string | readonly string[]

/** What a pattern asks for. */
export interface AxesPlan {
  /** The names on the left, and their sizes. */
  readonly from: readonly string[]
  readonly split: readonly number[]
  /** The names on the right, and their sizes. */
  readonly to: readonly string[]
  readonly spread: readonly number[]
  /** The sizes of the result. */
  readonly joined: readonly number[]
}

/** The plan of a pattern for a tensor of this shape, with the sizes of names that are given. */
export function axesPlan(
  name: 'rearrange' | 'reduce' | 'repeat',
  shape: readonly number[],
  pattern: string,
  given: Readonly<Record<string, number>>,
): AxesPlan {
  const arrow = pattern.indexOf('->')
  const fail = (why: string): ShapeError => new ShapeError(sentence(patternSays, { op: name, why, pattern, x: shape }))
  if (arrow < 0) throw fail(sentence(noArrow, { pattern }))
  const left = pattern.slice(0, arrow)
  const between = ellipsis(left, shape)
  const [source, target] = [parsed(left, between), parsed(pattern.slice(arrow + 2), between)]
  const sizes = new Map(Object.entries(given))
  if (source.length !== shape.length) throw fail(patternRank)
  source.forEach((axis, i) => {
    bind(fail, axis, shape[i]!, sizes)
  })
  const [from, to] = [named(source), named(target)]
  requireNames(name, fail, from, to, name === 'repeat' ? [...sizes.keys()] : from)
  const sizeOfName = (axis: string): number => sizes.get(axis)!
  return {
    from,
    split: from.map(sizeOfName),
    to,
    spread: to.map(sizeOfName),
    joined: target.map((axis) => (axis === '1' ? 1 : sizeOf([axis].flat().map(sizeOfName)))),
  }
}

/** Names for the axes that `...` stands for: those of the tensor that the rest of the left side does not name. */
function ellipsis(left: string, shape: readonly number[]): readonly string[] {
  const others = parsed(left.replace('...', ''), []).length
  return Array.from({ length: Math.max(0, shape.length - others) }, (_, i) => `...${i}`)
}

/** 'b (h w) c' → ['b', ['h', 'w'], 'c'] */
const parsed = (side: string, between: readonly string[]): Axis[] =>
  [...side.matchAll(/\(([^)]*)\)|[^\s()]+/g)].flatMap(([text, group]): Axis[] => {
    if (group === undefined) return text === '...' ? [...between] : [text]
    return [group.split(' ').flatMap((name) => (name === '...' ? between : name === '' ? [] : [name]))]
  })

/** The names in a row; a lone `1` is none. */
const named = (axes: readonly Axis[]): string[] => axes.filter((axis) => axis !== '1').flat()

/** The error of a pattern, given what is wrong with it. */
type Fail = (why: string) => ShapeError

/** Notes the sizes of the names of one dimension. */
function bind(fail: Fail, axis: Axis, size: number, sizes: Map<string, number>): void {
  if (typeof axis !== 'string') {
    bindGroup(fail, axis, size, sizes)
    return
  }
  if (axis === '1') {
    if (size !== 1) throw fail(sentence(oneIs, { x: size }))
    return
  }
  const known = sizes.get(axis)
  if (known !== undefined && known !== size) {
    throw fail(sentence(nameDiffers, { name: axis, x: known, y: size }))
  }
  sizes.set(axis, size)
}

function bindGroup(fail: Fail, group: readonly string[], size: number, sizes: Map<string, number>): void {
  const unbound = group.filter((axis) => !sizes.has(axis))
  const known = sizeOf(group.flatMap((axis) => sizes.get(axis) ?? []))
  const names = group.join(' ')
  if (unbound.length > 1) throw fail(sentence(groupOpen, { group: names }))
  const [free] = unbound
  if (free === undefined) {
    if (known !== size) throw fail(sentence(groupDiffers, { group: names, known, x: size }))
    return
  }
  if (known === 0 || size % known !== 0) {
    throw fail(sentence(notDivisible, { x: size, known, group: names }))
  }
  sizes.set(free, size / known)
}

/** Every name stands once on a side; which may miss on which side is the operation's affair. */
function requireNames(
  name: 'rearrange' | 'reduce' | 'repeat',
  fail: Fail,
  from: readonly string[],
  to: readonly string[],
  known: readonly string[],
): void {
  const unknown = to.find((axis) => !known.includes(axis))
  if (unknown !== undefined && name === 'repeat') throw fail(sentence(newAxisOpen, { name: shown(unknown) }))
  if (unknown !== undefined) throw fail(sentence(notOnLeft, { name: shown(unknown) }))
  const lost = name === 'reduce' ? undefined : from.find((axis) => !to.includes(axis))
  if (lost !== undefined) throw fail(sentence(notOnRight, { name: shown(lost) }))
  const twice = repeatedName(from) ?? repeatedName(to)
  if (twice !== undefined) throw fail(sentence(nameTwice, { name: shown(twice) }))
}

/** An axis of `...` by the name that was written. */
const shown = (axis: string): string => (axis.startsWith('...') ? '...' : axis)

const repeatedName = (names: readonly string[]): string | undefined =>
  names.find((name, i) => names.indexOf(name) !== i)
