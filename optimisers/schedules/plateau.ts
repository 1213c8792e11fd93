/** Smaller steps when the loss stops falling. */
import {
  ArgumentError,
  abs,
  add,
  convert,
  div,
  equal,
  greaterEqual,
  isInfinite,
  less,
  logicalAnd,
  logicalNot,
  logicalOr,
  maximum,
  mod,
  mul,
  sub,
  where,
} from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Measured, Real, Rule, StateFor, StateFunction } from '../../types/optimiser.ts'
import type { Scalar } from '../../types/tensor.ts'
import { countSchema, nonNegativeSchema } from '../options.ts'
import { defineRule, mapFloats, noSteps, scalarBeside } from '../rules/rule.ts'

/** State of `reduceOnPlateau`, and of its rule. Its numbers are float32, which is plenty for a loss. */
export interface PlateauState<S> {
  /** What steps are multiplied by; 1 at first. It may be set by hand. */
  readonly scale: Scalar
  /** The smallest mean loss so far. */
  readonly best: Scalar
  /** Means since then. */
  readonly waited: Scalar<'int32'>
  /** Losses of the mean that is being taken: how many, and their sum. */
  readonly count: Scalar<'int32'>
  readonly sum: Scalar
  readonly rule: S
}

/** What state `reduceOnPlateau` keeps for parameters. */
export interface PlateauFunction<F extends StateFunction> extends StateFunction {
  readonly state: PlateauState<StateFor<F, this['params']>>
}

/** Options of `reduceOnPlateau`. */
export interface PlateauOptions {
  /** What the steps are multiplied by at a plateau; 0.1 by default. */
  readonly factor?: number
  /** How many means may pass without a better one; 10 by default. */
  readonly patience?: number
  /** A loss is better if it is smaller than the best by this share of it; 1e-4 by default. */
  readonly threshold?: number
  /** Losses in one mean: the batches of an epoch, say; 1 by default. */
  readonly every?: number
  /** The smallest scale; 0 by default. */
  readonly smallest?: number
}

const optionsSchema = () =>
  z.strictObject({
    factor: z._default(z.number().check(z.positive(), z.lt(1)), 0.1),
    patience: z._default(z.int().check(z.nonnegative()), 10),
    threshold: nonNegativeSchema(1e-4),
    every: z._default(countSchema(), 1),
    smallest: nonNegativeSchema(0),
  })

/**
 * The rule, with smaller and smaller steps: they are multiplied by `factor` whenever the loss has not become better for more than
 * `patience` means. It takes the loss beside the gradient: `rule.step(gradient, state, params, { value: loss })`. A NaN is not better.
 * @throws ArgumentError for options that are unknown or out of range, and in a step without the loss.
 * @example
 * import { scalar } from 'conformable'
 * import { reduceOnPlateau, sgd } from 'conformable/optimisers'
 * const rule = reduceOnPlateau({ patience: 0, factor: 0.5 }, sgd({ learningRate: 0.1 }))
 * const loss = { value: scalar(7) }
 * const [x, state] = rule.step(scalar(1), rule.init(scalar(1)), scalar(1), loss)
 * console.log(x) // 0.9
 * console.log(rule.step(scalar(1), state, x, loss)[0]) // 0.85
 */
export function reduceOnPlateau<F extends StateFunction>(
  options: PlateauOptions,
  rule: Rule<F>,
): Rule<PlateauFunction<F>> {
  const settings = parseOptions('reduceOnPlateau', optionsSchema, options)
  return defineRule<PlateauFunction<F>>({
    init(params) {
      const number = (value: number): Scalar => scalarBeside(params, value, 'float32')
      const means = { scale: number(1), best: number(Number.POSITIVE_INFINITY), waited: noSteps(params) }
      return { ...means, count: noSteps(params), sum: number(0), rule: rule.init(params) }
    },
    update(gradient, state, params, measured) {
      const watched = watch(state, lossOf(measured), settings)
      const [update, next] = rule.update(gradient, state.rule, params, measured)
      return [mapFloats((u) => mul(u, convert(watched.scale, u.dtype)), update), { ...watched, rule: next }]
    },
  })
}

function lossOf({ value }: Measured): Scalar {
  const dtype: string | undefined = value?.dtype
  if (dtype === 'float32' || dtype === 'float64') return convert(value as Real, 'float32') // a float scalar of that dtype
  throw new ArgumentError(
    'reduceOnPlateau: it needs the loss: rule.step(gradient, state, params, { value }), with the value of valueAndGrad.',
  )
}

/** The state of the watch after one more loss. */
function watch(
  { scale, best, waited, count, sum }: Omit<PlateauState<unknown>, 'rule'>,
  value: Scalar,
  { factor, patience, threshold, every, smallest }: Required<PlateauOptions>,
): Omit<PlateauState<unknown>, 'rule'> {
  const seen = add(count, 1)
  const due = equal(seen, every)
  const total = add(sum, value)
  const mean = div(total, every)
  const gain = sub(best, mean)
  const enough = logicalOr(isInfinite(best), less(mul(abs(best), threshold), gain))
  const better = logicalAnd(due, logicalAnd(less(mean, best), enough))
  const worse = logicalAnd(due, logicalNot(better))
  const late = logicalAnd(worse, greaterEqual(waited, patience))
  return {
    scale: where(late, maximum(mul(scale, factor), smallest), scale),
    best: where(better, mean, best),
    waited: where(logicalOr(better, late), 0, add(waited, convert(worse, 'int32'))),
    count: mod(seen, every),
    sum: where(due, 0, total),
  }
}
