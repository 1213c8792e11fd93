/**
 * x^y = 2^(y log₂ x) of float32 operands, in float64: a logarithm of 38 bits leaves more than enough, and denormal operands and
 * results need no care. |x| = 2^n m, √½ ≤ m < √2; s = (m - 1)/(m + 1), log₂ m = s P(s²).
 */
import type { Expression } from '../code/assembler.ts'
import { op, shuffle } from '../code/instructions.ts'
import { byPairs, inDouble, type Vector } from './context.ts'
import { decompose, rootHalf } from './logarithm.ts'

/** log₂ m/s in s²: relative to the logarithm 2^-37.8. */
const logarithm = [2.885390081790081, 0.9617966733484952, 0.5770835836005791, 0.4116728055004104, 0.34072842784104623]
/** (2^r - 1)/r in r, |r| ≤ ½, relative to 2^r: 2^-28.9. */
const exponential = [
  0.6931472028552351, 0.240226479134999, 0.0555033247061973, 0.009618437366944494, 0.001339887460340838,
  0.000153533603555084,
]
/** Results beyond 2^±overflow are 0 or infinite. */
const overflow = 160

/** |x|^y in float32 for a bound, finite, positive |x| and a bound y. */
export function powerInDouble(v: Vector, magnitude: Expression, y: Expression): Expression {
  const wide = inDouble(v)
  const [low, high] = [[0, 1] as const, [1, 0] as const].map((order) => {
    const [base, exponent] = [magnitude, y].map((x) =>
      wide.bind(op('f64x2.promote_low_f32x4', order[0] === 0 ? x : shuffle(x, x, order))),
    ) as [Expression, Expression] // map keeps the length
    return wide.bind(op('f32x4.demote_f64x2_zero', powerOfTwo(wide, wide.bind(wide.mul(exponent, binary(wide, base))))))
  }) as [Expression, Expression] // map keeps the length
  return shuffle(low, high, [0, 2])
}

/** log₂ x. */
function binary(v: Vector, x: Expression): Expression {
  const { exponent, mantissa } = decompose(v, x, rootHalf.float64)
  const one = v.constant(1)
  const m = v.bind(mantissa)
  const s = v.bind(v.div(v.sub(m, one), v.add(m, one)))
  return v.fma(s, byPairs(v, v.bind(v.mul(s, s)), logarithm), exponent)
}

/** 2^t, 0 beyond -overflow and infinite beyond overflow in float32. */
function powerOfTwo(v: Vector, t: Expression): Expression {
  const shifter = v.constant(v.format.shifter)
  const bounded = v.bind(v.clamp(t, -overflow, overflow))
  const shifted = v.bind(v.add(bounded, shifter))
  const r = v.bind(v.sub(bounded, v.sub(shifted, shifter)))
  const power = v.fma(r, byPairs(v, r, exponential), v.constant(1))
  return v.integerAdd(power, v.powerOfTwo(shifted))
}
