/** Every rule of `simplify` fires on its example, and what it must not touch stays. */
import { describe, expect, it } from 'vitest'
import type { Abstract } from '../../src/core/abstract.ts'
import { bindOne } from '../../src/core/bind.ts'
import { Segment } from '../../src/core/primitive.ts'
import type { Value } from '../../src/core/value.ts'
import { broadcast, full, sum } from '../../src/primitives/broadcast.ts'
import { dot } from '../../src/primitives/contraction.ts'
import { cond } from '../../src/primitives/control/cond.ts'
import { bitcast, convert } from '../../src/primitives/conversion.ts'
import {
  abs,
  add,
  and,
  div,
  integerPower,
  integerPowerPrimitive,
  max,
  min,
  mul,
  neg,
  not,
  or,
  select,
  shl,
  shr,
  sub,
} from '../../src/primitives/elementwise.ts'
import { cumsum, reduceMax, reduceMin } from '../../src/primitives/reduction.ts'
import { assemble, view } from '../../src/primitives/segments.ts'
import {
  concat,
  concatPrimitive,
  pad,
  padPrimitive,
  reshape,
  reverse,
  slice,
  transpose,
} from '../../src/primitives/structural.ts'
import { sin, sqrt } from '../../src/primitives/transcendental.ts'
import { rules, simplify } from '../../src/rewrite/simplify.ts'
import type { DType } from '../../types/dtype.ts'
import { check, programOf } from '../kernels/check.ts'

const of =
  (dtype: DType) =>
  (...shape: number[]): Abstract => ({ shape, dtype })
const f64 = of('float64')
const f32 = of('float32')
const i32 = of('int32')
const bool = of('bool')

const c64 = (value: number, ...shape: number[]): Value => full(shape, 'float64', value)
const c32 = (value: number, ...shape: number[]): Value => full(shape, 'int32', value)

/** Operand types, the expression, and the primitives that are left of it. */
type Example = readonly [types: readonly Abstract[], f: (...values: Value[]) => Value, left: string]

const padded = (x: Value, low: readonly number[], high: readonly number[]): Value => pad(x, c64(0), low, high)

/** One example at least for each law. */
const examples: Record<string, readonly Example[]> = {
  'nothing is computed for tensors without elements': [
    [[f64(0, 3)], (x) => sin(transpose(x, [1, 0])), 'full'],
    [[f64(0, 3)], (x) => sum(sin(x), [0]), 'full sum'],
  ],
  'operations on constants': [
    [[], () => add(mul(c64(2, 3), c64(3, 3)), sqrt(c64(4, 3))), 'full'],
    [[], () => convert(c64(2.7, 2), 'int32'), 'full'],
  ],
  'constants moved': [[[], () => reshape(broadcast(c64(2), [3, 2], []), [6]), 'full']],
  'constants joined or padded': [
    [[], () => concat([c64(1, 2), c64(1, 3)], 0), 'full'],
    [[], () => pad(c64(1, 2), c64(1), [1], [1]), 'full'],
    [[], () => concat([c64(0, 2), c64(-0, 3)], 0), 'full full concat'],
  ],
  '0 + x = x (floats: -0)': [
    [[i32(3)], (x) => add(c32(0, 3), x), ''],
    [[f64(3)], (x) => add(c64(0, 3), x), 'full add'],
  ],
  'x + 0 = x (floats: -0)': [
    [[f64(3)], (x) => add(x, c64(-0, 3)), ''],
    [[i32(3)], (x) => add(x, c32(0, 3)), ''],
  ],
  'a + (-b) = a - b': [[[f64(3), f64(3)], (x, y) => add(x, neg(y)), 'sub']],
  '(-a) + b = b - a': [[[f64(3), f64(3)], (x, y) => add(neg(x), y), 'sub']],
  'x - 0 = x': [
    [[f64(3)], (x) => sub(x, c64(0, 3)), ''],
    [[f64(3)], (x) => sub(x, c64(-0, 3)), 'full sub'],
  ],
  'a - (-b) = a + b': [[[f64(3), f64(3)], (x, y) => sub(x, neg(y)), 'add']],
  'x - x = 0 (integers)': [
    [[i32(3)], (x) => sub(x, x), 'full'],
    [[f64(3)], (x) => sub(x, x), 'sub'],
  ],
  '1 x = x': [[[f64(3)], (x) => mul(c64(1, 3), x), '']],
  'x 1 = x': [[[f64(3)], (x) => mul(x, c64(1, 3)), '']],
  '0 x = 0 (integers)': [
    [[i32(3)], (x) => mul(c32(0, 3), x), 'full'],
    [[f64(3)], (x) => mul(c64(0, 3), x), 'full mul'],
  ],
  'x 0 = 0 (integers)': [[[i32(3)], (x) => mul(x, c32(0, 3)), 'full']],
  '-1 x = -x': [[[f64(3)], (x) => mul(c64(-1, 3), x), 'neg']],
  'x (-1) = -x': [[[f64(3)], (x) => mul(x, c64(-1, 3)), 'neg']],
  '(-a) (-b) = a b': [[[f64(3), f64(3)], (x, y) => mul(neg(x), neg(y)), 'mul']],
  'x / 1 = x': [[[f64(3)], (x) => div(x, c64(1, 3)), '']],
  'x / 2ⁿ = x 2⁻ⁿ': [
    [[f32(3)], (x) => div(x, full([3], 'float32', -8)), 'full mul'],
    [[f64(3)], (x) => div(x, c64(3, 3)), 'full div'],
  ],
  '-(-x) = x': [[[f64(3)], (x) => neg(neg(x)), '']],
  '-(a - b) = b - a (integers)': [
    [[i32(3), i32(3)], (x, y) => neg(sub(x, y)), 'sub'],
    [[f64(3), f64(3)], (x, y) => neg(sub(x, y)), 'sub neg'],
  ],
  '|-x| = |x|': [[[f64(3)], (x) => abs(neg(x)), 'abs']],
  '||x|| = |x|': [[[f64(3)], (x) => abs(abs(x)), 'abs']],
  'x¹ = x': [[[f64(3)], (x) => bindOne(integerPowerPrimitive, [x], { exponent: 1 }), '']],
  'max(x, x) = x': [[[f64(3)], (x) => max(x, x), '']],
  'min(x, x) = x': [[[f64(3)], (x) => min(x, x), '']],
  'x and x = x': [[[bool(3)], (x) => and(x, x), '']],
  'x or x = x': [[[bool(3)], (x) => or(x, x), '']],
  'true and x = x': [[[bool(3)], (x) => and(full([3], 'bool', 1), x), '']],
  'x and true = x': [
    [[bool(3)], (x) => and(x, full([3], 'bool', 1)), ''],
    [[i32(3)], (x) => and(x, c32(1, 3)), 'full and'],
  ],
  'false or x = x': [[[bool(3)], (x) => or(full([3], 'bool', 0), x), '']],
  'x or false = x': [[[i32(3)], (x) => or(x, c32(0, 3)), '']],
  'not not x = x': [[[bool(3)], (x) => not(not(x)), '']],
  'x << 0 = x': [[[i32(3)], (x) => shl(x, c32(0, 3)), '']],
  'x >> 0 = x': [[[i32(3)], (x) => shr(x, c32(0, 3)), '']],
  'c ? x : x = x': [[[bool(3), f64(3)], (c, x) => select(c, x, x), '']],
  'true ? x : y = x': [
    [[f64(3), f64(3)], (x, y) => select(full([3], 'bool', 1), x, y), ''],
    [[f64(3), f64(3)], (x, y) => select(full([3], 'bool', 0), sin(x), y), ''],
  ],
  '(not c) ? x : y = c ? y : x': [[[bool(3), f64(3), f64(3)], (c, x, y) => select(not(c), x, y), 'select']],
  'x as its own dtype = x': [[[f64(3)], (x) => convert(convert(x, 'float64'), 'float64'), '']],
  'the bits of x as its own dtype = x': [[[i32(3)], (x) => bitcast(x, 'int32'), '']],
  'reshape to the same shape': [[[f64(3)], (x) => reshape(x, [3]), '']],
  'reshape of reshape': [[[f64(6)], (x) => reshape(reshape(x, [2, 3]), [3, 2]), 'reshape']],
  'reshape of a repeated scalar': [[[f64()], (x) => reshape(broadcast(x, [6], []), [2, 3]), 'broadcast']],
  'transpose that moves nothing': [[[f64(2, 3)], (x) => transpose(x, [0, 1]), '']],
  'transpose that moves only axes of size 1': [
    [[f64(2, 1, 3)], (x) => transpose(x, [1, 0, 2]), 'reshape'],
    [[f64(2, 1, 3)], (x) => transpose(x, [2, 1, 0]), 'transpose'],
  ],
  'transpose of transpose': [
    [[f64(2, 3, 4)], (x) => transpose(transpose(x, [1, 2, 0]), [2, 0, 1]), ''],
    [[f64(2, 3, 4)], (x) => transpose(transpose(x, [1, 2, 0]), [1, 0, 2]), 'transpose'],
  ],
  'transpose of broadcast': [
    [[f64(3)], (x) => transpose(broadcast(x, [2, 3], [1]), [1, 0]), 'broadcast'],
    [[f64(2, 3)], (x) => transpose(broadcast(x, [2, 3, 4], [0, 1]), [1, 0, 2]), 'broadcast transpose'],
  ],
  '(A B)ᵀ = Bᵀ Aᵀ as one product': [
    [[f64(2, 3), f64(3, 4)], (x, y) => transpose(dot(x, y, [[1], [0]]), [1, 0]), 'dot'],
    [[f64(5, 2, 3), f64(5, 3, 4, 2)], (x, y) => transpose(dot(x, y, [[2], [1]], [[0], [0]]), [0, 2, 3, 1]), 'dot'],
    [[f64(5, 2, 3), f64(5, 3, 4)], (x, y) => transpose(dot(x, y, [[2], [1]], [[0], [0]]), [1, 0, 2]), 'dot transpose'],
  ],
  'broadcast to the same shape': [[[f64(2, 3)], (x) => broadcast(x, [2, 3], [0, 1]), '']],
  'broadcast of broadcast': [[[f64(3)], (x) => broadcast(broadcast(x, [2, 3], [1]), [2, 5, 3], [0, 2]), 'broadcast']],
  'slice of everything': [[[f64(2, 3)], (x) => slice(x, [0, 0], [2, 3]), '']],
  'slice of slice': [[[f64(20)], (x) => slice(slice(x, [1], [18], [2]), [1], [8], [3]), 'slice']],
  'slice of one part of a concat': [
    [[f64(2, 3), f64(2, 4)], (x, y) => slice(concat([x, y], 1), [0, 4], [2, 6]), 'slice'],
    [[f64(3), f64(4)], (x, y) => slice(concat([x, y], 0), [0], [3]), ''],
    [[f64(3), f64(4)], (x, y) => slice(concat([x, y], 0), [2], [5]), 'concat slice'],
  ],
  'reverse of nothing': [[[f64(1, 3)], (x) => reverse(x, [0]), '']],
  'reverse of reverse': [
    [[f64(2, 3)], (x) => reverse(reverse(x, [0, 1]), [1]), 'reverse'],
    [[f64(2, 3)], (x) => reverse(reverse(x, [1]), [1]), ''],
  ],
  'pad by nothing': [
    [[f64(3), f64()], (x, v) => bindOne(padPrimitive, [x, v], { low: [0], high: [0], interior: [0] }), ''],
  ],
  'concat of one': [[[f64(3)], (x) => bindOne(concatPrimitive, [x], { axis: 0 }), '']],
  'concat with empty parts': [[[f64(3), f64(0), f64(2)], (x, e, y) => concat([x, e, y], 0), 'concat']],
  'concat of concat': [
    [[f64(3), f64(2), f64(1)], (x, y, z) => concat([z, concat([x, y], 0), x], 0), 'concat'],
    [[f64(3, 2), f64(3, 2)], (x, y) => concat([concat([x, y], 0), concat([y, x], 0)], 1), 'concat concat concat'],
  ],
  'pads by 0 that do not meet, added: joined': [
    [[f64(2, 3), f64(2, 1)], (x, y) => add(padded(x, [0, 0], [0, 1]), padded(y, [0, 3], [0, 0])), 'concat'],
    [
      [f64(2, 3), f64(2, 1)],
      (x, y) => add(padded(y, [1, 0], [0, 5]), padded(x, [1, 3], [0, 0])),
      'full full concat pad',
    ],
    [[f64(2, 3), f64(2, 1)], (x, y) => add(padded(x, [0, 0], [0, 1]), padded(y, [0, 2], [0, 1])), 'full pad pad add'],
    [
      [f64(2), f64(1), f64(3)],
      (x, y, z) => add(add(padded(z, [3], [0]), padded(y, [2], [3])), padded(x, [0], [4])),
      'concat',
    ],
  ],
  'assembles that do not meet, added: one': [
    [
      [f64(3), f64(2)],
      (x, y) => add(assemble([new Segment(5, x)], 9), assemble([new Segment(0, y), new Segment(3, y)], 9)),
      'assemble',
    ],
    [[f64(3)], (x) => add(assemble([new Segment(5, x)], 9), assemble([new Segment(3, x)], 9)), 'assemble assemble add'],
  ],
  'view of everything': [[[f64(6)], (p) => view(p, 0, [2, 3]), 'reshape']],
  'view of one segment of an assemble': [
    [[f64(2, 3), f64(4)], (x, y) => view(assemble([new Segment(0, x), new Segment(7, y)], 12), 7, [2, 2]), 'reshape'],
    [
      [f64(2, 3), f64(4)],
      (x, y) => view(assemble([new Segment(0, x), new Segment(7, y)], 12), 6, [2]),
      'assemble view',
    ],
  ],
  'sum over nothing': [[[f64(3)], (x) => sum(x, []), '']],
  'sum over axes of size 1': [[[f64(3, 1)], (x) => sum(x, [1]), 'reshape']],
  'max over axes of size 1': [[[f64(3, 1)], (x) => reduceMax(x, [1]), 'reshape']],
  'min over axes of size 1': [[[f64(3, 1)], (x) => reduceMin(x, [1]), 'reshape']],
  'running sum of one': [[[f64(3, 1)], (x) => cumsum(x, 1), '']],
  'cond with a known choice': [
    [
      [f64(3)],
      (x) =>
        cond(
          c32(5),
          [sin, neg].map((f) => programOf([f64(3)], (v) => [f(v)])),
          [x],
        )[0],
      'neg',
    ],
  ],
}

const lawful = (types: readonly Abstract[], f: (...values: Value[]) => Value) =>
  programOf(types, (...values) => [f(...values)])

describe.each(rules.map(({ law }) => law))('%s', (law) => {
  it('fires where it may', () => {
    expect(examples[law], `no example of ${law}`).toBeDefined()
    for (const [types, f, left] of examples[law]) {
      const program = lawful(types, f)
      const names = simplify(program).equations.map(({ primitive }) => primitive.name)
      expect(names.join(' ')).toBe(left)
      check(program)
    }
  })
})

describe('simplify', () => {
  it('has no law twice', () => {
    expect(new Set(rules.map(({ law }) => law)).size).toBe(rules.length)
    expect(Object.keys(examples).sort()).toEqual(rules.map(({ law }) => law).sort())
  })

  it('merges equal equations and drops unused ones', () => {
    const program = programOf([f64(3)], (x) => {
      sin(neg(x))
      return [add(sin(x), sin(mul(x, c64(1, 3)))), integerPower(x, 2)]
    })
    expect(simplify(program).equations.map(({ primitive }) => primitive.name)).toEqual(['sin', 'add', 'integerPower'])
  })

  it('keeps inputs, outputs and their types', () => {
    const program = programOf([f64(3), f64(2)], (x) => [mul(x, c64(1, 3)), x, neg(neg(x))])
    const simple = simplify(program)
    expect(simple.inputs.length).toBe(2)
    expect(simple.outputs.map(({ index }) => index)).toEqual([0, 0, 0])
    expect(simplify(program)).toBe(simple)
  })
})
