/**
 * The smallest network that is not linear: 2 inputs, 8 hidden units, 1 output learn exclusive or.
 * Run it with `npx tsx --conditions=source examples/xor.ts`.
 */
import { jit, mean, random, reshape, tensor, valueAndGrad } from 'conformable'
import { chain, dense, type ParamsOf, sigmoid, sigmoidCrossEntropy, tanh } from 'conformable/layers'
import { adam, type StateOf } from 'conformable/optimisers'

const inputs = tensor([
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
])
const truth = tensor([0, 1, 1, 0])

const model = chain(dense(2, 8), tanh, dense(8, 1))
type P = ParamsOf<typeof model>

const logits = (p: P) => reshape(model(p, inputs), [4])
const loss = (p: P) => mean(sigmoidCrossEntropy(logits(p), truth))

const rule = adam({ learningRate: 0.05 })
const step = jit((p: P, s: StateOf<typeof rule, P>) => {
  const [value, gradient] = valueAndGrad(loss)(p)
  const [next, state] = rule.step(gradient, s, p)
  return { p: next, s: state, value }
})

let p = model.init(random.key(0))
let s = rule.init(p)
for (let i = 1; i <= 500; i++) {
  const result = step(p, s)
  p = result.p
  s = result.s
  if (i % 100 === 0) console.log(`step ${i}: loss ${(await result.value.item()).toFixed(6)}`)
}

const answers = await sigmoid(logits(p)).read()
const questions = ['0 xor 0', '0 xor 1', '1 xor 0', '1 xor 1']
questions.forEach((question, i) => {
  console.log(`${question} = ${answers[i]?.toFixed(3)}`)
})

const expected = await truth.read()
if (answers.some((answer, i) => Math.abs(answer - (expected[i] ?? Number.NaN)) > 0.1)) {
  throw new Error(`The network has not learnt exclusive or: ${[...answers].join(', ')}.`)
}
