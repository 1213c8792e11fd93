/**
 * `minimise`: any optimiser, any objective of any tree of parameters. The whole run is one compiled program; where somebody waits
 * for news of it (a callback, a browser, a clock), it runs in slices.
 */
import type { FloatDType } from '../../types/dtype.ts'
import type { ObjectiveDType, ObjectiveOf, Optimiser, Solution } from '../../types/optimiser.ts'
import { type MinimiseOptions, settingsOf } from './options.ts'
import type { ParametersFunction } from './problem.ts'
import { engine } from './run.ts'

/** A minimisation that can be repeated from other starts and with other data, without tracing anything again. */
export interface Minimiser<P, Data extends readonly unknown[], D extends FloatDType = FloatDType> {
  /** As `minimise`. */
  run(start: P, ...data: Data): Promise<Solution<P, D>>
  /** As `minimiseSync`. */
  runSync(start: P, ...data: Data): Solution<P, D>
}

/** The function that is minimised, of parameters P and of whatever data the caller hands on. */
type ObjectiveFunction<P, Data extends readonly unknown[], R> = (parameters: P, ...data: Data) => ObjectiveOf<R>

/**
 * A minimisation to be run again and again: traced at its first run, and from then on one call of compiled code. What changes
 * from run to run comes as an argument, as with `jit`.
 * @param objective a scalar of the parameters and of data.
 * @throws ArgumentError for options that are unknown, out of range, or that the optimiser cannot respect.
 * @example
 * import { square, sub, sum, tensor, type Tensor } from 'conformable'
 * import { bfgs, minimiser } from 'conformable/optimisers'
 * const distance = (x: Tensor<[2]>, goal: Tensor<[2]>) => sum(square(sub(x, goal)))
 * const nearest = minimiser(distance, bfgs())
 * console.log(nearest.runSync(tensor([0, 0]), tensor([1, 2])).parameters) // [1, 2]
 */
export function minimiser<P, const Data extends readonly unknown[], R>(
  objective: ObjectiveFunction<P, Data, R>,
  optimiser: Optimiser,
  options: MinimiseOptions<P> = {},
): Minimiser<P, Data, ObjectiveDType<R>> {
  const settings = settingsOf('minimise', options)
  // The engine hands the objective what the types of this signature say.
  const made = engine({
    name: 'minimise',
    kind: 'objective',
    f: objective as unknown as ParametersFunction,
    optimiser,
    settings,
  })
  // The engine returns parameters that are built like the start.
  return {
    run: (start, ...data) => made.run(start, data) as never,
    runSync: (start, ...data) => made.runSync(start, data) as never,
  }
}

/**
 * Minimises a scalar function of a tree of parameters. It hands control back every few milliseconds, so that a page stays alive,
 * callbacks run and signals arrive.
 * @param objective a float scalar of the parameters, in traceable operations; it may capture tensors.
 * @param start where to begin: a ComponentArray, a tensor, or any tree of tensors of one float dtype.
 * @param optimiser `bfgs()`, `lbfgs()`, `trustRegion()` …; `lift(adam())` makes one of a rule.
 * @returns the best parameters found, built and named like the start, and why it stopped. Failure is told, not thrown.
 * @throws ArgumentError for options that are unknown, out of range, or that the optimiser cannot respect.
 * @example
 * import { square, sub, sum, tensor } from 'conformable'
 * import { bfgs, minimise } from 'conformable/optimisers'
 * const solution = await minimise((x) => sum(square(sub(x, 3))), tensor([0, 0], 'float64'), bfgs())
 * console.log(solution.parameters) // [3, 3]
 */
export function minimise<P, R>(
  objective: (parameters: NoInfer<P>) => ObjectiveOf<R>,
  start: P,
  optimiser: Optimiser,
  options: MinimiseOptions<NoInfer<P>> = {},
): Promise<Solution<P, ObjectiveDType<R>>> {
  return minimiser<P, [], R>(objective, optimiser, options).run(start)
}

/**
 * As `minimise`, at once: without a callback, a signal or a limit of time it is one call of compiled code. On the CPU only.
 * @throws ArgumentError as `minimise`.
 * @example
 * import { square, sub, sum, tensor } from 'conformable'
 * import { lbfgs, minimiseSync } from 'conformable/optimisers'
 * const { parameters, result } = minimiseSync((x) => sum(square(sub(x, 3))), tensor([0, 0], 'float64'), lbfgs())
 * console.log(parameters) // [3, 3]
 * console.log(result) // converged
 */
export function minimiseSync<P, R>(
  objective: (parameters: NoInfer<P>) => ObjectiveOf<R>,
  start: P,
  optimiser: Optimiser,
  options: MinimiseOptions<NoInfer<P>> = {},
): Solution<P, ObjectiveDType<R>> {
  return minimiser<P, [], R>(objective, optimiser, options).runSync(start)
}
