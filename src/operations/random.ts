/**
 * Random numbers. They take a key and nothing else decides: the same key, shape and dtype give the same bits, which are those of
 * JAX (`threefry2x32`, partitionable). Never use a key twice: `split` it. Keys are tensors, so they can be traced and mapped.
 * Generator: Threefry-2x32, 20 rounds (Salmon, Moraes, Dror, Shaw 2011, doi:10.1145/2063384.2063405).
 */
import type { Times } from '../../types/contract/concat.ts'
import type { DType, FloatDType } from '../../types/dtype.ts'
import type { Key } from '../../types/key.ts'
import type { Dim, Shape } from '../../types/shape.ts'
import type { Tensor } from '../../types/tensor.ts'
import { sameShape, showAbstract, showShape } from '../core/abstract.ts'
import { ArgumentError, DTypeError, ShapeError } from '../core/errors.ts'
import { Value } from '../core/value.ts'
import { operate, operateOne } from '../operation.ts'
import { constantLike, full } from '../primitives/broadcast.ts'
import { convert } from '../primitives/conversion.ts'
import * as elementwise from '../primitives/elementwise.ts'
import { gather } from '../primitives/indexing.ts'
import { argmax, sort } from '../primitives/sorting.ts'
import { iota, reshape, sliceAxis } from '../primitives/structural.ts'
import { erf, erfInverse, log1p } from '../primitives/transcendental.ts'
import { typed, untyped } from '../typed.ts'
import { broadcastShapes, broadcastTo, literal, operands } from './broadcasting.ts'
import { constantOf, neighbour } from './host.ts'
import { floatOperand, sizesOperand } from './operand.ts'
import { between, bits, keysAt, standardGumbel, standardNormal, twoKeys, unit } from './random-bits.ts'

type Sizes = readonly number[]

/** The element type of random floats: `float32` if not given. */
export interface FloatOptions<D extends FloatDType> {
  readonly dtype: D
}

/** The ends of an interval. */
export interface Interval {
  /** The lower end. */
  readonly low?: number
  /** The upper end. */
  readonly high?: number
}

/**
 * The key of a random stream.
 * @param seed a whole number; equal seeds, equal streams.
 * @throws ArgumentError if the seed is not a safe whole number.
 * @example
 * import { random } from 'conformable'
 * console.log(random.key(42)) // [0, 42]
 */
export function key(seed: number): Key {
  if (!Number.isSafeInteger(seed)) throw new ArgumentError(`random.key: a seed is a whole number, got ${seed}.`)
  const words = Uint32Array.of(Math.floor(seed / 2 ** 32) >>> 0, seed >>> 0)
  return typed(constantOf({ shape: [2], dtype: 'uint32' }, words))
}

/**
 * A list of new, independent keys; the old one should not be used again. (`stack(split(key, n))` can be mapped over.)
 * @param count how many: 2 if not given.
 * @example
 * import { random } from 'conformable'
 * const [first, second] = random.split(random.key(0))
 * console.log(second) // [928981903, 3453687069]
 */
export function split<const N extends number = 2>(parent: Key, count?: N): Times<Key, N> {
  const [size] = sizesOperand('random.split', [count ?? 2])
  const body = (k: Value): Value[] => {
    const keys = keysAt(k, iota([size!], 'uint32', 0))
    return Array.from({ length: size! }, (_, i) => reshape(sliceAxis(keys, 0, i, i + 1), [2]))
  }
  return typed(operate('random.split', size, [keyOperand('split', parent)], body))
}

/**
 * A new key for a number, such as the step of a loop: different numbers, independent keys.
 * @param data a whole number from 0, or an integer scalar.
 * @example
 * import { random } from 'conformable'
 * console.log(random.foldIn(random.key(0), 7)) // [2716826189, 292468403]
 */
export function foldIn(parent: Key, data: number | Tensor<readonly [], 'int32'> | Tensor<readonly [], 'uint32'>): Key {
  const value = typeof data === 'number' ? literal('random.foldIn', data, 'uint32') : untyped(data, 'random.foldIn')
  if (value.shape.length > 0) throw new ShapeError(`random.foldIn: a scalar is needed, got ${showAbstract(value)}`)
  return typed(
    operateOne('random.foldIn', undefined, [keyOperand('foldIn', parent), value], (k, n) =>
      keysAt(k, convert(n, 'uint32')),
    ),
  )
}

/**
 * Uniform in [low, high), by default [0, 1).
 * @param options `low`, `high`, `dtype` (`float32`).
 * @example
 * import { random } from 'conformable'
 * console.log(random.uniform(random.key(0), [3])) // [0.947667, 0.9785799, 0.3322915]
 */
export function uniform<const S extends Sizes>(
  source: Key,
  shape: S,
  options?: Interval & Partial<FloatOptions<'float32'>>,
): Tensor<S, 'float32'>
export function uniform<const S extends Sizes, D extends FloatDType>(
  source: Key,
  shape: S,
  options: Interval & FloatOptions<D>,
): Tensor<S, D>
export function uniform(
  source: Key,
  shape: Sizes,
  options: Interval & Partial<FloatOptions<FloatDType>> = {},
): unknown {
  const { low = 0, high = 1, dtype = 'float32' } = optionsOf('random.uniform', options)
  const whole = low === 0 && high === 1
  const ends = whole ? [] : [low, spanOf(low, high, dtype)].map((end) => literal('random.uniform', end, dtype))
  return drawn('uniform', source, shape, [dtype, whole], ends, (k, sizes, least, span) =>
    whole ? unit(k, sizes, dtype) : between(k, sizes, least!, span!),
  )
}

/**
 * The standard normal distribution: mean 0, variance 1.
 * @param options `dtype` (`float32`).
 * @example
 * import { random } from 'conformable'
 * console.log(random.normal(random.key(0), [2, 3]).shape) // [2, 3]
 */
export function normal<const S extends Sizes>(
  source: Key,
  shape: S,
  options?: Partial<FloatOptions<'float32'>>,
): Tensor<S, 'float32'>
export function normal<const S extends Sizes, D extends FloatDType>(
  source: Key,
  shape: S,
  options: FloatOptions<D>,
): Tensor<S, D>
export function normal(source: Key, shape: Sizes, options: Partial<FloatOptions<FloatDType>> = {}): unknown {
  const { dtype = 'float32' } = optionsOf('random.normal', options)
  return drawn('normal', source, shape, dtype, [], (k, sizes) => standardNormal(k, sizes, dtype))
}

/**
 * The standard normal distribution, cut off outside (low, high), by default (−2, 2).
 * @param options `low`, `high`, `dtype` (`float32`).
 * @example
 * import { random } from 'conformable'
 * console.log(random.truncatedNormal(random.key(0), [2, 3]).shape) // [2, 3]
 */
export function truncatedNormal<const S extends Sizes>(
  source: Key,
  shape: S,
  options?: Interval & Partial<FloatOptions<'float32'>>,
): Tensor<S, 'float32'>
export function truncatedNormal<const S extends Sizes, D extends FloatDType>(
  source: Key,
  shape: S,
  options: Interval & FloatOptions<D>,
): Tensor<S, D>
export function truncatedNormal(
  source: Key,
  shape: Sizes,
  options: Interval & Partial<FloatOptions<FloatDType>> = {},
): unknown {
  const { low = -2, high = 2, dtype = 'float32' } = optionsOf('random.truncatedNormal', options)
  const ends = [low, high, neighbour(low, dtype, 1), neighbour(high, dtype, -1)]
  const numbers = ends.map((end) => literal('random.truncatedNormal', end, dtype))
  return drawn('truncatedNormal', source, shape, dtype, numbers, (k, sizes, ...[a, b, least, most]) => {
    const level = (end: Value): Value => erf(elementwise.div(end, constantLike(end, Math.SQRT2)))
    const [first, last] = [level(a!), level(b!)]
    const u = between(k, sizes, first, elementwise.sub(last, first))
    const x = elementwise.scale(erfInverse(u), Math.SQRT2)
    return elementwise.min(elementwise.max(x, broadcastTo(least!, sizes)), broadcastTo(most!, sizes))
  })
}

/**
 * The exponential distribution with rate 1: −ln(1 − u).
 * @param options `dtype` (`float32`).
 * @example
 * import { random } from 'conformable'
 * console.log(random.exponential(random.key(0), [2, 3]).shape) // [2, 3]
 */
export function exponential<const S extends Sizes>(
  source: Key,
  shape: S,
  options?: Partial<FloatOptions<'float32'>>,
): Tensor<S, 'float32'>
export function exponential<const S extends Sizes, D extends FloatDType>(
  source: Key,
  shape: S,
  options: FloatOptions<D>,
): Tensor<S, D>
export function exponential(source: Key, shape: Sizes, options: Partial<FloatOptions<FloatDType>> = {}): unknown {
  const { dtype = 'float32' } = optionsOf('random.exponential', options)
  return drawn('exponential', source, shape, dtype, [], (k, sizes) =>
    elementwise.neg(log1p(elementwise.neg(unit(k, sizes, dtype)))),
  )
}

/**
 * The standard Gumbel distribution: −ln(−ln u). The index of the largest of `logits + gumbel` is `categorical`.
 * @param options `dtype` (`float32`).
 * @example
 * import { random } from 'conformable'
 * console.log(random.gumbel(random.key(0), [2, 3]).shape) // [2, 3]
 */
export function gumbel<const S extends Sizes>(
  source: Key,
  shape: S,
  options?: Partial<FloatOptions<'float32'>>,
): Tensor<S, 'float32'>
export function gumbel<const S extends Sizes, D extends FloatDType>(
  source: Key,
  shape: S,
  options: FloatOptions<D>,
): Tensor<S, D>
export function gumbel(source: Key, shape: Sizes, options: Partial<FloatOptions<FloatDType>> = {}): unknown {
  const { dtype = 'float32' } = optionsOf('random.gumbel', options)
  return drawn('gumbel', source, shape, dtype, [], (k, sizes) => standardGumbel(k, sizes, dtype))
}

/**
 * True with the given probability, element by element.
 * @param probability a number, or a float tensor that stretches to the shape.
 * @throws ShapeError if the probability does not stretch to the shape.
 * @example
 * import { random } from 'conformable'
 * console.log(random.bernoulli(random.key(0), [4], 0.4)) // [false, false, true, false]
 */
export function bernoulli<const S extends Sizes, P extends Shape = readonly [], D extends FloatDType = 'float32'>(
  source: Key,
  shape: S,
  probability: number | Tensor<P, D>,
): Tensor<S, 'bool'> {
  const [p] = operands('random.bernoulli', [probability])
  const { dtype } = floatOperand('random.bernoulli', typed(p))
  if (!sameShape(broadcastShapes('random.bernoulli', p!.shape, shape), shape)) {
    throw new ShapeError(`random.bernoulli: probabilities ${showShape(p!.shape)} do not stretch to ${showShape(shape)}`)
  }
  return drawn(
    'bernoulli',
    source,
    shape,
    dtype,
    [p!],
    (k, sizes, level) => elementwise.lt(unit(k, sizes, dtype as FloatDType), broadcastTo(level!, sizes)), // floatOperand has checked it
  )
}

/**
 * An index drawn with the probabilities softmax(logits), along the last dimension.
 * @param samples the shape of independent samples, put in front; none (one sample) if not given.
 * @example
 * import { random, tensor } from 'conformable'
 * console.log(random.categorical(random.key(0), tensor([0, 0, 100]))) // 2
 */
export function categorical<P extends Shape, C extends Dim, D extends FloatDType, const N extends Sizes = readonly []>(
  source: Key,
  logits: Tensor<readonly [...P, C], D>,
  samples?: N,
): Tensor<readonly [...N, ...P], 'int32'> {
  const value = floatOperand('random.categorical', logits)
  if (value.shape.length === 0) throw new ShapeError('random.categorical: the logits need a last dimension, got []')
  const shape = [...(samples ?? []), ...value.shape]
  return drawn('categorical', source, shape, null, [value], (k, sizes, x) => {
    const noise = standardGumbel(k, sizes, x!.dtype as FloatDType) // floatOperand has checked it
    return argmax(elementwise.add(noise, broadcastTo(x!, sizes)), sizes.length - 1)
  })
}

/**
 * Whole numbers in [low, high), all equally likely (up to 2⁻³²).
 * @throws ArgumentError unless low and high are whole numbers of 32 bits and low < high.
 * @example
 * import { random } from 'conformable'
 * console.log(random.randomInteger(random.key(0), [4], 0, 10)) // [9, 0, 2, 3]
 */
export function randomInteger<const S extends Sizes>(
  source: Key,
  shape: S,
  low: number,
  high: number,
): Tensor<S, 'int32'> {
  if (![low, high].every((end) => Number.isInteger(end) && Math.abs(end) <= 2 ** 31) || low >= high) {
    throw new ArgumentError(`random.randomInteger: whole numbers low < high are needed, got ${low} and ${high}.`)
  }
  const numbers = [literal('random.randomInteger', low, 'int32'), literal('random.randomInteger', high - low, 'uint32')]
  return drawn('randomInteger', source, shape, null, numbers, (k, sizes, least, span) => {
    const offset = convert(remainderOf64(k, sizes, broadcastTo(span!, sizes)), 'int32')
    return elementwise.add(broadcastTo(least!, sizes), offset)
  })
}

/**
 * The numbers 0 … n − 1 in random order; or a tensor with its rows (axis 0) in random order.
 * @example
 * import { random } from 'conformable'
 * console.log(random.permutation(random.key(0), 5)) // [0, 1, 4, 3, 2]
 */
export function permutation<const N extends number>(source: Key, n: N): Tensor<readonly [N], 'int32'>
export function permutation<S extends Shape, D extends DType>(source: Key, x: Tensor<S, D>): Tensor<S, D>
export function permutation(source: Key, given: number | Tensor<Shape, DType>): unknown {
  if (typeof given === 'number') {
    const [n] = sizesOperand('random.permutation', [given])
    return drawn('permutation', source, [n!], null, [], (k) => shuffled(k, n!))
  }
  const x = untyped(given, 'random.permutation')
  if (x.shape.length === 0)
    throw new ShapeError('random.permutation: a scalar has no rows; a count is a JavaScript number')
  return drawn('permutation', source, x.shape, 'rows', [x], (k, sizes, rows) =>
    gather(rows!, shuffled(k, sizes[0]!), 0),
  )
}

/** Runs a body of key, shape and further values; `statics` are its JavaScript values. */
function drawn<R>(
  name: string,
  source: Key,
  shape: Sizes,
  statics: unknown,
  values: readonly Value[],
  body: (k: Value, sizes: Sizes, ...values: Value[]) => Value,
): R {
  const sizes = sizesOperand(`random.${name}`, shape)
  const inputs = [keyOperand(name, source), ...values]
  return typed<R>(operateOne(`random.${name}`, [sizes, statics], inputs, (k, ...rest) => body(k, sizes, ...rest)))
}

function keyOperand(name: string, source: unknown): Value {
  if (source instanceof Value && source.dtype === 'uint32' && sameShape(source.shape, [2])) return source
  const given = source instanceof Value ? showAbstract(source) : String(source)
  throw new DTypeError(`random.${name}: a key is uint32[2], got ${given}; make one: random.key(seed)`)
}

/** high − low as the dtype computes it. */
function spanOf(low: number, high: number, dtype: FloatDType): number {
  return dtype === 'float32' ? Math.fround(Math.fround(high) - Math.fround(low)) : high - low
}

/** 64 random bits modulo the span, from two words of 32: (h mod s · (2³² mod s) + l mod s) mod s. */
function remainderOf64(k: Value, shape: Sizes, span: Value): Value {
  const [first, second] = twoKeys(k)
  const { rem, mul, add } = elementwise
  const half = rem(full(shape, 'uint32', 2 ** 16), span)
  const factor = rem(mul(half, half), span)
  return rem(add(mul(rem(bits(first, shape), span), factor), rem(bits(second, shape), span)), span)
}

/** 0 … n − 1 sorted by random keys, again and again until equal keys no longer matter (as JAX does it). */
function shuffled(k: Value, n: number): Value {
  const rounds = Math.ceil((3 * Math.log(Math.max(1, n))) / Math.log(2 ** 32 - 1))
  let order = iota([n], 'int32', 0)
  let rest = k
  for (let round = 0; round < rounds; round++) {
    const [next, now] = twoKeys(rest)
    rest = next
    order = sort([bits(now, [n]), order])[1]!
  }
  return order
}

const KEYS: readonly string[] = ['low', 'high', 'dtype']

/** The options, which must be a record of known names: a dtype on its own would be taken for none. */
function optionsOf<O extends object>(operation: string, options: O): O {
  if (typeof options !== 'object' || options === null) {
    throw new ArgumentError(
      `${operation}: the options are a record such as { dtype: 'float64' }, got ${JSON.stringify(options)}.`,
    )
  }
  const unknown = Object.keys(options).find((name) => !KEYS.includes(name))
  if (unknown === undefined) return options
  throw new ArgumentError(`${operation}: there is no option '${unknown}'; there are ${KEYS.join(', ')}.`)
}
