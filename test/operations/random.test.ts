/** Random numbers against JAX (test/golden/random.json), their distributions, and the errors of wrong keys. */
import {
  arange,
  grad,
  jit,
  type Key,
  mul,
  random,
  reshape,
  type Scalar,
  scalar,
  stack,
  sum,
  tensor,
  vmap,
  zeros,
} from 'conformable'
import { describe, expect, it } from 'vitest'
import { golden } from '../helpers/golden.ts'
import { thrown } from '../helpers/thrown.ts'

interface Stream {
  readonly op: string
  readonly seed: number
  readonly partitionable: boolean
  readonly key: number[]
  readonly split: number[][]
  readonly [name: string]: unknown
}

const streams = golden<Stream>('random').cases.filter(({ op, partitionable }) => op === 'jax_random' && partitionable)

const numbers = (x: { readSync(): ArrayLike<number> }): number[] => Array.from(x.readSync())

/** Equal to within `units` units in the last place of float32. */
function expectNear32(actual: number[], expected: readonly number[], units: number): void {
  actual.forEach((x, i) => {
    const y = expected[i]!
    expect(Math.abs(x - y)).toBeLessThanOrEqual(units * 2 ** (Math.floor(Math.log2(Math.abs(y))) - 23))
  })
}

describe.each(streams)('seed $seed', (stream) => {
  const list = (name: string): number[] => stream[name] as number[]
  const key = random.key(stream.seed)
  const float64 = { dtype: 'float64' } as const

  it('keys, split and foldIn are JAX’s', () => {
    expect(numbers(key)).toEqual(stream.key)
    expect(random.split(key, 3).map(numbers)).toEqual(stream.split)
    expect(numbers(random.foldIn(key, 7))).toEqual(list('fold_in_7'))
    expect(numbers(random.foldIn(key, tensor(7, 'int32')))).toEqual(list('fold_in_7'))
  })

  it('uniform numbers are exact', () => {
    expect(numbers(random.uniform(key, [5]))).toEqual(list('uniform_f32'))
    expect(numbers(random.uniform(key, [5], float64))).toEqual(list('uniform_f64'))
    // u · span + low is rounded once or twice, as the machine multiplies and adds.
    expectNear32(numbers(random.uniform(key, [5], { low: -2, high: 3 })), list('uniform_f32_-2_3'), 8)
  })

  it('an element does not depend on the shape around it', () => {
    expect(numbers(random.uniform(key, [2, 3])).slice(0, 5)).toEqual(list('uniform_f32'))
  })

  it('normal numbers agree to 4 units in float32 and 1e-14 in float64', () => {
    expectNear32(numbers(random.normal(key, [5])), list('normal_f32'), 4)
    const normal = numbers(random.normal(key, [5], float64))
    normal.forEach((x, i) => {
      expect(Math.abs(x - list('normal_f64')[i]!)).toBeLessThanOrEqual(1e-14 * Math.max(1, Math.abs(x)))
    })
  })

  it.each([
    ['exponential_f64', random.exponential(key, [3], float64)],
    ['gumbel_f64', random.gumbel(key, [3], float64)],
    ['truncated_normal_f64', random.truncatedNormal(key, [3], float64)],
  ])('%s', (name, x) => {
    numbers(x).forEach((value, i) => {
      expect(value).toBeCloseTo(list(name)[i]!, 13)
    })
  })

  it('discrete distributions are exact', () => {
    expect(numbers(random.bernoulli(key, [8], tensor(0.3, 'float64')))).toEqual(list('bernoulli_0.3'))
    expect(numbers(random.randomInteger(key, [8], 0, 10))).toEqual(list('randint32_0_10'))
    expect(numbers(random.permutation(key, 8))).toEqual(list('permutation_8'))
    // The file does not record its logits; these are among those that give all eighteen draws.
    expect(numbers(random.categorical(key, tensor([0, 0.5, 0], 'float64'), [6]))).toEqual(list('categorical'))
  })
})

describe('distributions', () => {
  const key = random.key(7)
  const moments = (x: number[]): { mean: number; variance: number } => {
    const mean = x.reduce((total, value) => total + value, 0) / x.length
    return { mean, variance: x.reduce((total, value) => total + (value - mean) ** 2, 0) / x.length }
  }

  it.each([
    ['uniform', random.uniform(key, [20000]), 1 / 2, 1 / 12],
    ['normal', random.normal(key, [20000]), 0, 1],
    ['truncatedNormal', random.truncatedNormal(key, [20000]), 0, 0.7737],
    ['exponential', random.exponential(key, [20000]), 1, 1],
    ['gumbel', random.gumbel(key, [20000]), 0.5772, Math.PI ** 2 / 6],
    ['bernoulli', random.bernoulli(key, [20000], 0.3), 0.3, 0.21],
    ['randomInteger', random.randomInteger(key, [20000], -5, 5), -0.5, 99 / 12],
    ['categorical', random.categorical(key, tensor([0, Math.log(3)]), [20000]), 0.75, 0.1875],
  ])('%s has its mean and variance', (_, x, mean, variance) => {
    const found = moments(numbers(x))
    const error = 4 * Math.sqrt(variance / 20000)
    expect(Math.abs(found.mean - mean)).toBeLessThan(error)
    expect(Math.abs(found.variance / variance - 1)).toBeLessThan(0.06)
  })

  it('intervals are half open, cut distributions stay inside', () => {
    const x = numbers(random.uniform(key, [5000], { low: 1, high: 1.0001 }))
    expect(Math.min(...x)).toBeGreaterThanOrEqual(1)
    const cut = numbers(random.truncatedNormal(key, [5000], { low: 3, high: 3.5 }))
    expect(Math.min(...cut)).toBeGreaterThan(3)
    expect(Math.max(...cut)).toBeLessThan(3.5)
  })

  it('permutes rows, and loses none', () => {
    const rows = random.permutation(key, reshape(arange(6), [3, 2]))
    expect(rows.shape).toEqual([3, 2])
    expect(numbers(rows).sort()).toEqual([0, 1, 2, 3, 4, 5])
    const order = numbers(random.permutation(key, 1000)).sort((a, b) => a - b)
    expect(order).toEqual(Array.from({ length: 1000 }, (_, i) => i))
  })

  it('gives the same bits traced, mapped and at once', () => {
    const at = (k: Key) => random.normal(k, [3])
    const keys = random.split(key, 4)
    expect(numbers(jit(at)(key))).toEqual(numbers(at(key)))
    expect(numbers(vmap(at)(stack(keys)))).toEqual(keys.flatMap((k) => numbers(at(k))))
  })

  it('is differentiable in what it is scaled by', () => {
    const slope = grad((scale: Scalar) => sum(mul(random.normal(key, [3]), scale)))(scalar(2))
    const total = numbers(random.normal(key, [3])).reduce((a, b) => a + b)
    expect(slope.itemSync()).toBeCloseTo(total, 5)
  })
})

describe('errors', () => {
  it('say what a key is', () => {
    expect(thrown(() => random.normal(zeros([2]) as never, [3]))).toBe(
      'DTypeError: random.normal: a key is uint32[2], got float32[2]; make one: random.key(seed)',
    )
    expect(thrown(() => random.split(3 as never))).toBe(
      'DTypeError: random.split: a key is uint32[2], got 3; make one: random.key(seed)',
    )
    expect(thrown(() => random.key(0.5))).toBe('random.key: a seed is a whole number, got 0.5.')
  })

  it('say what a shape and an interval are', () => {
    const key = random.key(0)
    expect(thrown(() => random.uniform(key, [-1]))).toBe(
      'ShapeError: random.uniform: [-1] is not a shape: sizes are whole numbers from 0',
    )
    expect(thrown(() => random.randomInteger(key, [2], 3, 3))).toBe(
      'random.randomInteger: whole numbers low < high are needed, got 3 and 3.',
    )
    expect(thrown(() => random.bernoulli(key, [2], tensor([0.5, 0.5, 0.5])))).toBe(
      'ShapeError: random.bernoulli: cannot broadcast [3] with [2]: 3 vs 2',
    )
  })
})
