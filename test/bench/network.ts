/** One training step of an MLP 784-128-10 on a batch of 128 with Adam: the peers' workload. */

import { chain, dense, type ParamsOf, relu, softmaxCrossEntropy } from '../../layers/index.ts'
import { adam, type StateOf } from '../../optimisers/index.ts'
import { fromTypedArray, jit, mean, random, type Tensor, valueAndGrad } from '../../src/index.ts'
import { type Case, milliseconds, noise, once } from './harness.ts'

const model = chain(dense(784, 128), relu, dense(128, 10))
const rule = adam({ learningRate: 1e-3 })
type P = ParamsOf<typeof model>
type S = StateOf<typeof rule, P>
type Images = Tensor<readonly ['batch', 784]>
type Labels = Tensor<readonly ['batch'], 'int32'>

const loss = (p: P, x: Images, y: Labels) => mean(softmaxCrossEntropy(model(p, x), y))

/** One step of training. */
export const trainStep = (p: P, s: S, x: Images, y: Labels) => {
  const [value, gradient] = valueAndGrad(loss)(p, x, y)
  const [next, state] = rule.step(gradient, s, p)
  return { p: next, s: state, value }
}

/** The inputs of a step. */
export function training() {
  const p = model.init(random.key(0))
  const labels = Int32Array.from({ length: 128 }, (_, i) => (i * 7) % 10)
  return { p, s: rule.init(p), x: fromTypedArray(noise(128 * 784, 3), [128, 784]), y: fromTypedArray(labels, [128]) }
}

/** The training step, compiled; donated state stays in the device's memory. */
export const compiledStep = (donate: boolean) => jit(trainStep, donate ? { donate: [0, 1] } : {})

/** Steps per second, with and without donation, and the first call. */
export const network: readonly Case[] = [false, true].map((donate) => {
  const name = donate ? 'mlp-train-step-donated' : 'mlp-train-step'
  return {
    name,
    run(emit) {
      const compiled = compiledStep(donate)
      let { p, s, x, y } = training()
      const train = () => {
        const next = compiled(p, s, x, y)
        p = next.p
        s = next.s
      }
      emit(`${name}-first-call`, once(train), 'ms')
      emit(name, 1000 / milliseconds(train), 'steps/s')
    },
  }
})
