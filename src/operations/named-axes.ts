/**
 * Patterns of named axes, as `rearrange`, `reduce` and `repeat` take them: parsed, bound to the sizes of a tensor, and turned into
 * the plan of a reshape, a permutation and a reshape.
 */
import { showShape, sizeOf } from '../core/abstract.ts'
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
  if (arrow < 0) throw new ShapeError(`${name}: '${pattern}' has no '->'`)
  const left = pattern.slice(0, arrow)
  const between = ellipsis(left, shape)
  const [source, target] = [parsed(left, between), parsed(pattern.slice(arrow + 2), between)]
  const sizes = new Map(Object.entries(given))
  if (source.length !== shape.length) {
    throw new ShapeError(`${name}: pattern '${left}' has another rank than ${showShape(shape)}`)
  }
  source.forEach((axis, i) => {
    bind(name, axis, shape[i]!, sizes)
  })
  const [from, to] = [named(source), named(target)]
  requireNames(name, from, to, name === 'repeat' ? [...sizes.keys()] : from)
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

/** Notes the sizes of the names of one dimension. */
function bind(name: string, axis: Axis, size: number, sizes: Map<string, number>): void {
  if (typeof axis !== 'string') {
    bindGroup(name, axis, size, sizes)
    return
  }
  if (axis === '1') {
    if (size !== 1) throw new ShapeError(`${name}: '1' stands for a dimension of ${size}`)
    return
  }
  const known = sizes.get(axis)
  if (known !== undefined && known !== size) {
    throw new ShapeError(`${name}: axis '${axis}' is both ${known} and ${size}`)
  }
  sizes.set(axis, size)
}

function bindGroup(name: string, group: readonly string[], size: number, sizes: Map<string, number>): void {
  const unbound = group.filter((axis) => !sizes.has(axis))
  const known = sizeOf(group.flatMap((axis) => sizes.get(axis) ?? []))
  const shown = `(${group.join(' ')})`
  if (unbound.length > 1) throw new ShapeError(`${name}: give sizes for all but one axis of ${shown}`)
  const [free] = unbound
  if (free === undefined) {
    if (known !== size) throw new ShapeError(`${name}: ${shown} = ${known} but the dimension is ${size}`)
    return
  }
  if (known === 0 || size % known !== 0) {
    throw new ShapeError(`${name}: ${size} is not divisible by ${known} in ${shown}`)
  }
  sizes.set(free, size / known)
}

/** Every name stands once on a side; which may miss on which side is the operation's affair. */
function requireNames(
  name: 'rearrange' | 'reduce' | 'repeat',
  from: readonly string[],
  to: readonly string[],
  known: readonly string[],
): void {
  const unknown = to.find((axis) => !known.includes(axis))
  if (unknown !== undefined && name === 'repeat')
    throw new ShapeError(`repeat: give the size of the new axis '${shown(unknown)}'`)
  if (unknown !== undefined) throw new ShapeError(`${name}: axis '${shown(unknown)}' does not appear on the left`)
  const lost = name === 'reduce' ? undefined : from.find((axis) => !to.includes(axis))
  if (lost !== undefined) throw new ShapeError(`${name}: axis '${shown(lost)}' does not appear on the right`)
  const twice = repeatedName(from) ?? repeatedName(to)
  if (twice !== undefined) throw new ShapeError(`${name}: axis '${shown(twice)}' is given twice`)
}

/** An axis of `...` by the name that was written. */
const shown = (axis: string): string => (axis.startsWith('...') ? '...' : axis)

const repeatedName = (names: readonly string[]): string | undefined =>
  names.find((name, i) => names.indexOf(name) !== i)
