/**
 * Elementwise transcendental functions of floats. Each derivative is written with the value where that loses no digits, else
 * with the operand; all are differentiable again.
 */
import { bindOne } from '../core/bind.ts'
import type { Value } from '../core/value.ts'
import { constantLike } from './broadcast.ts'
import { add, and, div, eq, gt, mul, neg, plus, scale, select, sub } from './elementwise.ts'
import { binary, none, unary } from './pointwise.ts'
import * as special from './special.ts'

/** Record of `exp`: y' = y x'. */
export const expPrimitive = unary({ name: 'exp', operand: 'float', value: Math.exp, tangent: (t, _, y) => mul(t, y) })
/** e^x. */
export const exp = (x: Value): Value => bindOne(expPrimitive, [x], none)

/** Record of `gaussian`: y' = -2 x y x'. */
export const gaussianPrimitive = unary({
  name: 'gaussian',
  operand: 'float',
  value: special.gaussian,
  tangent: (t, x, y) => mul(t, scale(mul(x, y), -2)),
})
/** e^(-x²), with all digits where x² is large. */
export const gaussian = (x: Value): Value => bindOne(gaussianPrimitive, [x], none)

/** Record of `expm1`: y' = e^x x', since y + 1 loses digits for large negative x. */
export const expm1Primitive = unary({
  name: 'expm1',
  operand: 'float',
  value: Math.expm1,
  tangent: (t, x) => mul(t, exp(x)),
})
/** e^x - 1, accurate near 0. */
export const expm1 = (x: Value): Value => bindOne(expm1Primitive, [x], none)

/** Record of `log`: y' = x' / x. */
export const logPrimitive = unary({ name: 'log', operand: 'float', value: Math.log, tangent: (t, x) => div(t, x) })
/** Natural logarithm: -infinity at 0, NaN below. */
export const log = (x: Value): Value => bindOne(logPrimitive, [x], none)

/** Record of `log1p`: y' = x' / (1 + x). */
export const log1pPrimitive = unary({
  name: 'log1p',
  operand: 'float',
  value: Math.log1p,
  tangent: (t, x) => div(t, add(x, constantLike(x, 1))),
})
/** ln(1 + x), accurate near 0. */
export const log1p = (x: Value): Value => bindOne(log1pPrimitive, [x], none)

/** Record of `sqrt`: y' = x' / 2y, infinite at 0. */
export const sqrtPrimitive = unary({
  name: 'sqrt',
  operand: 'float',
  value: Math.sqrt,
  tangent: (t, _, y) => div(t, scale(y, 2)),
})
/** Square root; NaN below 0. */
export const sqrt = (x: Value): Value => bindOne(sqrtPrimitive, [x], none)

/** Record of `sin`: y' = cos(x) x'. */
export const sinPrimitive = unary({
  name: 'sin',
  operand: 'float',
  value: Math.sin,
  tangent: (t, x) => mul(t, cos(x)),
})
/** Sine of x in radians. */
export const sin = (x: Value): Value => bindOne(sinPrimitive, [x], none)

/** Record of `cos`: y' = -sin(x) x'. */
export const cosPrimitive = unary({
  name: 'cos',
  operand: 'float',
  value: Math.cos,
  tangent: (t, x) => mul(t, neg(sin(x))),
})
/** Cosine of x in radians. */
export const cos = (x: Value): Value => bindOne(cosPrimitive, [x], none)

/** Record of `tan`: y' = (1 + y²) x'. */
export const tanPrimitive = unary({
  name: 'tan',
  operand: 'float',
  value: Math.tan,
  tangent: (t, _, y) => mul(t, add(mul(y, y), constantLike(y, 1))),
})
/** Tangent of x in radians. */
export const tan = (x: Value): Value => bindOne(tanPrimitive, [x], none)

/** Record of `tanh`: y' = (1 - y²) x'. */
export const tanhPrimitive = unary({
  name: 'tanh',
  operand: 'float',
  value: Math.tanh,
  tangent: (t, _, y) => mul(t, sub(constantLike(y, 1), mul(y, y))),
})
/** Hyperbolic tangent. */
export const tanh = (x: Value): Value => bindOne(tanhPrimitive, [x], none)

/** Record of `logistic`: y' = y (1 - y) x'. */
export const logisticPrimitive = unary({
  name: 'logistic',
  operand: 'float',
  value: logisticOf,
  tangent: (t, _, y) => mul(t, mul(y, sub(constantLike(y, 1), y))),
})
/** 1 / (1 + e^-x), without overflow and with all digits in the lower tail. */
export const logistic = (x: Value): Value => bindOne(logisticPrimitive, [x], none)

function logisticOf(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x))
  const e = Math.exp(x)
  return e / (1 + e)
}

/** Record of `softplus`: y' = logistic(x) x'. */
export const softplusPrimitive = unary({
  name: 'softplus',
  operand: 'float',
  value: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  tangent: (t, x) => mul(t, logistic(x)),
})
/** ln(1 + e^x), without overflow. */
export const softplus = (x: Value): Value => bindOne(softplusPrimitive, [x], none)

/** Record of `erf`: y' = 2/√π e^(-x²) x'. */
export const erfPrimitive = unary({
  name: 'erf',
  operand: 'float',
  value: special.erf,
  tangent: (t, x) => mul(t, scale(gaussian(x), 2 / Math.sqrt(Math.PI))),
})
/** Error function: 2/√π ∫₀ˣ e^(-t²) dt. */
export const erf = (x: Value): Value => bindOne(erfPrimitive, [x], none)

/**
 * Record of `erfc`: (x, e^(-x²)) ↦ 1 - erf(x), a function of x alone; y' = -2/√π e^(-x²) x'. The second operand is what both the
 * function and its derivative are computed from, so that the exponential is taken once.
 */
export const erfcPrimitive = binary({
  name: 'erfc',
  operands: 'float',
  value: special.erfc,
  tangent: ({ b: decayed, ta }) => ta && mul(ta, scale(decayed, -2 / Math.sqrt(Math.PI))),
})
/** 1 - erf(x), with all digits where erf(x) is almost 1. */
export const erfc = (x: Value): Value => bindOne(erfcPrimitive, [x, gaussian(x)], none)

/** Record of `erfInverse`: y' = √π/2 e^(y²) x'. */
export const erfInversePrimitive = unary({
  name: 'erfInverse',
  operand: 'float',
  value: special.erfInverse,
  tangent: (t, _, y) => mul(t, scale(exp(mul(y, y)), Math.sqrt(Math.PI) / 2)),
})
/** The inverse of `erf`: infinite at ±1, NaN beyond. */
export const erfInverse = (x: Value): Value => bindOne(erfInversePrimitive, [x], none)

/**
 * Record of `pow`: y = a^b. ∂y/∂a = b a^(b-1), and 0 where a = b = 0; ∂y/∂b = y ln a, and 0 where a = 0 < b.
 * The exponent is real: a negative base has a derivative in the base only (in the exponent it is NaN).
 */
export const powPrimitive = binary({
  name: 'pow',
  operands: 'float',
  value: powerOf,
  tangent: ({ a, b, y, ta, tb }) => plus(ta && mul(ta, mul(b, lowered(a, b))), tb && mul(tb, mul(y, logOfBase(a, b)))),
})
/** a^b for floats; 0^0 = 1. For whole exponents known beforehand use `integerPower`. */
export const pow = (a: Value, b: Value): Value => bindOne(powPrimitive, [a, b], none)

/** IEEE 754 power: unlike JavaScript's, 1 to any power is 1, and (-1)^±infinity is 1. */
function powerOf(a: number, b: number): number {
  if (a === 1 || (a === -1 && Math.abs(b) === Number.POSITIVE_INFINITY)) return 1
  return a ** b
}

/** a^(b-1); its factor b is 0 where a = b = 0, so that any finite number serves there. */
function lowered(a: Value, b: Value): Value {
  const zero = constantLike(a, 0)
  const one = constantLike(a, 1)
  const bothZero = and(eq(a, zero), eq(b, zero))
  return pow(a, select(bothZero, one, sub(b, one)))
}

/** ln a, and 0 where a = 0 < b: there a^b vanishes faster than ln a grows. */
function logOfBase(a: Value, b: Value): Value {
  const zero = constantLike(a, 0)
  const vanishing = and(eq(a, zero), gt(b, zero))
  return log(select(vanishing, constantLike(a, 1), a))
}

/** Record of `atan2`: (y, x) ↦ angle; angle' = (x y' - y x') / (x² + y²), NaN at the origin. */
export const atan2Primitive = binary({
  name: 'atan2',
  operands: 'float',
  value: Math.atan2,
  tangent: ({ a: y, b: x, ta: ty, tb: tx }) => {
    const area = plus(ty && mul(ty, x), tx && neg(mul(tx, y)))
    return area && div(area, add(mul(x, x), mul(y, y)))
  },
})
/** The angle of the point (x, y), in (-π, π]; operands in the order y, x. */
export const atan2 = (y: Value, x: Value): Value => bindOne(atan2Primitive, [y, x], none)
