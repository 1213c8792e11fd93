/** A page that trains a network on the CPU or the GPU and reads what one draws. */
import { cpu, type Device, findWebGpu } from 'conformable'
import { type Digits, fetchDigits } from './digits.ts'
import { batchSize, Learner } from './network.ts'
import { drawCurve, drawDigit, Pad } from './pictures.ts'

const SHOWN = 20
/** Steps between two looks at the loss, and between two at the held-out digits. */
const STRIDE = 10
const LOOK = 100

const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T
const [trainButton, resetButton] = [element<HTMLButtonElement>('train'), element<HTMLButtonElement>('reset')]
const chooser = element<HTMLSelectElement>('device')
const curve = element<HTMLCanvasElement>('loss')
const code = element<HTMLDetailsElement>('code')
const pad = new Pad(element<HTMLCanvasElement>('pad'), () => void guess())

let learner: Learner
let losses: number[] = []
let running = false
let gpu: Device | undefined

const likeliest = (probabilities: readonly number[]): number => probabilities.indexOf(Math.max(...probabilities))

const say = (text: string): void => {
  element('status').textContent = text
}

const { training, held } = await fetchDigits((classes) => say(`Loading digits … ${classes} of 10`))
const shown = await sampleOf(held)
learner = Learner.on(cpu(), training, held)
say('Ready.')
trainButton.disabled = resetButton.disabled = false
await look()

trainButton.addEventListener('click', () => void (running ? stop() : train()))
resetButton.addEventListener('click', () => void reset())
chooser.addEventListener('change', () => void change())
element('clear').addEventListener('click', () => {
  pad.clear()
  element('guesses').replaceChildren()
})
code.addEventListener('toggle', showCode)

async function train(): Promise<void> {
  running = true
  trainButton.textContent = 'Stop'
  say('Training …')
  while (running) {
    const start = performance.now()
    let loss = learner.step()
    for (let i = 1; i < STRIDE; i++) loss = learner.step()
    losses.push(Number(await loss.item()))
    element('speed').textContent = ((1000 * STRIDE * batchSize) / (performance.now() - start)).toFixed(0)
    element('step').textContent = String(learner.steps)
    element('value').textContent = losses.at(-1)!.toFixed(4)
    drawCurve(curve, losses)
    if (learner.steps % LOOK === 0) await look()
    await new Promise((resolve) => setTimeout(resolve))
  }
  trainButton.textContent = 'Train'
  say('Stopped.')
}

function stop(): void {
  running = false
}

async function reset(): Promise<void> {
  learner = Learner.on(await device(), training, held)
  losses = []
  drawCurve(curve, losses)
  await look()
}

/** Goes on with the same network on the chosen device. */
async function change(): Promise<void> {
  const wasRunning = running
  stop()
  chooser.disabled = true
  say('Moving …')
  const chosen = await device()
  await new Promise((resolve) => setTimeout(resolve, 50))
  learner = await learner.movedTo(chosen)
  say(`The network is on ${chosen.name}.`)
  chooser.disabled = false
  showCode()
  if (wasRunning) await train()
}

async function device(): Promise<Device> {
  if (chooser.value === 'cpu') return cpu()
  if (gpu !== undefined) return gpu
  const found = await findWebGpu()
  if (found._tag === 'Right') {
    gpu = found.right
    return gpu
  }
  say(found.left.message)
  chooser.value = 'cpu'
  return cpu()
}

/** Accuracy, and how the shown digits are read now. */
async function look(): Promise<void> {
  element('accuracy').textContent = `${(100 * (await learner.accuracy())).toFixed(1)} %`
  const probabilities = await learner.probabilities(shown.pixels)
  const figures = shown.labels.map((label, i) => {
    const figure = document.createElement('figure')
    const canvas = document.createElement('canvas')
    drawDigit(canvas, shown.pixels.subarray(784 * i, 784 * (i + 1)))
    const caption = document.createElement('figcaption')
    const read = likeliest(Array.from({ length: 10 }, (_, k) => probabilities[10 * i + k]!))
    caption.textContent = String(read)
    caption.className = read === label ? 'right' : 'wrong'
    figure.append(canvas, caption)
    return figure
  })
  element('digits').replaceChildren(...figures)
}

async function guess(): Promise<void> {
  const probabilities = Array.from(await learner.probabilities(pad.pixels()))
  const best = likeliest(probabilities)
  const items = probabilities.map((probability, digit) => {
    const item = document.createElement('li')
    const meter = document.createElement('meter')
    meter.value = probability
    item.className = digit === best ? 'best' : ''
    item.append(meter, ` ${(100 * probability).toFixed(0)} %`)
    return item
  })
  element('guesses').replaceChildren(...items)
}

function showCode(): void {
  if (code.open) code.querySelector('pre')!.textContent = learner.code()
}

/** Two held-out digits of each class. */
async function sampleOf({ images, labels }: Digits): Promise<{ pixels: Float32Array; labels: number[] }> {
  const [all, classes] = await Promise.all([images.read(), labels.read()])
  const stride = Math.floor(classes.length / SHOWN)
  const chosen = Array.from({ length: SHOWN }, (_, i) => i * stride)
  return {
    pixels: Float32Array.from(chosen.flatMap((i) => Array.from(all.subarray(784 * i, 784 * (i + 1))))),
    labels: chosen.map((i) => classes[i]!),
  }
}
