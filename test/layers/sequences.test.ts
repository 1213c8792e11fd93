/** Layers over sequences: golden values and derivatives to third order, what they see, and sentences. */
import { describe, expect, it } from 'vitest'
import {
  gru,
  learnedEncoding,
  lstm,
  multiHeadAttention,
  rnn,
  rotaryEncoding,
  sinusoidalEncoding,
} from '../../layers/index.ts'
import {
  at,
  attention,
  componentArray,
  flip,
  fromTypedArray,
  grad,
  moveAxis,
  mul,
  random,
  sum,
  type Tensor,
  tensor,
  transpose,
  zeros,
} from '../../src/index.ts'
import { compareCases } from '../helpers/cases.ts'
import { fill } from '../helpers/golden.ts'
import { thrown } from '../helpers/thrown.ts'
import type { AnyLayerFunction } from './table.ts'

type Any = Tensor<any, any>
const key = random.key(3)
const numbers = (x: unknown): number[] => [...(x as Any).readSync()]
/** A value of the program under test, as the doors see it. */
const loose = (x: unknown): Any => x as Any
/** A matrix [in, out] as a weight [out, in]. */
const weight = (w: unknown): { readonly weight: never } => ({ weight: transpose(loose(w)) as never })

compareCases('attention', 1e-12, {
  attention: ([q, k, v, extra], { causal, scale, mask, bias }) => {
    const restriction = mask !== undefined ? { mask: extra } : bias !== undefined ? { bias: extra } : {}
    const options = { ...(causal === undefined ? {} : { causal }), ...(scale === undefined ? {} : { scale }) }
    return [attention(loose(q), loose(k), loose(v), { ...options, ...restriction } as object) as never]
  },
  attention_gqa: ([q, k, v]) => [attention(loose(q), loose(k), loose(v)) as never],
  multi_head_attention: ([x, wq, wk, wv, wo], { heads, causal }) => {
    const layer = multiHeadAttention(4, heads as number, { causal: causal as boolean, bias: false })
    const params = componentArray({ query: weight(wq), key: weight(wk), value: weight(wv), output: weight(wo) })
    return [layer(params as never, x as never) as never]
  },
  rope: ([x], { base }) => {
    const layer = rotaryEncoding(4, { base: base as number })
    return [layer(layer.init(key), x as never) as never]
  },
})

compareCases('recurrent', 1e-12, {
  lstm_sequence: ([xs, w, u, b]) => {
    const params = componentArray({ input: { ...weight(w), bias: b as never }, hidden: weight(u) })
    return [moveAxis(loose(lstm(3, 2)(params as never, moveAxis(loose(xs), 0, 1) as never)), 1, 0) as never]
  },
  gru_sequence: ([xs, w, u, b, bn]) => {
    const hidden = { ...weight(u), bias: bn as never }
    const params = componentArray({ input: { ...weight(w), bias: b as never }, hidden })
    return [gru(3, 2, { last: true })(params as never, moveAxis(loose(xs), 0, 1) as never) as never]
  },
})

const noise = (seed: number, ...shape: number[]): Any =>
  fromTypedArray(
    fill(
      shape.reduce((a, b) => a * b, 1),
      seed,
      -1,
      1,
    ),
    shape,
  )

describe('attention', () => {
  const [q, k, v] = [noise(1, 3, 4), noise(2, 5, 4), noise(3, 5, 2)]

  it('gives zeros where nothing is visible, and finite gradients', () => {
    const mask = tensor([
      [true, true, false, false, true],
      [false, false, false, false, false],
      [true, false, false, false, false],
    ])
    const y = attention(q, k, v, { mask: mask as Any })
    expect(numbers(at(loose(y), 1))).toEqual([0, 0])
    expect(numbers(at(loose(y), 2))).toEqual(numbers(at(v, 0)))
    const loss = (x: Any): Any => sum(attention(x, k, v, { mask: mask as Any }))
    const slope = numbers(grad(loss as never)(q as never))
    expect(slope.every(Number.isFinite)).toBe(true)
    expect(slope.slice(4)).toEqual(new Array(8).fill(0)) // one visible key, or none: nothing to choose
  })

  it('broadcasts leading dimensions of each operand', () => {
    const y = attention(noise(1, 2, 1, 3, 4), k, noise(3, 6, 5, 2))
    expect(y.shape).toEqual([2, 6, 3, 2])
  })

  it.each([
    [
      () => attention(q, noise(1, 5, 3), v),
      'ShapeError: attention: queries [3, 4] have 4 features but keys [5, 3] have 3',
    ],
    [
      () => attention(q, k, noise(1, 4, 2)),
      'ShapeError: attention: keys [5, 4] have length 5 but values [4, 2] have 4',
    ],
    [() => attention(at(q, 0) as Any, k, v), 'ShapeError: attention: queries must have rank >= 2, got [4]'],
    [
      () => attention(noise(1, 2, 3, 4), noise(1, 3, 5, 4), noise(1, 3, 5, 2)),
      'ShapeError: attention: batch dimensions do not broadcast: 2 vs 3 (queries [2, 3, 4], keys [3, 5, 4], values [3, 5, 2])',
    ],
    [
      () => attention(q, k, v, { bias: noise(1, 5, 3) }),
      'ShapeError: attention: the bias [5, 3] does not broadcast to the scores [3, 5]',
    ],
    [() => attention(q, k, v, { scale: Number.NaN }), 'attention: scale is a finite number, got NaN.'],
    [
      () => attention(q, k, v, { mask: q as never }),
      'DTypeError: attention: needs a bool tensor, got float64[3, 4]; compare first: notEqual(x, 0)',
    ],
  ])('%# %s', (call, sentence) => {
    expect(thrown(call)).toBe(sentence)
  })
})

it('causal heads do not see what comes later', () => {
  const layer = multiHeadAttention(4, 2, { causal: true, rotary: true })
  const params = layer.init(key, 'float64')
  const [x, other] = [noise(1, 3, 4), noise(2, 3, 4)]
  const mixed = fromTypedArray(Float64Array.from([...numbers(x).slice(0, 8), ...numbers(other).slice(8)]), [3, 4])
  expect(numbers(layer(params, mixed)).slice(0, 8)).toEqual(numbers(layer(params, x as never)).slice(0, 8))
})

it('products of turned vectors depend on distances alone', () => {
  const layer = rotaryEncoding(4)
  const same = (row: number[]): Any =>
    tensor(
      Array.from({ length: 6 }, () => row),
      'float64',
    ) as Any
  const [a, b] = [same([1, 2, 3, 4]), same([2, -1, 0.5, 1])].map((x) => layer(layer.init(key), x as never) as Any)
  const product = (i: number, j: number): number =>
    numbers(mul(at(a!, i) as Any, at(b!, j) as Any)).reduce((total, x) => total + x, 0)
  expect(product(3, 1)).toBeCloseTo(product(5, 3), 12)
  expect(product(3, 1)).not.toBeCloseTo(product(4, 1), 3)
})

/** A recurrent layer, seen without shapes. */
type Make = (inputs: number, hidden: number, options?: object) => AnyLayerFunction

it('runs backwards as forwards over the flipped sequence', () => {
  const x = noise(1, 2, 5, 3)
  for (const make of [rnn, lstm, gru] as readonly Make[]) {
    const forward = make(3, 2)
    const params = forward.init(key, 'float64')
    const backwards = make(3, 2, { reverse: true })(params as never, x as never)
    expect(numbers(backwards)).toEqual(numbers(flip(forward(params as never, flip(x, 1) as never) as Any, 1)))
    const last = make(3, 2, { last: true })(params as never, x as never)
    expect(numbers(last)).toEqual(numbers(at(moveAxis(loose(forward(params as never, x as never)), 1, 0) as Any, -1)))
  }
})

const n = (x: unknown): never => x as never

it.each([
  [() => multiHeadAttention(6, 4), 'multiHeadAttention(6, 4): 6 features do not fall into 4 heads.'],
  [
    () => multiHeadAttention(6, 2, { rotary: true }),
    'multiHeadAttention(6, 2): heads of 3 features cannot be turned by pairs.',
  ],
  [() => sinusoidalEncoding(3), 'sinusoidalEncoding(3): the number of features is even, got 3.'],
  [
    () => learnedEncoding(2, 3)(learnedEncoding(2, 3).init(key), zeros([4, 3])),
    'ShapeError: learnedEncoding(2, 3): there are 2 places, got 4',
  ],
  [
    () => gru(3, 2)(gru(3, 2).init(key), n(zeros([5, 4]))),
    'ShapeError: gru(3, 2): expects 3 input features, got 4 (input [5, 4])',
  ],
  [
    () => lstm(3, 2)(lstm(3, 2).init(key), n(zeros([3]))),
    'ShapeError: lstm(3, 2): input must be […, time, features], got [3]',
  ],
  [() => rnn(3, 0), 'rnn(3, 0): sizes are whole numbers from 1, got 0.'],
])('%# %s', (call, sentence) => {
  expect(thrown(call)).toBe(sentence)
})
