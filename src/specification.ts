/** Shapes as texts, for data from outside: the text is the static type, and the decoder at run time. */
import type { DType } from '../types/dtype.ts'
import type { SpecDType, SpecShape } from '../types/specification.ts'
import type { Tensor } from '../types/tensor.ts'
import { showAbstract } from './core/abstract.ts'
import { dtypes } from './core/dtype.ts'
import { ArgumentError, sentenceOf } from './core/errors.ts'
import { Value } from './core/value.ts'
import { type Decoded, FormatError, orThrow, refused } from './files/format-error.ts'
import { E } from './fp.ts'
import { tensor } from './operations/create.ts'
import { typed } from './typed.ts'

/** A shape that data from outside must have. */
export interface Specification<T extends string> {
  readonly text: T
  /** The tensor of nested arrays of numbers (or the tensor itself), or what is wrong with them. */
  decode(data: unknown): Decoded<Tensor<SpecShape<T>, SpecDType<T>>>
  /** As `decode`, but throws. */
  parse(data: unknown): Tensor<SpecShape<T>, SpecDType<T>>
}

/**
 * A shape as a text: `'batch 28 28 1'`, `'int32 batch'`. A name stands for one size wherever it stands, `_` for any.
 * @returns a decoder for data from outside, whose result has the static type that the text says. Its `parse` throws a FormatError.
 * @throws ArgumentError for a word that is neither a size nor a name.
 * @example
 * import { spec } from 'conformable'
 * const points = spec('count 2')
 * console.log(points.parse(JSON.parse('[[1, 2], [3, 4], [5, 6]]')).shape) // [3, 2]
 */
export function spec<const T extends string>(text: T): Specification<T> {
  const words = text.split(' ').filter((word) => word !== '')
  const dtype = dtypes.find((known) => known === words[0])
  const dims = dtype === undefined ? words : words.slice(1)
  const odd = dims.find((word) => !/^(\d+|[A-Za-z_]\w*)$/.test(word))
  if (odd !== undefined) throw new ArgumentError(`spec: '${odd}' in '${text}' is neither a size nor a name.`)
  const decode = (data: unknown): Decoded<Tensor<SpecShape<T>, SpecDType<T>>> => {
    const made = decoded(data, dtype ?? 'float32')
    return E.isLeft(made) ? made : fitting(made.right, text, dtype ?? 'float32', dims)
  }
  return { text, decode, parse: (data) => orThrow(decode(data)) }
}

const decoded = (data: unknown, dtype: DType): Decoded<Value> =>
  data instanceof Value
    ? E.right(data)
    : E.tryCatch(
        () => typed<Value>(tensor(data as never, dtype)), // `tensor` checks that it is made of numbers
        (error) => new FormatError([`spec: ${sentenceOf(error)}`]),
      )

/** The value under its static type, when its element type and its sizes are those of the words. */
function fitting<R>(value: Value, text: string, dtype: DType, dims: readonly string[]): Decoded<R> {
  const wrong = (why: string): Decoded<never> =>
    refused(`spec: '${text}' is asked for, got ${showAbstract(value)}: ${why}`)
  if (value.dtype !== dtype) return wrong(`${dtype} vs ${value.dtype}`)
  if (value.shape.length !== dims.length) return wrong('ranks differ')
  const sizes = new Map<string, number>()
  for (const [i, dim] of dims.entries()) {
    const size = value.shape[i]!
    const expected = /^\d+$/.test(dim) ? Number(dim) : dim === '_' ? size : (sizes.get(dim) ?? size)
    if (expected !== size)
      return wrong(/^\d+$/.test(dim) ? `${dim} vs ${size}` : `'${dim}' is both ${expected} and ${size}`)
    sizes.set(dim, size)
  }
  return E.right(typed<R>(value))
}
