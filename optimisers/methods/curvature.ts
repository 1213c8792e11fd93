/** What the matrix B of a trust region is: the Hessian, products with it, Gauss-Newton's JᵀJ, or a quasi-Newton approximation. */
import {
  abs,
  add,
  div,
  expandDims,
  eye,
  greater,
  inverse,
  matmul,
  mul,
  sub,
  transpose,
  where,
} from '../../src/index.ts'
import type { Matrix, Problem, Vector } from '../../types/optimiser.ts'
import { inner, length, roundingOf } from '../vectors.ts'
import type { Curvature } from './trust-region.ts'

/** A curvature that is a matrix. */
export interface DenseCurvature {
  readonly matrix: Matrix
}

const dense = {
  product: (_: Problem, { matrix }: DenseCurvature, __: unknown, v: Vector): Vector => matmul(matrix, v),
  matrix: ({ matrix }: DenseCurvature): Matrix => matrix,
}

/**
 * The Hessian, n gradients at each new point.
 * @example
 * import { exactHessian, nearlyExact, trustRegionOptimiser } from 'conformable/optimisers'
 * const newton = trustRegionOptimiser({ name: 'newton', curvature: exactHessian(), subproblem: nearlyExact() })
 */
export const exactHessian = (): Curvature<DenseCurvature> => ({
  name: 'exactHessian',
  ...dense,
  init: (problem, { x }) => ({ matrix: problem.hessian(x) }),
  next: (problem, _, __, { x }) => ({ matrix: problem.hessian(x) }),
  inverse: ({ matrix }) => inverse(matrix) as Matrix,
})

/**
 * Products with the Hessian, about two gradients each, and no matrix: for many parameters.
 * @example
 * import { hessianProducts, steihaug, trustRegionOptimiser } from 'conformable/optimisers'
 * const newtonCG = trustRegionOptimiser({ name: 'newtonCG', curvature: hessianProducts(), subproblem: steihaug() })
 */
export const hessianProducts = (): Curvature<object> => ({
  name: 'hessianProducts',
  init: () => ({}),
  next: () => ({}),
  product: (problem, _, { x }, v) => problem.hessianProduct(x, v),
})

/**
 * Gauss and Newton's JᵀJ of a least-squares problem: the Hessian without the residuals' own curvature.
 * @example
 * import { gaussNewtonCurvature, steihaug, trustRegionOptimiser } from 'conformable/optimisers'
 * const optimiser = trustRegionOptimiser({ name: 'gn', curvature: gaussNewtonCurvature(), subproblem: steihaug() })
 */
export const gaussNewtonCurvature = (): Curvature<DenseCurvature> => ({
  name: 'gaussNewtonCurvature',
  needs: ['residuals'],
  ...dense,
  init: (problem, { x }) => ({ matrix: normalMatrix(problem, x) }),
  next: (problem, _, __, { x }) => ({ matrix: normalMatrix(problem, x) }),
  inverse: ({ matrix }) => inverse(matrix) as Matrix,
})

/** JᵀJ at x. */
function normalMatrix(problem: Problem, x: Vector): Matrix {
  const [, jacobian] = problem.residuals!.valueAndJacobian(x) // `needs` says that there are residuals
  return matmul(transpose(jacobian) as Matrix, jacobian)
}

/**
 * The symmetric rank-one approximation from gradients alone; it may be indefinite, as the Hessian may. With v = y − B s:
 * B ← B + v vᵀ / vᵀs, unless vᵀs is lost in rounding.
 *
 * Nocedal and Wright (2006), Numerical Optimization, (6.24) and (6.26).
 * @example
 * import { nearlyExact, symmetricRankOne, trustRegionOptimiser } from 'conformable/optimisers'
 * const sr1 = trustRegionOptimiser({ name: 'sr1', curvature: symmetricRankOne(), subproblem: nearlyExact() })
 */
export const symmetricRankOne = (): Curvature<DenseCurvature> => ({
  name: 'symmetricRankOne',
  ...dense,
  init: ({ size, dtype }) => ({ matrix: eye(size, size, dtype) }),
  next(_, { matrix }, from, to) {
    const s = sub(to.x, from.x)
    const v = sub(sub(to.gradient, from.gradient), matmul(matrix, s))
    const vs = inner(v, s)
    const sound = greater(abs(vs), mul(mul(length(s), length(v)), Math.sqrt(roundingOf(s.dtype))))
    const outer = mul(expandDims(v, 1), expandDims(v, 0)) as Matrix
    return { matrix: where(sound, add(matrix, mul(outer, div(1, where(sound, vs, 1)))), matrix) }
  },
})
