/**
 * Nelder and Mead's simplex: n + 1 points of which the worst is reflected at the others, farther if that is the best so far, less
 * far if it is bad; if nothing helps, all move towards the best. No gradient is needed. The factors depend on n, as Gao and Han
 * have it, without which it stalls in more than a few dimensions.
 *
 * Nelder and Mead (1965), Computer Journal 7; Gao and Han (2012), Implementing the Nelder-Mead simplex algorithm with adaptive
 * parameters, Comput. Optim. Appl. 51.
 */
import {
  abs,
  add,
  argsort,
  at,
  concat,
  cond,
  div,
  expandDims,
  eye,
  less,
  logicalAnd,
  logicalOr,
  max,
  maximum,
  isNaN as missing,
  mul,
  slice,
  sub,
  sum,
  take,
  vmap,
  where,
} from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Iterate, Matrix, Optimiser, Problem, Real, Vector } from '../../types/optimiser.ts'
import { status } from '../minimise/status.ts'
import { count, like, not } from '../vectors.ts'

/** Options of `nelderMead`. */
export interface NelderMeadOptions {
  /** The size of the first simplex as a share of max(1, |xᵢ|); 0.05 by default. */
  readonly size?: number
}

/** The state of `nelderMead`; its `gradientNorm` is the steepest slope within the simplex, or its width as a share of max(1, |x|∞) if that is larger. */
export interface NelderMeadState extends Iterate {
  /** The points, [n + 1, n], the best first. */
  readonly points: Matrix
  /** The objective there, [n + 1]. */
  readonly values: Vector
}

const optionsSchema = () => z.strictObject({ size: z._default(z.number().check(z.positive()), 0.05) })

/** Factors of reflection, expansion, contraction and shrinkage. */
interface Factors {
  readonly expand: number
  readonly contract: number
  readonly shrink: number
}

const factorsOf = (n: number): Factors =>
  n < 2
    ? { expand: 2, contract: 0.5, shrink: 0.5 }
    : { expand: 1 + 2 / n, contract: 0.75 - 1 / (2 * n), shrink: 1 - 1 / n }

/**
 * Nelder and Mead's simplex, for a handful of parameters of an objective without a useful gradient.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { abs, sub, sum, tensor } from 'conformable'
 * import { minimiseSync, nelderMead } from 'conformable/optimisers'
 * const solution = minimiseSync((x) => sum(abs(sub(x, 3))), tensor([0, 0], 'float64'), nelderMead(), { maxIterations: 200 })
 * console.log(solution.parameters) // [3, 3]
 */
export function nelderMead(options: NelderMeadOptions = {}): Optimiser<NelderMeadState> {
  const { size } = parseOptions('nelderMead', optionsSchema, options)
  return {
    name: 'nelderMead',
    monotone: true,
    init(problem, x) {
      const n = problem.size
      const reach = mul(maximum(abs(x), 1), size)
      const around = add(expandDims(x, 0), mul(eye(n, n, problem.dtype), expandDims(reach, 0)))
      const points = concat([expandDims(x, 0) as Matrix, around as Matrix], 0) as unknown as Matrix
      const values = valuesAt(problem, points)
      // the start stays first whatever the others are, so that an objective that is broken there is found out
      const ranked = cond(
        less(at(values, 0) as Real, Number.POSITIVE_INFINITY),
        () => sorted(points, values),
        () => ({ points, values }),
      )
      return stateOf(ranked.points, ranked.values, count(n + 1))
    },
    step: (problem, state) => moved(problem, state),
  }
}

/** Where the objective is NaN it is as bad as can be. */
const valueAt = (problem: Problem, x: Vector): Real => {
  const value = problem.value(x)
  return where(missing(value), Number.POSITIVE_INFINITY, value)
}

const valuesAt = (problem: Problem, points: Matrix): Vector =>
  vmap((x: Vector) => valueAt(problem, x))(points as never) as unknown as Vector

interface Simplex {
  readonly points: Matrix
  readonly values: Vector
}

/** The points in the order of their values. */
function sorted(points: Matrix, values: Vector): Simplex {
  const order = argsort(values)
  return { points: take(points, order) as Matrix, values: take(values, order) as Vector }
}

function stateOf(points: Matrix, values: Vector, evaluations: NelderMeadState['evaluations']): NelderMeadState {
  const [x, value] = [at(points, 0) as Vector, at(values, 0) as Real]
  const spread = sub(at(values, -1) as Real, value)
  const width = max(abs(sub(points, expandDims(x, 0)))) as Real
  const steepest = where(
    less(spread, Number.POSITIVE_INFINITY),
    div(spread, where(less(0, width), width, 1)),
    like(value, 1),
  )
  return {
    x,
    value,
    gradientNorm: maximum(steepest, div(width, maximum(max(abs(x)) as Real, 1))),
    evaluations,
    status: count(status.running),
    points,
    values,
  }
}

function moved(problem: Problem, { points, values, evaluations }: NelderMeadState): NelderMeadState {
  const n = problem.size
  const { expand, contract, shrink } = factorsOf(n)
  const worst = at(points, -1) as Vector
  const [lowest, secondHighest, highest] = [at(values, 0), at(values, -2), at(values, -1)] as [Real, Real, Real]
  const centre = div(sub(sum(points, 0) as Vector, worst), n)
  const along = (t: Real | number): Vector => add(centre, mul(sub(centre, worst), t))
  const reflected = along(1)
  const first = valueAt(problem, reflected)
  const best = less(first, lowest)
  const good = less(first, secondHighest)
  const better = less(first, highest)
  const factor = where(best, like(first, expand), where(better, like(first, contract), like(first, -contract)))
  const again = logicalOr(best, not(good))
  const other = along(factor)
  const second = cond(
    again,
    (x: Vector) => valueAt(problem, x),
    () => first,
    other,
  )
  const limit = where(best, first, where(better, first, highest))
  const useOther = logicalAnd(again, less(second, limit))
  const failed = logicalAnd(not(good), not(useOther))
  const newPoint = where(useOther, other, reflected)
  const newValue = where(useOther, second, first)
  const simplex = cond(
    failed,
    () => {
      const start = expandDims(at(points, 0) as Vector, 0)
      const closer = add(start, mul(sub(points, start), shrink)) as Matrix
      return sorted(closer, valuesAt(problem, closer))
    },
    () =>
      sorted(
        concat([slice(points, 0, 0, n), expandDims(newPoint, 0) as Matrix], 0) as unknown as Matrix,
        concat([slice(values, 0, 0, n), expandDims(newValue, 0) as Vector], 0) as unknown as Vector,
      ),
  )
  const made = where(failed, count(n + 3), where(again, count(2), count(1)))
  return stateOf(simplex.points, simplex.values, add(evaluations, made))
}
