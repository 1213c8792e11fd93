/**
 * Sums of products by a pattern of letters (A. Einstein, 1916): one letter for each dimension; letters that miss on the right are
 * summed over, letters that stand twice in one operand take its diagonal. `...` stands for any number of dimensions, which broadcast.
 * Operands are multiplied pair by pair, from the left.
 */

import type { CheckOneDType } from '../../types/contract/concat.ts'
import type { Einsum } from '../../types/contract/einsum.ts'
import { sentence } from '../../types/sentence.ts'
import {
  einsumSays,
  ellipsisDiffers,
  ellipsisLost,
  ellipsisMissing,
  fewIndices,
  fewOperands,
  letterDiffers,
  letterMissing,
  letterTwice,
  manyIndices,
  manyOperands,
  noArrow,
} from '../../types/sentences/products.ts'
import type { AnyTensor, Check, DTypeOf, Ok, Shapes, Tensor } from '../../types/tensor.ts'
import { showShape } from '../core/abstract.ts'
import { ShapeError } from '../core/errors.ts'
import type { Value } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import { sum } from '../primitives/broadcast.ts'
import { dot } from '../primitives/contraction.ts'
import { moveAxis, reshape, transpose } from '../primitives/structural.ts'
import { typed } from '../typed.ts'
import { operands as operandsOf } from './broadcasting.ts'
import { sliced } from './indexing.ts'

/**
 * `einsum('ij,jk->ik', a, b)` is the matrix product; `'ii->'` the trace, `'bij->bji'` a transposition, `'i,j->ij'` an outer
 * product, `'...ij,...jk->...ik'` products of stacks. Any number of operands; spaces do not count.
 * @throws ShapeError if the pattern does not fit the operands, or a letter has two sizes; DTypeError if the dtypes differ.
 * @example
 * import { einsum, tensor } from 'conformable'
 * console.log(einsum('ij,j->i', tensor([[1, 2], [3, 4]]), tensor([1, 10]))) // [21, 43]
 */
export function einsum<const P extends string, const L extends readonly AnyTensor[]>(
  pattern: Check<Einsum<P, Shapes<L>>, CheckOneDType<'einsum', L, P>>,
  ...operands: L
): Tensor<Ok<Einsum<P, Shapes<L>>>, DTypeOf<L[0]>> {
  const values = operandsOf('einsum', operands)
  const { inputs, output } = parsed(pattern as string, values) // what the contract lets through
  const common = sizesOf(inputs, values, failing(pattern as string, values)) // as above
  const body = (...all: Value[]): Value => {
    const terms = all.map((value, i) => withoutRepeats(withoutOnes({ value, letters: inputs[i]! }, common)))
    const last = terms.reduce((left, right, i) => product(left, right, output + lettersAfter(inputs, i)))
    return ordered(summed(last, output), output)
  }
  return typed(operateOne('einsum', [inputs, output], values, body))
}

/** A tensor with one letter for each of its dimensions. */
interface Term {
  readonly value: Value
  readonly letters: string
}

interface Pattern {
  readonly inputs: readonly string[]
  readonly output: string
}

const lettersAfter = (inputs: readonly string[], i: number): string => inputs.slice(i + 1).join('')

/** The error of a pattern, given what is wrong with it. */
type Fail = (why: string) => ShapeError

const failing =
  (pattern: string, values: readonly Value[]): Fail =>
  (why) => {
    const shapes = values.map(({ shape }) => showShape(shape)).join(', ')
    return new ShapeError(sentence(einsumSays, { why, pattern, shapes }))
  }

/** The pattern taken apart and checked against the operands. */
function parsed(pattern: string, values: readonly Value[]): Pattern {
  const fail = failing(pattern, values)
  const [left, output, ...rest] = pattern.replaceAll(' ', '').split('->')
  if (output === undefined || rest.length > 0) throw fail(sentence(noArrow, { pattern }))
  const written = left!.split(',')
  if (values.length > written.length) throw fail(manyOperands)
  if (values.length < written.length) throw fail(fewOperands)
  const counts = written.map((letters, i) => ellipsisCount(letters, values[i]!.shape))
  const longest = Math.max(...counts)
  const inputs = written.map((letters, i) => withLetters(letters, counts[i]!))
  requireOutput(fail, output, sizesOf(inputs, values, fail), longest, left!.includes('...'))
  return { inputs, output: withLetters(output, longest) }
}

/** The dimensions that `...` stands for in one operand. */
const ellipsisCount = (letters: string, shape: readonly number[]): number =>
  letters.includes('...') ? Math.max(0, shape.length - letters.length + 3) : 0

/** The first letter of dimensions behind `...`, where Unicode has letters for private use; the last dimension is the first. */
const FIRST_LETTER = 0xe000

const isBehindEllipsis = (letter: string): boolean => letter.charCodeAt(0) >= FIRST_LETTER

/** The letters with `...` replaced by one letter for each dimension; equal places, counted from the last, have equal letters. */
const withLetters = (letters: string, count: number): string =>
  letters.replace('...', () =>
    String.fromCharCode(...Array.from({ length: count }, (_, i) => FIRST_LETTER + count - 1 - i)),
  )

function requireOutput(
  fail: Fail,
  output: string,
  sizes: ReadonlyMap<string, number>,
  ellipsis: number,
  given: boolean,
): void {
  if (output.includes('...') && !given) throw fail(ellipsisMissing)
  if (ellipsis > 0 && !output.includes('...')) throw fail(ellipsisLost)
  const letters = output.replace('...', '')
  for (const letter of letters) {
    if (!sizes.has(letter)) throw fail(sentence(letterMissing, { letter }))
    if (letters.indexOf(letter) !== letters.lastIndexOf(letter)) {
      throw fail(sentence(letterTwice, { letter }))
    }
  }
}

/** The size of each letter: what is not 1, where dimensions behind `...` broadcast. */
function sizesOf(inputs: readonly string[], values: readonly Value[], fail: Fail): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>()
  inputs.forEach((letters, i) => {
    bind(fail, letters, values[i]!.shape, sizes)
  })
  return sizes
}

/** Dimensions of size 1 behind `...` dropped where another operand has more. */
function withoutOnes({ value, letters }: Term, sizes: ReadonlyMap<string, number>): Term {
  const kept = [...letters].flatMap((letter, axis) =>
    isBehindEllipsis(letter) && value.shape[axis] === 1 && sizes.get(letter) !== 1 ? [] : [axis],
  )
  if (kept.length === letters.length) return { value, letters }
  const shape = kept.map((axis) => value.shape[axis]!)
  return { value: reshape(value, shape), letters: kept.map((axis) => letters[axis]!).join('') }
}

function bind(fail: Fail, letters: string, shape: readonly number[], sizes: Map<string, number>): void {
  for (let i = 0; i < letters.length; i++) {
    const [letter, size] = [letters[i]!, shape[i]]
    if (size === undefined) throw fail(sentence(manyIndices, { x: shape }))
    const known = sizes.get(letter) ?? size
    if (isBehindEllipsis(letter) && (size === 1 || known === 1)) {
      sizes.set(letter, Math.max(size, known))
      continue
    }
    if (known !== size) throw fail(mismatch(letter, known, size))
    sizes.set(letter, size)
  }
  if (letters.length < shape.length) {
    throw fail(sentence(fewIndices, { x: shape }))
  }
}

const mismatch = (letter: string, x: number, y: number): string =>
  isBehindEllipsis(letter) ? sentence(ellipsisDiffers, { x, y }) : sentence(letterDiffers, { letter, x, y })

/** Diagonals in place of repeated letters, one after another. */
function withoutRepeats({ value, letters }: Term): Term {
  const first = [...letters].findIndex((letter, axis) => letters.lastIndexOf(letter) > axis)
  if (first < 0) return { value, letters }
  const second = letters.lastIndexOf(letters[first]!)
  const rest = [...letters].filter((_, axis) => axis !== first && axis !== second)
  return withoutRepeats({ value: diagonalOf(value, first, second), letters: letters[first]! + rest.join('') })
}

/** The diagonal of two equal axes, as the first axis: every (n + 1)-th element of both joined. */
function diagonalOf(x: Value, first: number, second: number): Value {
  const n = x.shape[first]!
  const square = moveAxis(moveAxis(x, first, 0), second, 1)
  const rest = square.shape.slice(2)
  if (n === 0) return reshape(square, [0, ...rest])
  return sliced(reshape(square, [n * n, ...rest]), 0, 0, n * n, n + 1)
}

/** Sums over the letters that are not needed. */
function summed({ value, letters }: Term, needed: string): Term {
  const axes = [...letters].flatMap((letter, axis) => (needed.includes(letter) ? [] : [axis]))
  return { value: sum(value, axes), letters: [...letters].filter((letter) => needed.includes(letter)).join('') }
}

/** Two terms multiplied; letters of both that are not needed any more are contracted. */
function product(a: Term, b: Term, needed: string): Term {
  const left = summed(a, needed + b.letters)
  const right = summed(b, needed + a.letters)
  const common = [...left.letters].filter((letter) => right.letters.includes(letter))
  const batch = common.filter((letter) => needed.includes(letter))
  const contract = common.filter((letter) => !needed.includes(letter))
  const axes = ({ letters }: Term, chosen: string[]): number[] => chosen.map((letter) => letters.indexOf(letter))
  const free = ({ letters }: Term): string[] => [...letters].filter((letter) => !common.includes(letter))
  const value = dot(
    left.value,
    right.value,
    [axes(left, contract), axes(right, contract)],
    [axes(left, batch), axes(right, batch)],
  )
  return { value, letters: [...batch, ...free(left), ...free(right)].join('') }
}

/** The dimensions in the order of the output. */
const ordered = ({ value, letters }: Term, output: string): Value =>
  transpose(
    value,
    [...output].map((letter) => letters.indexOf(letter)),
  )
