/** Encodings of places in a sequence, without which attention does not know any order. */
import {
  ArgumentError,
  add,
  arange,
  concat,
  cos,
  exp,
  mul,
  outer,
  reshape,
  ShapeError,
  sin,
  slice,
  split,
  stack,
  sub,
  type Tensor,
} from '../src/index.ts'
import { z } from '../src/options.ts'
import type { Empty, Layer } from '../types/layer.ts'
import type { SequenceFunction } from '../types/layer-shapes.ts'
import { type Initialiser, normal } from './initialisers.ts'
import { defineLayer, type Leaf } from './layer.ts'
import { initialiserSchema, parseOptional, positiveSchema, requireSize } from './options.ts'
import { requireSequence } from './sequence.ts'

/** Options of `sinusoidalEncoding` and `rotaryEncoding`. */
export interface WaveOptions {
  /** The longest wave is 2π times as long as this many places; 10 000 by default. */
  readonly base?: number
}

/** Options of `learnedEncoding`. */
export interface LearnedEncodingOptions {
  /** Normal with standard deviation 0.02 by default. */
  readonly weightInitialiser?: Initialiser
}

const waveSchema = () => z.strictObject({ base: positiveSchema() })
const learnedSchema = () => z.strictObject({ weightInitialiser: initialiserSchema() })

/**
 * Adds waves to a sequence: feature 2i of place p gets sin(p base^(−2i / features)), feature 2i + 1 the cosine.
 * Vaswani et al. (2017), arXiv:1706.03762.
 * @throws ShapeError if the input does not have that many features; ArgumentError unless their number is even.
 * @example
 * import { random, zeros } from 'conformable'
 * import { sinusoidalEncoding } from 'conformable/layers'
 * const model = sinusoidalEncoding(2)
 * console.log(model(model.init(random.key(0)), zeros([2, 2]))) // [[0, 1], [0.841471, 0.5403023]]
 */
export function sinusoidalEncoding<const N extends number>(
  features: N,
  options?: WaveOptions,
): Layer<SequenceFunction<`sinusoidalEncoding(${N})`, N>> {
  const name = `sinusoidalEncoding(${features})`
  const { base = 10_000 } = parseOptional(name, waveSchema, options)
  requirePairs(name, features)
  return defineLayer({
    name,
    spec: {},
    call(_, x: Leaf) {
      requireSequence(name, x, features)
      const angles = anglesOf(x, base)
      const waves = stack([sin(angles), cos(angles)], 2)
      return add(x, reshape(waves, x.shape.slice(-2) as number[]))
    },
  })
}

/**
 * Turns pairs of features by angles that grow with the place: feature i of place p and feature i + features / 2 are turned by
 * p base^(−2i / features), so that products of two sequences depend on distances of places alone. Su et al. (2021),
 * arXiv:2104.09864 (in the order of halves, as most checkpoints have it).
 * @throws ShapeError if the input does not have that many features; ArgumentError unless their number is even.
 * @example
 * import { ones, random } from 'conformable'
 * import { rotaryEncoding } from 'conformable/layers'
 * const model = rotaryEncoding(2)
 * console.log(model(model.init(random.key(0)), ones([2, 2]))) // [[1, 1], [-0.3011687, 1.381773]]
 */
export function rotaryEncoding<const N extends number>(
  features: N,
  options?: WaveOptions,
): Layer<SequenceFunction<`rotaryEncoding(${N})`, N>> {
  const name = `rotaryEncoding(${features})`
  const { base = 10_000 } = parseOptional(name, waveSchema, options)
  requirePairs(name, features)
  return defineLayer({
    name,
    spec: {},
    call(_, x: Leaf) {
      requireSequence(name, x, features)
      return rotated(x, base)
    },
  })
}

/**
 * Adds a learned vector to each place: `[…, time, features] → […, time, features]` for up to `length` places; weight [length,
 * features].
 * @throws ShapeError if the input has more places or another number of features; ArgumentError for sizes out of range.
 * @example
 * import { random, zeros } from 'conformable'
 * import { learnedEncoding } from 'conformable/layers'
 * const model = learnedEncoding(100, 16)
 * console.log(model(model.init(random.key(0)), zeros([4, 20, 16])).shape) // [4, 20, 16]
 */
export function learnedEncoding<const L extends number, const N extends number>(
  length: L,
  features: N,
  options?: LearnedEncodingOptions,
): Layer<SequenceFunction<`learnedEncoding(${L}, ${N})`, N>, { readonly weight: readonly [L, N] }, Empty> {
  const name = `learnedEncoding(${length}, ${features})`
  const { weightInitialiser = normal(0.02) } = parseOptional(name, learnedSchema, options)
  requireSize(name, length)
  requireSize(name, features)
  return defineLayer({
    name,
    input: 'parameters',
    spec: { weight: [length, features] },
    initialisers: { weight: weightInitialiser },
    call(params, x: Leaf) {
      requireSequence(name, x, features)
      const places = x.shape.at(-2)!
      if (places > length) throw new ShapeError(`${name}: there are ${length} places, got ${places}`)
      const table: Leaf = params.weight
      return add(x, slice(table, 0, 0, places))
    },
  })
}

/** x […, time, features] with its pairs of features turned by their places. */
export function rotated(x: Leaf, base: number): Leaf {
  const angles = anglesOf(x, base)
  const [first, second] = split(x, 2, -1) as unknown as readonly [Leaf, Leaf] // two, as asked
  const [c, s]: [Leaf, Leaf] = [cos(angles), sin(angles)]
  return concat([sub(mul(first, c), mul(second, s)), add(mul(second, c), mul(first, s))], -1) as Leaf
}

/** [time, features / 2]: p base^(−2i / features). */
function anglesOf({ shape, dtype }: Leaf, base: number): Tensor<readonly [number, number], any> {
  const [places, features] = shape.slice(-2) as [number, number] // requireSequence saw two dimensions
  const rates = exp(mul(arange(0, features / 2, 1, dtype), (-2 * Math.log(base)) / features))
  return outer(arange(0, places, 1, dtype), rates)
}

function requirePairs(name: string, features: number): void {
  requireSize(name, features)
  if (features % 2 !== 0) throw new ArgumentError(`${name}: the number of features is even, got ${features}.`)
}
