/**
 * Rules of arithmetic and logic that keep every bit of a float (NaN payloads apart): 0 is added away only where no -0 could tell,
 * nothing is multiplied by 0 unless it is an integer, nothing is reassociated.
 */
import { isFloat } from '../core/dtype.ts'
import type { Value } from '../core/value.ts'
import type { Match, Rule } from './rule.ts'
import { rule } from './rule.ts'

const none = {}

/** Is the value the number c everywhere? For floats, -0 and 0 differ. */
const is = ({ constant }: Pick<Match<'add'>, 'constant'>, value: Value, c: number): boolean => {
  const number = constant(value)
  return number !== null && (isFloat(value.dtype) ? Object.is(number, c) : number === c)
}

/** The zero that adds nothing: -0 for floats. */
const isNeutral = (match: Match<'add'>, value: Value): boolean => is(match, value, isFloat(value.dtype) ? -0 : 0)

const isInteger = ({ dtype }: Value): boolean => !isFloat(dtype)

/** Is c a power of two whose reciprocal is a normal number of either float type? */
const isPowerOfTwo = (c: number): boolean => {
  const exponent = Math.log2(Math.abs(c))
  return c !== 0 && Number.isInteger(exponent) && Math.abs(exponent) <= 100 && 2 ** exponent === Math.abs(c)
}

/** One law each, with its condition. */
export const arithmeticRules: readonly Rule[] = [
  rule('0 + x = x (floats: -0)', 'add', (m) => (isNeutral(m, m.a) ? m.b : null)),
  rule('x + 0 = x (floats: -0)', 'add', (m) => (isNeutral(m, m.b) ? m.a : null)),
  rule('a + (-b) = a - b', 'add', ({ a, b, source, make }) => {
    const negative = source(b, 'neg')
    return negative && make('sub', [a, negative.inputs[0]], none)
  }),
  rule('(-a) + b = b - a', 'add', ({ a, b, source, make }) => {
    const negative = source(a, 'neg')
    return negative && make('sub', [b, negative.inputs[0]], none)
  }),
  rule('x - 0 = x', 'sub', (m) => (is(m, m.b, 0) ? m.a : null)),
  rule('a - (-b) = a + b', 'sub', ({ a, b, source, make }) => {
    const negative = source(b, 'neg')
    return negative && make('add', [a, negative.inputs[0]], none)
  }),
  rule('x - x = 0 (integers)', 'sub', ({ a, b, make }) =>
    a === b && isInteger(a) ? make('full', [], { shape: a.shape, dtype: a.dtype, value: 0 }) : null,
  ),
  rule('1 x = x', 'mul', (m) => (is(m, m.a, 1) ? m.b : null)),
  rule('x 1 = x', 'mul', (m) => (is(m, m.b, 1) ? m.a : null)),
  rule('0 x = 0 (integers)', 'mul', (m) => (isInteger(m.a) && is(m, m.a, 0) ? m.a : null)),
  rule('x 0 = 0 (integers)', 'mul', (m) => (isInteger(m.a) && is(m, m.b, 0) ? m.b : null)),
  rule('-1 x = -x', 'mul', (m) => (is(m, m.a, -1) ? m.make('neg', [m.b], none) : null)),
  rule('x (-1) = -x', 'mul', (m) => (is(m, m.b, -1) ? m.make('neg', [m.a], none) : null)),
  rule('(-a) (-b) = a b', 'mul', ({ a, b, source, make }) => {
    const [x, y] = [source(a, 'neg'), source(b, 'neg')]
    return x && y && make('mul', [x.inputs[0], y.inputs[0]], none)
  }),
  rule('x / 1 = x', 'div', (m) => (is(m, m.b, 1) ? m.a : null)),
  rule('x / 2ⁿ = x 2⁻ⁿ', 'div', ({ a, b, constant, make }) => {
    const divisor = constant(b)
    if (divisor === null || isInteger(b) || !isPowerOfTwo(divisor)) return null
    return make('mul', [a, make('full', [], { shape: b.shape, dtype: b.dtype, value: 1 / divisor })], none)
  }),
  rule('-(-x) = x', 'neg', ({ a, source }) => source(a, 'neg')?.inputs[0] ?? null),
  rule('-(a - b) = b - a (integers)', 'neg', ({ a, source, make }) => {
    const difference = isInteger(a) ? source(a, 'sub') : null
    return difference && make('sub', [difference.inputs[1], difference.inputs[0]], none)
  }),
  rule('|-x| = |x|', 'abs', ({ a, source, make }) => {
    const negative = source(a, 'neg')
    return negative && make('abs', [negative.inputs[0]], none)
  }),
  rule('||x|| = |x|', 'abs', ({ a, source }) => (source(a, 'abs') ? a : null)),
  rule('x¹ = x', 'integerPower', ({ a, params }) => (params.exponent === 1 ? a : null)),
  rule('max(x, x) = x', 'max', ({ a, b }) => (a === b ? a : null)),
  rule('min(x, x) = x', 'min', ({ a, b }) => (a === b ? a : null)),
  rule('x and x = x', 'and', ({ a, b }) => (a === b ? a : null)),
  rule('x or x = x', 'or', ({ a, b }) => (a === b ? a : null)),
  rule('true and x = x', 'and', (m) => (isTrue(m, m.a) ? m.b : null)),
  rule('x and true = x', 'and', (m) => (isTrue(m, m.b) ? m.a : null)),
  rule('false or x = x', 'or', (m) => (is(m, m.a, 0) ? m.b : null)),
  rule('x or false = x', 'or', (m) => (is(m, m.b, 0) ? m.a : null)),
  rule('not not x = x', 'not', ({ a, source }) => source(a, 'not')?.inputs[0] ?? null),
  rule('x << 0 = x', 'shl', (m) => (is(m, m.b, 0) ? m.a : null)),
  rule('x >> 0 = x', 'shr', (m) => (is(m, m.b, 0) ? m.a : null)),
  rule('c ? x : x = x', 'select', ({ inputs: [, x, y] }) => (x === y ? x : null)),
  rule('true ? x : y = x', 'select', ({ inputs: [c, x, y], constant }) => {
    const known = constant(c)
    return known === null ? null : known === 0 ? y : x
  }),
  rule('(not c) ? x : y = c ? y : x', 'select', ({ inputs: [c, x, y], source, make }) => {
    const negated = source(c, 'not')
    return negated && make('select', [negated.inputs[0], y, x], none)
  }),
  rule('x as its own dtype = x', 'convert', ({ a, params }) => (params.dtype === a.dtype ? a : null)),
  rule('the bits of x as its own dtype = x', 'bitcast', ({ a, params }) => (params.dtype === a.dtype ? a : null)),
]

const isTrue = (match: Match<'and'>, value: Value): boolean => value.dtype === 'bool' && is(match, value, 1)
