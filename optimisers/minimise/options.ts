/** Options of `minimise` and `leastSquares`: what people write, read once. */
import { ArgumentError } from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { FloatDType } from '../../types/dtype.ts'
import type { Iteration } from '../../types/optimiser.ts'
import type { AnyTensor } from '../../types/tensor.ts'

/** What a callback is told after an iteration. */
export interface Report<P> extends Iteration {
  /** The parameters there; made when they are asked for. */
  readonly parameters: P
}

/** Options of `minimise`, for parameters P. */
export interface MinimiseOptions<P = unknown> {
  /** It has converged when no component of the gradient is larger: 1e-8 in float64, 1e-4 in float32. */
  readonly gradientTolerance?: number
  /** It has converged when no parameter changes by more than this share of max(1, |x|∞) in one iteration; 0 (never) by default. */
  readonly stepTolerance?: number
  /** It has converged when the objective changes by no more than this share of max(1, |f|) in one iteration; 0 (never) by default. */
  readonly objectiveTolerance?: number
  /** 10 000 by default. */
  readonly maxIterations?: number
  /** No limit by default. */
  readonly maxEvaluations?: number
  /** No limit by default. */
  readonly maxSeconds?: number
  /** Called after each iteration; `true` stops. */
  // biome-ignore lint/suspicious/noConfusingVoidType: most callbacks return nothing
  readonly callback?: (report: Report<P>) => boolean | void
  /** Keeps one line for each iteration in the answer. */
  readonly trace?: boolean
  /** Shows a progress line in a terminal. */
  readonly progress?: boolean
  /** Stops when it is aborted. */
  readonly signal?: AbortSignal
  /** No parameter goes below; a number for all, or a tree built like the parameters. */
  readonly lower?: number | P
  /** No parameter goes above. */
  readonly upper?: number | P
  /** Zero at the solution: a tensor, or a tree of them. */
  readonly equalities?: (parameters: P) => AnyTensor | readonly AnyTensor[]
  /** At least zero at the solution. */
  readonly inequalities?: (parameters: P) => AnyTensor | readonly AnyTensor[]
}

const tolerance = () => z.optional(z.number().check(z.nonnegative()))
const limit = (value: number) => z._default(z.int().check(z.nonnegative()), value)
const anyFunction = () =>
  z.optional(
    z.custom<(...args: never[]) => unknown>((x) => typeof x === 'function', { error: () => 'must be a function' }),
  )

/** The largest int32: no limit. */
const UNLIMITED = 2 ** 31 - 1

const optionsSchema = () =>
  z.strictObject({
    gradientTolerance: tolerance(),
    stepTolerance: z._default(z.number().check(z.nonnegative()), 0),
    objectiveTolerance: z._default(z.number().check(z.nonnegative()), 0),
    maxIterations: limit(10_000),
    maxEvaluations: limit(UNLIMITED),
    maxSeconds: z._default(
      z.union([z.number().check(z.positive()), z.literal(Number.POSITIVE_INFINITY)]),
      Number.POSITIVE_INFINITY,
    ),
    callback: anyFunction(),
    trace: z._default(z.boolean(), false),
    progress: z._default(z.boolean(), false),
    signal: z.optional(
      z.custom<AbortSignal>((x) => x instanceof AbortSignal, { error: () => 'must be an AbortSignal' }),
    ),
    lower: z.optional(z.unknown()),
    upper: z.optional(z.unknown()),
    equalities: anyFunction(),
    inequalities: anyFunction(),
  })

/** Options with their defaults. */
export type Settings = z.output<ReturnType<typeof optionsSchema>>

/**
 * Reads the options.
 * @throws ArgumentError for options that are unknown or out of range.
 */
export const settingsOf = (name: string, options: object): Settings => parseOptions(name, optionsSchema, options)

/** The gradient tolerance that fits a dtype: what rounding errors of a well scaled objective allow. */
export const gradientToleranceOf = ({ gradientTolerance }: Settings, dtype: FloatDType): number =>
  gradientTolerance ?? (dtype === 'float64' ? 1e-8 : 1e-4)

/** Must the run come back after every iteration? */
export const isWatched = ({ callback, trace, progress }: Settings): boolean =>
  callback !== undefined || trace || progress

/** Options that only some optimisers can respect. */
export function requireTaken(
  name: string,
  optimiser: { readonly name: string; readonly takes?: readonly string[]; readonly needs?: readonly string[] },
  present: Readonly<Record<string, boolean>>,
): void {
  const taken = new Set([...(optimiser.takes ?? []), ...(optimiser.needs ?? []), 'residuals'])
  const refused = Object.keys(present).find((part) => present[part] && !taken.has(part))
  if (refused !== undefined) {
    throw new ArgumentError(
      `${name}: ${optimiser.name} cannot respect ${refused}; ${ways[refused] ?? 'use another optimiser'}.`,
    )
  }
  const missing = (optimiser.needs ?? []).find((part) => !present[part])
  if (missing !== undefined) throw new ArgumentError(`${name}: ${optimiser.name} needs ${missing}; ${needs[missing]}.`)
}

const ways: Readonly<Record<string, string>> = {
  bounds: 'boundedLbfgs() does',
  constraints: 'augmentedLagrangian() does',
}

const needs: Readonly<Record<string, string>> = {
  residuals: 'call leastSquares with a function that returns them',
  bounds: 'give lower or upper',
  constraints: 'give equalities or inequalities',
}
