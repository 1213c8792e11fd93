/** The rules: each with an independent reference, golden trajectories and its refusals. */
import {
  type AdamOptions,
  type AdamWOptions,
  adaBelief,
  adadelta,
  adafactor,
  adagrad,
  adam,
  adamax,
  adamW,
  adan,
  amsgrad,
  lamb,
  lars,
  lion,
  type MomentumOptions,
  momentum,
  muon,
  nadam,
  nesterov,
  radam,
  rmsProp,
  rProp,
  type SgdOptions,
  sgd,
  yogi,
} from 'conformable/optimisers'
import {
  adamSettings,
  any,
  length,
  moments,
  momentumSettings,
  type Reference,
  type Row,
  rate,
  unknown,
  withMomentum,
  wrong,
} from './row.ts'

const adaptive =
  (decay: number): Reference =>
  (x, g, t, memory) =>
    x.map((value, i) => {
      const [m, v] = moments(i, g[i]!, t, memory)
      return value - 0.02 * (m / (Math.sqrt(v) + 1e-6) + decay * value)
    })

const momentumRefusals = (name: string, make: (options: MomentumOptions) => unknown): Row['refused'] => [
  [() => make({ learningRate: -1 }), rate(name)],
  [() => make({ momentum: 1 }), `${name}: momentum must be less than 1, got 1.`],
  [() => make({ momentum: -0.5 }), `${name}: momentum must be at least 0, got -0.5.`],
  [() => make(wrong({ rate: 1 })), unknown(name, 'learningRate, momentum')],
]

const adamRefusals = (
  name: string,
  make: (options: AdamOptions & AdamWOptions) => unknown,
  options = 'learningRate, firstDecay, secondDecay, epsilon',
): Row['refused'] => [
  [() => make({ learningRate: -1 }), rate(name)],
  [() => make({ firstDecay: 1 }), `${name}: firstDecay must be less than 1, got 1.`],
  [() => make({ secondDecay: -1 }), `${name}: secondDecay must be at least 0, got -1.`],
  [() => make({ epsilon: 0 }), `${name}: epsilon must be at least 1e-37, got 0.`],
  [() => make(wrong({ secondDecay: 'high' })), `${name}: secondDecay must be a finite number, got 'high'.`],
  [
    () => make({ learningRate: -1, epsilon: Number.NaN }),
    `${rate(name).slice(0, -1)}; epsilon must be a finite number, got NaN.`,
  ],
  [() => make(wrong({ rate: 1 })), unknown(name, options)],
  [() => make(wrong(3)), `${name}: must be a record of options, got 3.`],
]

/** Graves' form with all that is optional: ρ = 0.9, μ = 0.5, ε = 1e-6. */
const centred: Reference = (x, g, _, [v, k, w]) =>
  x.map((value, i) => {
    v![i] = 0.9 * v![i]! + (1 - 0.9) * g[i]! ** 2
    k![i] = 0.9 * k![i]! + (1 - 0.9) * g[i]!
    w![i] = 0.5 * w![i]! + g[i]! / Math.sqrt(v![i]! - k![i]! ** 2 + 1e-6)
    return value - 0.01 * w![i]!
  })

const belief: Reference = (x, g, t, [m, s]) =>
  x.map((value, i) => {
    m![i] = 0.8 * m![i]! + (1 - 0.8) * g[i]!
    s![i] = 0.95 * s![i]! + (1 - 0.95) * (g[i]! - m![i]!) ** 2 + 1e-6
    return value - (0.02 * (m![i]! / (1 - 0.8 ** t))) / (Math.sqrt(s![i]! / (1 - 0.95 ** t)) + 1e-6)
  })

const rectified: Reference = (x, g, t, memory) =>
  x.map((value, i) => {
    const [m, v] = moments(i, g[i]!, t, memory)
    const most = 2 / (1 - 0.95) - 1
    const r = most - (2 * t * 0.95 ** t) / (1 - 0.95 ** t)
    const scale = Math.sqrt(((r - 4) * (r - 2) * most) / ((most - 4) * (most - 2) * r))
    return value - 0.02 * m * (r > 4 ? scale / (Math.sqrt(v) + 1e-6) : 1)
  })

const resilient: Reference = (x, g, t, [last, size]) =>
  x.map((value, i) => {
    if (t === 1) size![i] = 0.05
    const sign = Math.sign(g[i]!) * Math.sign(last![i]!)
    if (sign !== 0) size![i] = Math.min(0.2, Math.max(1e-4, size![i]! * (sign > 0 ? 1.3 : 0.4)))
    last![i] = sign < 0 ? 0 : g[i]!
    return value - Math.sign(last![i]!) * size![i]!
  })

const nesterovAdam: Reference = (x, g, t, [m, v, n, last]) =>
  x.map((value, i) => {
    const change = t === 1 ? 0 : g[i]! - last![i]!
    last![i] = g[i]!
    m![i] = 0.8 * m![i]! + (1 - 0.8) * g[i]!
    v![i] = 0.7 * v![i]! + (1 - 0.7) * change
    n![i] = 0.95 * n![i]! + (1 - 0.95) * (g[i]! + 0.7 * change) ** 2
    const scale = Math.sqrt(n![i]! / (1 - 0.95 ** t)) + 1e-6
    const direction = (m![i]! / (1 - 0.8 ** t) + (0.7 * v![i]!) / (1 - 0.7 ** t)) / scale
    return (value - 0.02 * direction) / (1 + 0.02 * 0.1)
  })

const largeBatch: Reference = (x, g, t, memory) => {
  const d = x.map((value, i) => {
    const [m, v] = moments(i, g[i]!, t, memory)
    return m / (Math.sqrt(v) + 1e-6) + 0.1 * value
  })
  return x.map((value, i) => value - ((0.02 * length(x)) / length(d)) * d[i]!)
}

const layerwise: Reference = (x, g, _, [w]) => {
  const ratio = (0.01 * length(x)) / (length(g) + 0.1 * length(x))
  return x.map((value, i) => {
    w![i] = 0.8 * w![i]! + 0.5 * ratio * (g[i]! + 0.1 * value)
    return value - w![i]!
  })
}

const rms = (x: readonly number[]): number => length(x) / Math.sqrt(x.length)

const factored: Reference = (x, g, t, [v]) => {
  const decay = 1 - t ** -0.8
  const u = g.map((value, i) => {
    v![i] = decay * v![i]! + (1 - decay) * (value ** 2 + 1e-30)
    return value / Math.sqrt(v![i]!)
  })
  const size = Math.min(0.01, 1 / Math.sqrt(t)) * Math.max(1e-3, rms(x))
  return x.map((value, i) => value - (size * u[i]!) / Math.max(1, rms(u)))
}

/** The rules. */
export const rules: Readonly<Record<string, Row>> = {
  sgd: {
    make: () => any(sgd({ learningRate: 0.05 })),
    reference: (x, g) => x.map((value, i) => value - 0.05 * g[i]!),
    golden: { sgd: () => any(sgd({ learningRate: 0.1 })) },
    refused: [
      [() => sgd({ learningRate: -1 }), rate('sgd')],
      [() => sgd(wrong({ rate: 1 } satisfies Record<string, number> as SgdOptions)), unknown('sgd', 'learningRate')],
    ],
  },
  momentum: {
    make: () => any(momentum(momentumSettings)),
    reference: withMomentum(false),
    golden: { momentum: () => any(momentum({ learningRate: 0.1 })) },
    refused: momentumRefusals('momentum', momentum),
  },
  nesterov: {
    make: () => any(nesterov(momentumSettings)),
    reference: withMomentum(true),
    golden: { nesterov: () => any(nesterov({ learningRate: 0.1 })) },
    refused: momentumRefusals('nesterov', nesterov),
  },
  adam: {
    make: () => any(adam(adamSettings)),
    reference: adaptive(0),
    golden: { adam: () => any(adam({ learningRate: 0.1 })) },
    refused: adamRefusals('adam', adam),
  },
  adamW: {
    make: () => any(adamW({ ...adamSettings, weightDecay: 0.1 })),
    reference: adaptive(0.1),
    golden: { adamw: () => any(adamW({ learningRate: 0.1 })) },
    refused: [
      ...adamRefusals('adamW', adamW, 'learningRate, firstDecay, secondDecay, epsilon, weightDecay'),
      [() => adamW({ weightDecay: -1 }), 'adamW: weightDecay must be at least 0, got -1.'],
    ],
  },
  adamax: {
    make: () => any(adamax(adamSettings)),
    reference: (x, g, t, [m, u]) =>
      x.map((value, i) => {
        m![i] = 0.8 * m![i]! + (1 - 0.8) * g[i]!
        u![i] = Math.max(0.95 * u![i]!, Math.abs(g[i]!) + 1e-6)
        return value - (0.02 * m![i]!) / ((1 - 0.8 ** t) * u![i]!)
      }),
    golden: { adamax: () => any(adamax({ learningRate: 0.1 })) },
    refused: adamRefusals('adamax', adamax),
  },
  nadam: {
    make: () => any(nadam(adamSettings)),
    reference: (x, g, t, memory) =>
      x.map((value, i) => {
        const [, v] = moments(i, g[i]!, t, memory)
        const m = (0.8 * memory[0]![i]!) / (1 - 0.8 ** (t + 1)) + (0.2 * g[i]!) / (1 - 0.8 ** t)
        return value - (0.02 * m) / (Math.sqrt(v) + 1e-6)
      }),
    golden: { 'adam_nesterov (nadam)': () => any(nadam({ learningRate: 0.1 })) },
    refused: adamRefusals('nadam', nadam),
  },
  radam: {
    make: () => any(radam(adamSettings)),
    reference: rectified,
    golden: { radam: () => any(radam({ learningRate: 0.1, threshold: 5 })) },
    refused: [
      ...adamRefusals('radam', radam, 'learningRate, firstDecay, secondDecay, epsilon, threshold'),
      [() => radam({ threshold: 3 }), 'radam: threshold must be at least 4, got 3.'],
    ],
  },
  amsgrad: {
    make: () => any(amsgrad(adamSettings)),
    reference: (x, g, t, memory) =>
      x.map((value, i) => {
        const [m, v] = moments(i, g[i]!, t, memory)
        memory[2]![i] = Math.max(memory[2]![i]!, v)
        return value - (0.02 * m) / (Math.sqrt(memory[2]![i]!) + 1e-6)
      }),
    golden: { amsgrad: () => any(amsgrad({ learningRate: 0.1 })) },
    refused: adamRefusals('amsgrad', amsgrad),
  },
  adaBelief: {
    make: () => any(adaBelief(adamSettings)),
    reference: belief,
    golden: { adabelief: () => any(adaBelief({ learningRate: 0.1 })) },
    refused: adamRefusals('adaBelief', adaBelief),
  },
  yogi: {
    make: () => any(yogi({ ...adamSettings, initial: 0.1 })),
    reference: (x, g, t, [m, v]) =>
      x.map((value, i) => {
        m![i] = 0.8 * (t === 1 ? 0.1 : m![i]!) + (1 - 0.8) * g[i]!
        if (t === 1) v![i] = 0.1
        v![i]! -= (1 - 0.95) * Math.sign(v![i]! - g[i]! ** 2) * g[i]! ** 2
        return value - (0.02 * (m![i]! / (1 - 0.8 ** t))) / (Math.sqrt(v![i]! / (1 - 0.95 ** t)) + 1e-6)
      }),
    golden: { yogi: () => any(yogi({ learningRate: 0.1 })) },
    refused: adamRefusals('yogi', yogi, 'learningRate, firstDecay, secondDecay, epsilon, initial'),
  },
  lion: {
    make: () => any(lion({ learningRate: 0.02, firstDecay: 0.8, secondDecay: 0.95, weightDecay: 0.1 })),
    reference: (x, g, _, [m]) =>
      x.map((value, i) => {
        const sign = Math.sign(0.8 * m![i]! + (1 - 0.8) * g[i]!)
        m![i] = 0.95 * m![i]! + (1 - 0.95) * g[i]!
        return value - 0.02 * (sign + 0.1 * value)
      }),
    golden: { lion: () => any(lion({ learningRate: 0.1, secondDecay: 0.999 })) },
    refused: [
      [() => lion({ learningRate: -1 }), rate('lion')],
      [() => lion(wrong({ rate: 1 })), unknown('lion', 'learningRate, firstDecay, secondDecay, weightDecay')],
    ],
  },
  rmsProp: {
    make: () => any(rmsProp({ learningRate: 0.01, centred: true, momentum: 0.5, epsilon: 1e-6 })),
    reference: centred,
    golden: {
      rmsprop: () => any(rmsProp({ learningRate: 0.1 })),
      rmsprop_centered_momentum: () => any(rmsProp({ learningRate: 0.1, centred: true, momentum: 0.9 })),
    },
    refused: [
      [() => rmsProp({ learningRate: -1 }), rate('rmsProp')],
      [() => rmsProp({ centred: wrong(1) }), 'rmsProp: centred must be true or false, got 1.'],
      [() => rmsProp(wrong({ rate: 1 })), unknown('rmsProp', 'learningRate, decay, centred, momentum, epsilon')],
    ],
  },
  rProp: {
    make: () => any(rProp({ initial: 0.05, shrink: 0.4, grow: 1.3, smallest: 1e-4, largest: 0.2 })),
    reference: resilient,
    refused: [
      [() => rProp({ grow: 1 }), 'rProp: grow must be greater than 1, got 1.'],
      [() => rProp({ shrink: 0 }), 'rProp: shrink must be greater than 0, got 0.'],
      [() => rProp(wrong({ rate: 1 })), unknown('rProp', 'initial, shrink, grow, smallest, largest')],
    ],
  },
  adagrad: {
    make: () => any(adagrad({ learningRate: 0.05, initial: 0.2, epsilon: 1e-6 })),
    reference: (x, g, t, [s]) =>
      x.map((value, i) => {
        s![i] = (t === 1 ? 0.2 : s![i]!) + g[i]! ** 2
        return value - (0.05 * g[i]!) / Math.sqrt(s![i]! + 1e-6)
      }),
    golden: { adagrad: () => any(adagrad({ learningRate: 0.1 })) },
    refused: [
      [() => adagrad({ learningRate: -1 }), rate('adagrad')],
      [() => adagrad({ initial: -1 }), 'adagrad: initial must be at least 0, got -1.'],
      [() => adagrad(wrong({ rate: 1 })), unknown('adagrad', 'learningRate, initial, epsilon')],
    ],
  },
  adadelta: {
    make: () => any(adadelta({ learningRate: 0.25, decay: 0.8, epsilon: 1e-4 })),
    reference: (x, g, _, [v, u]) =>
      x.map((value, i) => {
        v![i] = 0.8 * v![i]! + (1 - 0.8) * g[i]! ** 2
        const d = (Math.sqrt(u![i]! + 1e-4) / Math.sqrt(v![i]! + 1e-4)) * g[i]!
        u![i] = 0.8 * u![i]! + (1 - 0.8) * d ** 2
        return value - 0.25 * d
      }),
    golden: { adadelta: () => any(adadelta()) },
    refused: [
      [() => adadelta({ learningRate: -1 }), rate('adadelta')],
      [() => adadelta(wrong({ rate: 1 })), unknown('adadelta', 'learningRate, decay, epsilon')],
    ],
  },
  adan: {
    make: () => any(adan({ ...adamSettings, differenceDecay: 0.7, weightDecay: 0.1 })),
    reference: nesterovAdam,
    refused: [
      [() => adan({ differenceDecay: 1 }), 'adan: differenceDecay must be less than 1, got 1.'],
      [
        () => adan(wrong({ rate: 1 })),
        unknown('adan', 'learningRate, firstDecay, differenceDecay, secondDecay, epsilon, weightDecay'),
      ],
    ],
  },
  lamb: {
    make: () => any(lamb({ ...adamSettings, weightDecay: 0.1 })),
    reference: largeBatch,
    golden: { lamb: () => any(lamb({ learningRate: 0.1 })) },
    perParameter: true,
    kernels: 14,
    refused: adamRefusals('lamb', lamb, 'learningRate, firstDecay, secondDecay, epsilon, weightDecay'),
  },
  lars: {
    make: () => any(lars({ learningRate: 0.5, momentum: 0.8, trust: 0.01, weightDecay: 0.1 })),
    reference: layerwise,
    perParameter: true,
    kernels: 8,
    refused: [
      [() => lars({ trust: 0 }), 'lars: trust must be greater than 0, got 0.'],
      [() => lars(wrong({ rate: 1 })), unknown('lars', 'learningRate, momentum, trust, weightDecay')],
    ],
  },
  adafactor: {
    make: () => any(adafactor()),
    reference: factored,
    perParameter: true,
    kernels: 13,
    refused: [
      [() => adafactor({ exponent: 2 }), 'adafactor: exponent must be at most 1, got 2.'],
      [
        () => adafactor(wrong({ rate: 1 })),
        unknown('adafactor', 'learningRate, relative, smallestScale, clip, exponent, epsilon, factorFrom'),
      ],
    ],
  },
  // Its matrices have a test of their own; what is no matrix goes to the other rule.
  muon: {
    make: () => any(muon({ learningRate: 0.02 }, adam(adamSettings))),
    reference: adaptive(0),
    perParameter: true,
    kernels: 33,
    refused: [
      [() => muon({ learningRate: -1 }), rate('muon')],
      [() => muon(wrong({ rate: 1 })), unknown('muon', 'learningRate, momentum, weightDecay')],
    ],
  },
}
