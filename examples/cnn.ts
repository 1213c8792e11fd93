/**
 * A small convolutional network learns to read handwritten digits: two convolutions with pooling, then a dense layer; Adam, on
 * the CPU. Run it with `npm run cnn`.
 */
import { jit, mean, random, rearrange, valueAndGrad } from 'conformable'
import {
  accuracy,
  batches,
  chain,
  conv2d,
  dense,
  flatten,
  input,
  maxPool2d,
  type ParamsOf,
  relu,
  softmaxCrossEntropy,
} from 'conformable/layers'
import { adam, type StateOf } from 'conformable/optimisers'
import { type Images, type Labels, readDigits } from './mnist/digits.ts'
import { progress } from './mnist/draw.ts'

const EPOCHS = 3
const BATCH = 64

const model = chain(
  input('batch', 28, 28, 1),
  conv2d(1, 8, 3, { padding: 'same' }),
  relu,
  maxPool2d(2),
  conv2d(8, 16, 3, { padding: 'same' }),
  relu,
  maxPool2d(2),
  flatten,
  dense(784, 10), // 7 · 7 · 16: another number is an error of the compiler
)
type P = ParamsOf<typeof model>

const rule = adam({ learningRate: 5e-3 })
type S = StateOf<typeof rule, P>

const scores = (p: P, x: Images) => model(p, rearrange(x, 'batch (h w c) -> batch h w c', { h: 28, w: 28 }))
const loss = (p: P, x: Images, y: Labels) => mean(softmaxCrossEntropy(scores(p, x), y))

const step = jit((p: P, s: S, x: Images, y: Labels) => {
  const [value, gradient] = valueAndGrad(loss)(p, x, y)
  const [next, state] = rule.step(gradient, s, p)
  return { p: next, s: state, value }
})
const score = jit((p: P, x: Images, y: Labels) => accuracy(scores(p, x), y))

const { training, held } = await readDigits()
console.log(`Learning from ${training.images.shape[0]} digits, holding out ${held.images.shape[0]}.`)

let p = model.init(random.key(0))
let s = rule.init(p)
for (let epoch = 1; epoch <= EPOCHS; epoch++) {
  await trainEpoch(epoch)
  const share = await score(p, held.images, held.labels).item()
  console.log(`  epoch ${epoch}: accuracy on held-out digits ${(100 * share).toFixed(1)} %`)
}

async function trainEpoch(epoch: number): Promise<void> {
  const begin = performance.now()
  const total = training.images.shape[0]
  let seen = 0
  for (const { images, labels } of batches(training, { size: BATCH, shuffle: random.key(epoch) })) {
    const result = step(p, s, images, labels)
    p = result.p
    s = result.s
    seen += images.shape[0]
    if (seen % (BATCH * 16) !== 0 && seen !== total) continue
    const rate = Math.round(seen / ((performance.now() - begin) / 1000))
    progress(seen, total, `loss ${(await result.value.item()).toFixed(4)}  ${rate} images/s`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
