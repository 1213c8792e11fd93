/**
 * A network learns to read handwritten digits: 784 pixels, 128 hidden units, 10 classes, Adam, on the CPU.
 * Run it with `npm run demo`.
 */
import { mkdir } from 'node:fs/promises'
import { argmax, jit, load, mean, random, roll, save } from 'conformable'
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
import { adam, cosine, fit } from 'conformable/optimisers'
import { type Digits, type Images, readDigits } from './mnist/digits.ts'
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

const loss = (p: P, { images, labels }: Digits) => mean(softmaxCrossEntropy(model(p, images), labels))
const read = jit((p: P, x: Images) => argmax(model(p, x), -1))
const score = jit((p: P, { images, labels }: Digits) => accuracy(model(p, images), labels))

console.log(`Learning from ${training.images.shape[0]} digits, holding out ${held.images.shape[0]}.`)

const rule = adam({ learningRate: cosine({ initial: 2e-3, steps }) })
const { params, state, sentence } = await fit(loss, model.init(random.key(0)), rule, shown, {
  epochs: EPOCHS,
  validation: [held],
  metrics: { accuracy: score },
  report: ({ epoch, batch, batches, loss, examplesPerSecond, ended }) => {
    progress(batch, batches!, `loss ${loss.toFixed(4)}  ${examplesPerSecond} images/s`, ended !== null)
    if (ended) console.log(`  epoch ${epoch}: accuracy on held-out digits ${percent(ended.validation!.accuracy!)}`)
  },
})
console.log(sentence)

await showMistakes(held)
await checkpoint()

/** The batches of an epoch. */
function shown(epoch: number) {
  const images = roll(training.images, SHIFTS[epoch % SHIFTS.length]!, 1)
  return batches({ images, labels: training.labels }, { size: BATCH, shuffle: random.key(epoch) })
}

async function showMistakes({ images, labels }: Digits): Promise<void> {
  const predictions = read(params, images)
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
  const before = await score(params, held).item()
  await mkdir('checkpoints', { recursive: true })
  await save(CHECKPOINT, { params, state })
  const restored = await load(CHECKPOINT, { params, state })
  const after = await score(restored.params, held).item()
  console.log(`Saved ${CHECKPOINT}, loaded it again: accuracy ${percent(after)}.`)
  if (after !== before) throw new Error(`The reloaded network reads ${percent(after)}, not ${percent(before)}.`)
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
