/**
 * Rprop: every number has a step size of its own, which grows while its gradient keeps its sign.
 *
 *     Δ ← Δ · grow (same sign as before) or Δ · shrink (other sign), within [smallest, largest]
 *     x ← x − sign(g) Δ, but no step after a change of sign, and the next gradient counts as the first
 *
 * This is iRprop⁻, as in PyTorch and optax.
 */
import { clip, equal, fullLike, greater, less, mul, neg, sign, where, zerosLike } from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Rule, StateFunction } from '../../types/optimiser.ts'
import { positiveSchema } from '../options.ts'
import { defineRule, mapFloats } from './rule.ts'

/** State of `rProp`: the last gradient (0 after a change of sign), and the step sizes, named like the parameters. */
export interface RPropState<P> {
  readonly gradient: P
  readonly sizes: P
}

/** What state `rProp` keeps for parameters. */
export interface RPropFunction extends StateFunction {
  readonly state: RPropState<this['params']>
}

/** Options of `rProp`. There is no learning rate: the step sizes find their own. */
export interface RPropOptions {
  /** The first size of all steps; 0.01 by default. */
  readonly initial?: number
  /** The factor after a change of sign; 0.5 by default. */
  readonly shrink?: number
  /** The factor while the sign stays; 1.2 by default. */
  readonly grow?: number
  /** The smallest step; 1e-6 by default. */
  readonly smallest?: number
  /** The largest step; 50 by default. */
  readonly largest?: number
}

const optionsSchema = () =>
  z.strictObject({
    initial: positiveSchema(0.01),
    shrink: z._default(z.number().check(z.positive(), z.lt(1)), 0.5),
    grow: z._default(z.number().check(z.gt(1)), 1.2),
    smallest: positiveSchema(1e-6),
    largest: positiveSchema(50),
  })

/**
 * Rprop, for gradients without noise (whole data sets): only signs count.
 *
 * Riedmiller and Braun (1993), A direct adaptive method for faster backpropagation learning: the RPROP algorithm,
 * doi:10.1109/ICNN.1993.298623; in the form of Igel and Hüsken (2000), Improving the Rprop learning algorithm.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { tensor } from 'conformable'
 * import { rProp } from 'conformable/optimisers'
 * const rule = rProp({ initial: 0.1 })
 * const x = tensor([1, 1])
 * console.log(rule.step(tensor([5, -0.01]), rule.init(x), x)[0]) // [0.9, 1.1]
 */
export function rProp(options: RPropOptions = {}): Rule<RPropFunction> {
  const { initial, shrink, grow, smallest, largest } = parseOptions('rProp', optionsSchema, options)
  return defineRule<RPropFunction>({
    init: (params) => ({
      gradient: mapFloats((p) => zerosLike(p), params),
      sizes: mapFloats((p) => fullLike(p, initial), params),
    }),
    update(given, state) {
      const agreement = mapFloats((g, last) => mul(sign(g), sign(last)), given, state.gradient)
      const sizes = mapFloats(
        (size, a) => {
          const changed = where(greater(a, 0), mul(size, grow), mul(size, shrink))
          return where(equal(a, 0), size, clip(changed, smallest, largest))
        },
        state.sizes,
        agreement,
      )
      const gradient = mapFloats((g, a) => where(less(a, 0), 0, g), given, agreement)
      const update = mapFloats((g, size) => neg(mul(sign(g), size)), gradient, sizes)
      return [update, { gradient, sizes }]
    },
  })
}
