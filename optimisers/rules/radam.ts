/**
 * RAdam: Adam that trusts its second moment only once it has seen enough gradients.
 *
 *     r∞ = 2 / (1 − β₂) − 1           r = r∞ − 2 t β₂ᵗ / (1 − β₂ᵗ)           (how many gradients v̂ stands for)
 *     r > threshold:  x ← x − η √((r − 4)(r − 2) r∞ / ((r∞ − 4)(r∞ − 2) r)) m̂ / (√v̂ + ε)
 *     else            x ← x − η m̂
 *
 * The paper's threshold is 4; PyTorch and optax take 5, so that steps 4 to 6 differ.
 */
import {
  add,
  convert,
  div,
  expm1,
  greater,
  less,
  maximum,
  mul,
  neg,
  reciprocal,
  sqrt,
  square,
  sub,
  where,
} from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Rule } from '../../types/optimiser.ts'
import type { Scalar } from '../../types/tensor.ts'
import { valueAt } from '../schedules/schedule.ts'
import { type AdamOptions, adamShape } from './adam.ts'
import { type AdamFunction, movingAverage, noMoments, unbiased } from './moments.ts'
import { defineRule, type Leaf, mapFloats } from './rule.ts'

/** Options of `radam`. */
export interface RadamOptions extends AdamOptions {
  /** The number of gradients from which steps are scaled; 4 by default, as in the paper. */
  readonly threshold?: number
}

const optionsSchema = () => z.strictObject({ ...adamShape(), threshold: z._default(z.number().check(z.gte(4)), 4) })

/**
 * RAdam: rectified Adam, which needs no warm-up.
 *
 * Liu et al. (2020), On the variance of the adaptive learning rate and beyond, arXiv:1908.03265.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { scalar } from 'conformable'
 * import { radam } from 'conformable/optimisers'
 * const rule = radam({ learningRate: 0.1 })
 * const x = scalar(1)
 * console.log(rule.step(scalar(5), rule.init(x), x)[0]) // 0.5
 */
export function radam(options: RadamOptions = {}): Rule<AdamFunction> {
  const settings = parseOptions('radam', optionsSchema, options)
  const { learningRate, firstDecay, secondDecay, epsilon, threshold } = settings
  return defineRule<AdamFunction>({
    init: noMoments,
    update(gradient, state) {
      const step = add(state.step, 1)
      const firstMoment = mapFloats((m, g) => movingAverage(m, g, firstDecay), state.firstMoment, gradient)
      const secondMoment = mapFloats((v, g) => movingAverage(v, square(g), secondDecay), state.secondMoment, gradient)
      const update = mapFloats(
        (m, v) => {
          const seen = gradientsSeen(m, secondDecay, step)
          const scaled = div(rectifier(seen, secondDecay), add(sqrt(unbiased(v, secondDecay, step)), epsilon))
          const factor = where(greater(seen, threshold), scaled, 1)
          return neg(mul(mul(unbiased(m, firstDecay, step), factor), valueAt(learningRate, state.step, m.dtype)))
        },
        firstMoment,
        secondMoment,
      )
      return [update, { step, firstMoment, secondMoment }]
    },
  })
}

/** √((r − 4)(r − 2) r∞ / ((r∞ − 4)(r∞ − 2) r)); 0 where r is not above 4 and nobody looks. */
function rectifier(seen: Leaf, decay: number): Leaf {
  const most = 2 / (1 - decay) - 1
  const share = div(mul(sub(seen, 4), sub(seen, 2)), seen)
  return sqrt(maximum(mul(share, most / ((most - 4) * (most - 2))), 0))
}

/**
 * r = 1 + 2 (t h(t ℓ) − h(ℓ)) with ℓ = −ln β₂ and h(x) = 1/x − 1/(eˣ − 1): the same number as r∞ − 2 t β₂ᵗ / (1 − β₂ᵗ),
 * without the difference of two numbers near r∞, which in float32 would err by more than what decides at r = 4.
 */
function gradientsSeen({ dtype }: Leaf, decay: number, step: Scalar<'int32'>): Leaf {
  const t = convert(step, dtype)
  const rate = -Math.log(decay)
  const x = mul(t, rate)
  const plain = sub(reciprocal(x), reciprocal(expm1(x)))
  const h = where(less(x, 0.5), series(x), plain)
  return add(mul(mul(t, h), 2), 1 - 2 * (1 / rate - 1 / Math.expm1(rate)))
}

/** h(x) for small x: 1/2 − Σ B₂ₖ x²ᵏ⁻¹ / (2k)!. */
function series(x: Leaf): Leaf {
  const square_ = square(x)
  const odd = COEFFICIENTS.reduceRight<Leaf>((sum, c) => add(mul(sum, square_), c), mul(x, 0))
  return sub(0.5, mul(x, odd))
}

/** B₂ₖ / (2k)! for k = 1 … 8. */
const COEFFICIENTS = [
  1 / 12,
  -1 / 720,
  1 / 30240,
  -1 / 1209600,
  1 / 47900160,
  -691 / 1307674368000,
  1 / 74724249600,
  -3617 / 10670622842880000,
]
