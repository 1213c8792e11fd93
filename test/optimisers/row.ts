/** What a row of the tables of rules says, and what several rows share. */
import type { Rule, StateFunction, Transformation } from 'conformable/optimisers'

/** A rule whatever its state. */
export type AnyRule = Rule<StateFunction>

/** The formula in plain numbers: x after the t-th gradient (t = 1, 2, …), with memory vectors of its own that start at 0. */
export type Reference = (x: number[], g: readonly number[], t: number, memory: number[][]) => number[]

/** What a rule must do. */
export interface Row {
  /** The rule with these options, or with its defaults. */
  readonly make: () => AnyRule
  /** The same formula, independently, with the same options. */
  readonly reference: Reference
  /** Cases of test/golden/optimiser.json and the rules that make them. */
  readonly golden?: Readonly<Record<string, () => AnyRule>>
  /** It looks at each parameter by itself, so that a vector and its parts differ. */
  readonly perParameter?: boolean
  /** Kernels of one update of three parameters in one vector; not given: at most two, one of the vector and one of scalars. */
  readonly kernels?: number
  /** Calls that are refused, with the sentence. */
  readonly refused: readonly (readonly [call: () => unknown, sentence: string])[]
}

/** Its state is not looked into here. */
export const any = (rule: unknown): AnyRule => rule as AnyRule

/** A transformation whatever its state. */
export type AnyTransformation = Transformation<StateFunction>

/** Options as plain JavaScript could pass them. */
export const wrong = (options: unknown): never => options as never

/** ‖g‖₂. */
export const length = (g: readonly number[]): number => Math.hypot(...g)

/** The refusal of a learning rate of −1. */
export const rate = (name: string): string => `${name}: learningRate must be a positive number or a schedule, got -1.`

/** The refusal of the option `rate`. */
export const unknown = (name: string, options: string): string =>
  `${name}: there is no option 'rate'; it takes ${options}.`

/** An element of a vector after the means of Adam have taken its gradient: m̂ and v̂. */
export function moments(
  i: number,
  g: number,
  t: number,
  [m, v]: number[][],
  [first, second]: readonly [number, number] = [0.8, 0.95],
): readonly [m: number, v: number] {
  m![i] = first * m![i]! + (1 - first) * g
  v![i] = second * v![i]! + (1 - second) * g ** 2
  return [m![i]! / (1 - first ** t), v![i]! / (1 - second ** t)]
}

/** Options of Adam and its relatives for which `moments` has the defaults. */
export const adamSettings = { learningRate: 0.02, firstDecay: 0.8, secondDecay: 0.95, epsilon: 1e-6 }

/** Momentum with μ = 0.8 and η = 0.03. */
export const withMomentum =
  (ahead: boolean): Reference =>
  (x, g, _, [m]) =>
    x.map((value, i) => {
      m![i] = 0.8 * m![i]! + g[i]!
      return value - 0.03 * (ahead ? g[i]! + 0.8 * m![i]! : m![i]!)
    })

/** The options of `withMomentum`. */
export const momentumSettings = { learningRate: 0.03, momentum: 0.8 }
