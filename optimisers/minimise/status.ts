/** How a minimisation can end: the number that compiled code hands out, the name, and the sentence. */
import type { SolutionResult } from '../../types/optimiser.ts'

/**
 * What an optimiser may put into the `status` of its state; 0 is to go on.
 * @example
 * import { status } from 'conformable/optimisers'
 * console.log(status.noDescent) // 8
 */
export const status = {
  /** Go on. */
  running: 0,
  /** The gradient is as small as asked. */
  converged: 1,
  /** The last step was as small as asked. */
  smallStep: 2,
  /** The objective changed as little as asked. */
  smallChange: 3,
  /** Rounding errors hide any further decrease. */
  precision: 4,
  maxIterations: 5,
  maxEvaluations: 6,
  maxSeconds: 7,
  /** No lower point was found, even along the steepest descent. */
  noDescent: 8,
  nonFinite: 9,
  unbounded: 10,
  /** Constraints could not be met. */
  infeasible: 11,
  stopped: 12,
} as const satisfies Record<SolutionResult | 'running', number>

/** What a sentence may speak of. */
export interface Ending {
  readonly iterations: number
  readonly evaluations: number
  readonly objective: number
  readonly gradientNorm: number
  readonly gradientTolerance: number
  readonly optimiser: string
}

const names = Object.fromEntries(Object.entries(status).map(([name, code]) => [code, name]))

/** The name of a status; whatever a third party invents means that it found no descent. */
export const resultOf = (code: number): SolutionResult =>
  code === status.running ? 'maxIterations' : ((names[code] ?? 'noDescent') as SolutionResult) // the keys of `status`

/** The sentence of a result. */
export const messageOf = (result: SolutionResult, ending: Ending): string => sentences[result](ending)

const shown = (x: number): string => String(Number(x.toPrecision(4)))

const sentences: Record<SolutionResult, (ending: Ending) => string> = {
  converged: ({ gradientNorm, gradientTolerance }) =>
    gradientNorm <= gradientTolerance
      ? `Converged: the largest component of the gradient is ${shown(gradientNorm)}, within the tolerance ${shown(gradientTolerance)}.`
      : 'Converged: the optimiser met its own criterion.',
  smallStep: ({ gradientNorm }) =>
    `Converged: the last step was smaller than stepTolerance; the gradient is ${shown(gradientNorm)}.`,
  smallChange: ({ gradientNorm }) =>
    `Converged: the objective changed by less than objectiveTolerance; the gradient is ${shown(gradientNorm)}.`,
  precision: ({ gradientNorm, gradientTolerance }) =>
    `Rounding errors hide any further decrease; the gradient is ${shown(gradientNorm)}, the tolerance ${shown(gradientTolerance)}. Parameters in float64 go further.`,
  maxIterations: ({ iterations, gradientNorm }) =>
    `Stopped after ${iterations} iterations with the gradient ${shown(gradientNorm)}; raise maxIterations.`,
  maxEvaluations: ({ evaluations, gradientNorm }) =>
    `Stopped after ${evaluations} evaluations with the gradient ${shown(gradientNorm)}; raise maxEvaluations.`,
  maxSeconds: ({ iterations, gradientNorm }) =>
    `The time was up after ${iterations} iterations, with the gradient ${shown(gradientNorm)}; raise maxSeconds.`,
  noDescent: ({ optimiser, gradientNorm }) =>
    `${optimiser} found no lower point, although the gradient is ${shown(gradientNorm)}. Is the objective smooth, and its gradient right?`,
  nonFinite: ({ iterations }) =>
    iterations === 0
      ? 'The objective or its gradient is not finite at the start; begin elsewhere. findNonFinite shows where it arises.'
      : 'The objective or its gradient became infinite or NaN; these are the best parameters before.',
  unbounded: ({ objective }) =>
    `The objective falls without bound (it was ${shown(objective)} at the best finite point). Is the sign right?`,
  infeasible: ({ optimiser }) => `${optimiser} found no point that meets the constraints; these come closest.`,
  stopped: ({ iterations }) => `Stopped by the caller after ${iterations} iterations.`,
}
