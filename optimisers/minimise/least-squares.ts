/** `leastSquares`: residuals instead of an objective, so that optimisers can use their Jacobian, and the fit has a covariance. */
import { inverse, jit, keep, matmul, mul, square, sum, transpose } from '../../src/index.ts'
import type { FloatDType } from '../../types/dtype.ts'
import type { Matrix, Optimiser, ResidualsOf, Solution } from '../../types/optimiser.ts'
import type { AnyTensor, DTypeOf } from '../../types/tensor.ts'
import type { Outer } from '../../types/transforms.ts'
import { type MinimiseOptions, settingsOf } from './options.ts'
import { arrange, type ParametersFunction, problemOf } from './problem.ts'
import { blocksOf, engine } from './run.ts'

/** What `leastSquares` answers; its `objective` is ½ ‖r‖². */
export interface LeastSquaresSolution<P, D extends FloatDType = FloatDType> extends Solution<P, D> {
  /**
   * σ² (JᵀJ)⁻¹ with σ² = ‖r‖² / (m − n), the covariance of the parameters if all residuals have the same variance; blocks by name, as
   * `hessian` gives them. Made when it is asked for. Infinite or NaN where the residuals do not tell all parameters apart.
   */
  readonly covariance: Outer<P, P, D>
}

/** Residuals: a tensor of any shape, or a list of them. */
type Residual = AnyTensor | readonly AnyTensor[]

type ResidualDType<R> = R extends readonly (infer T)[] ? DTypeOf<T> & FloatDType : DTypeOf<R> & FloatDType

/**
 * Minimises ½ ‖r(p)‖². As `minimise`, of which it takes every optimiser and option; those that use the Jacobian of the residuals
 * (`levenbergMarquardt()`, `gaussNewton()`) need much fewer evaluations.
 * @param residuals a tensor of residuals, or a list of tensors.
 * @returns as `minimise`, and the covariance of the parameters.
 * @throws ArgumentError for options that are unknown, out of range, or that the optimiser cannot respect.
 * @example
 * import { sub, tensor } from 'conformable'
 * import { leastSquares, levenbergMarquardt } from 'conformable/optimisers'
 * const solution = await leastSquares((x) => sub(x, tensor([1, 2], 'float64')), tensor([0, 0], 'float64'), levenbergMarquardt())
 * console.log(solution.parameters) // [1, 2]
 */
export async function leastSquares<P, R extends Residual>(
  residuals: (parameters: NoInfer<P>) => ResidualsOf<R>,
  start: P,
  optimiser: Optimiser,
  options: MinimiseOptions<NoInfer<P>> = {},
): Promise<LeastSquaresSolution<P, ResidualDType<R>>> {
  const made = fitting(residuals, optimiser, options)
  return made.completed(await made.engine.run(start, [])) as never // parameters are built like the start
}

/**
 * As `leastSquares`, at once. On the CPU only.
 * @throws ArgumentError as `leastSquares`.
 * @example
 * import { sub, tensor } from 'conformable'
 * import { leastSquaresSync, levenbergMarquardt } from 'conformable/optimisers'
 * const { covariance } = leastSquaresSync((x) => sub(x, tensor([[1, 2], [3, 2]], 'float64')), tensor([0, 0], 'float64'), levenbergMarquardt())
 * console.log(covariance) // [[0.5, 0], [0, 0.5]]
 */
export function leastSquaresSync<P, R extends Residual>(
  residuals: (parameters: NoInfer<P>) => ResidualsOf<R>,
  start: P,
  optimiser: Optimiser,
  options: MinimiseOptions<NoInfer<P>> = {},
): LeastSquaresSolution<P, ResidualDType<R>> {
  const made = fitting(residuals, optimiser, options)
  return made.completed(made.engine.runSync(start, [])) as never // parameters are built like the start
}

function fitting<P>(residuals: (parameters: P) => unknown, optimiser: Optimiser, options: MinimiseOptions<P>) {
  const settings = settingsOf('leastSquares', options)
  const f = residuals as ParametersFunction
  const covarianceAt = jit((parameters: unknown): Matrix => {
    const arrangement = arrange('leastSquares', parameters)
    const problem = problemOf({
      arrangement,
      constants: arrangement.constants,
      data: [],
      kind: 'residuals',
      f,
      conditions: {},
    })
    const [r, jacobian] = problem.residuals!.valueAndJacobian(arrangement.toVector(parameters)) // its kind says that there are
    const variance = mul(sum(square(r)), 1 / (r.shape[0] - arrangement.size))
    return mul(inverse(matmul(transpose(jacobian) as Matrix, jacobian)), variance) as Matrix
  })
  const completed = (solution: Solution<unknown>): object => {
    let blocks: unknown
    return Object.defineProperty(solution, 'covariance', {
      enumerable: true,
      get() {
        blocks ??= keep(blocksOf('leastSquares', covarianceAt(solution.parameters), solution.parameters))
        return blocks
      },
    })
  }
  return { engine: engine({ name: 'leastSquares', kind: 'residuals', f, optimiser, settings }), completed }
}
