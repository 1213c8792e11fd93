/** Shapes as texts, for data from outside: the text is the static type, and the decoder at run time. */
import type { DType } from '../types/dtype.ts'
import type { Specified, SpecTree } from '../types/specification.ts'
import { showAbstract } from './core/abstract.ts'
import { dtypes } from './core/dtype.ts'
import { ArgumentError, sentenceOf } from './core/errors.ts'
import { Value } from './core/value.ts'
import { type Decoded, FormatError, orThrow, refused } from './files/format-error.ts'
import { E } from './fp.ts'
import { tensor } from './operations/create.ts'
import { typed } from './typed.ts'

/** What data from outside must be: one tensor, or a tree of them. */
export interface Specification<T extends SpecTree> {
  /** The text, or the tree of texts. */
  readonly text: T
  /** The tensors of nested arrays of numbers (or the tensors themselves), or all that is wrong with them. */
  decode(data: unknown): Decoded<Specified<T>>
  /** As `decode`, but throws. */
  parse(data: unknown): Specified<T>
}

/**
 * A shape as a text: `'batch 28 28 1'`, `'int32 batch'`, or a record of such texts for a record of data. A name stands for one size
 * wherever it stands, in all texts of the record; `_` for any.
 * @returns a decoder for data from outside, whose result has the static type that the texts say. Its `parse` throws a FormatError.
 * What the data has besides the names of the record is left out.
 * @throws ArgumentError for a word that is neither a size nor a name.
 * @example
 * import { spec } from 'conformable'
 * const points = spec('count 2')
 * console.log(points.parse(JSON.parse('[[1, 2], [3, 4], [5, 6]]')).shape) // [3, 2]
 * const examples = spec({ images: 'batch 784', labels: 'int32 batch' })
 * console.log(examples.decode({ images: [], labels: [1, 2] })._tag) // Left
 */
export function spec<const T extends SpecTree>(text: T): Specification<T> {
  const root = expectation(text, '')
  const decode = (data: unknown): Decoded<unknown> => {
    const found: Found = { sizes: new Map(), problems: [] }
    const made = read(root, data, found)
    return found.problems.length > 0 ? refused(...found.problems) : E.right(made)
  }
  return typed<Specification<T>>({ text, decode, parse: (data: unknown) => orThrow(decode(data)) })
}

/** A text taken apart. */
interface Leaf {
  readonly kind: 'leaf'
  /** Where it stands: 'train.images'; empty for a text on its own. */
  readonly path: string
  readonly text: string
  readonly dtype: DType
  readonly dims: readonly string[]
}

interface Branch {
  readonly kind: 'branch'
  readonly path: string
  readonly isArray: boolean
  readonly members: readonly (readonly [name: string, member: Expectation])[]
}

type Expectation = Leaf | Branch

function expectation(text: SpecTree, path: string): Expectation {
  if (typeof text === 'string') return leaf(text, path)
  const members = Object.entries(text).map(
    ([name, member]) => [name, expectation(member, path === '' ? name : `${path}.${name}`)] as const,
  )
  return { kind: 'branch', path, isArray: Array.isArray(text), members }
}

function leaf(text: string, path: string): Leaf {
  const words = text.split(' ').filter((word) => word !== '')
  const dtype = dtypes.find((known) => known === words[0])
  const dims = dtype === undefined ? words : words.slice(1)
  const odd = dims.find((word) => !/^(\d+|[A-Za-z_]\w*)$/.test(word))
  if (odd !== undefined) throw new ArgumentError(`spec: '${odd}' in '${text}' is neither a size nor a name.`)
  return { kind: 'leaf', path, text, dtype: dtype ?? 'float32', dims }
}

/** What was learnt while reading: the size of each name with the tensor it was first seen in, and what is wrong. */
interface Found {
  readonly sizes: Map<string, { readonly size: number; readonly of: Leaf; readonly value: Value }>
  readonly problems: string[]
}

/** The tree of tensors; of no use once there are problems. */
function read(expected: Expectation, data: unknown, found: Found): unknown {
  if (expected.kind === 'leaf') return readLeaf(expected, data, found)
  const { members, isArray } = expected
  const why = isArray ? notAnArray(data, members.length) : notARecord(data)
  if (why !== undefined) {
    found.problems.push(`${subject(expected)}${why}.`)
    return undefined
  }
  const record = data as Readonly<Record<string, unknown>> // an object, as was just checked
  const entries = members.flatMap(([name, member]) => {
    if (Object.hasOwn(record, name)) return [[name, read(member, record[name], found)] as const]
    found.problems.push(`${subject(expected)}'${name}' is missing; there are ${namesOf(record)}.`)
    return []
  })
  return isArray ? entries.map(([, value]) => value) : Object.fromEntries(entries)
}

const subject = ({ path }: Expectation): string => (path === '' ? 'spec: ' : `spec: ${path}: `)

const namesOf = (record: object): string =>
  Object.keys(record)
    .map((name) => `'${name}'`)
    .join(', ') || 'no names'

const notARecord = (data: unknown): string | undefined =>
  typeof data === 'object' && data !== null && !Array.isArray(data) && !(data instanceof Value)
    ? undefined
    : `a record is asked for, got ${described(data)}`

const notAnArray = (data: unknown, count: number): string | undefined =>
  Array.isArray(data) && data.length === count
    ? undefined
    : `an array of ${count} is asked for, got ${Array.isArray(data) ? `one of ${data.length}` : described(data)}`

const described = (data: unknown): string =>
  data instanceof Value
    ? `a tensor ${showAbstract(data)}`
    : data === null
      ? 'null'
      : Array.isArray(data)
        ? 'an array'
        : `a value of type ${typeof data}`

function readLeaf(expected: Leaf, data: unknown, found: Found): Value | undefined {
  const made = decoded(expected, data)
  if (E.isLeft(made)) {
    found.problems.push(...made.left.problems)
    return undefined
  }
  const why = misfit(expected, made.right)
  if (why === undefined) bind(expected, made.right, found)
  else
    found.problems.push(`${subject(expected)}'${expected.text}' is asked for, got ${showAbstract(made.right)}: ${why}`)
  return made.right
}

const decoded = (expected: Leaf, data: unknown): Decoded<Value> =>
  data instanceof Value
    ? E.right(data)
    : E.tryCatch(
        () => typed<Value>(tensor(data as never, expected.dtype)), // `tensor` checks that it is made of numbers
        (error) => new FormatError([`${subject(expected)}${sentenceOf(error)}`]),
      )

/** Why a tensor on its own is not what a text says, or undefined. */
function misfit({ dtype, dims }: Leaf, value: Value): string | undefined {
  if (value.dtype !== dtype) return `${dtype} vs ${value.dtype}`
  if (value.shape.length !== dims.length) return 'ranks differ'
  for (const [i, dim] of dims.entries()) {
    const size = value.shape[i]!
    const first = value.shape[dims.indexOf(dim)]!
    if (/^\d+$/.test(dim) && Number(dim) !== size) return `${dim} vs ${size}`
    if (isName(dim) && first !== size) return `'${dim}' is both ${first} and ${size}`
  }
  return undefined
}

const isName = (dim: string): boolean => dim !== '_' && !/^\d+$/.test(dim)

/** Notes the sizes of the names of a tensor, and complains of those that have another size in a tensor before. */
function bind(expected: Leaf, value: Value, { sizes, problems }: Found): void {
  for (const dim of new Set(expected.dims.filter(isName))) {
    const size = value.shape[expected.dims.indexOf(dim)]!
    const bound = sizes.get(dim)
    if (bound === undefined) sizes.set(dim, { size, of: expected, value })
    else if (bound.size !== size)
      problems.push(
        `spec: '${dim}' is both ${bound.size} and ${size}: ${named(bound.of, bound.value)}, ${named(expected, value)}. ` +
          'Give them one size, or two names where sizes may differ.',
      )
  }
}

const named = ({ path, text }: Leaf, value: Value): string => `${path} ('${text}') is ${showAbstract(value)}`
