/** Special functions, element by element. */
import type { DType, FloatDType } from '../../types/dtype.ts'
import type { Floats } from '../../types/element.ts'
import type { Shape } from '../../types/shape.ts'
import type { Tensor } from '../../types/tensor.ts'
import type { Value } from '../core/value.ts'
import { constantLike } from '../primitives/broadcast.ts'
import { abs, add, div, lt, max, min, mul, neg, scale, select, sub } from '../primitives/elementwise.ts'
import * as gamma from '../primitives/gamma.ts'
import * as transcendental from '../primitives/transcendental.ts'
import { floatUnary } from './operand.ts'
import { withDerivative } from './with-derivative.ts'

/**
 * The logistic function 1/(1 + e⁻ˣ), element by element, in [0, 1].
 * @example
 * import { sigmoid, tensor } from 'conformable'
 * console.log(sigmoid(tensor([0, 1000]))) // [0.5, 1]
 */
export function sigmoid<S extends Shape, D extends DType>(x: Floats<'sigmoid', S, D>): Tensor<S, D> {
  return floatUnary('sigmoid', transcendental.logistic, x)
}

/**
 * ln(1 + eˣ), element by element, without overflow; its derivative is sigmoid(x).
 * @example
 * import { softplus, tensor } from 'conformable'
 * console.log(softplus(tensor([0, 100]))) // [0.6931472, 100]
 */
export function softplus<S extends Shape, D extends DType>(x: Floats<'softplus', S, D>): Tensor<S, D> {
  return floatUnary('softplus', transcendental.softplus, x)
}

/**
 * The error function 2/√π ∫₀ˣ e^(−t²) dt, element by element, in [−1, 1].
 * @example
 * import { erf, tensor } from 'conformable'
 * console.log(erf(tensor([0, 1]))) // [0, 0.8427008]
 */
export function erf<S extends Shape, D extends DType>(x: Floats<'erf', S, D>): Tensor<S, D> {
  return floatUnary('erf', transcendental.erf, x)
}

/**
 * 1 − erf(x), element by element, with all digits where erf(x) is almost 1.
 * @example
 * import { erfc, tensor } from 'conformable'
 * console.log(erfc(tensor([0, 5]))) // [1, 1.53746e-12]
 */
export function erfc<S extends Shape, D extends DType>(x: Floats<'erfc', S, D>): Tensor<S, D> {
  return floatUnary('erfc', complement, x)
}

/**
 * The inverse of erf, element by element: ±∞ at ±1, NaN beyond.
 * @example
 * import { erfInverse, tensor } from 'conformable'
 * console.log(erfInverse(tensor([0, 0.5]))) // [0, 0.4769363]
 */
export function erfInverse<S extends Shape, D extends DType>(x: Floats<'erfInverse', S, D>): Tensor<S, D> {
  return floatUnary('erfInverse', transcendental.erfInverse, x)
}

/**
 * ln|Γ(x)|, element by element: ∞ at 0 and the negative integers.
 * @example
 * import { logGamma, tensor } from 'conformable'
 * console.log(logGamma(tensor([1, 0.5]))) // [0, 0.5723649]
 */
export function logGamma<S extends Shape, D extends DType>(x: Floats<'logGamma', S, D>): Tensor<S, D> {
  return floatUnary('logGamma', gamma.logGamma, x)
}

/**
 * ψ(x), the derivative of ln|Γ(x)|, element by element.
 * @example
 * import { digamma, tensor } from 'conformable'
 * console.log(digamma(tensor([1, 2]))) // [-0.5772157, 0.4227843]
 */
export function digamma<S extends Shape, D extends DType>(x: Floats<'digamma', S, D>): Tensor<S, D> {
  return floatUnary('digamma', gamma.digamma, x)
}

/** From here on 1 − erf(x) loses digits. */
const TAIL = 0.5

/** Here erfc is 0 in both dtypes. */
const NOTHING = 30

/** Terms of the series of erf, for |x| ≤ ½: relative to erf 2^-29 and 2^-57. */
const terms = { float32: 7, float64: 12 } as const

/** (1 + 2x) e^(x²) erfc(x) in (x − 3)/(x + 3), from ½ to where erfc is 0: 2^-28.3 and 2^-62.3. Form: Shepherd and Laframboise (1981). */
const coefficients: Readonly<Record<FloatDType, readonly number[]>> = {
  float32: [
    1.253008058, -0.1356210472, -0.04756232109, 0.1296426331, -0.119273555, 0.0683379864, -0.02376443015,
    0.002390377227, 0.001837524171, -0.0005265767143,
  ],
  float64: [
    1.2530080582697296, -0.13562110612458095, -0.047562294353430394, 0.12964515870272222, -0.11927366341685146,
    0.06830802734597037, -0.023770514872996473, 0.0025293917674361877, 0.001888689665317818, -0.0007798316043314098,
    -0.00010515363695838599, 0.00012509371301249708, 4.915311459058002e-6, -2.00699088048534e-5, -6.096462560646234e-7,
    3.363196556867652e-6, 7.722710599218471e-8, -3.6352518361683546e-7, 2.576044962028926e-7, -2.653236155908974e-7,
    -2.8139304104325175e-7, 2.8919358822476575e-7, 1.0561123782378039e-7, -1.0696471838203236e-7,
  ],
}

/** 1 − erf(x), with derivative −2/√π e^(−x²). erfc(−x) = 2 − erfc(x). */
const complement = withDerivative(
  'erfc',
  (x) => {
    const size = abs(x)
    const far = tail(min(max(size, constantLike(x, TAIL)), constantLike(x, NOTHING)))
    const reflected = select(lt(x, constantLike(x, 0)), sub(constantLike(x, 2), far), far)
    return select(lt(size, constantLike(x, TAIL)), sub(constantLike(x, 1), near(x)), reflected)
  },
  (x) => scale(transcendental.exp(neg(mul(x, x))), -2 / Math.sqrt(Math.PI)),
)

/** erf(x) = 2/√π Σ (−1)ⁿ x²ⁿ⁺¹ / (n! (2n + 1)) for |x| ≤ ½. */
function near(x: Value): Value {
  let factor = 2 / Math.sqrt(Math.PI)
  const series = Array.from({ length: terms[floatOf(x)] }, (_, n) => {
    if (n > 0) factor /= -n
    return factor / (2 * n + 1)
  })
  return mul(x, polynomial(mul(x, x), series))
}

/** erfc(x) for x ≥ ½: e^(−x²) p((x − 3)/(x + 3)) / (1 + 2x). */
function tail(x: Value): Value {
  const three = constantLike(x, 3)
  const scaled = polynomial(div(sub(x, three), add(x, three)), coefficients[floatOf(x)])
  return mul(transcendental.exp(neg(mul(x, x))), div(scaled, add(add(x, x), constantLike(x, 1))))
}

/** Σ cₖ xᵏ by Horner's rule. */
function polynomial(x: Value, terms: readonly number[]): Value {
  const last = constantLike(x, terms[terms.length - 1]!)
  return terms.slice(0, -1).reduceRight((rest, c) => add(mul(rest, x), constantLike(x, c)), last)
}

/** The dtype of floats. */
const floatOf = ({ dtype }: Value): FloatDType => (dtype === 'float32' ? 'float32' : 'float64')
