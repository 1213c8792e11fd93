/** Losses against golden values and derivatives to third order; large logits; sentences. */
import { describe, expect, it } from 'vitest'
import * as door from '../../layers/index.ts'
import type { Value } from '../../src/core/value.ts'
import { fromTypedArray, grad, mean, softmax, sum, type Tensor, tensor, zeros } from '../../src/index.ts'
import { compareCases } from '../helpers/cases.ts'

type Any = Tensor<any, any>

/** A loss said with the public door, for the helper that works with values. */
const using =
  (f: (a: Any, b: Any, attributes: any) => Any) =>
  ([a, b]: readonly Value[], attributes: Readonly<Record<string, unknown>>): readonly Value[] => [
    f(a as never, b as never, attributes) as unknown as Value,
  ]

const reduced = (loss: Any, reduction: unknown): Any =>
  reduction === 'none' ? loss : reduction === 'sum' ? sum(loss) : (mean(loss) as Any)

compareCases('loss', 1e-13, {
  cross_entropy: using((x, labels, { reduction }) => reduced(door.softmaxCrossEntropy(x, labels), reduction)),
  cross_entropy_smooth: using((x, labels, { smoothing }) =>
    reduced(door.softmaxCrossEntropy(x, labels, { labelSmoothing: smoothing }), 'mean'),
  ),
  cross_entropy_soft: using((x, t) => reduced(door.softmaxCrossEntropy(x, softmax(t) as Any), 'mean')),
  bce_with_logits: using((x, t, { reduction }) => reduced(door.sigmoidCrossEntropy(x, t), reduction)),
  mse: using((a, b) => reduced(door.mse(a, b), 'mean')),
  mae: using((a, b) => reduced(door.mae(a, b), 'mean')),
  huber: using((a, b, { delta }) => reduced(door.huber(a, b, { delta }), 'mean')),
  kl_divergence: using((x, t) => reduced(door.klDivergence(x, t), 'mean')),
  cosine_similarity: using((a, b) => door.cosineSimilarity(a, b)),
  hinge: using((x, t) => reduced(door.hinge(x, t), 'mean')),
})

const numbers = (x: Any): number[] => [...x.readSync()]

describe('far from 0', () => {
  const logits = tensor([
    [1000, -1000, 0],
    [-1000, 0, 1000],
  ])
  const labels = tensor([1, 2], 'int32')
  const cross = (x: Any): Any => sum(door.softmaxCrossEntropy(x, labels as Any)) as Any

  it('softmaxCrossEntropy', () => {
    expect(numbers(door.softmaxCrossEntropy(logits, labels) as Any)).toEqual([2000, 0])
    expect(numbers(grad(cross)(logits as Any) as Any)).toEqual([1, -1, 0, 0, 0, 0])
    const again = grad((x: Any) => sum(grad(cross)(x) as Any) as Any)
    expect(numbers(again(logits as Any) as Any).every(Number.isFinite)).toBe(true)
    expect(
      numbers(door.softmaxCrossEntropy(logits, softmax(logits), { labelSmoothing: 0.1 }) as Any).every(Number.isFinite),
    ).toBe(true)
  })

  it('sigmoidCrossEntropy', () => {
    const x = tensor([1000, -1000, 1000, -1000, 30])
    const t = tensor([1, 0, 0, 1, 1])
    expect(numbers(door.sigmoidCrossEntropy(x, t) as Any)).toEqual([0, 0, 1000, 1000, Math.fround(Math.exp(-30))])
    const slope = grad((v: Any) => sum(door.sigmoidCrossEntropy(v, t as Any)) as Any)(x as Any) as Any
    expect(numbers(slope).slice(0, 4)).toEqual([0, 0, 1, -1])
  })

  it('klDivergence', () => {
    expect(numbers(door.klDivergence(logits, logits) as Any)).toEqual([0, 0])
    expect(
      numbers(
        door.klDivergence(
          logits,
          tensor([
            [-1000, 1000, 0],
            [0, 0, 0],
          ]),
        ) as Any,
      )[0],
    ).toBe(2000)
  })

  it('cosineSimilarity at the origin', () => {
    const a = fromTypedArray(new Float64Array(3), [1, 3])
    const b = fromTypedArray(Float64Array.of(1, 2, 2), [1, 3])
    expect(numbers(door.cosineSimilarity(a, b) as Any)).toEqual([0])
    const slope = grad((v: Any) => sum(door.cosineSimilarity(v, b as Any)) as Any)(a as Any) as Any
    expect(numbers(slope).every(Number.isFinite)).toBe(true)
  })
})

describe('shapes', () => {
  it('one value for each example', () => {
    expect(door.mse(zeros([2, 3, 4]), zeros([2, 3, 4])).shape).toEqual([2, 3])
    expect(door.softmaxCrossEntropy(zeros([2, 3, 4]), zeros([2, 3], 'int32')).shape).toEqual([2, 3])
    expect(door.softmaxCrossEntropy(zeros([4]), zeros([], 'int32')).shape).toEqual([])
    expect(door.sigmoidCrossEntropy(zeros([2, 3]), zeros([2, 3])).shape).toEqual([2, 3])
  })

  it('a label out of range gives NaN', () => {
    expect(numbers(door.softmaxCrossEntropy(zeros([3, 2]), tensor([0, 2, -1], 'int32')) as Any)).toEqual([
      Math.fround(Math.LN2),
      Number.NaN,
      Number.NaN,
    ])
  })

  it.each([
    [
      () => door.mse(zeros([5, 1]), zeros([5]) as never),
      'ShapeError: mse: prediction and target must have one shape, got [5, 1] and [5]',
    ],
    [
      () => door.softmaxCrossEntropy(zeros([5, 3]), zeros([6], 'int32') as never),
      'ShapeError: softmaxCrossEntropy: logits [5, 3] need labels [5], got [6]',
    ],
    [() => door.hinge(zeros([5]), zeros([5], 'float64') as never), 'DTypeError: hinge: float32[5] with float64'],
    [() => door.huber(zeros([5]), zeros([5]), { delta: -1 }), 'huber: delta must be greater than 0, got -1.'],
    [
      () => door.softmaxCrossEntropy(zeros([1, 3]), zeros([1], 'int32'), { smoothing: 0.1 } as never),
      "softmaxCrossEntropy: there is no option 'smoothing'",
    ],
  ])('%#: %s', (act, sentence) => {
    expect(act).toThrow(sentence)
  })
})
