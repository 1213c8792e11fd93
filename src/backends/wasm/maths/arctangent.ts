/**
 * The angle of a point.
 *
 * With q the smaller of |x| and |y| over the larger, atan q = q + q³ P(q²) on [0, 1] serves all octants:
 * atan2(y, x) = n π/2 ± atan q. π/2 stands in two parts, so that only the last sum is rounded noticeably.
 */
import type { Expression } from '../code/assembler.ts'
import { type BinaryMaths, compute, estrin, type Numbers, type Vector } from './context.ts'

/** (atan q/q - 1)/q² in q², 0 ≤ q ≤ 1, relative to atan q: 2^-31.0 and 2^-60.2. */
const arctangent: Numbers = {
  float32: [
    -0.333333284, 0.199997157, -0.142803431, 0.110612333, -0.0882146209, 0.0676364899, -0.0449832566, 0.0227776151,
    -0.00742535945, 0.00113452028,
  ],
  float64: [
    -0.33333333333333287, 0.19999999999990617, -0.14285714285044993, 0.11111111086671412, -0.09090908551013817,
    0.07692299754613426, -0.06666584072437683, 0.05881718272614164, -0.05259443562328865, 0.04744961055731824,
    -0.04286488854655998, 0.0382122317333362, -0.032789228235327865, 0.026156932074988367, -0.018619930998727847,
    0.011322490660964697, -0.00561549052254882, 0.002153047006420338, -0.000593367359300549, 0.00010396700848965904,
    -8.663078913871362e-6,
  ],
}

/** π/2 in two parts. */
const quarterTurn: Numbers = {
  float32: [1.5707963705062866, -4.371138828673793e-8],
  float64: [1.5707963267948966, 6.123233995736766e-17],
}

/** The angle of the point (x, y) in [-π, π]; zeros and infinities as in IEEE 754: atan2(±0, -0) = ±π. */
export const atan2: BinaryMaths = (context, yOperand, xOperand) =>
  compute(context, (v) => {
    const y = v.bind(yOperand)
    const x = v.bind(xOperand)
    const steep = v.bind(v.gt(v.abs(y), v.abs(x)))
    const left = v.bind(v.negative(x))
    const small = v.bind(arctangentOf(v, v.bind(slope(v, v.abs(x), v.abs(y)))))
    // flat and right: atan q; steep: π/2 ∓ atan q; flat and left: π - atan q
    const signed = v.xor(small, v.signOf(v.xor(steep, left)))
    const [high, low] = quarterTurn[v.dtype].map((part) =>
      v.select(steep, v.constant(part), v.and(left, v.constant(2 * part))),
    ) as [Expression, Expression] // two parts, see above
    return v.withSign(v.add(high, v.add(signed, low)), y)
  })

/** The smaller of two magnitudes over the larger: 0 for 0/0, 1 for infinity/infinity. */
function slope(v: Vector, a: Expression, b: Expression): Expression {
  const smaller = v.bind(v.min(a, b))
  const larger = v.bind(v.max(a, b))
  const ratio = v.unless(v.eq(larger, v.constant(0)), v.div(smaller, larger))
  return v.select(v.eq(smaller, v.constant(Number.POSITIVE_INFINITY)), v.constant(1), ratio)
}

/** atan q for a bound 0 ≤ q ≤ 1. */
function arctangentOf(v: Vector, q: Expression): Expression {
  const z = v.bind(v.mul(q, q))
  return v.fma(v.mul(q, z), estrin(v, z, arctangent), q)
}
