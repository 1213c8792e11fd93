/**
 * Many training steps on WebGPU: each is one submission of few dispatches over the same bind groups; parameters and state are
 * updated where they lie, so that nothing grows, whether losses are read or not. On the null back end, which runs nothing.
 */
import {
  compile,
  flat,
  jit,
  mean,
  mul,
  random,
  type Scalar,
  square,
  sub,
  type Tensor,
  tanh,
  tensor,
  to,
  valueAndGrad,
  type WebGpuDevice,
  webgpu,
} from 'conformable'
import { chain, dense, tanh as tanhLayer } from 'conformable/layers'
import { adam } from 'conformable/optimisers'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { globals } from 'webgpu'

const { GPUDevice, GPUQueue, GPUComputePassEncoder } = globals as unknown as {
  readonly GPUDevice: { readonly prototype: GPUDevice }
  readonly GPUQueue: { readonly prototype: GPUQueue }
  readonly GPUComputePassEncoder: { readonly prototype: GPUComputePassEncoder }
}
const spies = {
  submissions: vi.spyOn(GPUQueue.prototype, 'submit'),
  dispatches: vi.spyOn(GPUComputePassEncoder.prototype, 'dispatchWorkgroups'),
  groups: vi.spyOn(GPUDevice.prototype, 'createBindGroup'),
  buffers: vi.spyOn(GPUDevice.prototype, 'createBuffer'),
  pipelines: vi.spyOn(GPUDevice.prototype, 'createComputePipeline'),
  pipelinesAhead: vi.spyOn(GPUDevice.prototype, 'createComputePipelineAsync'),
}
const counts = () =>
  Object.fromEntries(Object.entries(spies).map(([name, spy]) => [name, spy.mock.calls.length])) as Record<
    keyof typeof spies,
    number
  >
const forget = () => {
  for (const spy of Object.values(spies)) spy.mockClear()
}

let device: WebGpuDevice
beforeAll(async () => {
  device = await webgpu({ portable: true, flags: ['backend=null'] })
})
beforeEach(forget)
afterAll(() => {
  device.destroy()
  for (const spy of Object.values(spies)) spy.mockRestore()
})

const model = chain(dense(2, 8), tanhLayer, dense(8, 1))
const rule = adam({ learningRate: 1e-2 })
const start = () => ({ p: model.init(random.key(1)), s: rule.init(model.init(random.key(1))) })
type Run = ReturnType<typeof start>
const x = random.normal(random.key(2), [16, 2])
const y = random.normal(random.key(3), [16, 1])

function step({ p, s }: Run, inputs: typeof x, targets: typeof y): { run: Run; value: Scalar } {
  const [value, gradient] = valueAndGrad((q: Run['p']) => mean(square(sub(model(q, inputs), targets))))(p)
  const [next, state] = rule.step(gradient, s, p)
  return { run: { p: next, s: state }, value }
}

const donating = jit(step, { donate: [0] })

/** Buffers that were made, without those of losses and of reads of them. */
const newBuffers = () =>
  spies.buffers.mock.calls.map(([{ label }]) => label!).filter((label) => !/^(float32\[\] of|read$)/.test(label))

describe.each([1, 10, 0])(
  '10 000 steps whose losses are read every %i steps (0: never, and without a pause)',
  (every) => {
    it('are 10 000 submissions of few dispatches; no buffer is made but those of losses', async () => {
      const [inputs, targets] = to([x, y] as const, device)
      let { run } = donating(to(start(), device), inputs, targets)
      const before = device.memory
      forget()
      for (let i = 1; i <= 10_000; i++) {
        const result = donating(run, inputs, targets)
        run = result.run
        if (every > 0 && i % every === 0) await result.value.read()
      }
      const { submissions, dispatches, groups, pipelines } = counts()
      const reads = every > 0 ? 10_000 / every : 0
      expect(submissions).toBe(10_000 + reads)
      expect(dispatches).toBeLessThanOrEqual(100_000)
      expect(pipelines).toBe(0)
      // At most one for each step: that of the kernel that writes the loss.
      expect(groups).toBeLessThanOrEqual(10_010)
      expect(newBuffers()).toEqual([])
      const { live, kept } = device.memory
      expect(live + kept - before.live - before.kept).toBeLessThanOrEqual(256 * 10_000)
    })
  },
)

describe('a step', () => {
  it('updates parameters and state where they lie, if they are given once only', async () => {
    const add3 = jit((a: Tensor<[300]>, b: Tensor<[300]>) => [mul(a, 2), sub(b, a)] as const, { donate: [0, 1] })
    const [a, b] = to([random.normal(random.key(1), [300]), random.normal(random.key(2), [300])] as const, device)
    const { live } = device.memory
    const [c, d] = add3(a, b)
    expect(device.memory.live).toBe(live)
    add3(c, d)
    expect(device.memory.live).toBe(live)
    const e = to(random.normal(random.key(1), [300]), device)
    add3(e, e)
    expect(device.memory.live).toBeGreaterThan(live)
  })

  it('binds the same groups again, also when batches take turns', async () => {
    const batches = [0, 1, 2].map((i) => to([random.normal(random.key(i), [16, 2]), y] as const, device))
    const compiled = jit(step, { donate: [0] })
    let run = to(start(), device)
    const values: Scalar[] = []
    const train = (steps: number) => {
      for (let i = 0; i < steps; i++) {
        const result = compiled(run, ...batches[i % 3]!)
        run = result.run
        values.push(result.value)
      }
    }
    train(3)
    const { groups } = counts()
    forget()
    train(30)
    // Losses are kept here, so that the one kernel that writes them has another buffer each time.
    expect(counts().groups).toBe(30)
    expect(groups).toBeGreaterThan(6)
  })
})

describe('compile', () => {
  const other = (steps: number) => jit(({ p, s }: Run, a: typeof x, b: typeof y) => step({ p, s }, mul(a, steps), b))

  it('makes all pipelines, side by side, and runs nothing', async () => {
    const fresh = await webgpu({ portable: true, flags: ['backend=null'] })
    const args = to([start(), x, y] as const, fresh)
    const f = other(7)
    forget()
    await compile(f, ...args)
    const ahead = counts()
    expect([ahead.submissions, ahead.dispatches, ahead.pipelines]).toEqual([0, 0, 0])
    expect(ahead.pipelinesAhead).toBeGreaterThan(3)
    f(...args)
    const { pipelines, pipelinesAhead, submissions } = counts()
    expect([pipelines, pipelinesAhead, submissions]).toEqual([0, ahead.pipelinesAhead, 1])
    fresh.destroy()
  })

  it('makes what was asked for twice once, and donates nothing', async () => {
    const fresh = await webgpu({ portable: true, flags: ['backend=null'] })
    const args = to([start(), x, y] as const, fresh)
    forget()
    await Promise.all([compile(donating, ...args), compile(donating, ...args)])
    const codes = new Set(spies.pipelinesAhead.mock.calls.map(([{ compute }]) => compute.module.label))
    expect(counts().pipelinesAhead).toBeGreaterThanOrEqual(codes.size)
    const once = counts().pipelinesAhead
    await compile(donating, ...args)
    expect(counts().pipelinesAhead).toBe(once)
    expect((await flat(args[0].p).read()).length).toBe(33)
    fresh.destroy()
  })

  it('on the CPU: the first call finds the program; only functions under jit', async () => {
    const f = jit((v: Tensor<[2]>) => mul(tanh(v), 3))
    await compile(f, tensor([1, 2]))
    expect(Array.from(await f(tensor([0, 0])).read())).toEqual([0, 0])
    await expect(compile((v: Tensor<[2]>) => mul(v, 2), tensor([1, 2]))).rejects.toThrow('under jit')
  })
})
