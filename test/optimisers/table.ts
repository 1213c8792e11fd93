/**
 * One row for each exported rule: how it is made, its golden trajectory, its formula once more in plain numbers, and what its
 * options refuse.
 */
import {
  type AdamOptions,
  type AdamWOptions,
  adagrad,
  adam,
  adamW,
  chain,
  clipByGlobalNorm,
  clipByValue,
  type MomentumOptions,
  momentum,
  nesterov,
  type Rule,
  type SgdOptions,
  type StateFunction,
  sgd,
} from 'conformable/optimisers'

/** A rule whatever its state. */
export type AnyRule = Rule<StateFunction>

/** The formula in plain numbers: x after the t-th gradient (t = 1, 2, …), with memory vectors of its own that start at 0. */
type Reference = (x: number[], g: readonly number[], t: number, memory: [number[], number[]]) => number[]

/** What a rule must do. */
export interface Row {
  /** The rule with these options, or with its defaults. */
  readonly make: () => AnyRule
  /** The same formula, independently, with the same options. */
  readonly reference: Reference
  /** A case of test/golden/optimiser.json and the rule that makes it. */
  readonly golden: { readonly op: string; readonly rule: () => AnyRule }
  /** Calls that are refused, with the sentence. */
  readonly refused: readonly (readonly [call: () => unknown, sentence: string])[]
}

/** Its state is not looked into here. */
const any = (rule: unknown): AnyRule => rule as AnyRule

/** Options as plain JavaScript could pass them. */
const wrong = (options: unknown): never => options as never

const length = (g: readonly number[]): number => Math.hypot(...g)

const withMomentum =
  (ahead: boolean): Reference =>
  (x, g, _, [m]) =>
    x.map((value, i) => {
      m[i] = 0.8 * m[i]! + g[i]!
      return value - 0.03 * (ahead ? g[i]! + 0.8 * m[i]! : m[i]!)
    })

const adaptive =
  (decay: number): Reference =>
  (x, g, t, [m, v]) =>
    x.map((value, i) => {
      m[i] = 0.8 * m[i]! + (1 - 0.8) * g[i]!
      v[i] = 0.95 * v[i]! + (1 - 0.95) * g[i]! ** 2
      const step = m[i]! / (1 - 0.8 ** t) / (Math.sqrt(v[i]! / (1 - 0.95 ** t)) + 1e-6)
      return value - 0.02 * (step + decay * value)
    })

const adamSettings = { learningRate: 0.02, firstDecay: 0.8, secondDecay: 0.95, epsilon: 1e-6 }
const momentumSettings = { learningRate: 0.03, momentum: 0.8 }
const rate = (name: string): string => `${name}: learningRate must be a positive number or a schedule, got -1.`
const unknown = (name: string, options: string): string => `${name}: there is no option 'rate'; it takes ${options}.`

const momentumRefusals = (name: string, make: (options: MomentumOptions) => unknown): Row['refused'] => [
  [() => make({ learningRate: -1 }), rate(name)],
  [() => make({ momentum: 1 }), `${name}: momentum must be less than 1, got 1.`],
  [() => make({ momentum: -0.5 }), `${name}: momentum must be at least 0, got -0.5.`],
  [() => make(wrong({ rate: 1 })), unknown(name, 'learningRate, momentum')],
]

const adamRefusals = (
  name: string,
  make: (options: AdamOptions & AdamWOptions) => unknown,
  options: string,
): Row['refused'] => [
  [() => make({ learningRate: -1 }), rate(name)],
  [() => make({ firstDecay: 1 }), `${name}: firstDecay must be less than 1, got 1.`],
  [() => make({ secondDecay: -1 }), `${name}: secondDecay must be at least 0, got -1.`],
  [() => make({ epsilon: 0 }), `${name}: epsilon must be greater than 0, got 0.`],
  [() => make(wrong({ secondDecay: 'high' })), `${name}: secondDecay must be a finite number, got 'high'.`],
  [
    () => make({ learningRate: -1, epsilon: Number.NaN }),
    `${rate(name).slice(0, -1)}; epsilon must be a finite number, got NaN.`,
  ],
  [() => make(wrong({ rate: 1 })), unknown(name, options)],
  [() => make(wrong(3)), `${name}: must be a record of options, got 3.`],
]

const limitRefusals = (name: string, what: string, make: (limit: number) => unknown): Row['refused'] =>
  [0, -1, Number.NaN, Number.POSITIVE_INFINITY].map((limit) => [
    () => make(limit),
    `${name}: the ${what} must be a positive number, got ${limit}.`,
  ])

/** The rules. */
export const rules: Readonly<Record<string, Row>> = {
  sgd: {
    make: () => any(sgd({ learningRate: 0.05 })),
    reference: (x, g) => x.map((value, i) => value - 0.05 * g[i]!),
    golden: { op: 'sgd', rule: () => any(sgd({ learningRate: 0.1 })) },
    refused: [
      [() => sgd({ learningRate: -1 }), rate('sgd')],
      [() => sgd(wrong({ rate: 1 } satisfies Record<string, number> as SgdOptions)), unknown('sgd', 'learningRate')],
    ],
  },
  momentum: {
    make: () => any(momentum(momentumSettings)),
    reference: withMomentum(false),
    golden: { op: 'momentum', rule: () => any(momentum({ learningRate: 0.1 })) },
    refused: momentumRefusals('momentum', momentum),
  },
  nesterov: {
    make: () => any(nesterov(momentumSettings)),
    reference: withMomentum(true),
    golden: { op: 'nesterov', rule: () => any(nesterov({ learningRate: 0.1 })) },
    refused: momentumRefusals('nesterov', nesterov),
  },
  adam: {
    make: () => any(adam(adamSettings)),
    reference: adaptive(0),
    golden: { op: 'adam', rule: () => any(adam({ learningRate: 0.1 })) },
    refused: adamRefusals('adam', adam, 'learningRate, firstDecay, secondDecay, epsilon'),
  },
  adamW: {
    make: () => any(adamW({ ...adamSettings, weightDecay: 0.1 })),
    reference: adaptive(0.1),
    golden: { op: 'adamw', rule: () => any(adamW({ learningRate: 0.1 })) },
    refused: [
      ...adamRefusals('adamW', adamW, 'learningRate, firstDecay, secondDecay, epsilon, weightDecay'),
      [() => adamW({ weightDecay: -1 }), 'adamW: weightDecay must be at least 0, got -1.'],
    ],
  },
  adagrad: {
    make: () => any(adagrad({ learningRate: 0.05, initial: 0.2, epsilon: 1e-6 })),
    reference: (x, g, t, [s]) =>
      x.map((value, i) => {
        s[i] = (t === 1 ? 0.2 : s[i]!) + g[i]! ** 2
        return value - (0.05 * g[i]!) / Math.sqrt(s[i]! + 1e-6)
      }),
    golden: { op: 'adagrad', rule: () => any(adagrad({ learningRate: 0.1 })) },
    refused: [
      [() => adagrad({ learningRate: -1 }), rate('adagrad')],
      [() => adagrad({ initial: -1 }), 'adagrad: initial must be at least 0, got -1.'],
      [() => adagrad(wrong({ rate: 1 })), unknown('adagrad', 'learningRate, initial, epsilon')],
    ],
  },
  chain: {
    make: () => any(chain(clipByValue(0.5), momentum(momentumSettings))),
    reference: (x, g, t, memory) =>
      withMomentum(false)(
        x,
        g.map((value) => Math.max(-0.5, Math.min(0.5, value))),
        t,
        memory,
      ),
    golden: { op: 'clip(0.25)+momentum', rule: () => any(chain(clipByValue(0.25), momentum({ learningRate: 0.1 }))) },
    refused: [],
  },
  // A rule that changes gradients only: its update is added as it is, so that steps climb.
  clipByGlobalNorm: {
    make: () => any(clipByGlobalNorm(0.01)),
    reference: (x, g) => x.map((value, i) => value + g[i]! * Math.min(1, 0.01 / length(g))),
    golden: {
      op: 'clip_by_global_norm(0.5)+sgd',
      rule: () => any(chain(clipByGlobalNorm(0.5), sgd({ learningRate: 0.1 }))),
    },
    refused: limitRefusals('clipByGlobalNorm', 'norm', clipByGlobalNorm),
  },
  clipByValue: {
    make: () => any(clipByValue(0.01)),
    reference: (x, g) => x.map((value, i) => value + Math.max(-0.01, Math.min(0.01, g[i]!))),
    golden: { op: 'clip(0.25)+momentum', rule: () => any(chain(clipByValue(0.25), momentum({ learningRate: 0.1 }))) },
    refused: limitRefusals('clipByValue', 'limit', clipByValue),
  },
}

/** Exports of the door that are no rules. */
export const others: readonly string[] = ['constant', 'cosine', 'defineRule', 'mapFloats']
