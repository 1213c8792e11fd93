import { describe, expect, it } from 'vitest'
import { bitcast, convert, stopGradient } from '../../src/primitives/conversion.ts'
import * as e from '../../src/primitives/elementwise.ts'
import * as t from '../../src/primitives/transcendental.ts'
import type { GoldenNumber } from '../helpers/golden.ts'
import { golden, numbers } from '../helpers/golden.ts'
import { array, elements } from '../helpers/reference.ts'
import { thrown } from '../helpers/thrown.ts'
import { scalarFunctions } from './scalar-functions.ts'

interface ScalarCase {
  readonly op: string
  readonly x: readonly GoldenNumber[]
  readonly f: readonly GoldenNumber[]
  readonly special?: { readonly x: readonly GoldenNumber[]; readonly f: readonly GoldenNumber[] }
}

const cases = golden<ScalarCase>('elementwise').cases

describe('scalar functions against mpmath', () => {
  it.each(Object.entries(scalarFunctions))('%s', (name, f) => {
    const { x, f: truth, special } = cases.find(({ op }) => op === name)!
    const values = elements(f, array([x.length], numbers(x)))
    numbers(truth).forEach((b, i) => {
      expect(Math.abs(values[i] - b), `${name}(${x[i]}) = ${values[i]}, not ${b}`).toBeLessThanOrEqual(
        1e-15 * (Math.abs(b) + 0.1),
      )
    })
    if (special === undefined) return
    expect(elements(f, array([special.x.length], numbers(special.x)))).toEqual([...numbers(special.f)])
  })
})

const int = (...values: number[]) => array([values.length], values, 'int32')
const unsigned = (...values: number[]) => array([values.length], values, 'uint32')
const bool = (...values: number[]) => array([values.length], values, 'bool')
const float = (...values: number[]) => array([values.length], values)

describe('integers', () => {
  it('wrap around', () => {
    expect(elements(e.add, int(2147483647), int(1))).toEqual([-2147483648])
    expect(elements(e.sub, unsigned(0), unsigned(1))).toEqual([4294967295])
    expect(elements(e.mul, int(123456789), int(987654321))).toEqual([Math.imul(123456789, 987654321)])
    expect(elements(e.mul, unsigned(4294967295), unsigned(4294967295))).toEqual([1])
    expect(elements(e.neg, unsigned(1))).toEqual([4294967295])
    expect(elements((x) => e.integerPower(x, 11), int(-7))).toEqual([-1977326743])
  })

  it('divide towards zero, and by zero without a trap', () => {
    expect(elements(e.div, int(7, -7, 5, -2147483648), int(2, 2, 0, -1))).toEqual([3, -3, 0, -2147483648])
    expect(elements(e.rem, int(7, -7, 5, -2147483648), int(2, 2, 0, -1))).toEqual([1, -1, 5, 0])
    expect(elements(e.div, unsigned(4294967295), unsigned(2))).toEqual([2147483647])
  })

  it('shift arithmetically when signed, logically when not, by the amount modulo 32', () => {
    expect(elements(e.shr, int(-8, 8), int(1, 33))).toEqual([-4, 4])
    expect(elements(e.shr, unsigned(4294967288), unsigned(1))).toEqual([2147483644])
    expect(elements(e.shl, unsigned(3), unsigned(31))).toEqual([2147483648])
  })

  it('combine bit by bit', () => {
    expect(elements(e.and, int(12), int(10))).toEqual([8])
    expect(elements(e.or, int(12), int(10))).toEqual([14])
    expect(elements(e.xor, int(12), int(10))).toEqual([6])
    expect(elements(e.not, unsigned(0))).toEqual([4294967295])
  })
})

describe('conditions', () => {
  it('compare; NaN is neither less nor equal', () => {
    const a = float(1, 2, Number.NaN, 3)
    const b = float(2, 2, 1, Number.NaN)
    expect(elements(e.lt, a, b)).toEqual([1, 0, 0, 0])
    expect(elements(e.le, a, b)).toEqual([1, 1, 0, 0])
    expect(elements(e.gt, b, a)).toEqual([1, 0, 0, 0])
    expect(elements(e.ge, b, a)).toEqual([1, 1, 0, 0])
    expect(elements(e.eq, a, b)).toEqual([0, 1, 0, 0])
    expect(elements(e.ne, a, b)).toEqual([1, 0, 1, 1])
    expect(elements(e.lt, unsigned(1), unsigned(4294967295))).toEqual([1])
  })

  it('combine and choose', () => {
    expect(elements(e.and, bool(0, 1, 1), bool(1, 0, 1))).toEqual([0, 0, 1])
    expect(elements(e.or, bool(0, 1, 0), bool(1, 0, 0))).toEqual([1, 1, 0])
    expect(elements(e.xor, bool(1, 1), bool(1, 0))).toEqual([0, 1])
    expect(elements(e.not, bool(1, 0))).toEqual([0, 1])
    expect(elements(e.select, bool(1, 0), float(1, 2), float(3, 4))).toEqual([1, 4])
  })
})

describe('floats of two operands', () => {
  it('max and min propagate NaN', () => {
    expect(elements(e.max, float(1, Number.NaN, 1), float(2, 1, Number.NaN))).toEqual([2, Number.NaN, Number.NaN])
    expect(elements(e.min, float(1, Number.NaN, 1), float(2, 1, Number.NaN))).toEqual([1, Number.NaN, Number.NaN])
  })

  it('rem has the sign of the dividend', () => {
    expect(elements(e.rem, float(5.5, -5.5, 5.5), float(2, 2, -2))).toEqual([1.5, -1.5, 1.5])
  })

  it('pow follows IEEE 754', () => {
    const infinity = Number.POSITIVE_INFINITY
    expect(elements(t.pow, float(0, 1, 1, -1, -2, 2), float(0, Number.NaN, infinity, infinity, 3, 0.5))).toEqual([
      1,
      1,
      1,
      1,
      -8,
      Math.SQRT2,
    ])
  })

  it('atan2 takes y, then x', () => {
    expect(elements(t.atan2, float(1, 0), float(0, -1))).toEqual([Math.PI / 2, Math.PI])
  })
})

describe('conversions', () => {
  it('cut off, saturate, make NaN 0', () => {
    const x = float(1.9, -1.9, 1e10, -1e10, Number.NaN)
    expect(elements((v) => convert(v, 'int32'), x)).toEqual([1, -1, 2147483647, -2147483648, 0])
    expect(elements((v) => convert(v, 'uint32'), x)).toEqual([1, 0, 4294967295, 0, 0])
    expect(elements((v) => convert(v, 'bool'), float(0, -0, 0.1, Number.NaN))).toEqual([0, 0, 1, 1])
    expect(elements((v) => convert(v, 'uint32'), int(-1))).toEqual([4294967295])
    expect(elements((v) => convert(v, 'float32'), bool(1, 0))).toEqual([1, 0])
  })

  it('bitcast reads the same bits', () => {
    expect(elements((v) => bitcast(v, 'float32'), unsigned(0x3f800000, 0xc0000000))).toEqual([1, -2])
    expect(elements((v) => bitcast(v, 'uint32'), array([1], [1], 'float32'))).toEqual([0x3f800000])
  })

  it('stopGradient is the identity', () => {
    expect(elements(stopGradient, float(1, 2))).toEqual([1, 2])
  })
})

describe('sentences', () => {
  it('two shapes', () => {
    expect(thrown(() => elements(e.add, array([2, 3], []), array([3, 2], [])))).toBe(
      'ShapeError: add: the operands differ in shape: [2, 3] and [3, 2]. Broadcast one to the shape of the other first.',
    )
  })

  it('two dtypes', () => {
    expect(thrown(() => elements(e.mul, float(1), array([1], [1], 'float32')))).toBe(
      'DTypeError: mul: the operands differ in element type: float64[1] and float32[1]. Convert one with convert(x, dtype).',
    )
  })

  it('wrong kind', () => {
    expect(thrown(() => elements(t.exp, int(1, 2)))).toBe(
      'DTypeError: exp: defined for float elements, not for int32[2]. Convert first with convert(x, dtype).',
    )
  })

  it('select', () => {
    expect(thrown(() => elements(e.select, bool(1), float(1, 2), float(1, 2)))).toBe(
      'ShapeError: select: the operands differ in shape: [1] ? [2] : [2]. Broadcast them to one shape first.',
    )
  })

  it('integerPower', () => {
    expect(thrown(() => elements((x) => e.integerPower(x, 0.5), float(1, 2)))).toBe(
      'ShapeError: integerPower: float64[2] to the power 0.5; the exponent must be whole. Use pow(x, y) for others.',
    )
  })

  it('bitcast', () => {
    expect(thrown(() => elements((x) => bitcast(x, 'int32'), float(1)))).toBe(
      'DTypeError: bitcast: float64[1] cannot be read as int32; both must be numbers of the same width. Use convert(x, dtype) to keep the values.',
    )
  })
})
