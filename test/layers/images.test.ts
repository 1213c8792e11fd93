/** What is special about layers of images: the state of batch normalisation, options, beginnings. */
import { describe, expect, it } from 'vitest'
import {
  avgPool2d,
  batchNorm,
  chain,
  conv2d,
  convTranspose2d,
  dense,
  depthwiseConv2d,
  groupNorm,
  type LayerStateOf,
  testMode,
  trainMode,
} from '../../layers/index.ts'
import {
  conv2d as conv2dOf,
  jit,
  permute,
  random,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
  zeros,
} from '../../src/index.ts'
import { thrown } from '../helpers/thrown.ts'

type Any = Tensor<any, any>
const key = random.key(3)
const numbers = (x: unknown): number[] => [...(x as Any).readSync()]
const n = (x: unknown): never => x as never

describe('batchNorm', () => {
  const layer = batchNorm(2, { decay: 0.75 })
  const params = layer.init(key, 'float64')
  const x = tensor(
    [
      [1, 10],
      [3, 10],
      [8, 40],
    ],
    'float64',
  )

  it('keeps running averages, the variance divided by n - 1', () => {
    const [, next] = layer(params, x, layer.initState(key, 'float64'))
    expect(numbers(next.mean)).toEqual([0.25 * 4, 0.25 * 20])
    expect(numbers(next.variance)).toEqual([0.75 + 0.25 * 13, 0.75 + 0.25 * 300])
    expect(next.training).toBe(true)
  })

  it('uses them in test mode and leaves them', () => {
    const state = { mean: tensor([1, 2], 'float64'), variance: tensor([4, 9], 'float64'), training: false }
    const [y, next] = layer(params, x, state)
    const expected = [
      [0, 8],
      [2, 8],
      [7, 38],
    ].map(([a, b]) => [a! / Math.sqrt(4 + 1e-5), b! / Math.sqrt(9 + 1e-5)])
    numbers(y).forEach((found, i) => {
      expect(found).toBeCloseTo(expected.flat()[i]!, 12)
    })
    expect(next).toBe(state)
  })

  it('gives one sample a variance of zero, not NaN', () => {
    const [y, next] = layer(params, zeros([1, 2], 'float64'), layer.initState(key, 'float64'))
    expect([...numbers(y), ...numbers(next.variance)]).toEqual([0, 0, 0.75, 0.75])
  })

  it('has its mode switched inside a chain, and its state carried by a compiled step', () => {
    const model = chain(dense(2, 2), batchNorm(2))
    const begun = model.init(key)
    const step = jit((p: typeof begun, s: LayerStateOf<typeof model>, v: Tensor<['n', 2]>) => {
      const [{ state }, gradient] = valueAndGrad((q: typeof begun) => {
        const [y, state] = model(q, v, s)
        return { value: sum(y), state }
      })(p)
      return { gradient, state }
    })
    const input = tensor([
      [1, 2],
      [3, 5],
    ])
    const { state } = step(begun, model.initState(key), input)
    expect(numbers(state.layer_1.mean)).not.toEqual([0, 0])
    expect(testMode(state).layer_1.training).toBe(false)
    expect(trainMode(testMode(state)).layer_1.training).toBe(true)
    expect(numbers(model(begun, input, testMode(state))[1].layer_1.mean)).toEqual(numbers(state.layer_1.mean))
  })
})

it('the weight of another framework, [out, in, kh, kw], fits after a permutation', () => {
  const foreign = random.normal(key, [4, 3, 2, 5])
  const layer = conv2d(3, 4, [2, 5])
  const weight = permute(foreign, [2, 3, 1, 0])
  expect(weight.shape).toEqual(layer.init(key).weight.shape)
  expect(conv2dOf(zeros([1, 6, 6, 3]), weight).shape).toEqual([1, 5, 2, 4])
})

it('weights begin with the spread of their fans', () => {
  const deviation = (x: unknown): number =>
    Math.sqrt(numbers(x).reduce((total, w) => total + w * w, 0) / numbers(x).length)
  expect(deviation(conv2d(16, 32, 3).init(key).weight)).toBeCloseTo(Math.sqrt(2 / (9 * 48)), 2)
  expect(deviation(depthwiseConv2d(64, 3).init(key).weight)).toBeCloseTo(Math.sqrt(2 / (9 * 65)), 2)
  expect(numbers(conv2d(1, 3, 3).init(key).bias)).toEqual([0, 0, 0])
})

it.each([
  [() => conv2d(3, 4, 3, { groups: 2 }), 'conv2d(3, 4, 3): 3 channels do not fall into 2 groups.'],
  [() => conv2d(3, 4, n([3])), 'conv2d(3, 4, [3]): a size for each of 2 axes is needed, got [3].'],
  [() => conv2d(3, 0, 3), 'conv2d(3, 0, 3): sizes are whole numbers from 1, got 0.'],
  [() => conv2d(3, 4, [3, 0]), 'conv2d(3, 4, [3, 0]): sizes are whole numbers from 1, got 0.'],
  [
    () => conv2d(3, 4, 3, n({ strides: 2 })),
    "conv2d(3, 4, 3): there is no option 'strides'; it takes bias, weightInitialiser, biasInitialiser, stride, padding, dilation, groups.",
  ],
  [
    () => convTranspose2d(2, 2, 3)(convTranspose2d(2, 2, 3).init(key), n(zeros([1, 3, 3, 5]))),
    'ShapeError: convTranspose2d: input [1, 3, 3, 5] has 5 channels but the kernel [3, 3, 2, 2] expects 2',
  ],
  [() => groupNorm(3, 4), 'groupNorm(3, 4): 4 channels do not fall into 3 groups.'],
  [
    () => groupNorm(2, 4)(groupNorm(2, 4).init(key), n(zeros([4]))),
    'ShapeError: groupNorm(2, 4): input must be [batch, …, channels], got [4]',
  ],
  [
    () => batchNorm(3)(batchNorm(3).init(key), n(zeros([2, 4])), batchNorm(3).initState(key)),
    'ShapeError: batchNorm(3): expects 3 input features, got 4 (input [2, 4])',
  ],
  [
    () => batchNorm(3)(batchNorm(3).init(key), zeros([2, 3]), n(undefined)),
    'batchNorm(3): the state is missing; make it with initState(key).',
  ],
  [
    () => avgPool2d(2, { countpadding: true } as object)(avgPool2d(2).init(key), zeros([1, 4, 4, 1])),
    "avgPool2d: there is no option 'countpadding'; it takes stride, padding, countPadding.",
  ],
])('%# %s', (call, sentence) => {
  expect(thrown(call)).toBe(sentence)
})
