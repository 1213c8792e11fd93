/** Which parameters: a pattern of names or a question, and trees chosen from by the answers. */
import {
  ArgumentError,
  arange,
  greaterEqual,
  jit,
  leavesOf,
  less,
  logicalAnd,
  logicalOr,
  mapTree,
  type Parameter,
  parametersOf,
  where,
} from '../../src/index.ts'
import type { Shape } from '../../types/shape.ts'
import type { Tensor } from '../../types/tensor.ts'
import type { Leaf } from '../rules/rule.ts'

/** Parameters by name, `*` for any text ('encoder.*', '*.bias'), or by a question asked of each. */
export type Which = string | ((path: string, shape: readonly number[]) => boolean)

/** Of one tensor of a tree: all of it, nothing, or the numbers of some parameters in a flat vector. */
type Choice = boolean | Tensor<Shape, 'bool'>

/** For each tensor of a tree what is chosen of it. */
export type Choices = readonly Choice[]

/**
 * Asks each parameter of a tree.
 * @throws ArgumentError if a pattern fits no name: it is probably mistyped.
 */
export function choicesOf(user: string, which: Which, params: unknown): Choices {
  const parameters = parametersOf(params)
  requireMatch(user, which, parameters)
  return chosen(
    params,
    parameters,
    parameters.map((parameter) => accepts(which, parameter)),
  )
}

/** For each tensor of the tree what is chosen of it, by an answer for each of its parameters. */
export function chosen(params: unknown, parameters: readonly Parameter[], answers: readonly boolean[]): Choices {
  return leavesOf(params).map((leaf, i) => {
    const own = [...parameters.keys()].filter((j) => parameters[j]!.leaf === i)
    if (own.every((j) => answers[j])) return own.length > 0
    if (!own.some((j) => answers[j])) return false
    const ranges = own.filter((j) => answers[j]).map((j) => rangeOf(parameters[j]!))
    return jit((vector: Leaf) => within(joined(ranges), vector.shape[0]!))(leaf)
  })
}

/** What is chosen of the first tree, and the rest of the second. */
export function either<T>(choices: Choices, yes: T, no: T): T {
  let next = 0
  return mapTree(
    (a, b) => {
      const choice = choices[next++]!
      if (typeof choice === 'boolean') return choice ? a : b!
      return where(choice, a, b!)
    },
    yes,
    no,
  )
}

/** Does a pattern or a question accept a parameter? */
export function accepts(which: Which, { path, shape }: Parameter): boolean {
  return typeof which === 'function' ? which(path, shape) : expression(which).test(path)
}

/** @throws ArgumentError if a pattern fits no name. */
export function requireMatch(user: string, which: Which, parameters: readonly Parameter[]): void {
  if (typeof which === 'function' || parameters.length === 0) return
  if (parameters.some((parameter) => accepts(which, parameter))) return
  const names = parameters.slice(0, NAMES_SHOWN).map(({ path }) => `'${path}'`)
  const more = parameters.length > NAMES_SHOWN ? ` and ${parameters.length - NAMES_SHOWN} more` : ''
  throw new ArgumentError(`${user}: no parameter is called '${which}'. There are ${names.join(', ')}${more}.`)
}

const NAMES_SHOWN = 12

const expression = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((text) => text.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'))
      .join('.*')}$`,
    's',
  )

type Range = readonly [start: number, end: number]

const rangeOf = ({ offset, shape }: Parameter): Range => [offset, offset + shape.reduce((size, n) => size * n, 1)]

/** Neighbours as one range. */
function joined(ranges: readonly Range[]): readonly Range[] {
  const found: Range[] = []
  for (const [start, end] of ranges) {
    const last = found.at(-1)
    if (last !== undefined && last[1] === start) found[found.length - 1] = [last[0], end]
    else found.push([start, end])
  }
  return found
}

/** True at the positions in one of the ranges: [size]. Comparisons join the kernel that asks; a mask in memory would be read. */
function within(ranges: readonly Range[], size: number): Tensor<Shape, 'bool'> {
  const position = arange(size) as Tensor<Shape, 'int32'>
  return ranges
    .map(([start, end]): Tensor<Shape, 'bool'> => logicalAnd(greaterEqual(position, start), less(position, end)))
    .reduce((a, b) => logicalOr(a, b))
}
