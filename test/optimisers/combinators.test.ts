/** What combinators do beside their formulas: who moves and who does not, what is counted, what is set, what is refused. */
import {
  arange,
  assertMaxTraces,
  componentArray,
  convert,
  flat,
  jit,
  reshape,
  type Scalar,
  scalar,
  tensor,
} from 'conformable'
import {
  accumulate,
  adam,
  adamW,
  averaged,
  chain,
  clipByBlock,
  clipByGlobalNorm,
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
import { describe, expect, it } from 'vitest'
import { thrown } from '../helpers/thrown.ts'
import type { AnyRule } from './row.ts'

/** Numbers of all signs, −0 among them. */
const params = () =>
  componentArray({
    encoder: {
      weight: tensor([
        [1, -2],
        [3, -0],
      ]),
      bias: tensor([0.5, -0]),
    },
    head: { weight: tensor([[4, 5]]), bias: tensor([-6]) },
  })

const numbers = (x: { readSync(): ArrayLike<number> }): number[] => Array.from(x.readSync())

/** The parameters after three steps with themselves for a gradient. */
function walked<P>(rule: unknown, start: P, gradient: P = start): P {
  const { init, step } = rule as AnyRule // its state is passed on and not looked into
  let [x, state] = [start, init(start)]
  for (let i = 0; i < 3; i++) [x, state] = step(gradient, state, x)
  return x
}

describe('freeze', () => {
  const rule = freeze('encoder.*', chain(weightDecay(0.1), clipByGlobalNorm(1), adamW({ weightDecay: 0.5 })))

  it('lets what is frozen not move by a bit, and the rest as if it were alone', () => {
    const moved = walked(rule, params())
    expect(numbers(moved.encoder.weight)).toEqual([1, -2, 3, -0])
    expect(numbers(moved.encoder.bias)).toEqual([0.5, -0])
    const alone = walked(chain(weightDecay(0.1), clipByGlobalNorm(1), adamW({ weightDecay: 0.5 })), params().head)
    expect(numbers(moved.head.weight)).toEqual(numbers(alone.weight))
    expect(numbers(moved.head.bias)).toEqual(numbers(alone.bias))
  })

  it('does the same in a tree of tensors, and under jit', () => {
    const p = params()
    const record = { encoder: { weight: p.encoder.weight, bias: p.encoder.bias }, head: { weight: p.head.weight } }
    const moved = walked(rule, record)
    expect(numbers(moved.encoder.weight)).toEqual([1, -2, 3, -0])
    expect(numbers(moved.head.weight)[0]).not.toBe(4)
    const compiled = { init: rule.init, step: jit(rule.step) as typeof rule.step }
    expect(numbers(flat(walked(compiled, p)))).toEqual(numbers(flat(walked(rule, p))))
  })

  it('keeps NaN in a frozen gradient from the rest', () => {
    const poisoned = componentArray({
      encoder: {
        weight: tensor([
          [Number.NaN, 1],
          [Number.POSITIVE_INFINITY, 1],
        ]),
        bias: tensor([Number.NaN, 1]),
      },
      head: { weight: tensor([[1, 1]]), bias: tensor([1]) },
    })
    const moved = walked(rule, params(), poisoned)
    expect(numbers(flat(moved)).every(Number.isFinite)).toBe(true)
    expect(numbers(moved.encoder.weight)).toEqual([1, -2, 3, -0])
  })

  it('refuses a name that nobody has', () => {
    expect(thrown(() => freeze('encodr.*', sgd()).init(params()))).toBe(
      "freeze: no parameter is called 'encodr.*'. There are 'encoder.weight', 'encoder.bias', 'head.weight', 'head.bias'.",
    )
  })
})

describe('masked', () => {
  it('decays weights and leaves biases their gradient', () => {
    const rule = chain(masked('*.weight', weightDecay(0.5)), sgd({ learningRate: 1 }))
    const p = params()
    const [next] = rule.step(p, rule.init(p), p)
    expect(numbers(next.head.weight)).toEqual([4 - 6, 5 - 7.5])
    expect(numbers(next.head.bias)).toEqual([0])
  })

  it('lets everybody else rest if it is given a rule', () => {
    const [next] = [walked(masked('head.bias', adam({ learningRate: 0.1 })), params())]
    expect(numbers(next.head.weight)).toEqual([4, 5])
    expect(numbers(next.encoder.weight)).toEqual([1, -2, 3, -0])
    expect(numbers(next.head.bias)[0]).toBeCloseTo(-5.7, 5)
  })

  it('asks with name and shape, and takes scattered parameters of many', () => {
    const many = componentArray(
      Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`p${i}`, reshape(convert(arange(3), 'float32'), [3])])),
    )
    const asked: string[] = []
    const rule = masked(
      (path, shape) => {
        asked.push(`${path} ${shape.join()}`)
        return Number(path.slice(1)) % 2 === 0
      },
      sgd({ learningRate: 1 }),
    )
    const [next] = rule.step(many, rule.init(many), many)
    expect(asked.slice(0, 2)).toEqual(['p0 3', 'p1 3'])
    const expected = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? [0, 0, 0] : [0, 1, 2])).flat()
    expect(numbers(flat(next))).toEqual(expected)
  })

  it('takes patterns as they are written', () => {
    const tree = { 'a+b': tensor([1]), aab: tensor([1]) }
    const [next] = masked('a+b', sgd({ learningRate: 1 })).step(tree, { step: scalar(0, 'int32') }, tree)
    expect([numbers(next['a+b']), numbers(next.aab)]).toEqual([[0], [1]])
  })
})

describe('partition', () => {
  it('gives each part its rule, the first that fits', () => {
    const rule = partition({ '*.bias': sgd({ learningRate: 1 }), 'encoder.*': sgd({ learningRate: 0.5 }), '*': adam() })
    const p = params()
    const [next] = rule.step(p, rule.init(p), p)
    expect(numbers(next.encoder.bias)).toEqual([0, 0])
    expect(numbers(next.encoder.weight)).toEqual([0.5, -1, 1.5, 0])
    expect(numbers(next.head.weight)[0]).toBeCloseTo(3.999, 5)
  })

  it('measures norms part by part', () => {
    const clipped = (): ReturnType<typeof chain<[ReturnType<typeof clipByGlobalNorm>, ReturnType<typeof sgd>]>> =>
      chain(clipByGlobalNorm(1), sgd({ learningRate: 1 }))
    const rule = partition({ 'encoder.*': clipped(), '*': clipped() })
    const gradient = componentArray({
      encoder: {
        weight: tensor([
          [300, 0],
          [0, 0],
        ]),
        bias: tensor([400, 0]),
      },
      head: { weight: tensor([[0.3, 0]]), bias: tensor([0]) },
    })
    const p = componentArray({
      encoder: {
        weight: tensor([
          [0, 0],
          [0, 0],
        ]),
        bias: tensor([0, 0]),
      },
      head: { weight: tensor([[0, 0]]), bias: tensor([0]) },
    })
    const [next] = rule.step(gradient, rule.init(p), p)
    expect(numbers(flat(next))[0]).toBeCloseTo(-0.6, 6)
    expect(numbers(next.head.weight)[0]).toBeCloseTo(-0.3, 6)
  })

  it('refuses parameters without a rule and rules without parameters', () => {
    expect(thrown(() => partition({ 'encoder.*': sgd() }).init(params()))).toBe(
      "partition: 'head.weight' has no rule. There are rules for 'encoder.*'; '*' takes the rest.",
    )
    expect(thrown(() => partition({ 'decoder.*': sgd(), '*': sgd() }).init(params()))).toContain(
      "partition: no parameter is called 'decoder.*'",
    )
    expect(thrown(() => partition({ '*': sgd(), 'encoder.*': sgd() }).init(params()))).toBe(
      "partition: all parameters that fit 'encoder.*' belong to earlier patterns.",
    )
  })
})

describe('tunable', () => {
  it('takes another learning rate without another trace', () => {
    const rule = tunable({ rate: 0.5, decay: 0 }, ({ rate, decay }) =>
      chain(weightDecay(decay), momentum({ learningRate: rate, momentum: 0 })),
    )
    const step = jit(assertMaxTraces(rule.step, 1)) as typeof rule.step
    let [x, state] = step(scalar(1), rule.init(scalar(1)), scalar(1))
    expect(x.itemSync()).toBe(0.5)
    for (const rate of [0.25, 2, 1e-3]) {
      const before = x.itemSync()
      ;[x, state] = step(scalar(1), { ...state, values: { ...state.values, rate: scalar(rate) } }, x)
      expect(x.itemSync()).toBeCloseTo(before - rate, 6)
      expect(state.values.rate.itemSync()).toBe(Math.fround(rate))
    }
    ;[x] = step(scalar(0), { ...state, values: { rate: scalar(1), decay: scalar(0.5) } }, scalar(8))
    expect(x.itemSync()).toBe(4)
  })
})

describe('reduceOnPlateau', () => {
  /** The scale after each loss. */
  function scales(losses: readonly number[], options: Parameters<typeof reduceOnPlateau>[0]): number[] {
    const rule = reduceOnPlateau(options, sgd())
    const step = jit(
      assertMaxTraces(
        (s: ReturnType<typeof rule.init<Scalar>>, value: Scalar) => rule.step(scalar(0), s, scalar(0), { value })[1],
        1,
      ),
    )
    let state = rule.init(scalar(0))
    return losses.map((loss) => {
      state = step(state, scalar(loss))
      return state.scale.itemSync()
    })
  }

  it('waits for the patience to end, and again after each reduction', () => {
    expect(scales([5, 4, 4, 4, 4, 4, 4, 3], { patience: 2, factor: 0.5 })).toEqual([1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5])
  })

  it('asks for a share of the best, also below zero, and of zero', () => {
    expect(scales([-10, -10.5, -11.6], { patience: 0, factor: 0.5, threshold: 0.1 })).toEqual([1, 0.5, 0.5])
    expect(scales([0, -1e-9, -1e-9], { patience: 0, factor: 0.5 })).toEqual([1, 1, 0.5])
  })

  it('takes the means of several losses', () => {
    expect(scales([4, 6, 1, 8, 9, 9], { patience: 0, factor: 0.5, every: 2 })).toEqual([1, 1, 1, 1, 1, 0.5])
  })

  it('does not take NaN for a better loss, and stops at the smallest scale', () => {
    const options = { patience: 0, factor: 0.1, smallest: 0.05 }
    expect(scales([Number.NaN, Number.NaN, 1, Number.NaN], options).map((x) => Math.round(x * 1e6) / 1e6)).toEqual([
      0.1, 0.05, 0.05, 0.05,
    ])
  })

  it('says when the loss is missing', () => {
    const rule = reduceOnPlateau({}, sgd())
    expect(thrown(() => rule.step(scalar(1), rule.init(scalar(1)), scalar(1)))).toBe(
      'reduceOnPlateau: it needs the loss: rule.step(gradient, state, params, { value }), with the value of valueAndGrad.',
    )
  })

  it('hears the loss through every other combinator', () => {
    const inner = reduceOnPlateau({ patience: 0, factor: 0.5 }, sgd({ learningRate: 1 }))
    const rule = lookahead({ every: 9 }, averaged(0.5, skipNonFinite(chain(freeze('b', partition({ '*': inner }))))))
    const p = { a: scalar(0), b: scalar(0) }
    let [x, state] = [p, rule.init(p)]
    for (let i = 0; i < 2; i++) [x, state] = rule.step({ a: scalar(1), b: scalar(1) }, state, x, { value: scalar(1) })
    expect([x.a.itemSync(), x.b.itemSync()]).toEqual([-1.5, 0])
  })
})

describe('skipNonFinite', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('leaves a step with %d out', (bad) => {
    const rule = skipNonFinite(chain(clipByGlobalNorm(1), adamW({ learningRate: 0.1 })))
    const good = { a: tensor([1, -2]), b: tensor([3]) }
    let [x, state] = rule.step(good, rule.init(good), good)
    const [stayed, after] = rule.step({ a: tensor([1, bad]), b: tensor([3]) }, state, x)
    expect([numbers(stayed.a), numbers(stayed.b)]).toEqual([numbers(x.a), numbers(x.b)])
    expect(after.skipped.itemSync()).toBe(1)
    expect(numbers(after.rule[1].firstMoment.a)).toEqual(numbers(state.rule[1].firstMoment.a))
    expect(after.rule[1].step.itemSync()).toBe(1)
    ;[x, state] = rule.step(good, after, stayed)
    expect(state.skipped.itemSync()).toBe(1)
    expect(numbers(x.a)).not.toEqual(numbers(stayed.a))
  })
})

describe('accumulate', () => {
  it('makes of parts of a batch the step of the whole', () => {
    const p = tensor([1, -2])
    const rule = accumulate(2, adam({ learningRate: 0.1 }))
    const [between, half] = rule.step(tensor([1, 5]), rule.init(p), p)
    expect(numbers(between)).toEqual([1, -2])
    const whole = adam({ learningRate: 0.1 })
    const [expected] = whole.step(tensor([2, 2]), whole.init(p), p)
    const [next, state] = rule.step(tensor([3, -1]), half, between)
    expect(numbers(next)).toEqual(numbers(expected))
    expect([state.rule.step.itemSync(), state.count.itemSync(), numbers(state.sum)]).toEqual([1, 0, [0, 0]])
  })
})

describe('averaged and lookahead', () => {
  it('keep what they promise in their state', () => {
    const p = scalar(1)
    const rule = averaged(0.5, sgd({ learningRate: 1 }))
    const [x, first] = rule.step(scalar(1), rule.init(p), p)
    const [, second] = rule.step(scalar(1), first, x)
    expect([first.average.itemSync(), second.average.itemSync()]).toEqual([0.5, -0.25])
    const ahead = lookahead({ every: 2, share: 0.5 }, sgd({ learningRate: 1 }))
    const [one, a] = ahead.step(scalar(1), ahead.init(p), p)
    const [two, b] = ahead.step(scalar(1), a, one)
    expect([one.itemSync(), a.slow.itemSync(), two.itemSync(), b.slow.itemSync()]).toEqual([0, 1, 0, 0])
  })

  it('may be donated together with the parameters', () => {
    for (const rule of [averaged(0.5, adam()), lookahead({}, adam())]) {
      const step = jit((p: Scalar, s: unknown) => (rule as AnyRule).step(p, s, p), { donate: [0, 1] })
      let [x, state] = [scalar(1), rule.init(scalar(1)) as unknown]
      state = rule.init(x)
      for (let i = 0; i < 3; i++) [x, state] = step(x, state)
      expect(x.itemSync()).toBeCloseTo(0.997, 4)
    }
  })
})

describe('clipByBlock', () => {
  it('clips each view of a ComponentArray by itself', () => {
    const g = componentArray({ a: tensor([3, 4]), b: tensor([0.3, 0.4]), c: tensor([0, 0]) })
    const [clipped] = clipByBlock(1).update(g, null, g)
    const expected = [0.6, 0.8, 0.3, 0.4, 0, 0].map(Math.fround)
    numbers(flat(clipped)).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 6)
    })
  })
})
