/** Transformations and combinators: each with an independent reference and its refusals. */
import {
  accumulate,
  adam,
  averaged,
  chain,
  clipByBlock,
  clipByGlobalNorm,
  clipByValue,
  ema,
  freeze,
  lookahead,
  masked,
  momentum,
  partition,
  reduceOnPlateau,
  sgd,
  skipNonFinite,
  tunable,
  weightDecay,
} from 'conformable/optimisers'
import {
  type AnyTransformation,
  any,
  length,
  momentumSettings,
  type Reference,
  type Row,
  withMomentum,
  wrong,
} from './row.ts'

/** Descent with η = 0.05, after a change of the gradient. */
const descent =
  (change: (g: readonly number[], x: readonly number[]) => readonly number[] = (g) => g): Reference =>
  (x, g) => {
    const changed = change(g, x)
    return x.map((value, i) => value - 0.05 * changed[i]!)
  }

const before = (transformation: unknown): ReturnType<typeof any> =>
  any(chain(transformation as AnyTransformation, sgd({ learningRate: 0.05 })))

const limitRefusals = (name: string, what: string, make: (limit: number) => unknown): Row['refused'] =>
  [0, -1, Number.NaN, Number.POSITIVE_INFINITY].map((limit) => [
    () => make(limit),
    `${name}: the ${what} must be a positive number, got ${limit}.`,
  ])

const shareRefusals = (name: string, make: (share: number) => unknown): Row['refused'] => [
  [() => make(1), `${name}: decay must be less than 1, got 1.`],
  [() => make(-1), `${name}: decay must be at least 0, got -1.`],
  [() => make(Number.NaN), `${name}: decay must be a finite number, got NaN.`],
]

/** A vector is one parameter, whose name is empty: all of it. */
const always = (): boolean => true

/** Transformations and combinators. */
export const combinators: Readonly<Record<string, Row>> = {
  chain: {
    make: () => any(chain(clipByValue(0.5), momentum(momentumSettings))),
    reference: (x, g, t, memory) =>
      withMomentum(false)(
        x,
        g.map((value) => Math.max(-0.5, Math.min(0.5, value))),
        t,
        memory,
      ),
    golden: { 'clip(0.25)+momentum': () => any(chain(clipByValue(0.25), momentum({ learningRate: 0.1 }))) },
    refused: [
      [
        () => chain(wrong(sgd()), wrong(adam())),
        "chain: links 0 and 1 are both rules; the second would take the steps of the first for gradients. Keep one, or give each its parameters: partition({ 'encoder.*': a, '*': b }).",
      ],
      [
        () => chain(adam(), weightDecay(0.1)),
        'chain: link 1 changes gradients, but link 0 has made a step of them already. Put it in front of the rule.',
      ],
    ],
  },
  clipByGlobalNorm: {
    make: () => before(clipByGlobalNorm(0.01)),
    reference: descent((g) => g.map((value) => value * Math.min(1, 0.01 / length(g)))),
    golden: {
      'clip_by_global_norm(0.5)+sgd': () => any(chain(clipByGlobalNorm(0.5), sgd({ learningRate: 0.1 }))),
    },
    kernels: 3,
    refused: limitRefusals('clipByGlobalNorm', 'norm', clipByGlobalNorm),
  },
  clipByBlock: {
    make: () => before(clipByBlock(0.01)),
    reference: descent((g) => g.map((value) => value * Math.min(1, 0.01 / length(g)))),
    perParameter: true,
    kernels: 8,
    refused: limitRefusals('clipByBlock', 'norm', clipByBlock),
  },
  clipByValue: {
    make: () => before(clipByValue(0.01)),
    reference: descent((g) => g.map((value) => Math.max(-0.01, Math.min(0.01, value)))),
    refused: limitRefusals('clipByValue', 'limit', clipByValue),
  },
  weightDecay: {
    make: () => before(weightDecay(0.1)),
    reference: descent((g, x) => g.map((value, i) => value + 0.1 * x[i]!)),
    refused: [
      [() => weightDecay(-1), 'weightDecay: decay must be a number from 0 or a schedule, got -1.'],
      [() => weightDecay(Number.NaN), 'weightDecay: decay must be a number from 0 or a schedule, got NaN.'],
    ],
  },
  ema: {
    make: () => before(ema(0.8)),
    reference: (x, g, t, [m]) =>
      x.map((value, i) => {
        m![i] = 0.8 * m![i]! + (1 - 0.8) * g[i]!
        return value - (0.05 * m![i]!) / (1 - 0.8 ** t)
      }),
    refused: shareRefusals('ema', ema),
  },
  averaged: {
    make: () => any(averaged(0.9, momentum(momentumSettings))),
    reference: withMomentum(false),
    refused: shareRefusals('averaged', (decay) => averaged(decay, sgd())),
  },
  accumulate: {
    make: () => any(accumulate(3, momentum(momentumSettings))),
    reference(x, g, t, [m, sum]) {
      const total = sum!.map((value, i) => value + g[i]!)
      total.forEach((value, i) => {
        sum![i] = t % 3 === 0 ? 0 : value
      })
      if (t % 3 !== 0) return x
      return withMomentum(false)(
        x,
        total.map((value) => value / 3),
        t,
        [m!],
      )
    },
    refused: [[() => accumulate(0, sgd()), 'accumulate: count must be greater than 0, got 0.']],
  },
  lookahead: {
    make: () => any(lookahead({ every: 4, share: 0.3 }, momentum(momentumSettings))),
    reference(x, g, t, [m, slow]) {
      if (t === 1) slow!.splice(0, slow!.length, ...x)
      const fast = withMomentum(false)(x, g, t, [m!])
      if (t % 4 !== 0) return fast
      fast.forEach((value, i) => {
        slow![i]! += 0.3 * (value - slow![i]!)
      })
      return [...slow!]
    },
    refused: [
      [() => lookahead({ share: 0 }, sgd()), 'lookahead: share must be greater than 0, got 0.'],
      [() => lookahead({ every: 1.5 }, sgd()), 'lookahead: every must be a whole number, got 1.5.'],
    ],
  },
  masked: {
    make: () => any(masked(always, momentum(momentumSettings))),
    reference: withMomentum(false),
    refused: [],
  },
  freeze: {
    make: () => any(freeze((path) => path === 'nobody', momentum(momentumSettings))),
    reference: withMomentum(false),
    refused: [],
  },
  partition: {
    make: () => any(partition({ '*': momentum(momentumSettings) })),
    reference: withMomentum(false),
    refused: [],
  },
  skipNonFinite: {
    make: () => any(skipNonFinite(momentum(momentumSettings))),
    reference: withMomentum(false),
    kernels: 3,
    refused: [],
  },
  tunable: {
    make: () => any(tunable({ rate: 0.0625 }, ({ rate }) => sgd({ learningRate: rate }))),
    reference: (x, g) => x.map((value, i) => value - 0.0625 * g[i]!),
    refused: [[() => tunable({ rate: Number.NaN }, () => sgd()), 'tunable: rate must be a finite number, got NaN.']],
  },
  // The loss of the tests is always 1: the first is the best, and after three more the steps shrink.
  reduceOnPlateau: {
    make: () => any(reduceOnPlateau({ factor: 0.5, patience: 2 }, sgd({ learningRate: 0.05 }))),
    reference: (x, g, t) => x.map((value, i) => value - 0.05 * 0.5 ** Math.floor((t - 1) / 3) * g[i]!),
    kernels: 4,
    refused: [
      [() => reduceOnPlateau({ factor: 1 }, sgd()), 'reduceOnPlateau: factor must be less than 1, got 1.'],
      [
        () => reduceOnPlateau(wrong({ rate: 1 }), sgd()),
        "reduceOnPlateau: there is no option 'rate'; it takes factor, patience, threshold, every, smallest.",
      ],
    ],
  },
}
