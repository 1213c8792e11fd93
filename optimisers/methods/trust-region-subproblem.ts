/**
 * The step of a trust region: the minimum of the quadratic model m(p) = gᵀp + ½ pᵀB p among ‖p‖ ≤ Δ, more or less exactly.
 *
 * Nocedal and Wright (2006), Numerical Optimization, chapter 4; Moré and Sorensen (1983), Computing a trust region step;
 * Steihaug (1983), The conjugate gradient method and trust regions.
 */
import {
  abs,
  add,
  cholesky,
  choleskySolve,
  diagonal,
  div,
  equal,
  eye,
  isFinite as finiteIn,
  greater,
  less,
  lessEqual,
  logicalAnd,
  logicalOr,
  maximum,
  min,
  mul,
  neg,
  scalar,
  sqrt,
  square,
  sub,
  sum,
  triangularSolve,
  where,
  whileLoop,
  zerosLike,
} from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Matrix, Real, Vector } from '../../types/optimiser.ts'
import { type Count, choose, count, every, type Flag, inner, length, like, not, plus, roundingOf } from '../vectors.ts'

/** The quadratic model at a point. */
export interface QuadraticModel {
  readonly gradient: Vector
  /** B v. */
  product(v: Vector): Vector
  /** B; null if there are only products. */
  readonly matrix: Matrix | null
}

/** A step and the decrease −m(p) that the model predicts. */
export interface ModelStep {
  readonly step: Vector
  readonly predicted: Real
}

/** How the step is found. */
export interface Subproblem {
  readonly name: string
  /** Does it need B itself, not only products with it? */
  readonly dense: boolean
  solve(model: QuadraticModel, radius: Real): ModelStep
}

/** −m(p). */
const decrease = ({ gradient, product }: QuadraticModel, step: Vector): Real =>
  neg(add(inner(gradient, step), mul(inner(step, product(step)), 0.5)))

// ---- Steihaug

/** Options of `steihaug`. */
export interface SteihaugOptions {
  /** The residual is reduced to min(this, √‖g‖) · ‖g‖: Newton steps become exact as the gradient falls; 0.5 by default. */
  readonly forcing?: number
  /** Products with B; as many as there are parameters, and at most 200, by default. */
  readonly maxProducts?: number
}

const steihaugOptions = () =>
  z.strictObject({
    forcing: z._default(z.number().check(z.positive(), z.lt(1)), 0.5),
    maxProducts: z.optional(z.int().check(z.positive())),
  })

/**
 * Conjugate gradients that end at the border of the region, or follow a direction of negative curvature to it. Needs only products
 * with B.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { hessianProducts, steihaug, trustRegionOptimiser } from 'conformable/optimisers'
 * const optimiser = trustRegionOptimiser({ name: 'newtonCG', curvature: hessianProducts(), subproblem: steihaug() })
 */
export function steihaug(options: SteihaugOptions = {}): Subproblem {
  const { forcing, maxProducts } = parseOptions('steihaug', steihaugOptions, options)
  return {
    name: 'steihaug',
    dense: false,
    solve(model, radius) {
      const size = model.gradient.shape[0]
      const ended = truncated(model, radius, { forcing, maxProducts: maxProducts ?? Math.min(200, 2 * size) })
      // r = g + B p, so pᵀB p = pᵀ(r − g)
      const predicted = mul(add(inner(model.gradient, ended.step), inner(ended.residual, ended.step)), -0.5)
      return { step: ended.step, predicted }
    },
  }
}

/** State of conjugate gradients on B p = −g. */
interface Truncated {
  readonly step: Vector
  /** g + B p. */
  readonly residual: Vector
  readonly direction: Vector
  readonly square: Real
  readonly products: Count
  readonly done: Flag
}

/** Conjugate gradients within a radius, which may be infinite: then negative curvature ends them where they are. */
export function truncated(
  { gradient, product }: Pick<QuadraticModel, 'gradient' | 'product'>,
  radius: Real,
  { forcing, maxProducts }: { readonly forcing: number; readonly maxProducts: number },
): Truncated {
  const norm = length(gradient)
  const goal = square(mul(norm, where(less(sqrt(norm), forcing), sqrt(norm), forcing)))
  const first: Truncated = {
    step: zerosLike(gradient),
    residual: gradient,
    direction: neg(gradient),
    square: square(norm),
    products: count(0),
    done: equal(norm, 0),
  }
  return whileLoop(
    ({ done, products }: Truncated) => logicalAnd(not(done), less(products, maxProducts)),
    (state) => advanced(state, product(state.direction), radius, goal),
    first,
  )
}

function advanced(state: Truncated, curved: Vector, radius: Real, goal: Real): Truncated {
  const { step, residual, direction } = state
  const curvature = inner(direction, curved)
  const whole = div(state.square, curvature)
  const beyond = greater(sum(square(plus(step, direction, whole))), square(radius))
  const outward = logicalOr(lessEqual(curvature, 0), beyond)
  const border = toBorder(step, direction, radius)
  const factor = where(outward, where(finiteIn(border), border, 0), whole)
  const next = plus(residual, curved, factor)
  const size = inner(next, next)
  const beta = div(size, state.square)
  return {
    step: plus(step, direction, factor),
    residual: next,
    direction: plus(neg(next), direction, beta),
    square: size,
    products: add(state.products, 1),
    done: logicalOr(outward, lessEqual(size, goal)),
  }
}

/** The τ ≥ 0 with ‖p + τ d‖ = Δ. */
function toBorder(step: Vector, direction: Vector, radius: Real): Real {
  const [a, b] = [inner(direction, direction), inner(step, direction)]
  const c = sub(square(radius), inner(step, step))
  const root = sqrt(add(square(b), mul(a, c)))
  // of the two ways to write the root the one without cancellation
  return where(greater(b, 0), div(c, add(b, root)), div(sub(root, b), a))
}

// ---- dogleg

/**
 * The path from the minimum along the gradient to Newton's step, cut at the border. Where B is not positive definite, the gradient
 * alone.
 *
 * Powell (1970), A hybrid method for nonlinear equations; Nocedal and Wright (2006), section 4.1.
 * @example
 * import { dogleg, gaussNewtonCurvature, trustRegionOptimiser } from 'conformable/optimisers'
 * const optimiser = trustRegionOptimiser({ name: 'dogleg', curvature: gaussNewtonCurvature(), subproblem: dogleg() })
 */
export const dogleg = (): Subproblem => ({
  name: 'dogleg',
  dense: true,
  solve(model, radius) {
    const { gradient, product } = model
    const newton = neg(choleskySolve(requireMatrix(model), gradient))
    const definite = finiteIn(sum(newton))
    const curvature = inner(gradient, product(gradient))
    const norm = length(gradient)
    const bound = div(radius, norm)
    const share = where(greater(curvature, 0), div(square(norm), where(greater(curvature, 0), curvature, 1)), bound)
    const cauchy = mul(gradient, neg(where(less(share, bound), share, bound)))
    const rest = sub(newton, cauchy)
    const along = plus(cauchy, rest, toBorder(cauchy, rest, radius))
    const bent = where(lessEqual(length(newton), radius), newton, where(less(share, bound), along, cauchy))
    const step = where(definite, bent, cauchy)
    return { step, predicted: decrease(model, step) }
  },
})

// ---- nearly exact

/** State of the search for λ with ‖(B + λ I)⁻¹ g‖ = Δ. */
interface Search {
  readonly shift: Real
  readonly low: Real
  readonly high: Real
  readonly step: Vector
  readonly tries: Count
  readonly done: Flag
}

/** How exactly a step must reach the border, as a share of the radius; and how many factorisations it may take. */
const EXACTNESS = 0.1
const FACTORISATIONS = 40

/**
 * The minimum of the model by Newton's method for λ in (B + λ I) p = −g, ‖p‖ = Δ: a few Cholesky factorisations, for up to some
 * hundred parameters. B may be indefinite.
 * @example
 * import { exactHessian, nearlyExact, trustRegionOptimiser } from 'conformable/optimisers'
 * const optimiser = trustRegionOptimiser({ name: 'newton', curvature: exactHessian(), subproblem: nearlyExact() })
 */
export const nearlyExact = (): Subproblem => ({
  name: 'nearlyExact',
  dense: true,
  solve(model, radius) {
    const { gradient } = model
    const matrix = requireMatrix(model)
    const norm = sqrt(sum(square(matrix)))
    const reach = div(length(gradient), radius)
    const zero = like(norm, 0)
    const low = maximum(maximum(neg(min(diagonal(matrix)) as Real), sub(reach, norm)), 0)
    const first: Search = {
      shift: where(greater(min(diagonal(matrix)) as Real, 0), zero, add(low, mul(norm, 1e-3))),
      low,
      high: add(reach, norm),
      step: zerosLike(gradient),
      tries: count(0),
      done: scalar(false),
    }
    const { step } = whileLoop(
      ({ done, tries }: Search) => logicalAnd(not(done), less(tries, FACTORISATIONS)),
      (search) => refined(search, matrix, gradient, radius),
      first,
    )
    return { step, predicted: decrease(model, step) }
  },
})

function refined(search: Search, matrix: Matrix, gradient: Vector, radius: Real): Search {
  const { shift, low, high } = search
  const size = gradient.shape[0]
  const factor: Matrix = cholesky(add(matrix, mul(eye(size, size, matrix.dtype), shift) as Matrix))
  const half: Vector = triangularSolve(factor, neg(gradient))
  const step: Vector = triangularSolve(factor, half, { transpose: true })
  const definite = finiteIn(sum(step))
  const reached = length(step)
  const long = logicalOr(not(definite), greater(reached, radius))
  // above 0 once 0 was tried
  const tried = maximum(shift, mul(sqrt(sum(square(matrix))), roundingOf(gradient.dtype)))
  const [nextLow, nextHigh] = [where(long, maximum(low, tried), low), where(long, high, shift)]
  const bend: Vector = triangularSolve(factor, step)
  const newton = add(shift, mul(square(div(reached, length(bend))), div(sub(reached, radius), radius)))
  const inside = every(definite, greater(newton, nextLow), less(newton, nextHigh))
  const middle = maximum(sqrt(mul(nextLow, nextHigh)), add(nextLow, mul(sub(nextHigh, nextLow), 0.01)))
  const fits = logicalOr(
    logicalAnd(equal(shift, 0), lessEqual(reached, radius)),
    lessEqual(abs(sub(reached, radius)), mul(radius, EXACTNESS)),
  )
  const closed = lessEqual(sub(nextHigh, nextLow), mul(nextHigh, 1e-12))
  // a step inside the region is the best so far even if it does not reach the border: Newton's λ may lie below all that are allowed
  const kept = choose(not(long), { step }, { step: search.step })
  const interior = every(not(long), lessEqual(newton, 0), equal(nextLow, 0))
  return {
    shift: where(interior, like(shift, 0), where(inside, newton, middle)),
    low: nextLow,
    high: nextHigh,
    step: where(logicalAnd(definite, fits), step, kept.step),
    tries: add(search.tries, 1),
    done: logicalAnd(definite, logicalOr(fits, logicalAnd(closed, not(long)))),
  }
}

/** B, which dense subproblems are given. */
function requireMatrix({ matrix, gradient }: QuadraticModel): Matrix {
  if (matrix !== null) return matrix
  throw new Error(`A dense subproblem of ${gradient.shape[0]} parameters was given no matrix.`)
}
