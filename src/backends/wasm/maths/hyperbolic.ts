/**
 * Hyperbolic tangent. |x| = k ln 2/2 + r with |r| ≤ ln 2/4 and k whole; with i = 2^-k
 *
 *   tanh |x| = (e^2r - i)/(e^2r + i) = (z (1 + i) + 1 - i)/(z (1 - i) + 1 + i), z = tanh r.
 *
 * The first form rounds less, the second needs half the coefficients: one serves float32, the other float64. Both give r for
 * k = 0, so that all digits are kept near 0.
 */
import type { Expression } from '../code/assembler.ts'
import { byPairs, compute, type Numbers, type UnaryMaths, type Vector } from './context.ts'

/** From here on tanh x is 1 to the last bit. */
const saturation = { float32: 9.5, float64: 19.5 } as const

/** ln 2/2 in parts, the first so short that its products with all k that count are exact: with 7 (float32), with 57 (float64). */
const halfLogTwo: Numbers = {
  float32: [0.3465735912322998],
  float64: [0.3465735901845619, 9.541074646352939e-11],
}

/** (e^2r - 1 - 2r)/r² in r, relative to e^2r - i: 2^-26.1. */
const doubled = [1.99999989542, 1.33332326494, 0.6666811373, 0.267738626399, 0.0886614064276]
/** (tanh r/r - 1)/r² in r², relative to tanh r: 2^-57.8. */
const tangent = [
  -0.3333333333333249, 0.1333333333278375, -0.05396825278201792, 0.02186937071491209, -0.00885730877728753,
  0.003444837884623991,
]

/** tanh x. */
export const tanh: UnaryMaths = (context, operand) =>
  compute(context, (v) => {
    const x = v.bind(operand)
    const { r, power } = reduce(v, v.bind(v.lesser(v.abs(x), saturation[v.dtype])))
    return v.withSign((v.dtype === 'float32' ? byExponential : byTangent)(v, r, power), x)
  })

/** magnitude = k ln 2/2 + r; power = 2^-k. */
function reduce(v: Vector, magnitude: Expression): { readonly r: Expression; readonly power: Expression } {
  const shifter = v.constant(v.format.shifter + v.format.bias)
  const shifted = v.bind(v.fma(magnitude, v.constant(-2 * Math.LOG2E), shifter))
  const minusK = v.bind(v.sub(shifted, shifter))
  const r = halfLogTwo[v.dtype].reduce((rest, part) => v.fma(minusK, v.constant(part), rest), magnitude)
  return { r: v.bind(r), power: v.bind(v.powerOfTwo(shifted)) }
}

/** (e^2r - i)/(e^2r + i). */
function byExponential(v: Vector, r: Expression, i: Expression): Expression {
  const square = v.bind(v.mul(r, r))
  const linear = v.add(v.add(r, r), v.sub(v.constant(1), i))
  const numerator = v.bind(v.fma(square, byPairs(v, r, doubled), linear))
  return v.div(numerator, v.add(numerator, v.add(i, i)))
}

/** (z (1 + i) + 1 - i)/(z (1 - i) + 1 + i). */
function byTangent(v: Vector, r: Expression, i: Expression): Expression {
  const one = v.constant(1)
  const square = v.bind(v.mul(r, r))
  const z = v.bind(v.fma(v.mul(r, square), byPairs(v, square, tangent), r))
  const [less, more] = [v.bind(v.sub(one, i)), v.bind(v.add(one, i))]
  return v.div(v.fma(z, more, less), v.fma(z, less, more))
}
