/**
 * L-BFGS: BFGS that remembers the last m steps s = x⁺ − x and changes y = g⁺ − g instead of a matrix. Its direction −H g is found by
 * two loops over them, from H₀ = γ I with γ = sᵀy / yᵀy of the last step.
 *
 * Nocedal (1980), Updating quasi-Newton matrices with limited storage; Nocedal and Wright (2006), algorithm 7.4.
 */
import { concat, div, expandDims, full, greater, mul, neg, scan, slice, sub } from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Matrix, Optimiser, Real, Vector } from '../../types/optimiser.ts'
import type { LineSearch } from '../line-searches/line-search.ts'
import { strongWolfe } from '../line-searches/wolfe.ts'
import { choose, inner, length, like, plus, roundingOf } from '../vectors.ts'
import { lineSearchSchema } from './bfgs.ts'
import {
  type Direction,
  type DirectionState,
  type LineSearchState,
  lineSearchOptimiser,
  type Move,
  shortStep,
} from './line-search-optimiser.ts'

/** Options of `limitedMemory`. */
export interface LimitedMemoryOptions {
  /** m, the steps that are remembered; 10 by default. */
  readonly memory?: number
}

/** Options of `lbfgs`. */
export interface LbfgsOptions extends LimitedMemoryOptions {
  /** `strongWolfe()` by default. */
  readonly lineSearch?: LineSearch
}

/** What L-BFGS remembers, the oldest first; places not yet used hold zeros. */
export interface LimitedMemoryState extends DirectionState {
  /** s, [m, n]. */
  readonly steps: Matrix
  /** y, [m, n]. */
  readonly changes: Matrix
  /** 1 / sᵀy, [m]. */
  readonly inverses: Vector
  /** γ. */
  readonly scale: Real
}

const memorySchema = () => z._default(z.int().check(z.positive()), 10)
const memoryOptions = () => z.strictObject({ memory: memorySchema() })
const lbfgsOptions = () => z.strictObject({ memory: memorySchema(), lineSearch: lineSearchSchema(() => strongWolfe()) })

/**
 * The direction of L-BFGS: 2 m n numbers, and no matrix. A step without positive curvature sᵀy is not remembered.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { limitedMemory, lineSearchOptimiser, strongWolfe } from 'conformable/optimisers'
 * const lbfgs = lineSearchOptimiser({ name: 'lbfgs', direction: limitedMemory(), lineSearch: strongWolfe() })
 */
export function limitedMemory(options: LimitedMemoryOptions = {}): Direction<LimitedMemoryState> {
  const { memory } = parseOptions('limitedMemory', memoryOptions, options)
  return {
    name: 'limitedMemory',
    init: ({ size, dtype }, { value, gradient }) => ({
      direction: neg(gradient),
      guess: shortStep(gradient),
      steps: full([memory, size], 0, dtype),
      changes: full([memory, size], 0, dtype),
      inverses: full([memory], 0, dtype),
      scale: like(value, 1),
    }),
    next: (_, state, move) => remembered(state, move),
  }
}

/**
 * L-BFGS: the method of choice for smooth objectives of many parameters.
 *
 * Liu and Nocedal (1989), On the limited memory BFGS method for large scale optimization, Math. Programming 45.
 * @throws ArgumentError for options that are unknown or out of range.
 * @example
 * import { square, sub, sum, tensor } from 'conformable'
 * import { lbfgs, minimiseSync } from 'conformable/optimisers'
 * const solution = minimiseSync((x) => sum(square(sub(x, 3))), tensor([0, 0], 'float64'), lbfgs({ memory: 5 }))
 * console.log(solution.parameters) // [3, 3]
 */
export function lbfgs(options: LbfgsOptions = {}): Optimiser<LineSearchState<LimitedMemoryState>> {
  const { memory, lineSearch } = parseOptions('lbfgs', lbfgsOptions, options)
  return lineSearchOptimiser({ name: 'lbfgs', direction: limitedMemory({ memory }), lineSearch })
}

function remembered(state: LimitedMemoryState, { from, to }: Move): LimitedMemoryState {
  const s = sub(to.x, from.x)
  const y = sub(to.gradient, from.gradient)
  const sy = inner(s, y)
  const curved = greater(sy, mul(mul(length(s), length(y)), roundingOf(s.dtype)))
  const { steps, changes, inverses, scale } = choose(
    curved,
    {
      steps: shifted(state.steps, expandDims(s, 0)),
      changes: shifted(state.changes, expandDims(y, 0)),
      inverses: shifted(state.inverses, expandDims(div(1, sy), 0)),
      scale: div(sy, inner(y, y)),
    },
    { steps: state.steps, changes: state.changes, inverses: state.inverses, scale: state.scale },
  )
  const known = { steps, changes, inverses, scale }
  return { ...known, direction: neg(inverseProduct(known, to.gradient)), guess: like(sy, 1) }
}

/** Forgets the first row and appends one. */
const shifted = <T extends Matrix | Vector>(rows: T, last: T): T =>
  concat([slice(rows as Matrix, 0, 1), last as Matrix], 0) as T // rows of the same kind

/** H g by the two loops; a place not yet used changes nothing. */
export function inverseProduct(
  { steps, changes, inverses, scale }: Omit<LimitedMemoryState, keyof DirectionState>,
  gradient: Vector,
): Vector {
  const rows = { s: steps, y: changes, inverse: inverses }
  const [q, shares] = scan(
    (rest: Vector, { s, y, inverse }: { s: Vector; y: Vector; inverse: Real }) => {
      const share = mul(inner(s, rest), inverse)
      return [plus(rest, y, neg(share)), share] as const
    },
    gradient,
    rows as never,
    { reverse: true },
  )
  const [product] = scan(
    (rest: Vector, { s, y, inverse, share }: { s: Vector; y: Vector; inverse: Real; share: Real }) =>
      [plus(rest, s, sub(share, mul(inner(y, rest), inverse))), null] as const,
    mul(q, scale),
    { ...rows, share: shares } as never,
  )
  return product
}
