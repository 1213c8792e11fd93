/** Running means of gradients, which Adam and its relatives keep, and what undoes their start at 0. */
import { add, convert, expm1, mul, neg, reciprocal, zerosLike } from '../../src/index.ts'
import type { StateFunction } from '../../types/optimiser.ts'
import type { Scalar } from '../../types/tensor.ts'
import { type Leaf, mapFloats, noSteps } from './rule.ts'

/** State of Adam and its relatives: steps done, and running means of the gradient and of its square, named like the parameters. */
export interface AdamState<P> {
  readonly step: Scalar<'int32'>
  readonly firstMoment: P
  readonly secondMoment: P
}

/** From parameters to the state of Adam. */
export interface AdamFunction extends StateFunction {
  readonly state: AdamState<this['params']>
}

/** No steps done, both means at 0. */
export function noMoments<P>(params: P): AdamState<P> {
  const zeros = mapFloats((p) => zerosLike(p), params)
  return { step: noSteps(params), firstMoment: zeros, secondMoment: zeros }
}

/** β mean + (1 − β) x. */
export const movingAverage = (mean: Leaf, x: Leaf, decay: number): Leaf => add(mul(mean, decay), mul(x, 1 - decay))

/** A running mean without its start at 0: mean / (1 − βᵗ). */
export const unbiased = (mean: Leaf, decay: number, step: Scalar<'int32'>): Leaf =>
  mul(mean, correction(mean, decay, step))

/**
 * 1 / (1 − βᵗ), in the dtype of the mean that it corrects; one number, so that no element pays for a division. Written with
 * expm1(t ln β), because a β rounded to float32 leaves 1 − β only five right digits.
 */
const correction = ({ dtype }: Leaf, decay: number, step: Scalar<'int32'>): Leaf =>
  reciprocal(neg(expm1(mul(convert(step, dtype), Math.log(decay)))))
