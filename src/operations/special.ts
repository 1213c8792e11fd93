/** Special functions, element by element. */
import type { DType } from '../../types/dtype.ts'
import type { Floats } from '../../types/element.ts'
import type { Shape } from '../../types/shape.ts'
import type { Tensor } from '../../types/tensor.ts'
import * as gamma from '../primitives/gamma.ts'
import * as transcendental from '../primitives/transcendental.ts'
import { floatUnary } from './operand.ts'

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
  return floatUnary('erfc', transcendental.erfc, x)
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
