/**
 * A network learns to read handwritten digits: 784 pixels, 128 hidden units, 10 classes, Adam, on the CPU.
 * Run it with `npm run demo`.
 */
import { mkdir } from 'node:fs/promises'
import { argmax, jit, load, mean, random, roll, save, valueAndGrad } from 'conformable'
import {
  accuracy,
  batches,
  chain,
  confusionMatrix,
  dense,
  type ParamsOf,
  relu,
  softmaxCrossEntropy,
} from 'conformable/layers'
import { adam, cosine, type StateOf } from 'conformable/optimisers'
import { type Digits, type Images, type Labels, readDigits } from './mnist/digits.ts'
import { confusion, digits, progress } from './mnist/draw.ts'

const EPOCHS = 12
const BATCH = 64
/** The digits are shown shifted by up to a pixel, another way each epoch: a shift of a row is 28 pixels. */
const SHIFTS = [0, 1, 28, -1, -28, 29, -27, -29, 27]
const CHECKPOINT = 'checkpoints/mnist.ckpt'

const model = chain(dense(784, 128), relu, dense(128, 10))
type P = ParamsOf<typeof model>

const { training, held } = await readDigits()
const steps = EPOCHS * Math.ceil(training.images.shape[0] / BATCH)

const rule = adam({ learningRate: cosine({ initial: 2e-3, steps }) })
type S = StateOf<typeof rule, P>

const loss = (p: P, x: Images, y: Labels) => mean(softmaxCrossEntropy(model(p, x), y))

const step = jit((p: P, s: S, x: Images, y: Labels) => {
  const [value, gradient] = valueAndGrad(loss)(p, x, y)
  const [next, state] = rule.step(gradient, s, p)
  return { p: next, s: state, value }
})

const read = jit((p: P, x: Images) => argmax(model(p, x), -1))
const score = jit((p: P, x: Images, y: Labels) => accuracy(model(p, x), y))

console.log(`Learning from ${training.images.shape[0]} digits, holding out ${held.images.shape[0]}.`)

let p = model.init(random.key(0))
let s = rule.init(p)
const start = performance.now()
for (let epoch = 1; epoch <= EPOCHS; epoch++) {
  await trainEpoch(epoch)
  console.log(
    `  epoch ${epoch}: accuracy on held-out digits ${percent(await score(p, held.images, held.labels).item())}`,
  )
}
console.log(`Trained in ${((performance.now() - start) / 1000).toFixed(1)} s.`)

await showMistakes(held)
await checkpoint()

async function trainEpoch(epoch: number): Promise<void> {
  const begin = performance.now()
  const total = training.images.shape[0]
  const shown = { images: roll(training.images, SHIFTS[epoch % SHIFTS.length]!, 1), labels: training.labels }
  let seen = 0
  for (const { images, labels } of batches(shown, { size: BATCH, shuffle: random.key(epoch) })) {
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

async function showMistakes({ images, labels }: Digits): Promise<void> {
  const predictions = read(p, images)
  const matrix = await confusionMatrix(predictions, labels, 10).read()
  console.log(confusion(Array.from({ length: 10 }, (_, row) => Array.from(matrix.slice(row * 10, row * 10 + 10)))))
  const [seen, truth, pixels] = await Promise.all([predictions.read(), labels.read(), images.read()])
  const wrong = Array.from(seen.keys())
    .filter((i) => seen[i] !== truth[i])
    .slice(0, 3)
  if (wrong.length === 0) return
  console.log(`Misread: ${wrong.map((i) => `${truth[i]} as ${seen[i]}`).join(', ')}`)
  console.log(digits(wrong.map((i) => pixels.subarray(i * 784, (i + 1) * 784))))
}

async function checkpoint(): Promise<void> {
  const before = await score(p, held.images, held.labels).item()
  await mkdir('checkpoints', { recursive: true })
  await save(CHECKPOINT, { p, s })
  const restored = await load(CHECKPOINT, { p, s })
  const after = await score(restored.p, held.images, held.labels).item()
  console.log(`Saved ${CHECKPOINT}, loaded it again: accuracy ${percent(after)}.`)
  if (after !== before) throw new Error(`The reloaded network reads ${percent(after)}, not ${percent(before)}.`)
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
