/**
 * The minimum as a differentiable function of data. At x* = argmin f(x, θ) the gradient is zero, and stays zero as θ moves; hence
 *
 *     θ̄ = −(∂²f / ∂θ ∂x)ᵀ u        with        (∂²f / ∂x²) u = x̄
 *
 * whatever way the optimiser took: nothing of its iterations is kept. The system is solved by conjugate gradients, with products
 * alone.
 *
 * Griewank and Walther (2008), Evaluating Derivatives, chapter 15; Blondel et al. (2022), Efficient and modular implicit
 * differentiation, arXiv:2105.15183.
 */
import { ArgumentError, customVjp, gradAll, mapTree, neg, zerosLike } from '../../src/index.ts'
import type { ObjectiveOf, Optimiser, Vector } from '../../types/optimiser.ts'
import { truncated } from '../methods/trust-region-subproblem.ts'
import { count, inner, like } from '../vectors.ts'
import { type MinimiseOptions, settingsOf } from './options.ts'
import { arrange, type ParametersFunction, problemOf } from './problem.ts'
import { begin, outcomeOf, proceed, type Run } from './program.ts'

/** How exactly the adjoint system is solved, and with how many products for each parameter at most. */
const EXACTNESS = 1e-12
const PRODUCTS = 10

/**
 * The parameters at the minimum as a function of start and data, to be used inside other functions: it can be compiled, and
 * differentiated in reverse mode by the data (not by the start, on which a minimum does not depend). It is right as far as the
 * optimiser has converged, so ask for a small `gradientTolerance`; the Hessian at the minimum must be positive definite.
 * @param objective a scalar of the parameters and of data; what it captures is constant.
 * @param options those of `minimise` that say when to stop.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { grad, mul, scalar, square, sub, type Scalar } from 'conformable'
 * import { argmin, bfgs } from 'conformable/optimisers'
 * const nearest = argmin((x: Scalar, goal: Scalar) => square(sub(x, mul(goal, 3))), bfgs())
 * console.log(grad((goal: Scalar) => nearest(scalar(0), goal))(scalar(2))) // 3
 */
export function argmin<P, const Data extends readonly unknown[], R>(
  objective: (parameters: P, ...data: Data) => ObjectiveOf<R, 'argmin'>,
  optimiser: Optimiser,
  options: Pick<
    MinimiseOptions<P>,
    'gradientTolerance' | 'stepTolerance' | 'objectiveTolerance' | 'maxIterations' | 'maxEvaluations'
  > = {},
): (start: P, ...data: Data) => P {
  requireEndings(options)
  const settings = settingsOf('argmin', options)
  const f = objective as unknown as ParametersFunction // it is handed what this signature says
  const runOf = (parameters: unknown, data: readonly unknown[]): Run => {
    const arrangement = arrange('argmin', parameters)
    const conditions = {}
    const parts = { arrangement, constants: arrangement.constants, data, kind: 'objective', f, conditions } as const
    return { problem: problemOf(parts), optimiser, settings }
  }
  const solve = (start: unknown, ...data: readonly unknown[]): object => {
    const run = runOf(start, data)
    const carry = begin(run, run.problem.toVector(start))
    return outcomeOf(run, proceed(run, carry, count(settings.maxIterations))).parameters as object
  }
  const remember = (start: unknown, ...data: readonly unknown[]) => {
    const minimum = solve(start, ...data)
    return [minimum, { minimum, start, data }] as const
  }
  type Kept = ReturnType<typeof remember>[1]
  const pull = ({ minimum, start, data }: Kept, cotangent: object): unknown[] => {
    const { problem } = runOf(minimum, data)
    const x = problem.toVector(minimum)
    const product = (v: Vector): Vector => problem.hessianProduct(x, v)
    const seed = problem.toVector(cotangent)
    const far = like(inner(seed, seed), Number.POSITIVE_INFINITY)
    const limits = { forcing: EXACTNESS, maxProducts: PRODUCTS * problem.size }
    const adjoint = truncated({ gradient: neg(seed), product }, far, limits).step
    // ⟨∇f(x, θ), u⟩ as a function of θ
    const along = (...moved: unknown[]) => neg(inner(gradientOf(runOf(minimum, moved), x), adjoint))
    const positions = data.map((_, i) => i)
    const cotangents = data.length === 0 ? [] : gradAll(along as never, positions as never)(...(data as never[]))
    return [mapTree((leaf) => zerosLike(leaf), start), ...(cotangents as unknown[])]
  }
  return customVjp(solve as never, remember as never, pull as never) as never // the types of this signature
}

/** The options that say when to stop. */
const endings: readonly string[] = [
  'gradientTolerance',
  'stepTolerance',
  'objectiveTolerance',
  'maxIterations',
  'maxEvaluations',
]

/** Nobody can be called back from inside another function, and the adjoint knows no constraints. */
function requireEndings(options: object): void {
  const other = Object.keys(options).find((name) => !endings.includes(name))
  if (other === undefined) return
  throw new ArgumentError(`argmin: it does not take '${other}'; it takes ${endings.join(', ')}.`)
}

const gradientOf = ({ problem }: Run, x: Vector): Vector => problem.valueAndGradient(x)[1]
