/** Random programs over small tensors, from a list of choices: what the property tests of rewriting and lowering run on. */
import fc from 'fast-check'
import { sizeOf } from '../../src/core/abstract.ts'
import { Segment } from '../../src/core/primitive.ts'
import type { Program } from '../../src/core/program.ts'
import { traceClosed } from '../../src/core/trace.ts'
import type { Value } from '../../src/core/value.ts'
import { broadcast, constantLike, sum } from '../../src/primitives/broadcast.ts'
import { dot } from '../../src/primitives/contraction.ts'
import { checkpoint } from '../../src/primitives/control/checkpoint.ts'
import { cond } from '../../src/primitives/control/cond.ts'
import { scan } from '../../src/primitives/control/scan.ts'
import { convert } from '../../src/primitives/conversion.ts'
import { dynamicSlice, dynamicUpdate } from '../../src/primitives/dynamic-slice.ts'
import { abs, add, div, le, max, min, mul, neg, select, sub } from '../../src/primitives/elementwise.ts'
import { gather, scatterAdd } from '../../src/primitives/indexing.ts'
import { cumsum, reduceMax } from '../../src/primitives/reduction.ts'
import { assemble, view } from '../../src/primitives/segments.ts'
import { argmax, sort } from '../../src/primitives/sorting.ts'
import { concat, iota, pad, reshape, reverse, slice, transpose } from '../../src/primitives/structural.ts'
import { exp, sin, tanh } from '../../src/primitives/transcendental.ts'

/** Numbers that decide, step by step, what a program does. */
export type Choices = readonly (readonly [operation: number, first: number, second: number, third: number])[]

/** An arbitrary list of choices. */
export const choices: fc.Arbitrary<Choices> = fc.array(
  fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(1000), fc.nat(1000)),
  { minLength: 1, maxLength: 40 },
)

interface Pool {
  readonly floats: Value[]
  readonly integers: Value[]
}

/** Every result is brought back near [-2, 2], by x/(1 + |x|) first, so that the errors of large sums do not grow. */
const tame = (x: Value): Value => mul(sin(div(x, add(abs(x), constantLike(x, 1)))), constantLike(x, 2))

/** x brought to a shape of the same rank or not: cut, repeated or summed. */
function fitted(x: Value, shape: readonly number[]): Value {
  const flat = reshape(x, [sizeOf(x.shape)])
  const [have, want] = [flat.shape[0], sizeOf(shape)]
  if (have === want) return reshape(flat, shape)
  if (have > want) return reshape(slice(flat, [0], [want]), shape)
  return broadcast(sum(flat, [0]), shape, [])
}

type Make = (pool: Pool, x: Value, y: Value, k: number) => Value | readonly Value[]

const axisOf = (x: Value, k: number): number => k % x.shape.length
const without = (x: Value, axis: number): number[] => x.shape.filter((_, i) => i !== axis)
const whole = (x: Value) => ({ start: x.shape.map(() => 0), limit: x.shape.slice() })

const operations: readonly Make[] = [
  (_, x, y) => add(x, fitted(y, x.shape)),
  (_, x, y) => sub(x, fitted(y, x.shape)),
  (_, x, y) => mul(x, fitted(y, x.shape)),
  (_, x, y) => max(x, fitted(y, x.shape)),
  (_, x, y) => tanh(min(x, fitted(y, x.shape))),
  (_, x) => tanh(x),
  (_, x) => neg(abs(x)),
  (_, x) => div(x, constantLike(x, 4)),
  (_, x, y) => select(le(x, fitted(y, x.shape)), x, constantLike(x, 0.5)),
  (_, x, __, k) => (x.shape.length === 0 ? x : sum(x, [axisOf(x, k)])),
  (_, x, __, k) => (x.shape.length === 0 || x.shape[axisOf(x, k)] === 0 ? x : reduceMax(x, [axisOf(x, k)])),
  (_, x) =>
    sum(
      x,
      x.shape.map((_, i) => i),
    ),
  (_, x, __, k) =>
    x.shape.length === 0
      ? x
      : sub(
          x,
          broadcast(
            sum(x, [axisOf(x, k)]),
            x.shape,
            x.shape.map((_, i) => i).filter((i) => i !== axisOf(x, k)),
          ),
        ),
  (_, x) =>
    transpose(
      x,
      x.shape.map((_, i) => x.shape.length - 1 - i),
    ),
  (_, x, __, k) =>
    x.shape.length < 2
      ? x
      : transpose(
          x,
          [...x.shape.keys()].map((i) => (i + 1 + (k % 2)) % x.shape.length),
        ),
  (_, x) => reshape(x, [sizeOf(x.shape)]),
  (_, x, __, k) =>
    reshape(
      x,
      sizeOf(x.shape) % 2 === 0 ? (k % 2 ? [2, sizeOf(x.shape) / 2] : [sizeOf(x.shape) / 2, 2]) : [1, sizeOf(x.shape)],
    ),
  (_, x, __, k) => (x.shape.length > 3 ? x : broadcast(x, [...x.shape, 1 + (k % 3)], [...x.shape.keys()])),
  (_, x, __, k) =>
    x.shape.length > 3
      ? x
      : broadcast(
          x,
          [1 + (k % 3), ...x.shape],
          [...x.shape.keys()].map((i) => i + 1),
        ),
  (_, x, __, k) => (x.shape.length === 0 ? x : reverse(x, [axisOf(x, k)])),
  (_, x, __, k) => {
    if (x.shape.length === 0) return x
    const { start, limit } = whole(x)
    const axis = axisOf(x, k)
    start[axis] = Math.min(k % 3, limit[axis])
    return slice(
      x,
      start,
      limit,
      x.shape.map((_, i) => (i === axis ? 1 + (k % 2) : 1)),
    )
  },
  (_, x, y, k) =>
    x.shape.length === 0
      ? x
      : pad(
          x,
          sum(
            y,
            y.shape.map((_, i) => i),
          ),
          x.shape.map((_, i) => (k + i) % 2),
          x.shape.map((_, i) => (k >> i) % 2),
          x.shape.map((_, i) => (k >> (i + 1)) % 2),
        ),
  (_, x, y, k) => (x.shape.length === 0 ? x : concat([x, fitted(y, x.shape), x], axisOf(x, k))),
  (_, x, y) =>
    assemble([new Segment(1, x), new Segment(sizeOf(x.shape) + 1, y)], sizeOf(x.shape) + sizeOf(y.shape) + 2),
  (_, x, y) => assemble([new Segment(0, y), new Segment(sizeOf(y.shape), x)], sizeOf(x.shape) + sizeOf(y.shape)),
  (_, x, __, k) =>
    sizeOf(x.shape) === 0
      ? x
      : view(reshape(x, [sizeOf(x.shape)]), k % sizeOf(x.shape), [1, sizeOf(x.shape) - (k % sizeOf(x.shape))]),
  (_, x, y) => {
    const length = x.shape.length === 0 ? 0 : x.shape[x.shape.length - 1]
    return x.shape.length === 0 ? x : dot(x, fitted(y, [length, 3]), [[x.shape.length - 1], [0]])
  },
  (_, x, y) =>
    x.shape.length < 2
      ? x
      : dot(x, fitted(y, [2, x.shape[0], x.shape[1]]), [
          [1, 0],
          [2, 1],
        ]),
  (_, x, y) => (x.shape.length < 2 ? x : dot(x, fitted(y, [x.shape[0], x.shape[1], 2]), [[1], [1]], [[0], [0]])),
  (_, x, y) =>
    dot(
      sum(
        x,
        x.shape.map((_, i) => i),
      ),
      y,
      [[], []],
    ),
  (_, x, __, k) => (x.shape.length === 0 ? x : cumsum(x, axisOf(x, k), k % 2 === 0)),
  (_, x) => (x.shape.length === 0 ? x : sort([x, neg(x)])),
  ({ integers }, x, __, k) =>
    x.shape.length === 0 || x.shape[axisOf(x, k)] === 0 ? x : gather(x, integers[k % integers.length], axisOf(x, k)),
  ({ integers }, x, __, k) => {
    const index = integers[k % integers.length]
    if (x.shape.length === 0 || index.shape.length > 1) return x
    const axis = axisOf(x, k)
    return scatterAdd(
      index,
      fitted(x, [...x.shape.slice(0, axis), ...index.shape, ...x.shape.slice(axis + 1)]),
      axis,
      3,
    )
  },
  ({ integers }, x, __, k) => {
    const start = sum(
      integers[k % integers.length],
      integers[k % integers.length].shape.map((_, i) => i),
    )
    return dynamicSlice(
      x,
      x.shape.map(() => start),
      x.shape.map((extent, i) => Math.ceil(extent / (1 + ((k >> i) % 2)))),
    )
  },
  ({ integers }, x, y, k) => {
    const start = sum(
      integers[k % integers.length],
      integers[k % integers.length].shape.map((_, i) => i),
    )
    return dynamicUpdate(
      x,
      fitted(
        y,
        x.shape.map((extent) => Math.ceil(extent / 2)),
      ),
      x.shape.map(() => start),
    )
  },
  ({ integers }, x, __, k) => {
    if (x.shape.length === 0 || x.shape[axisOf(x, k)] === 0) return x
    integers.push(argmax(x, axisOf(x, k)))
    return x
  },
  (_, x, __, k) =>
    x.shape.length === 0 ? convert(iota([3], 'int32', 0), x.dtype) : add(x, iota(x.shape, x.dtype, axisOf(x, k))),
  (_, x, y) =>
    checkpoint(
      traceClosed('inner', ([a, b]) => [tame(add(a, sin(b))), sin(b)], [x, fitted(y, x.shape)]),
      [x, fitted(y, x.shape)],
    ),
  ({ integers }, x, __, k) => {
    const choice = sum(
      integers[k % integers.length],
      integers[k % integers.length].shape.map((_, i) => i),
    )
    return cond(
      choice,
      [neg, tanh].map((f) => traceClosed('branch', ([a]) => [f(a), a], [x])),
      [x],
    )
  },
  (_, x, y) => {
    if (x.shape.length === 0) return x
    const row = { shape: x.shape.slice(1), dtype: x.dtype }
    const carry = fitted(y, row.shape)
    const body = traceClosed('body', ([c, r]) => [sin(add(c, r)), mul(c, r)], [carry, row])
    const { carries, rows } = scan({
      body,
      constants: [],
      carries: [carry],
      rows: [x],
      length: x.shape[0],
      reverse: false,
      count: null,
    })
    return [...carries, ...rows]
  },
  (_, x, __, k) => (x.shape.length === 0 ? x : [sum(tanh(x), [axisOf(x, k)]), tanh(x)]),
  (_, x, y) => {
    const shape = without(x, 0)
    return x.shape.length === 0
      ? x
      : mul(
          x,
          broadcast(
            tanh(fitted(y, shape)),
            x.shape,
            shape.map((_, i) => i + 1),
          ),
        )
  },
  (_, x, __, k) => {
    if (x.shape.length > 3) return x
    const shape = [...x.shape, 8 + (k % 3)]
    const steps = iota(shape, x.dtype, x.shape.length)
    return mul(broadcast(x, shape, [...x.shape.keys()]), div(steps, constantLike(steps, 8)))
  },
  (_, x) => {
    const last = x.shape.length - 1
    if (last < 0 || x.shape[last] === 0) return x
    const rows = (y: Value): Value => broadcast(y, x.shape, [...x.shape.keys()].slice(0, -1))
    const powers = exp(sub(x, rows(reduceMax(x, [last]))))
    const shares = div(powers, rows(sum(powers, [last])))
    return [shares, rows(sum(mul(shares, x), [last]))]
  },
]

/** The program that a list of choices stands for: three float64 inputs and an int32 one; some of its values are its outputs. */
export function programFrom(list: Choices, dtype: 'float32' | 'float64' = 'float64'): Program {
  const inputs = [
    { shape: [4, 3], dtype },
    { shape: [2, 3, 2], dtype },
    { shape: [6], dtype },
    { shape: [2], dtype: 'int32' },
  ] as const
  return traceClosed(
    'random',
    ([a, b, c, i]) => {
      const pool: Pool = { floats: [a, b, c], integers: [i] }
      for (const [operation, first, second, third] of list) grow(pool, operation, first, second, third)
      const results = pool.floats.filter(
        (_, at) => at === pool.floats.length - 1 || (list[0][3] >> (at % 10)) % 3 === 1,
      )
      return [...results, pool.integers[pool.integers.length - 1]]
    },
    inputs,
  )
}

function grow(pool: Pool, operation: number, first: number, second: number, third: number): void {
  const recent = (k: number): Value => pool.floats[pool.floats.length - 1 - (k % Math.min(5, pool.floats.length))]
  const made = operations[operation % operations.length](pool, recent(first), recent(second), third)
  for (const value of Array.isArray(made) ? made : [made]) {
    if (sizeOf(value.shape) <= 240) pool.floats.push(third % 4 === 0 ? tame(value) : shrink(value))
  }
}

/** Keeps magnitudes small without a transcendental each time. */
const shrink = (x: Value): Value => max(min(x, constantLike(x, 3)), constantLike(x, -3))
