/** The network, and one step of its training: the same on every device. */
import {
  compile,
  type Device,
  fromTypedArray,
  inspect,
  jit,
  mean,
  random,
  realize,
  softmax,
  type Tensor,
  take,
  to,
  transfer,
  valueAndGrad,
} from 'conformable'
import { accuracy, chain, dense, type ParamsOf, relu, softmaxCrossEntropy } from 'conformable/layers'
import { adam, type StateOf } from 'conformable/optimisers'
import type { Digits } from './digits.ts'

const BATCH = 64

const model = chain(dense(784, 128), relu, dense(128, 10))
type Params = ParamsOf<typeof model>
const rule = adam({ learningRate: 1e-3 })
type State = StateOf<typeof rule, Params>

const loss = (p: Params, x: Tensor<readonly ['batch', 784]>, y: Tensor<readonly ['batch'], 'int32'>) =>
  mean(softmaxCrossEntropy(model(p, x), y))

/** All digits stay on the device; a step is told which of them to learn from. */
function step(p: Params, s: State, { images, labels }: Digits, chosen: Tensor<readonly ['batch'], 'int32'>) {
  const [value, gradient] = valueAndGrad(loss)(p, take(images, chosen), take(labels, chosen))
  const [next, state] = rule.step(gradient, s, p)
  return { p: next, s: state, value }
}

const compiled = jit(step, { donate: [0, 1] })
const score = jit((p: Params, { images, labels }: Digits) => accuracy(model(p, images), labels))
const read = jit((p: Params, x: Tensor<readonly ['batch', 784]>) => softmax(model(p, x), -1))

/** A network on a device, with the digits it learns from. */
export class Learner {
  readonly #device: Device
  readonly #training: Digits
  readonly #held: Digits
  #params: Params
  #state: State
  steps = 0

  private constructor(device: Device, training: Digits, held: Digits, params: Params, state: State) {
    this.#device = device
    this.#training = training
    this.#held = held
    this.#params = params
    this.#state = state
  }

  /** A new network. */
  static on(device: Device, training: Digits, held: Digits): Learner {
    const params = model.init(random.key(0))
    const parts = [training, held, params, rule.init(params)] as const
    return new Learner(device, ...to(parts, device))
  }

  /** The same network on another device. */
  async movedTo(device: Device): Promise<Learner> {
    const parts = [this.#training, this.#held, this.#params, this.#state] as const
    const moved = new Learner(device, ...(await transfer(parts, device)))
    moved.steps = this.steps
    return moved
  }

  /** Compiles a step, so that the first one costs what the others cost. */
  async prepare(): Promise<void> {
    await compile(compiled, this.#params, this.#state, this.#training, this.#chosen())
  }

  /** One step; the loss is read only if somebody asks for it. */
  step(): Tensor<readonly []> {
    const { p, s, value } = compiled(this.#params, this.#state, this.#training, this.#chosen())
    this.#params = p
    this.#state = s
    this.steps++
    return value
  }

  /** The share of the held-out digits that it reads rightly. */
  async accuracy(): Promise<number> {
    return Number(await score(this.#params, this.#held).item())
  }

  /** Ten probabilities for each image. */
  async probabilities(pixels: Float32Array): Promise<ArrayLike<number>> {
    const images = realize(fromTypedArray(pixels, [pixels.length / 784, 784]), ['batch', 784])
    return read(this.#params, to(images, this.#device)).read()
  }

  /** What a step becomes on its device. */
  code(): string {
    const seen = inspect(step, this.#params, this.#state, this.#training, this.#chosen())
    return seen.shaders === '' ? seen.kernels : seen.shaders
  }

  #chosen(): Tensor<readonly ['batch'], 'int32'> {
    const count = this.#training.labels.shape[0]
    const indices = Int32Array.from({ length: BATCH }, () => Math.floor(Math.random() * count))
    return to(realize(fromTypedArray(indices, [BATCH]), ['batch']), this.#device)
  }
}

/** Digits of one step. */
export const batchSize = BATCH
