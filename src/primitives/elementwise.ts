/**
 * Elementwise arithmetic, comparison, logic and choice. Operands have equal shapes and dtypes; nothing is broadcast or
 * promoted here. Integers are 32 bits wide and wrap around. Rules at kinks: |x|' = 0 at 0; ties of max and min share equally.
 */
import { abstract, sameShape, showAbstract, showShape } from '../core/abstract.ts'
import { bindOne } from '../core/bind.ts'
import { isFloat } from '../core/dtype.ts'
import { ShapeError } from '../core/errors.ts'
import { zerosLike } from '../core/ndarray.ts'
import type { Maybe, Primitive } from '../core/primitive.ts'
import type { Value } from '../core/value.ts'
import { constantLike, materialise } from './broadcast.ts'
import { coefficient, cotangentOf, transposing } from './linear.ts'
import type { BinaryTangents, None } from './pointwise.ts'
import { batchPointwise, binary, mapElements, none, unary } from './pointwise.ts'
import { requireDType, requireKind } from './requirements.ts'

/** Attributes of `integerPower`. */
export type IntegerPowerParams = { readonly exponent: number }

/** Record of `neg`. */
export const negPrimitive = unary({
  name: 'neg',
  operand: 'numeric',
  value: (x) => -x,
  tangent: (t) => neg(t),
  transpose: (cotangent) => neg(cotangent),
})
/** -x. */
export const neg = (x: Value): Value => bindOne(negPrimitive, [x], none)

/** Record of `add`. */
export const addPrimitive = binary({
  name: 'add',
  operands: 'numeric',
  value: (a, b) => a + b,
  tangent: ({ ta, tb }) => plus(ta, tb),
  transpose: (cotangent, a, b) => [cotangentOf(a, () => cotangent), cotangentOf(b, () => cotangent)],
})
/** a + b. */
export const add = (a: Value, b: Value): Value => bindOne(addPrimitive, [a, b], none)

/** The sum of two tangents, either of which may be zero. */
export const plus = (a: Maybe, b: Maybe): Maybe => (a === null ? b : b === null ? a : add(a, b))

/** Record of `sub`. */
export const subPrimitive = binary({
  name: 'sub',
  operands: 'numeric',
  value: (a, b) => a - b,
  tangent: ({ ta, tb }) => minus(ta, tb),
  transpose: (cotangent, a, b) => [cotangentOf(a, () => cotangent), cotangentOf(b, () => neg(cotangent))],
})
/** a - b. */
export const sub = (a: Value, b: Value): Value => bindOne(subPrimitive, [a, b], none)

const minus = (a: Maybe, b: Maybe): Maybe => (b === null ? a : a === null ? neg(b) : sub(a, b))

/** Record of `mul`. */
export const mulPrimitive = binary({
  name: 'mul',
  operands: 'numeric',
  value: (a, b) => a * b,
  integer: Math.imul,
  tangent: ({ a, b, ta, tb }) => plus(ta && mul(ta, b), tb && mul(a, tb)),
  transpose: (cotangent, a, b) => [
    cotangentOf(a, () => mul(cotangent, coefficient('mul', b))),
    cotangentOf(b, () => mul(coefficient('mul', a), cotangent)),
  ],
})
/** a b. */
export const mul = (a: Value, b: Value): Value => bindOne(mulPrimitive, [a, b], none)

/** c x for a constant c of the formula. */
export const scale = (x: Value, factor: number): Value => mul(x, constantLike(x, factor))

/** Record of `div`: integers divide towards zero, and give 0 for a divisor 0. (a / b)' = (a' - y b') / b. */
export const divPrimitive = binary({
  name: 'div',
  operands: 'numeric',
  value: (a, b) => a / b,
  integer: (a, b) => (b === 0 ? 0 : Math.trunc(a / b)),
  tangent: ({ b, y, ta, tb }) => {
    const numerator = minus(ta, tb && mul(y, tb))
    return numerator && div(numerator, b)
  },
  transpose: (cotangent, a, b) => [cotangentOf(a, () => div(cotangent, coefficient('div', b))), null],
})
/** a / b. */
export const div = (a: Value, b: Value): Value => bindOne(divPrimitive, [a, b], none)

/** Record of `rem`: a - b trunc(a / b), with the sign of a; integers give a for a divisor 0. */
export const remPrimitive = binary({
  name: 'rem',
  operands: 'numeric',
  value: (a, b) => a % b,
  integer: (a, b) => (b === 0 ? a : a % b),
  tangent: ({ a, b, y, ta, tb }) => minus(ta, tb && mul(round(div(sub(a, y), b)), tb)),
})
/** The remainder of a / b, with the sign of a. */
export const rem = (a: Value, b: Value): Value => bindOne(remPrimitive, [a, b], none)

/** Record of `max`: NaN propagates; where a = b each operand gets half of the tangent. */
export const maxPrimitive = binary({
  name: 'max',
  operands: 'numeric',
  value: Math.max,
  tangent: (context) => choiceTangent(context, gt(context.a, context.b)),
})
/** The larger of a and b. */
export const max = (a: Value, b: Value): Value => bindOne(maxPrimitive, [a, b], none)

/** Record of `min`: NaN propagates; where a = b each operand gets half of the tangent. */
export const minPrimitive = binary({
  name: 'min',
  operands: 'numeric',
  value: Math.min,
  tangent: (context) => choiceTangent(context, lt(context.a, context.b)),
})
/** The smaller of a and b. */
export const min = (a: Value, b: Value): Value => bindOne(minPrimitive, [a, b], none)

function choiceTangent({ a, b, ta, tb }: BinaryTangents, first: Value): Maybe {
  const both = plus(ta, tb)
  if (both === null) return null
  return select(eq(a, b), scale(both, 0.5), select(first, materialise(ta, a), materialise(tb, b)))
}

/** Record of `abs`. */
export const absPrimitive = unary({
  name: 'abs',
  operand: 'numeric',
  value: Math.abs,
  tangent: (t, x) => mul(t, sign(x)),
})
/** |x|; its derivative is `sign(x)`, so 0 at 0. */
export const abs = (x: Value): Value => bindOne(absPrimitive, [x], none)

/** Record of `sign`. */
export const signPrimitive = unary({ name: 'sign', operand: 'numeric', value: Math.sign })
/** -1, 0 or 1. */
export const sign = (x: Value): Value => bindOne(signPrimitive, [x], none)

/** Record of `floor`. */
export const floorPrimitive = unary({ name: 'floor', operand: 'float', value: Math.floor })
/** The largest whole number not above x. */
export const floor = (x: Value): Value => bindOne(floorPrimitive, [x], none)

/** Record of `ceil`. */
export const ceilPrimitive = unary({ name: 'ceil', operand: 'float', value: Math.ceil })
/** The smallest whole number not below x. */
export const ceil = (x: Value): Value => bindOne(ceilPrimitive, [x], none)

/** Record of `trunc`: towards zero. */
export const truncPrimitive = unary({ name: 'trunc', operand: 'float', value: Math.trunc })
/** The whole number next to x on the side of zero. */
export const trunc = (x: Value): Value => bindOne(truncPrimitive, [x], none)

/** Record of `round`. */
export const roundPrimitive = unary({ name: 'round', operand: 'float', value: halfToEven })
/** The nearest whole number; halves go to the even one. */
export const round = (x: Value): Value => bindOne(roundPrimitive, [x], none)

function halfToEven(x: number): number {
  const below = Math.floor(x)
  if (x - below !== 0.5) return Math.round(x)
  return below % 2 === 0 ? below : below + 1
}

/** Record of `integerPower`: y' = n x^(n-1) x', also at 0. */
export const integerPowerPrimitive: Primitive<IntegerPowerParams> = {
  name: 'integerPower',
  shape([x], { exponent }) {
    requireKind('integerPower', exponent < 0 ? 'float' : 'numeric', [x])
    if (Number.isInteger(exponent)) return [abstract(x.shape, x.dtype)]
    throw new ShapeError(
      `integerPower: ${showAbstract(x)} to the power ${exponent}; the exponent must be whole. Use pow(x, y) for others.`,
    )
  },
  evaluate: ([x], { exponent }, [output]) => [
    mapElements(x, output, isFloat(x.dtype) ? (e) => e ** exponent : (e) => wrappedPower(e, exponent)),
  ],
  jvp: ({ primals: [x], tangents: [t], params: { exponent } }) => [
    t === null || exponent === 0 ? null : mul(t, scale(integerPower(x, exponent - 1), exponent)),
  ],
  batch: (context) => batchPointwise(integerPowerPrimitive, context),
}
/** x^n for a whole n that is part of the program; negative n for floats only; 0^0 = 1. */
export function integerPower(x: Value, exponent: number): Value {
  if (exponent === 0) return constantLike(x, 1)
  return exponent === 1 ? x : bindOne(integerPowerPrimitive, [x], { exponent })
}

function wrappedPower(base: number, exponent: number): number {
  let power = 1
  let square = base
  for (let n = exponent; n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) power = Math.imul(power, square)
    square = Math.imul(square, square)
  }
  return power
}

/** Record of `select`. */
export const selectPrimitive: Primitive<None> = {
  name: 'select',
  shape([condition, a, b]) {
    requireKind('select', 'bool', [condition])
    requireDType('select', a, b)
    if (sameShape(condition.shape, a.shape) && sameShape(a.shape, b.shape)) return [abstract(a.shape, a.dtype)]
    const shapes = `${showShape(condition.shape)} ? ${showShape(a.shape)} : ${showShape(b.shape)}`
    throw new ShapeError(`select: the operands differ in shape: ${shapes}. Broadcast them to one shape first.`)
  },
  evaluate([condition, a, b], _, [output]) {
    const result = zerosLike(output)
    for (let i = 0; i < result.data.length; i++) result.data[i] = condition.data[i] === 0 ? b.data[i] : a.data[i]
    return [result]
  },
  jvp: ({ primals: [condition, a, b], tangents: [, ta, tb] }) => [
    ta === null && tb === null ? null : select(condition, materialise(ta, a), materialise(tb, b)),
  ],
  transpose: transposing((cotangent, [condition, a, b]) => {
    const known = coefficient('select', condition)
    const zero = constantLike(cotangent, 0)
    return [
      null,
      cotangentOf(a, () => select(known, cotangent, zero)),
      cotangentOf(b, () => select(known, zero, cotangent)),
    ]
  }),
  batch: (context) => batchPointwise(selectPrimitive, context),
}
/** a where the condition is true, else b. No derivative flows to the branch that is not taken. */
export const select = (condition: Value, a: Value, b: Value): Value => bindOne(selectPrimitive, [condition, a, b], none)

const comparison = (name: string, operands: 'numeric' | 'any', compare: (a: number, b: number) => boolean) =>
  binary({ name, operands, result: 'bool', value: (a, b) => (compare(a, b) ? 1 : 0) })

/** Record of `lt`. */
export const ltPrimitive = comparison('lt', 'numeric', (a, b) => a < b)
/** a < b; false where either is NaN. */
export const lt = (a: Value, b: Value): Value => bindOne(ltPrimitive, [a, b], none)

/** Record of `le`. */
export const lePrimitive = comparison('le', 'numeric', (a, b) => a <= b)
/** a ≤ b; false where either is NaN. */
export const le = (a: Value, b: Value): Value => bindOne(lePrimitive, [a, b], none)

/** Record of `eq`. */
export const eqPrimitive = comparison('eq', 'any', (a, b) => a === b)
/** a = b; false where either is NaN. */
export const eq = (a: Value, b: Value): Value => bindOne(eqPrimitive, [a, b], none)

/** Record of `ne`. */
export const nePrimitive = comparison('ne', 'any', (a, b) => a !== b)
/** a ≠ b; true where either is NaN. */
export const ne = (a: Value, b: Value): Value => bindOne(nePrimitive, [a, b], none)

/** a > b. */
export const gt = (a: Value, b: Value): Value => lt(b, a)
/** a ≥ b. */
export const ge = (a: Value, b: Value): Value => le(b, a)

/** Record of `not`. */
export const notPrimitive = unary({
  name: 'not',
  operand: 'bool or integer',
  value: (x) => ~x,
  bool: (x) => 1 - x,
})
/** Negation of a condition; all bits inverted of an integer. */
export const not = (x: Value): Value => bindOne(notPrimitive, [x], none)

/** Record of `and`. */
export const andPrimitive = binary({ name: 'and', operands: 'bool or integer', value: (a, b) => a & b })
/** Both; bit by bit for integers. */
export const and = (a: Value, b: Value): Value => bindOne(andPrimitive, [a, b], none)

/** Record of `or`. */
export const orPrimitive = binary({ name: 'or', operands: 'bool or integer', value: (a, b) => a | b })
/** Either; bit by bit for integers. */
export const or = (a: Value, b: Value): Value => bindOne(orPrimitive, [a, b], none)

/** Record of `xor`. */
export const xorPrimitive = binary({ name: 'xor', operands: 'bool or integer', value: (a, b) => a ^ b })
/** Exactly one; bit by bit for integers. */
export const xor = (a: Value, b: Value): Value => bindOne(xorPrimitive, [a, b], none)

/** Record of `shl`. */
export const shlPrimitive = binary({ name: 'shl', operands: 'integer', value: (a, b) => a << b })
/** Bits of a shifted left by b modulo 32. */
export const shl = (a: Value, b: Value): Value => bindOne(shlPrimitive, [a, b], none)

/** Record of `shr`. */
export const shrPrimitive = binary({
  name: 'shr',
  operands: 'integer',
  value: (a, b) => a >> b,
  uint32: (a, b) => a >>> b,
})
/** Bits of a shifted right by b modulo 32: copies of the sign come in for int32, zeros for uint32. */
export const shr = (a: Value, b: Value): Value => bindOne(shrPrimitive, [a, b], none)
