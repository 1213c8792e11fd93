/**
 * Quasi-Newton directions d = −H g with a dense approximation H to the inverse of the Hessian. With s = x⁺ − x, y = g⁺ − g, u = H y:
 *
 *     BFGS   H⁺ = H + (1 + yᵀu / sᵀy) s sᵀ / sᵀy − (s uᵀ + u sᵀ) / sᵀy
 *     DFP    H⁺ = H + s sᵀ / sᵀy − u uᵀ / yᵀu
 *
 * Before the first update H = I is scaled by sᵀy / yᵀy. Since H g = −d is known, u = H g⁺ + d, and H⁺ g⁺ follows from H g⁺: one
 * product with the matrix and one pass over it in each iteration.
 *
 * Nocedal and Wright (2006), Numerical Optimization, (6.15), (6.17) and (6.20).
 */
import {
  ArgumentError,
  add,
  div,
  expandDims,
  eye,
  greater,
  matmul,
  mul,
  neg,
  scalar,
  sub,
  where,
} from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { FloatDType } from '../../types/dtype.ts'
import type { Matrix, Real, Vector } from '../../types/optimiser.ts'
import { choose, type Flag, inner, length, like, plus, roundingOf } from '../vectors.ts'
import type { Direction, DirectionState, Move } from './line-search-optimiser.ts'
import { shortStep } from './line-search-optimiser.ts'

/** Options of `quasiNewton`. */
export interface QuasiNewtonOptions {
  /** How H is brought up to date; 'bfgs' by default. */
  readonly formula?: 'bfgs' | 'dfp'
}

/** What a quasi-Newton direction remembers. */
export interface QuasiNewtonState extends DirectionState {
  readonly inverse: Matrix
  /** Is it still the identity? */
  readonly fresh: Flag
}

const optionsSchema = () => z.strictObject({ formula: z._default(z.enum(['bfgs', 'dfp']), 'bfgs') })

/** H⁺ = H + a s sᵀ + b (s uᵀ + u sᵀ) + c u uᵀ. */
interface Coefficients {
  readonly a: Real
  readonly b: Real
  readonly c: Real
}

const formulas: Record<'bfgs' | 'dfp', (sy: Real, yu: Real) => Coefficients> = {
  bfgs: (sy, yu) => ({ a: div(add(1, div(yu, sy)), sy), b: div(-1, sy), c: like(sy, 0) }),
  dfp: (sy, yu) => ({ a: div(1, sy), b: like(sy, 0), c: div(-1, yu) }),
}

/**
 * The quasi-Newton direction with a dense inverse Hessian, n² numbers. A step without positive curvature sᵀy leaves it as it is.
 * @throws ArgumentError for options that are unknown.
 * @example
 * import { lineSearchOptimiser, quasiNewton, strongWolfe } from 'conformable/optimisers'
 * const bfgs = lineSearchOptimiser({ name: 'bfgs', direction: quasiNewton(), lineSearch: strongWolfe() })
 */
export function quasiNewton(options: QuasiNewtonOptions = {}): Direction<QuasiNewtonState> {
  const { formula } = parseOptions('quasiNewton', optionsSchema, options)
  return {
    name: formula,
    init({ size, dtype }, { gradient }) {
      requireRoom(formula, size, dtype)
      const inverse = eye(size, size, dtype)
      return { direction: neg(gradient), guess: shortStep(gradient), inverse, fresh: scalar(true) }
    },
    next: (_, state, move) => updated(formulas[formula], state, move),
    inverseHessian: ({ inverse }) => inverse,
  }
}

/** Bytes of the largest matrix that is kept. */
const ROOM = 2 ** 30

function requireRoom(name: string, size: number, dtype: FloatDType): void {
  const bytes = size * size * (dtype === 'float64' ? 8 : 4)
  if (bytes <= ROOM) return
  throw new ArgumentError(
    `${name}: the inverse Hessian of ${size} parameters would take ${(bytes / 1e9).toFixed(1)} GB; lbfgs() keeps none.`,
  )
}

function updated(
  formula: (sy: Real, yu: Real) => Coefficients,
  { direction, inverse, fresh }: QuasiNewtonState,
  { from, to }: Move,
): QuasiNewtonState {
  const s = sub(to.x, from.x)
  const y = sub(to.gradient, from.gradient)
  const sy = inner(s, y)
  const curved = greater(sy, mul(mul(length(s), length(y)), roundingOf(s.dtype)))
  const scale = where(fresh, div(sy, inner(y, y)), 1)
  const raw: Vector = matmul(inverse, to.gradient)
  const product = mul(raw, scale)
  const u = add(product, mul(direction, scale))
  const { a, b, c } = formula(sy, inner(y, u))
  const [p, q] = [add(mul(s, a), mul(u, b)), add(mul(s, b), mul(u, c))]
  const next = add(mul(inverse, scale), add(outerProduct(s, p), outerProduct(u, q)))
  const ahead = plus(plus(product, s, inner(p, to.gradient)), u, inner(q, to.gradient))
  return choose(
    curved,
    { direction: neg(ahead), guess: like(sy, 1), inverse: next, fresh: scalar(false) },
    { direction: neg(raw), guess: like(sy, 1), inverse, fresh },
  )
}

/** a bᵀ, written as a broadcast product, so that it joins the pass over the matrix. */
const outerProduct = (a: Vector, b: Vector): Matrix => mul(expandDims(a, 1), expandDims(b, 0))
