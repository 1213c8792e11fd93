/** Special functions, element by element. */
import type { FloatDType } from '../../types/dtype.ts'
import type { Shape } from '../../types/shape.ts'
import type { Tensor } from '../../types/tensor.ts'
import * as transcendental from '../primitives/transcendental.ts'
import { floatUnary } from './operand.ts'

/**
 * The logistic function 1/(1 + e⁻ˣ), element by element, in [0, 1].
 * @example
 * import { sigmoid, tensor } from 'conformable'
 * console.log(sigmoid(tensor([0, 2]))) // ?
 */
export function sigmoid<S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> {
  return floatUnary('sigmoid', transcendental.logistic, x)
}

/**
 * ln(1 + eˣ), element by element, without overflow; its derivative is sigmoid(x).
 * @example
 * import { softplus, tensor } from 'conformable'
 * console.log(softplus(tensor([0, 100]))) // ?
 */
export function softplus<S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> {
  return floatUnary('softplus', transcendental.softplus, x)
}
