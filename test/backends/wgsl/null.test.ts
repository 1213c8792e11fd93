/**
 * Bigger programs on Dawn's null back end, which validates all that is asked of a GPU and runs nothing: their shaders, bindings and
 * copies are right, one call is one submission, and a training step has few dispatches. Numbers that are read there mean nothing.
 */
import {
  add,
  gradAll,
  jit,
  leavesOf as leaves,
  mean,
  mul,
  random,
  square,
  type Tensor,
  to,
  valueAndGrad,
  type WebGpuDevice,
  webgpu,
} from 'conformable'
import {
  chain,
  conv2d,
  dense,
  flatten,
  gelu,
  layerNorm,
  lstm,
  maxPool2d,
  multiHeadAttention,
  type ParamsOf,
  relu,
  skip,
  softmaxCrossEntropy,
} from 'conformable/layers'
import { adam, type StateOf } from 'conformable/optimisers'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { globals } from 'webgpu'

/** The classes of the Node package whose calls are counted. */
const { GPUQueue, GPUComputePassEncoder, GPUDevice } = globals as unknown as {
  readonly GPUQueue: { readonly prototype: GPUQueue }
  readonly GPUComputePassEncoder: { readonly prototype: GPUComputePassEncoder }
  readonly GPUDevice: { readonly prototype: GPUDevice }
}

const rule = adam({ learningRate: 1e-3 })
type Labels<N extends number> = Tensor<readonly [N], 'int32'>
const labels = <const N extends number>(n: N) => random.randomInteger(random.key(3), [n], 0, 10)

const perceptron = chain(dense(784, 128), relu, dense(128, 10))
type P = ParamsOf<typeof perceptron>

function perceptronStep(p: P, s: StateOf<typeof rule, P>, x: Tensor<readonly [128, 784]>, y: Labels<128>) {
  const [value, gradient] = valueAndGrad((q: P) => mean(softmaxCrossEntropy(perceptron(q, x), y)))(p)
  const [next, state] = rule.step(gradient, s, p)
  return { p: next, s: state, value }
}

function perceptronArguments(): Parameters<typeof perceptronStep> {
  const p = perceptron.init(random.key(1))
  return [p, rule.init(p), random.normal(random.key(2), [128, 784]), labels(128)]
}

const images = chain(
  conv2d(1, 8, 3, { padding: 'same' }),
  relu,
  maxPool2d(2),
  conv2d(8, 16, 3),
  relu,
  flatten,
  dense(400, 10),
)
type Q = ParamsOf<typeof images>

function imagesStep(p: Q, s: StateOf<typeof rule, Q>, x: Tensor<readonly [16, 14, 14, 1]>, y: Labels<16>) {
  const [value, gradient] = valueAndGrad((q: Q) => mean(softmaxCrossEntropy(images(q, x), y)))(p)
  const [next, state] = rule.step(gradient, s, p)
  return { p: next, s: state, value }
}

function imagesArguments(): Parameters<typeof imagesStep> {
  const p = images.init(random.key(1))
  return [p, rule.init(p), random.normal(random.key(2), [16, 14, 14, 1]), labels(16)]
}

const block = chain(
  skip(chain(layerNorm(32), multiHeadAttention(32, 4, { causal: true }))),
  skip(chain(layerNorm(32), dense(32, 128), gelu, dense(128, 32))),
)
const memory = lstm(8, 16)

const blockGradient = gradAll(
  (p: ParamsOf<typeof block>, x: Tensor<readonly [4, 20, 32]>) => mean(square(block(p, x))),
  [0, 1],
)
const memoryGradient = gradAll(
  (p: ParamsOf<typeof memory>, x: Tensor<readonly [4, 40, 8]>) => mean(square(memory(p, x))),
  [0, 1],
)

let device: WebGpuDevice
const submit = vi.spyOn(GPUQueue.prototype, 'submit')
const dispatch = vi.spyOn(GPUComputePassEncoder.prototype, 'dispatchWorkgroups')
const shaders = vi.spyOn(GPUDevice.prototype, 'createShaderModule')

afterEach(() => {
  for (const spy of [submit, dispatch, shaders]) spy.mockClear()
})
afterAll(() => {
  for (const spy of [submit, dispatch, shaders]) spy.mockRestore()
})

/** What a second call costs, after a first one that made the shaders; both have passed the validation. */
async function costOf<A extends readonly unknown[]>(f: (...args: A) => unknown, args: Readonly<A>) {
  const compiled = jit(f)
  const [first, ...rest] = leaves(compiled(...to(args, device)))
  await first!.read()
  for (const other of rest) await other.read()
  expect(shaders.mock.calls.length).toBeGreaterThan(0)
  const there = to(args, device)
  for (const spy of [submit, dispatch]) spy.mockClear()
  const results = leaves(compiled(...there))
  const cost = { submissions: submit.mock.calls.length, dispatches: dispatch.mock.calls.length }
  await results[0]!.read()
  return cost
}

describe.each([true, false])('on the null back end, portable: %s', (portable) => {
  beforeAll(async () => {
    device = await webgpu({ portable, flags: ['backend=null'] })
    return () => device.destroy()
  })

  it('an error of validation is thrown by the next read', async () => {
    dispatch.mockImplementationOnce(function (this: GPUComputePassEncoder) {
      this.dispatchWorkgroups(2 ** 20)
    })
    const sum = add(to(random.normal(random.key(1), [9]), device), 1)
    await expect(sum.read()).rejects.toThrow(/^webgpu: .*dispatch/i)
    expect((await mul(to(random.normal(random.key(1), [9]), device), 2).read()).length).toBe(9)
  })

  it('a training step of a perceptron 784-128-10 with Adam', async () => {
    const { submissions, dispatches } = await costOf(perceptronStep, perceptronArguments())
    expect(submissions).toBe(1)
    expect(dispatches).toBeLessThanOrEqual(10)
  })

  it('a training step of a convolutional network with Adam', async () => {
    const { submissions, dispatches } = await costOf(imagesStep, imagesArguments())
    expect(submissions).toBe(1)
    expect(dispatches).toBeLessThanOrEqual(18)
  })

  it('the gradients of a block of a transformer', async () => {
    const x = random.normal(random.key(2), [4, 20, 32])
    const { submissions, dispatches } = await costOf(blockGradient, [block.init(random.key(1)), x])
    expect(submissions).toBe(1)
    expect(dispatches).toBeLessThanOrEqual(41)
  })

  it('the gradients of an LSTM over 40 steps', async () => {
    const x = random.normal(random.key(2), [4, 40, 8])
    const { submissions, dispatches } = await costOf(memoryGradient, [memory.init(random.key(1)), x])
    expect(submissions).toBe(1)
    expect(dispatches).toBeLessThanOrEqual(368)
  })
})
