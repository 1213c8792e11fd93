/**
 * Muon: momentum made orthogonal.
 *
 *     m ← μ m + g       u = g + μ m       x ← x − η (√max(1, n / k) U Vᵀ + λ x)       where u = U S Vᵀ is [n, k]
 *
 * U Vᵀ comes from five Newton–Schulz iterations X ← a X + (b X Xᵀ + c (X Xᵀ)²) X, whose coefficients bring every singular value
 * into about [0.7, 1.2]: exact ones are not needed. Parameters that are no matrices are left to another rule.
 */
import { add, div, matmul, mul, neg, sqrt, square, sum, transpose, zerosLike } from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Rule, StateFor, StateFunction } from '../../types/optimiser.ts'
import type { Scalar } from '../../types/tensor.ts'
import { learningRateSchema, nonNegativeSchema, shareSchema } from '../options.ts'
import { type Scheduled, valueAt } from '../schedules/schedule.ts'
import { adamW } from './adam.ts'
import type { AdamFunction } from './moments.ts'
import { defineRule, type Leaf, mapFloatParameters, mapFloats, noSteps } from './rule.ts'

/** State of `muon`: steps done, the velocity, and the state of the rule for what is no matrix. */
export interface MuonState<P, Others> {
  readonly step: Scalar<'int32'>
  readonly velocity: P
  readonly others: Others
}

/** What state `muon` keeps for parameters. */
export interface MuonFunction<F extends StateFunction> extends StateFunction {
  readonly state: MuonState<this['params'], StateFor<F, this['params']>>
}

/** Options of `muon`. */
export interface MuonOptions {
  /** η; 0.02 by default. */
  readonly learningRate?: Scheduled
  /** μ, the share of the velocity that is kept; 0.95 by default. */
  readonly momentum?: number
  /** λ, multiplied by the learning rate; 0 by default. */
  readonly weightDecay?: number
}

const optionsSchema = () =>
  z.strictObject({
    learningRate: learningRateSchema(0.02),
    momentum: shareSchema(0.95),
    weightDecay: nonNegativeSchema(0),
  })

/**
 * Muon for the matrices among the parameters, and another rule, `adamW()` by default, for the rest. Its authors give embeddings
 * and the last layer to the other rule too: `partition({ 'embedding.*': adamW(), '*': muon() })`.
 *
 * Jordan et al. (2024), Muon: an optimizer for hidden layers in neural networks, https://kellerjordan.github.io/posts/muon/.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { componentArray, tensor } from 'conformable'
 * import { adamW, muon } from 'conformable/optimisers'
 * const rule = muon({ learningRate: 0.02 }, adamW({ learningRate: 1e-3 }))
 * const params = componentArray({ weight: tensor([[1, 0], [0, 1]]), bias: tensor([0, 0]) })
 * const [next, state] = rule.step(params, rule.init(params), params)
 * console.log(state.velocity.weight) // [[1, 0], [0, 1]]
 */
export function muon(options?: MuonOptions): Rule<MuonFunction<AdamFunction>>
export function muon<F extends StateFunction>(options: MuonOptions, others: Rule<F>): Rule<MuonFunction<F>>
export function muon<F extends StateFunction>(
  options: MuonOptions = {},
  // The first signature: without a rule, F is that of `adamW`.
  others: Rule<F> = adamW() as unknown as Rule<F>,
): Rule<MuonFunction<F>> {
  const { learningRate, momentum, weightDecay } = parseOptions('muon', optionsSchema, options)
  return defineRule<MuonFunction<F>>({
    init: (params) => ({
      step: noSteps(params),
      velocity: mapFloats((p) => zerosLike(p), params),
      others: others.init(params),
    }),
    update(gradient, state, params, measured) {
      const velocity = mapFloats((g, m) => add(mul(m, momentum), g), gradient, state.velocity)
      const [rest, next] = others.update(gradient, state.others, params, measured)
      const update = mapFloatParameters(
        (_, x, g, m, otherwise) => {
          if (x.shape.length !== 2) return otherwise
          const direction = orthogonal(add(g, mul(m, momentum)))
          return neg(mul(add(direction, mul(x, weightDecay)), valueAt(learningRate, state.step, x.dtype)))
        },
        params,
        gradient,
        velocity,
        rest,
      )
      return [update, { step: add(state.step, 1), velocity, others: next }]
    },
  })
}

/** √max(1, n / k) U Vᵀ of u = U S Vᵀ, about: [n, k] → [n, k]. Zeros stay zeros. */
function orthogonal(u: Leaf): Leaf {
  const [n, k] = u.shape as readonly [number, number] // asked for above
  const wide = n > k ? transpose(u) : u
  let x: Leaf = div(wide, add(sqrt(sum(square(wide))), 1e-7))
  for (let i = 0; i < ITERATIONS; i++) x = iterated(x)
  return mul(n > k ? transpose(x) : x, Math.sqrt(Math.max(1, n / Math.max(k, 1))))
}

function iterated(x: Leaf): Leaf {
  const [a, b, c] = COEFFICIENTS
  const square_ = matmul(x, transpose(x))
  return add(mul(x, a), matmul(add(mul(square_, b), mul(matmul(square_, square_), c)), x))
}

const ITERATIONS = 5
const COEFFICIENTS = [3.4445, -4.775, 2.0315] as const
