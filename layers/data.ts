/** Data in batches, and how well predictions fit: what surrounds a training step. */
import {
  type AnyTensor,
  ArgumentError,
  cpu,
  type Device,
  type DType,
  deviceOfTensor,
  fromTypedArray,
  jit,
  type Key,
  leavesOf,
  mapTree,
  random,
  ShapeError,
  type TypedArray,
  take,
  to,
} from '../src/index.ts'
import { parseOptions, z } from '../src/options.ts'
import type { Shape } from '../types/shape.ts'
import type { Tensor } from '../types/tensor.ts'

/** Some examples of data T: the leading dimension keeps its name, and is called 'batch' if it was a number. */
export type BatchOf<T> =
  T extends Tensor<infer S, infer D>
    ? S extends readonly [infer N, ...infer Rest extends Shape]
      ? Tensor<readonly [N extends string ? N : 'batch', ...Rest], D>
      : T
    : { readonly [K in keyof T]: BatchOf<T[K]> }

/** Batches of data T, which can be walked again, and how many there are. */
export interface BatchList<T> extends Iterable<BatchOf<T>> {
  readonly length: number
}

/** Options of `batches`. */
export interface BatchOptions {
  /** Examples in a batch; the last one may have fewer. */
  readonly size: number
  /** The key of the order; without it the order is that of the data. Give another key to every epoch. */
  readonly shuffle?: Key
  /** Leaves out a last batch that is not full; false by default. */
  readonly dropLast?: boolean
}

const optionsSchema = () =>
  z.strictObject({
    size: z.number().check(z.int(), z.positive()),
    shuffle: z.optional(z.custom<Key>()),
    dropLast: z._default(z.boolean(), false),
  })

/**
 * The data in batches: a tree of tensors with one common leading dimension, cut along it. On the CPU rows are copied, so an epoch
 * costs one pass over the data and compiles nothing; data on a GPU stay there, and batches are gathered there.
 * @throws ArgumentError for options out of range; ShapeError if the leading dimensions differ.
 * @example
 * import { arange, random, zeros } from 'conformable'
 * import { batches } from 'conformable/layers'
 * const data = { images: zeros([10, 784]), labels: arange(10) }
 * for (const { images, labels } of batches(data, { size: 4, shuffle: random.key(1) })) console.log(labels.shape) // [4], [4], [2]
 */
export function batches<T>(data: T, options: BatchOptions): BatchList<T> {
  const { size, shuffle, dropLast } = parseOptions('batches', optionsSchema, options)
  const count = lengthOf('batches', data)
  const last = dropLast ? count - (count % size) : count
  return {
    length: Math.ceil(last / size),
    *[Symbol.iterator]() {
      const gather = gatherer(data)
      const order = shuffle === undefined ? undefined : permutation(shuffle, count)
      for (let start = 0; start < last; start += size) {
        yield gather(orderFrom(order, start, Math.min(start + size, last)))
      }
    },
  }
}

/**
 * The data in two parts, chosen by a key: the first has `fraction` of the examples, rounded.
 * @throws ArgumentError if the fraction is not within [0, 1]; ShapeError if the leading dimensions differ.
 * @example
 * import { arange, random } from 'conformable'
 * import { splitData } from 'conformable/layers'
 * const [training, held] = splitData({ x: arange(10) }, 0.8, random.key(0))
 * console.log(training.x.shape, held.x.shape) // [8] [2]
 */
export function splitData<T>(data: T, fraction: number, key: Key): [first: BatchOf<T>, second: BatchOf<T>] {
  if (!(fraction >= 0 && fraction <= 1))
    throw new ArgumentError(`splitData: the fraction is within [0, 1], got ${fraction}.`)
  const count = lengthOf('splitData', data)
  const [gather, order] = [gatherer(data), permutation(key, count)]
  const cut = Math.round(fraction * count)
  return [gather(order.subarray(0, cut)), gather(order.subarray(cut))]
}

/** What picks examples by their places: on the host if the data are on the CPU, else on their device. */
function gatherer<T>(data: T): (order: Int32Array) => BatchOf<T> {
  const device = deviceOfTensor(leavesOf(data)[0]!) // lengthOf has seen that there is one
  const gathered = device === cpu() ? gathererHere(data) : gathererOn(device, data)
  return (order) => gathered(order) as BatchOf<T> // the same tree, with other leading dimensions
}

function gathererHere(data: unknown): (order: Int32Array) => unknown {
  const elements = leavesOf(data).map((leaf) => leaf.readSync() as TypedArray)
  return (order) => {
    let next = 0
    return mapTree((leaf) => pick(leaf, elements[next++]!, order), data)
  }
}

/** One program picks the rows of all tensors; only their places are sent. */
function gathererOn(device: Device, data: unknown): (order: Int32Array) => unknown {
  type Places = Tensor<readonly [number], 'int32'>
  const rowsAt = jit((tree: object, places: Places) =>
    mapTree((leaf) => take(leaf as Tensor<readonly [number], DType>, places), tree),
  )
  // Data are a tree of tensors: lengthOf has seen them.
  return (order) => rowsAt(data as object, to(fromTypedArray(order, [order.length]), device))
}

/** Some rows of a tensor. */
function pick({ shape }: AnyTensor, elements: TypedArray, order: Int32Array): Tensor<any, any> {
  const [count, ...rest]: readonly number[] = shape
  const width = elements.length / Math.max(count!, 1)
  const rows = new (elements.constructor as new (length: number) => TypedArray)(order.length * width)
  for (let i = 0; i < order.length; i++) {
    const start = order[i]! * width
    rows.set(elements.subarray(start, start + width), i * width)
  }
  return fromTypedArray(rows, [order.length, ...rest])
}

/** Places start … end of an order, which is 0, 1, 2 … if there is none. */
function orderFrom(order: Int32Array | undefined, start: number, end: number): Int32Array {
  return order === undefined
    ? Int32Array.from({ length: end - start }, (_, i) => start + i)
    : order.subarray(start, end)
}

/** All places in an order that the key alone decides. */
const permutation = (key: Key, count: number): Int32Array => random.permutation(key, count).readSync()

/** The common leading dimension. */
function lengthOf(name: string, data: unknown): number {
  const shapes = leavesOf(data).map(({ shape }) => shape)
  const [first] = shapes
  if (first === undefined) throw new ArgumentError(`${name}: the data hold no tensor.`)
  const odd = shapes.find((shape) => shape.length === 0 || shape[0] !== first[0])
  if (odd !== undefined) {
    throw new ShapeError(
      `${name}: all tensors need one leading dimension, got [${first.join(', ')}] and [${odd.join(', ')}]`,
    )
  }
  return first[0]!
}
