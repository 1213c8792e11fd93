/** A network as steps: bias, activation and its gradient are part of the products. */
import { expect, it } from 'vitest'
import { chain, dense, type ParamsOf, relu, softmaxCrossEntropy } from '../../layers/index.ts'
import { adam, type StateOf } from '../../optimisers/index.ts'
import { fromTypedArray, inspect, mean, random, type Tensor, valueAndGrad, zeros } from '../../src/index.ts'

const model = chain(dense(784, 128), relu, dense(128, 10))
const rule = adam({ learningRate: 1e-3 })
type P = ParamsOf<typeof model>
type S = StateOf<typeof rule, P>
type Images = Tensor<readonly ['batch', 784]>
type Labels = Tensor<readonly ['batch'], 'int32'>

const p = model.init(random.key(0))
const x: Images = zeros([32, 784])

it('the values of two layers are two steps', () => {
  const { kernels, kernelCount } = inspect((q: P, images: Images) => model(q, images), p, x)
  expect(kernelCount).toBe(2)
  expect(kernels).toContain('dot + add_le')
  expect(kernels).toContain('dot + add,')
})

it('a training step has a kernel for the loss, one for Adam, and products', () => {
  const loss = (q: P, images: Images, labels: Labels) => mean(softmaxCrossEntropy(model(q, images), labels))
  const step = (q: P, s: S, images: Images, labels: Labels) => {
    const [value, gradient] = valueAndGrad(loss)(q, images, labels)
    const [next, state] = rule.step(gradient, s, q)
    return { next, state, value }
  }
  const y: Labels = fromTypedArray(new Int32Array(32), [32])
  const { kernels, kernelCount } = inspect(step, p, rule.init(p), x, y)
  expect(kernelCount).toBeLessThanOrEqual(9)
  expect(kernels.match(/contract .* dot \+ /g)?.length).toBe(2)
})
