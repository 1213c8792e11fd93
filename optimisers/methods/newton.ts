/** Newton's methods: by a trust region or a line search, with the Hessian or with products alone; and for sums of squares. */
import {
  add,
  choleskySolve,
  diagonal,
  eye,
  isFinite as finiteIn,
  less,
  logicalAnd,
  maximum,
  min,
  mul,
  neg,
  sqrt,
  square,
  sub,
  sum,
  where,
  whileLoop,
} from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Matrix, Optimiser, Real, Vector } from '../../types/optimiser.ts'
import type { LineSearch, Point } from '../line-searches/line-search.ts'
import { strongWolfe } from '../line-searches/wolfe.ts'
import { type Count, count, like, not } from '../vectors.ts'
import { lineSearchSchema } from './bfgs.ts'
import { type DenseCurvature, exactHessian, gaussNewtonCurvature } from './curvature.ts'
import {
  type Direction,
  type DirectionState,
  type LineSearchState,
  lineSearchOptimiser,
} from './line-search-optimiser.ts'
import { type Curvature, type TrustRegionState, trustRegionOptimiser } from './trust-region.ts'
import { nearlyExact, type Subproblem, truncated } from './trust-region-subproblem.ts'

/** Options of `newton`, `newtonCG` and `gaussNewton`. */
export interface NewtonOptions {
  /** `strongWolfe()` by default. */
  readonly lineSearch?: LineSearch
}

/** Options of `trustRegion`; S is what the curvature remembers. */
export interface TrustRegionOptions<S extends object = DenseCurvature> {
  /** What B is: `exactHessian()` by default. */
  readonly curvature?: Curvature<S>
  /** How the step is found: `nearlyExact()` by default. */
  readonly subproblem?: Subproblem
  /** D: 'diagonal' by default, the largest √|B_ii| so far, so that the unit of no parameter matters; without a matrix 1. */
  readonly scaling?: 'none' | 'diagonal'
  /** The first Δ as a multiple of ‖D x‖ (of 1, if x = 0); 1 by default. */
  readonly radius?: number
}

/** Options of `levenbergMarquardt`. */
export interface LevenbergMarquardtOptions {
  /** How the step is found: `nearlyExact()` by default, which is Levenberg and Marquardt's; `dogleg()` is Powell's. */
  readonly subproblem?: Subproblem
  /** D: 'diagonal' by default, the largest column norms of J so far, so that the unit of no parameter matters. */
  readonly scaling?: 'none' | 'diagonal'
  /** The first Δ as a multiple of ‖D x‖ (of 1, if x = 0); 100 by default. */
  readonly radius?: number
}

const record = <T>(key: string, sentence: string, fallback: () => T) =>
  z.prefault(
    z.custom<T>((x) => typeof x === 'object' && x !== null && key in x, { error: () => sentence }),
    fallback as never,
  )
const subproblemSchema = () => record<Subproblem>('solve', 'must be a subproblem, such as steihaug()', nearlyExact)
const curvatureSchema = () =>
  record<Curvature<object>>('product', 'must be a curvature, such as exactHessian()', exactHessian)
const scalingSchema = () => z.enum(['none', 'diagonal'])
const radiusSchema = () => z.number().check(z.positive())
const newtonOptions = () => z.strictObject({ lineSearch: lineSearchSchema(() => strongWolfe()) })
const trustRegionOptions = () =>
  z.strictObject({
    curvature: curvatureSchema(),
    subproblem: subproblemSchema(),
    scaling: z._default(scalingSchema(), 'diagonal'),
    radius: z._default(radiusSchema(), 1),
  })
const marquardtOptions = () =>
  z.strictObject({
    subproblem: subproblemSchema(),
    scaling: z._default(scalingSchema(), 'diagonal'),
    radius: z._default(radiusSchema(), 100),
  })

/**
 * Newton's method within a trust region: few iterations, each with a Hessian and a few factorisations, and sure of its way where the
 * Hessian is indefinite. With `hessianProducts()` and `steihaug()` it needs no matrix.
 *
 * Conn, Gould and Toint (2000), Trust-Region Methods.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { square, sub, sum, tensor } from 'conformable'
 * import { hessianProducts, minimiseSync, steihaug, trustRegion } from 'conformable/optimisers'
 * const optimiser = trustRegion({ curvature: hessianProducts(), subproblem: steihaug() })
 * console.log(minimiseSync((x) => sum(square(sub(x, 3))), tensor([0, 0], 'float64'), optimiser).parameters) // [3, 3]
 */
export function trustRegion<S extends object = DenseCurvature>(
  options: TrustRegionOptions<S> = {},
): Optimiser<TrustRegionState<S>> {
  const { curvature, ...parts } = parseOptions('trustRegion', trustRegionOptions, options)
  // The curvature is that of the options, or the default one, whose memory is the default S.
  return trustRegionOptimiser({ name: 'trustRegion', curvature: curvature as Curvature<S>, ...parts })
}

/**
 * Levenberg and Marquardt's method: the choice for fitting curves, with up to some hundred parameters.
 *
 * Moré (1978), The Levenberg-Marquardt algorithm: implementation and theory.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { exp, fromTypedArray, mul, sub, tensor, type Tensor } from 'conformable'
 * import { leastSquaresSync, levenbergMarquardt } from 'conformable/optimisers'
 * const t = tensor([0, 1, 2], 'float64')
 * const y = tensor([2, 1, 0.5], 'float64')
 * type P = { scale: Tensor<readonly [], 'float64'>; rate: Tensor<readonly [], 'float64'> }
 * const residuals = ({ scale, rate }: P) => sub(mul(exp(mul(t, rate)), scale), y)
 * const start = { scale: tensor(1, 'float64'), rate: tensor(0, 'float64') }
 * console.log(leastSquaresSync(residuals, start, levenbergMarquardt()).parameters.scale) // 2
 */
export function levenbergMarquardt(
  options: LevenbergMarquardtOptions = {},
): Optimiser<TrustRegionState<DenseCurvature>> {
  const parts = parseOptions('levenbergMarquardt', marquardtOptions, options)
  return trustRegionOptimiser({ name: 'levenbergMarquardt', curvature: gaussNewtonCurvature(), ...parts })
}

/**
 * Newton's method with a line search: d = −(B + τ I)⁻¹ g with the first τ ≥ 0 that makes the matrix positive definite.
 *
 * Nocedal and Wright (2006), Numerical Optimization, algorithm 3.3.
 * @throws ArgumentError for options that are unknown.
 * @example
 * import { square, sub, sum, tensor } from 'conformable'
 * import { minimiseSync, newton } from 'conformable/optimisers'
 * console.log(minimiseSync((x) => sum(square(sub(x, 3))), tensor([0, 0], 'float64'), newton()).parameters) // [3, 3]
 */
export function newton(options: NewtonOptions = {}): Optimiser<LineSearchState<DirectionState>> {
  const { lineSearch } = parseOptions('newton', newtonOptions, options)
  const direction = pointwise('newton', (problem, { x, gradient }) => definiteSolve(problem.hessian(x), gradient))
  return lineSearchOptimiser({ name: 'newton', direction, lineSearch })
}

/**
 * Newton's method without a matrix: conjugate gradients on B d = −g, as exact as the gradient is small, until they meet negative
 * curvature.
 *
 * Nocedal and Wright (2006), Numerical Optimization, algorithm 7.1.
 * @throws ArgumentError for options that are unknown.
 * @example
 * import { square, sub, sum, tensor } from 'conformable'
 * import { minimiseSync, newtonCG } from 'conformable/optimisers'
 * console.log(minimiseSync((x) => sum(square(sub(x, 3))), tensor([0, 0], 'float64'), newtonCG()).parameters) // [3, 3]
 */
export function newtonCG(options: NewtonOptions = {}): Optimiser<LineSearchState<DirectionState>> {
  const { lineSearch } = parseOptions('newtonCG', newtonOptions, options)
  const direction = pointwise('newtonCG', (problem, { x, value, gradient }) => {
    const product = (v: Vector): Vector => problem.hessianProduct(x, v)
    const limits = { forcing: 0.5, maxProducts: Math.min(200, 2 * problem.size) }
    return truncated({ gradient, product }, like(value, Number.POSITIVE_INFINITY), limits).step
  })
  return lineSearchOptimiser({ name: 'newtonCG', direction, lineSearch })
}

/**
 * Gauss and Newton's method with a line search: d = −(JᵀJ)⁻¹ Jᵀr, for residuals that are small or nearly linear. Where JᵀJ is
 * singular it goes down the gradient.
 * @throws ArgumentError for options that are unknown.
 * @example
 * import { sub, tensor } from 'conformable'
 * import { gaussNewton, leastSquaresSync } from 'conformable/optimisers'
 * console.log(leastSquaresSync((x) => sub(x, 3), tensor([0, 0], 'float64'), gaussNewton()).parameters) // [3, 3]
 */
export function gaussNewton(options: NewtonOptions = {}): Optimiser<LineSearchState<DirectionState>> {
  const { lineSearch } = parseOptions('gaussNewton', newtonOptions, options)
  const curvature = gaussNewtonCurvature()
  const direction = pointwise('gaussNewton', (problem, point) =>
    neg(choleskySolve(curvature.init(problem, point).matrix, point.gradient)),
  )
  return { ...lineSearchOptimiser({ name: 'gaussNewton', direction, lineSearch }), needs: ['residuals'] }
}

/** A direction that follows from the point alone; its natural step is 1. */
function pointwise(
  name: string,
  directionAt: (problem: Parameters<Direction['init']>[0], point: Point) => Vector,
): Direction {
  const at: Direction['init'] = (problem, point) => ({
    direction: directionAt(problem, point),
    guess: like(point.value, 1),
  })
  return { name, init: at, next: (problem, _, { to }) => at(problem, to) }
}

/** The first shift, and the least one, as a share of the matrix. */
const SHIFT = 1e-3

/** −(B + τ I)⁻¹ g with a τ that makes the matrix positive definite. */
function definiteSolve(matrix: Matrix, gradient: Vector): Vector {
  const size = gradient.shape[0]
  const least = mul(sqrt(sum(square(matrix))), SHIFT)
  const lowest = min(diagonal(matrix)) as Real
  const identity = eye(size, size, matrix.dtype)
  const solved = (shift: Real): Vector => neg(choleskySolve(add(matrix, mul(identity, shift)) as Matrix, gradient))
  const first = where(less(lowest, 0), sub(least, lowest), 0)
  type Shifted = { readonly shift: Real; readonly direction: Vector; readonly tries: Count }
  return whileLoop(
    ({ direction, tries }: Shifted) => logicalAnd(not(finiteIn(sum(direction))), less(tries, 60)),
    ({ shift, tries }) => {
      const next = maximum(mul(shift, 2), least)
      return { shift: next, direction: solved(next), tries: add(tries, 1) }
    },
    { shift: first, direction: solved(first), tries: count(0) },
  ).direction
}
