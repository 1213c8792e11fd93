/** Special functions, element by element. */
import type { DType, FloatDType } from '../../types/dtype.ts'
import type { Floats } from '../../types/element.ts'
import type { Shape } from '../../types/shape.ts'
import type { Tensor } from '../../types/tensor.ts'
import type { Value } from '../core/value.ts'
import { constantLike } from '../primitives/broadcast.ts'
import { abs, add, div, lt, min, mul, neg, scale, select, sub } from '../primitives/elementwise.ts'
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

/** Here erfc is 0 in both dtypes. */
const NOTHING = 30

/** e^(x²) erfc(x) (x + centre) in (x − centre)/(x + centre). */
interface Scaled {
  readonly centre: number
  readonly coefficients: readonly number[]
}

/** From 0 to where erfc is 0: 2^-28.9 and 2^-60.9. Form: Shepherd and Laframboise (1981). */
const scaledComplement: Readonly<Record<FloatDType, Scaled>> = {
  float32: {
    centre: 3,
    coefficients: [
      1.07400691, -0.883394485, 0.590228305, -0.310466046, 0.119528967, -0.0268395884, -0.00122581981, 0.00308006529,
      -0.000484371578, -0.000325951896,
    ],
  },
  float64: {
    centre: 4,
    coefficients: [
      1.095995661000491, -0.976548729080882, 0.7732087022652373, -0.540853831313235, 0.33085158787799585,
      -0.17401093723993036, 0.07638151490981682, -0.0263700533404876, 0.006112055647919028, -0.00028095886363839744,
      -0.00045505261676216104, 0.00017681280996263344, -3.6355284599436046e-6, -1.8860881459970555e-5,
      4.6956358506177e-6, 1.424299350307046e-6, -8.489220854531552e-7, -7.600004966581071e-8, 1.2799342877321404e-7,
      1.8126220062386757e-9, -1.857787358767303e-8, -8.343519839720593e-10, 2.096065727242621e-9,
      4.1372406130030806e-10,
    ],
  },
}

/** 1 − erf(x), with derivative −2/√π e^(−x²). erfc(−x) = 2 − erfc(x). */
const complement = withDerivative(
  'erfc',
  (x) => {
    const { centre, coefficients } = scaledComplement[floatOf(x)]
    const size = min(abs(x), constantLike(x, NOTHING))
    const sum = add(size, constantLike(x, centre))
    const ratio = div(sub(size, constantLike(x, centre)), sum)
    const far = mul(gaussian(x), div(polynomial(ratio, coefficients), sum))
    return select(lt(x, constantLike(x, 0)), sub(constantLike(x, 2), far), far)
  },
  (x) => scale(gaussian(x), -2 / Math.sqrt(Math.PI)),
)

/** e^(−x²). */
const gaussian = (x: Value): Value => transcendental.exp(neg(mul(x, x)))

/** Σ cₖ xᵏ by Estrin's scheme: pairs, then pairs of pairs, which need not wait for each other. */
function polynomial(x: Value, coefficients: readonly number[]): Value {
  let terms = coefficients.map((c) => constantLike(x, c))
  let power = x
  while (terms.length > 1) {
    const pairs = Array.from({ length: Math.ceil(terms.length / 2) }, (_, i) => terms.slice(2 * i, 2 * i + 2))
    terms = pairs.map(([low, high]) => (high ? add(low!, mul(high, power)) : low!))
    if (terms.length > 1) power = mul(power, power)
  }
  return terms[0]!
}

/** The dtype of floats. */
const floatOf = ({ dtype }: Value): FloatDType => (dtype === 'float32' ? 'float32' : 'float64')
