/** Schedules made of pieces: values, points to connect, other schedules. */
import {
  ArgumentError,
  add,
  cos,
  div,
  fullLike,
  greaterEqual,
  less,
  maximum,
  minimum,
  mul,
  sub,
  where,
} from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { FloatDType } from '../../types/dtype.ts'
import type { Scalar } from '../../types/tensor.ts'
import type { Schedule } from './schedule.ts'

/** Options of `piecewiseConstant`. */
export interface PiecewiseConstantOptions {
  /** The steps at which the next value begins, in ascending order. */
  readonly boundaries: readonly number[]
  /** One value more than boundaries. */
  readonly values: readonly number[]
}

/** Options of `piecewiseLinear`. */
export interface PiecewiseLinearOptions {
  /** Steps in ascending order. */
  readonly steps: readonly number[]
  /** The value at each of them. */
  readonly values: readonly number[]
  /** Between them: a straight line, or half a cosine; 'linear' by default. */
  readonly between?: 'linear' | 'cosine'
}

/** Options of `joined`. */
export interface JoinedOptions {
  /** The steps at which the next schedule begins, in ascending order. */
  readonly boundaries: readonly number[]
  /** One schedule more than boundaries; each counts its own steps from 0. */
  readonly schedules: readonly Schedule[]
}

/** Options of `warmUp`. */
export interface WarmUpOptions {
  /** How many steps. */
  readonly steps: number
  /** The value at step 0; 0 by default. */
  readonly initial?: number
}

const ascending = () =>
  z
    .array(z.number().check(z.nonnegative()))
    .check(z.refine((list) => list.every((x, i) => i === 0 || x > list[i - 1]!), { error: 'must ascend' }))
const values = () => z.array(z.number().check(z.nonnegative()))
const constantOptions = () => z.strictObject({ boundaries: ascending(), values: values() })
const linearOptions = () =>
  z.strictObject({
    steps: ascending(),
    values: values().check(z.minLength(1)),
    between: z._default(z.enum(['linear', 'cosine']), 'linear'),
  })
const schedule = () => z.custom<Schedule>((x) => typeof x === 'function', { error: 'must be a schedule' })
const joinedOptions = () => z.strictObject({ boundaries: ascending(), schedules: z.array(schedule()) })
const warmUpOptions = () =>
  z.strictObject({
    steps: z.number().check(z.positive()),
    initial: z._default(z.number().check(z.nonnegative()), 0),
  })

/**
 * One value after the other: the i-th from the boundary before it on.
 * @throws ArgumentError for options that are unknown or out of range, or if there is not one value more than boundaries.
 * @example
 * import { scalar } from 'conformable'
 * import { piecewiseConstant } from 'conformable/optimisers'
 * console.log(piecewiseConstant({ boundaries: [100], values: [0.1, 0.01] })(scalar(100))) // 0.01
 */
export function piecewiseConstant(options: PiecewiseConstantOptions): Schedule {
  const { boundaries, values } = parseOptions('piecewiseConstant', constantOptions, options)
  requireAsMany('piecewiseConstant', 'values', values.length, boundaries.length + 1)
  return <D extends FloatDType>(t: Scalar<D>): Scalar<D> =>
    boundaries.reduce((value, from, i) => where(greaterEqual(t, from), values[i + 1]!, value), fullLike(t, values[0]!))
}

/**
 * Points (steps, values) connected by lines; constant before the first and after the last.
 * @throws ArgumentError for options that are unknown or out of range, or if there are not as many values as steps.
 * @example
 * import { scalar } from 'conformable'
 * import { piecewiseLinear } from 'conformable/optimisers'
 * console.log(piecewiseLinear({ steps: [0, 10, 30], values: [0, 1, 0.5] })(scalar(20))) // 0.75
 */
export function piecewiseLinear(options: PiecewiseLinearOptions): Schedule {
  return connected(parseOptions('piecewiseLinear', linearOptions, options))
}

/** Points connected by lines or half cosines, for options that have been parsed. */
export function connected({ steps, values, between }: Required<PiecewiseLinearOptions>): Schedule {
  requireAsMany('piecewiseLinear', 'values', values.length, steps.length)
  const curve = between === 'linear' ? <D extends FloatDType>(share: Scalar<D>) => share : halfCosine
  return <D extends FloatDType>(t: Scalar<D>): Scalar<D> =>
    steps.slice(0, -1).reduce(
      (value, from, i) => {
        const share = minimum(div(sub(t, from), steps[i + 1]! - from), 1)
        const piece = add(mul(curve(share), values[i + 1]! - values[i]!), values[i]!)
        return where(greaterEqual(t, from), piece, value)
      },
      fullLike(t, values[0]!),
    )
}

/** (1 − cos π share) / 2. */
const halfCosine = <D extends FloatDType>(share: Scalar<D>): Scalar<D> => mul(sub(1, cos(mul(share, Math.PI))), 0.5)

/**
 * One schedule after the other: the i-th from the boundary before it on, with its own steps counted from there.
 * @throws ArgumentError for options that are unknown or out of range, or if there is not one schedule more than boundaries.
 * @example
 * import { scalar } from 'conformable'
 * import { constant, joined, linear } from 'conformable/optimisers'
 * const schedule = joined({ boundaries: [100], schedules: [constant(1), linear({ initial: 1, steps: 10 })] })
 * console.log(schedule(scalar(105))) // 0.5
 */
export function joined(options: JoinedOptions): Schedule {
  const { boundaries, schedules } = parseOptions('joined', joinedOptions, options)
  requireAsMany('joined', 'schedules', schedules.length, boundaries.length + 1)
  return <D extends FloatDType>(t: Scalar<D>): Scalar<D> =>
    boundaries.reduce(
      (value, from, i) => where(greaterEqual(t, from), schedules[i + 1]!(maximum(sub(t, from), 0)), value),
      schedules[0]!(t),
    )
}

/**
 * A straight line from `initial` to the first value of a schedule, then that schedule, whose steps are counted from there.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { scalar } from 'conformable'
 * import { cosine, warmUp } from 'conformable/optimisers'
 * const schedule = warmUp({ steps: 10 }, cosine({ initial: 0.1, steps: 100 }))
 * console.log(schedule(scalar(5))) // 0.05
 */
export function warmUp(options: WarmUpOptions, schedule: Schedule): Schedule {
  const { steps, initial } = parseOptions('warmUp', warmUpOptions, options)
  return <D extends FloatDType>(t: Scalar<D>): Scalar<D> => {
    const after = schedule(maximum(sub(t, steps), 0))
    return where(less(t, steps), add(mul(sub(after, initial), div(t, steps)), initial), after)
  }
}

function requireAsMany(name: string, what: string, count: number, wanted: number): void {
  if (count === wanted) return
  throw new ArgumentError(`${name}: ${wanted} ${what} are needed, one for each piece, got ${count}.`)
}
