/** BFGS and DFP: quasi-Newton methods with a dense inverse Hessian. */
import { parseOptions, z } from '../../src/options.ts'
import type { Optimiser } from '../../types/optimiser.ts'
import type { LineSearch } from '../line-searches/line-search.ts'
import { strongWolfe } from '../line-searches/wolfe.ts'
import { type LineSearchState, lineSearchOptimiser } from './line-search-optimiser.ts'
import { type QuasiNewtonState, quasiNewton } from './quasi-newton.ts'

/** Options of `bfgs` and `dfp`. */
export interface BfgsOptions {
  /** `strongWolfe()` by default. */
  readonly lineSearch?: LineSearch
}

/** A line search, as an option. */
export const lineSearchSchema = (fallback: () => LineSearch) =>
  z.prefault(
    z.custom<LineSearch>((x) => typeof x === 'object' && x !== null && 'next' in x, {
      error: () => 'must be a line search, such as strongWolfe()',
    }),
    fallback,
  )

const optionsSchema = () => z.strictObject({ lineSearch: lineSearchSchema(() => strongWolfe()) })

/**
 * BFGS: the method of choice for smooth objectives of up to a few thousand parameters.
 *
 * Broyden, Fletcher, Goldfarb, Shanno (1970); Nocedal and Wright (2006), Numerical Optimization, chapter 6.
 * @throws ArgumentError for options that are unknown.
 * @example
 * import { add, at, mul, square, sub, tensor, type Tensor } from 'conformable'
 * import { bfgs, minimiseSync } from 'conformable/optimisers'
 * const rosenbrock = (x: Tensor<readonly [2], 'float64'>) =>
 *   add(mul(square(sub(at(x, 1), square(at(x, 0)))), 100), square(sub(1, at(x, 0))))
 * console.log(minimiseSync(rosenbrock, tensor([-1.2, 1], 'float64'), bfgs()).parameters) // [1, 1]
 */
export function bfgs(options: BfgsOptions = {}): Optimiser<LineSearchState<QuasiNewtonState>> {
  const { lineSearch } = parseOptions('bfgs', optionsSchema, options)
  return lineSearchOptimiser({ name: 'bfgs', direction: quasiNewton(), lineSearch })
}

/**
 * DFP, the elder sister of BFGS: slower to forget a bad start.
 *
 * Davidon (1959), Fletcher and Powell (1963); Nocedal and Wright (2006), (6.15).
 * @throws ArgumentError for options that are unknown.
 * @example
 * import { square, sum, tensor } from 'conformable'
 * import { dfp, minimiseSync } from 'conformable/optimisers'
 * console.log(minimiseSync((x) => sum(square(x)), tensor([3, 4]), dfp()).result) // converged
 */
export function dfp(options: BfgsOptions = {}): Optimiser<LineSearchState<QuasiNewtonState>> {
  const { lineSearch } = parseOptions('dfp', optionsSchema, options)
  return lineSearchOptimiser({ name: 'dfp', direction: quasiNewton({ formula: 'dfp' }), lineSearch })
}
