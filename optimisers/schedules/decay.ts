/** Schedules that go from one value to another along a curve, and stay there. */
import { add, cos, div, floor, maximum, minimum, mul, neg, pow, rsqrt } from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { FloatDType } from '../../types/dtype.ts'
import type { Scalar } from '../../types/tensor.ts'
import { countSchema } from '../options.ts'
import type { Schedule } from './schedule.ts'

/** Options of `linear`. */
export interface LinearOptions {
  /** The value at step 0. */
  readonly initial: number
  /** The steps after which `final` is reached; it stays there. */
  readonly steps: number
  /** The last value; 0 by default. */
  readonly final?: number
}

/** Options of `polynomial`. */
export interface PolynomialOptions extends LinearOptions {
  /** The exponent; 1 is a straight line. */
  readonly power: number
  /** Steps before it begins; 0 by default. */
  readonly begin?: number
}

/** Options of `exponential`. */
export interface ExponentialOptions {
  /** The value at step 0. */
  readonly initial: number
  /** The factor for each `steps` steps. */
  readonly rate: number
  /** How many steps one factor takes. */
  readonly steps: number
  /** Whether the value keeps for `steps` steps and jumps then; false by default. */
  readonly staircase?: boolean
  /** The smallest value; 0 by default. */
  readonly final?: number
}

/** Options of `cosine`. */
export type CosineOptions = LinearOptions

/** Options of `inverseSquareRoot`. */
export interface InverseSquareRootOptions {
  /** The largest value, reached after the warm-up. */
  readonly peak: number
  /** Steps of the warm-up, from 1. */
  readonly warmUp: number
}

const fromZero = () => z.number().check(z.nonnegative())
const linearShape = () => ({ initial: fromZero(), steps: countSchema(), final: z._default(fromZero(), 0) })
const linearOptions = () => z.strictObject(linearShape())
const polynomialOptions = () =>
  z.strictObject({
    ...linearShape(),
    power: z.number().check(z.positive()),
    begin: z._default(z.int().check(z.nonnegative()), 0),
  })
const exponentialOptions = () =>
  z.strictObject({
    initial: fromZero(),
    rate: z.number().check(z.positive()),
    steps: z.number().check(z.positive()),
    staircase: z._default(z.boolean(), false),
    final: z._default(fromZero(), 0),
  })
const cosineOptions = () => z.strictObject({ ...linearShape(), initial: z.number().check(z.positive()) })
const rootOptions = () => z.strictObject({ peak: z.number().check(z.positive()), warmUp: countSchema() })

/**
 * A straight line from `initial` to `final`.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { scalar } from 'conformable'
 * import { linear } from 'conformable/optimisers'
 * console.log(linear({ initial: 1, final: 0, steps: 10 })(scalar(3))) // 0.7
 */
export function linear(options: LinearOptions): Schedule {
  return power({ ...parseOptions('linear', linearOptions, options), power: 1, begin: 0 })
}

/**
 * (initial − final) (1 − (t − begin) / steps)^power + final, between begin and begin + steps.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { scalar } from 'conformable'
 * import { polynomial } from 'conformable/optimisers'
 * console.log(polynomial({ initial: 1, power: 2, steps: 10 })(scalar(5))) // 0.25
 */
export function polynomial(options: PolynomialOptions): Schedule {
  return power(parseOptions('polynomial', polynomialOptions, options))
}

function power({ initial, final, steps, power, begin }: Required<PolynomialOptions>): Schedule {
  return <D extends FloatDType>(t: Scalar<D>): Scalar<D> => {
    const left = minimum(maximum(div(add(neg(t), begin + steps), steps), 0), 1)
    const curve = power === 1 ? left : pow(left, power)
    return add(mul(curve, initial - final), final)
  }
}

/**
 * initial · rate^(t / steps), or with whole powers only (`staircase`), and not below `final`.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { scalar } from 'conformable'
 * import { exponential } from 'conformable/optimisers'
 * console.log(exponential({ initial: 1, rate: 0.5, steps: 10 })(scalar(20))) // 0.25
 */
export function exponential(options: ExponentialOptions): Schedule {
  const { initial, rate, steps, staircase, final } = parseOptions('exponential', exponentialOptions, options)
  return <D extends FloatDType>(t: Scalar<D>): Scalar<D> => {
    const turns = div(t, steps)
    return maximum(mul(pow(rate, staircase ? floor(turns) : turns), initial), final)
  }
}

/**
 * Half a cosine from `initial` down to `final`: final + (initial − final) (1 + cos(π min(t, steps) / steps)) / 2.
 *
 * Loshchilov and Hutter (2017), SGDR, arXiv:1608.03983, without restarts.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { scalar } from 'conformable'
 * import { adam, cosine } from 'conformable/optimisers'
 * const learningRate = cosine({ initial: 1e-3, steps: 1000 })
 * const rule = adam({ learningRate })
 * console.log(learningRate(scalar(500))) // 0.0005
 */
export function cosine(options: CosineOptions): Schedule {
  const { initial, steps, final } = parseOptions('cosine', cosineOptions, options)
  return <D extends FloatDType>(t: Scalar<D>): Scalar<D> => {
    const phase = mul(minimum(t, steps), Math.PI / steps)
    return add(mul(add(cos(phase), 1), (initial - final) / 2), final)
  }
}

/**
 * A straight line up to `peak`, then with the inverse square root of the steps: peak · min(n / w, √(w / n)) at step n = t + 1.
 *
 * Vaswani et al. (2017), Attention is all you need, arXiv:1706.03762, equation 3, with peak = (d w)^−½.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { scalar } from 'conformable'
 * import { inverseSquareRoot } from 'conformable/optimisers'
 * console.log(inverseSquareRoot({ peak: 1, warmUp: 100 })(scalar(399))) // 0.5
 */
export function inverseSquareRoot(options: InverseSquareRootOptions): Schedule {
  const { peak, warmUp } = parseOptions('inverseSquareRoot', rootOptions, options)
  return <D extends FloatDType>(t: Scalar<D>): Scalar<D> => {
    const share = div(add(t, 1), warmUp)
    return mul(minimum(share, rsqrt(share)), peak)
  }
}
