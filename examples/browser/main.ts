/** A page that trains a network on the CPU or the GPU and reads what one draws. */
import { cpu, type Device, findWebGpu } from 'conformable'
import { drawChart, type Point } from './chart.ts'
import { type Digits, fetchDigits } from './digits.ts'
import { batchSize, Learner } from './network.ts'
import { drawDigit, Pad } from './pictures.ts'

const SHOWN = 20
/** Steps between two looks at the loss, and between two at the held-out digits. */
const STRIDE = 10
const LOOK = 100

const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T
const [trainButton, resetButton] = [element<HTMLButtonElement>('train'), element<HTMLButtonElement>('reset')]
const chooser = element<HTMLSelectElement>('device')
const chart = element<HTMLCanvasElement>('chart')
const code = element<HTMLDetailsElement>('code')
const pad = new Pad(element<HTMLCanvasElement>('pad'), () => void guess())

let learner: Learner
const history: { losses: Point[]; accuracies: Point[] } = { losses: [], accuracies: [] }
let running = false
let gpu: Device | undefined

const likeliest = (probabilities: readonly number[]): number => probabilities.indexOf(Math.max(...probabilities))

const say = (text: string): void => {
  element('status').textContent = text
}

const { training, held } = await fetchDigits((classes) => say(`Loading digits … ${classes} of 10`))
const shown = await sampleOf(held)
learner = Learner.on(cpu(), training, held)
showGuesses(null)
await look()
say('Ready.')
trainButton.disabled = resetButton.disabled = false

trainButton.addEventListener('click', () => void (running ? stop() : train().catch(tell)))
resetButton.addEventListener('click', () => void reset().catch(tell))
chooser.addEventListener('change', () => void change().catch(tell))
element('clear').addEventListener('click', () => {
  pad.clear()
  showGuesses(null)
})
code.addEventListener('toggle', showCode)
new ResizeObserver(() => drawChart(chart, history)).observe(chart)

/** What went wrong, such as the loss of the GPU, is for the reader. */
function tell(error: unknown): void {
  running = false
  trainButton.textContent = 'Train'
  chooser.disabled = false
  say(error instanceof Error ? error.message : String(error))
}

async function train(): Promise<void> {
  running = true
  trainButton.textContent = 'Stop'
  say('Compiling …')
  await learner.prepare()
  say('Training …')
  while (running) {
    const start = performance.now()
    let loss = learner.step()
    for (let i = 1; i < STRIDE; i++) loss = learner.step()
    const value = Number(await loss.item())
    history.losses.push({ step: learner.steps, value })
    const speed = (1000 * STRIDE * batchSize) / (performance.now() - start)
    element('speed').textContent = Math.round(speed).toLocaleString('en')
    element('step').textContent = String(learner.steps)
    element('value').textContent = value.toFixed(4)
    if (learner.steps % LOOK === 0) await look()
    else drawChart(chart, history)
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
  history.losses.length = history.accuracies.length = 0
  for (const id of ['value', 'speed']) element(id).textContent = '–'
  element('step').textContent = '0'
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
  const value = await learner.accuracy()
  history.accuracies.push({ step: learner.steps, value })
  element('accuracy').textContent = `${(100 * value).toFixed(1)} %`
  drawChart(chart, history)
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
  showGuesses(Array.from(await learner.probabilities(pad.pixels())))
}

/** The probability of each digit; nothing is read yet if there are none. */
function showGuesses(probabilities: readonly number[] | null): void {
  const items = Array.from({ length: 10 }, (_, digit) => {
    const item = document.createElement('li')
    const [meter, output] = [document.createElement('meter'), document.createElement('output')]
    const probability = probabilities?.[digit]
    meter.value = probability ?? 0
    output.textContent = probability === undefined ? '–' : `${(100 * probability).toFixed(0)} %`
    item.className = probabilities !== null && digit === likeliest(probabilities) ? 'best' : ''
    item.append(String(digit), meter, output)
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
