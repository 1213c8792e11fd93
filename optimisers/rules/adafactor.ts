/**
 * Adafactor: the second moment of a matrix from the means of its rows and columns, n + m numbers instead of n m.
 *
 *     β = 1 − t^(−0.8)       R ← β R + (1 − β) mean over columns of (g² + ε)       C likewise over rows
 *     v = R Cᵀ / mean(R)     u = g / √v       u ← u / max(1, rms(u) / d)       x ← x − η max(ε₂, rms(x)) u
 *
 * Without first moment, as the paper recommends for memory. Parameters whose last two axes are not both long enough keep all of v.
 */
import {
  add,
  convert,
  div,
  expandDims,
  mapTree,
  maximum,
  mean,
  minimum,
  mul,
  neg,
  pow,
  rsqrt,
  sqrt,
  square,
  sub,
  sum,
  zerosLike,
} from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { FloatDType } from '../../types/dtype.ts'
import type { Rule, StateFunction } from '../../types/optimiser.ts'
import type { Scalar } from '../../types/tensor.ts'
import { countSchema, epsilonSchema, learningRateSchema, positiveSchema } from '../options.ts'
import { type Scheduled, valueAt } from '../schedules/schedule.ts'
import { defineRule, type Leaf, mapFloatParameters, noSteps } from './rule.ts'

/** Only for the compiler: whose tensors these are. */
declare const owner: unique symbol

/** The second moment of a parameter [..., n, m]: means over its rows [..., n] and columns [..., m], or of every number. */
export type SecondMoment = { readonly rows: Leaf; readonly columns: Leaf } | { readonly squares: Leaf }

/** State of `adafactor`: steps done, and the second moments by the names of the parameters P: `{ 'L1.weight': … }`. */
export interface AdafactorState<P> {
  readonly step: Scalar<'int32'>
  readonly moments: Readonly<Record<string, SecondMoment>>
  readonly [owner]?: P
}

/** What state `adafactor` keeps for parameters. */
export interface AdafactorFunction extends StateFunction {
  readonly state: AdafactorState<this['params']>
}

/** Options of `adafactor`. */
export interface AdafactorOptions {
  /** η; min(0.01, 1/√t) by default, the paper's relative step. */
  readonly learningRate?: Scheduled
  /** Multiplies steps by the root mean square of the parameter, at least `smallestScale`; true by default. */
  readonly relative?: boolean
  /** ε₂; 1e-3 by default. */
  readonly smallestScale?: number
  /** d, the largest root mean square of u; 1 by default. */
  readonly clip?: number
  /** How fast β nears 1; 0.8 by default. */
  readonly exponent?: number
  /** ε; 1e-30 by default. */
  readonly epsilon?: number
  /** The last two axes have at least this length in what is factored; 128 by default, as in optax (the paper: 1). */
  readonly factorFrom?: number
}

const relativeStep = <D extends FloatDType>(t: Scalar<D>): Scalar<D> => minimum(rsqrt(add(t, 1)), 1e-2)

const optionsSchema = () =>
  z.strictObject({
    learningRate: learningRateSchema(relativeStep),
    relative: z._default(z.boolean(), true),
    smallestScale: positiveSchema(1e-3),
    clip: positiveSchema(1),
    exponent: z._default(z.number().check(z.positive(), z.lte(1)), 0.8),
    epsilon: epsilonSchema(1e-30),
    factorFrom: z._default(countSchema(), 128),
  })

/**
 * Adafactor: adaptive steps with little memory, for large matrices.
 *
 * Shazeer and Stern (2018), Adafactor: adaptive learning rates with sublinear memory cost, arXiv:1804.04235, algorithms 4 to 6.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { tensor } from 'conformable'
 * import { adafactor } from 'conformable/optimisers'
 * const rule = adafactor({ factorFrom: 2 })
 * const x = tensor([[1, 1], [1, 1]])
 * console.log(rule.step(tensor([[1, 1], [1, 1]]), rule.init(x), x)[0]) // [[0.99, 0.99], [0.99, 0.99]]
 */
export function adafactor(options: AdafactorOptions = {}): Rule<AdafactorFunction> {
  const settings = parseOptions('adafactor', optionsSchema, options)
  const { learningRate, relative, smallestScale, clip, exponent, epsilon, factorFrom } = settings
  return defineRule<AdafactorFunction>({
    init(params) {
      const moments: Record<string, SecondMoment> = {}
      mapFloatParameters((path, x) => {
        moments[path] = momentOf(zerosLike(x), factorFrom)
        return x
      }, params)
      return { step: noSteps(params), moments }
    },
    update(gradient, state, params) {
      const step = add(state.step, 1)
      const moments: Record<string, SecondMoment> = {}
      const update = mapFloatParameters(
        (path, x, g) => {
          const decay = sub(1, pow(convert(step, x.dtype), -exponent))
          const moment = moved(state.moments[path]!, momentOf(add(square(g), epsilon), factorFrom), decay)
          moments[path] = moment
          const scaled = mul(g, inverseRoot(moment))
          const clipped = div(scaled, maximum(div(rms(scaled), clip), 1))
          const size = relative ? mul(clipped, maximum(rms(x), smallestScale)) : clipped
          return neg(mul(size, valueAt(learningRate, state.step, x.dtype)))
        },
        params,
        gradient,
      )
      return [update, { step, moments }]
    },
  })
}

/** Means over rows and columns of a matrix that is large enough, else the squares as they are. */
function momentOf(squares: Leaf, from: number): SecondMoment {
  const large = squares.shape.length >= 2 && squares.shape.slice(-2).every((size) => size >= from)
  return large ? { rows: mean(squares, -1), columns: mean(squares, -2) } : { squares }
}

/** β old + (1 − β) new. */
const moved = (old: SecondMoment, now: SecondMoment, decay: Leaf): SecondMoment =>
  mapTree((a, b) => add(mul(a, decay), mul(b, sub(1, decay))), old, now)

/** 1 / √v. */
function inverseRoot(moment: SecondMoment): Leaf {
  if ('squares' in moment) return rsqrt(moment.squares)
  const rows = div(moment.rows, mean(moment.rows, -1, true))
  return mul(expandDims(rsqrt(rows), -1), expandDims(rsqrt(moment.columns), -2))
}

/** The root mean square; 0 of nothing. */
const rms = (x: Leaf): Leaf => sqrt(div(sum(square(x)), Math.max(1, sizeOf(x))))

const sizeOf = ({ shape }: Leaf): number => shape.reduce((product, size) => product * size, 1)
