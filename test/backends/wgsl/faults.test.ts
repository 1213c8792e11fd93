/**
 * What goes wrong on a GPU becomes a sentence with the name of the work, its sizes and the way out; what was made before stays usable, and a
 * lost GPU is replaced by another one. Everything here is provoked: SwiftShader has no buffers of a gibibyte.
 */
import {
  add,
  compile,
  fromBytes,
  jit,
  less,
  matmul,
  mean,
  mul,
  random,
  scalar,
  sum,
  type Tensor,
  tap,
  tensor,
  to,
  toBytes,
  valueAndGrad,
  type WebGpuDevice,
  webgpu,
  whileLoop,
  zeros,
} from 'conformable'
import { chain, dense, relu, softmaxCrossEntropy } from 'conformable/layers'
import { adam } from 'conformable/optimisers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { globals } from 'webgpu'

const { GPUDevice, GPUComputePassEncoder } = globals as unknown as {
  readonly GPUDevice: { readonly prototype: GPUDevice }
  readonly GPUComputePassEncoder: { readonly prototype: GPUComputePassEncoder }
}

const refusal = async (action: () => unknown): Promise<string> => {
  try {
    await action()
  } catch (error) {
    return (error as Error).message
  }
  return 'nothing was thrown'
}

let device: WebGpuDevice
let early: Tensor<[3]>

beforeEach(async () => {
  device = await webgpu({ budget: 2 ** 40 })
  early = to(tensor([1, 2, 3]), device)
})
afterEach(() => {
  vi.restoreAllMocks()
  device.destroy()
})

/** Tensors from before an error are good, and so is new work. */
async function goesOn(made: Tensor<[3]>): Promise<void> {
  expect(await made.read()).toEqual(Float32Array.of(7, 14, 21))
  expect(await add(early, 1).read()).toEqual(Float32Array.of(2, 3, 4))
}

describe('out of memory', () => {
  it('for a result: its name, type and bytes; what was made since is void', async () => {
    const before = mul(early, 7)
    const huge = jit((x: Tensor<[]>) => mul(zeros([16_384, 16_384]), x))(to(scalar(2), device))
    const since = add(early, 5)
    const message = await refusal(() => since.read())
    expect(message).toMatch(/^webgpu: mul: the GPU has no 1073741824 bytes left for a float32\[16384, 16384\] tensor/)
    expect(message).toContain('smaller batches')
    expect(await refusal(() => huge.read())).toBe(message)
    expect(await refusal(() => since.read())).toBe(message)
    expect(await refusal(() => add(since, 1))).toBe(message)
    await goesOn(before)
  })

  it('for intermediate results', async () => {
    const before = mul(early, 7)
    const f = jit((x: Tensor<[]>) => sum(matmul(mul(zeros([16_384, 16_000]), x), zeros([16_000, 1]))))
    const message = await refusal(() => f(to(scalar(2), device)).read())
    expect(message).toMatch(/^webgpu: mul.*dot.*the GPU has no 1073741824 bytes left for intermediate results/)
    expect(message).toContain('checkpoint')
    await goesOn(before)
  })

  it('for more than can be bound: at once, and nothing is void', async () => {
    const before = mul(early, 7)
    const f = jit((x: Tensor<[]>) => mul(zeros([32_768, 16_384]), x))
    const message = await refusal(() => f(to(scalar(2), device)))
    expect(message).toMatch(/^webgpu: mul: a float32\[32768, 16384\] tensor needs 2147483648 bytes.*binds at most/)
    await goesOn(before)
  })

  it('beyond the budget: at once, and donated tensors live on', async () => {
    const small = await webgpu({ portable: true, budget: 3_000_000 })
    const step = jit((x: Tensor<[200_000]>) => add(matmul(x, zeros([200_000])), zeros([300_000])), { donate: [0] })
    const x = to(random.normal(random.key(1), [200_000]), small)
    const kept = [to(zeros([200_000]), small)]
    expect(await refusal(() => step(x))).toMatch(/^webgpu: .*budget of 3000000.*donate/is)
    expect((await x.read()).length).toBe(200_000)
    expect(kept.length).toBe(1)
    small.destroy()
  })
})

describe('what the driver refuses', () => {
  const brokenShaders = () => {
    const real = GPUDevice.prototype.createShaderModule
    vi.spyOn(GPUDevice.prototype, 'createShaderModule').mockImplementation(function (this: GPUDevice, descriptor) {
      return real.call(this, { ...descriptor, code: descriptor.code.replace('fn main', 'fn main fn') })
    })
  }

  it('a kernel that does not compile, at the next read', async () => {
    const before = mul(early, 7)
    brokenShaders()
    const y = jit((x: Tensor<[3]>) => mul(add(x, 1), x))(early)
    expect(await refusal(() => y.read())).toMatch(/^webgpu: the GPU does not compile the kernel add_mul: .*inspect/s)
    vi.restoreAllMocks()
    await goesOn(before)
  })

  it('a kernel that does not compile, when it is compiled ahead', async () => {
    const f = jit((x: Tensor<[3]>) => mul(add(x, 1), x))
    brokenShaders()
    expect(await refusal(() => compile(f, early))).toMatch(/^webgpu: the GPU does not compile the kernel add_mul/)
    vi.restoreAllMocks()
    await compile(f, early)
    expect(await f(early).read()).toEqual(Float32Array.of(2, 6, 12))
  })

  it('invalid work: the sentence names it', async () => {
    const before = mul(early, 7)
    expect(await before.read()).toEqual(Float32Array.of(7, 14, 21))
    vi.spyOn(GPUComputePassEncoder.prototype, 'dispatchWorkgroups').mockImplementationOnce(function (
      this: GPUComputePassEncoder,
    ) {
      this.dispatchWorkgroups(2 ** 20)
    })
    const odd = jit((x: Tensor<[3]>) => mul(add(x, 1), x))(early)
    const message = await refusal(() => odd.read())
    expect(message).toMatch(/^webgpu: the GPU refuses the work of add_mul, read: .*void.*to\(x, cpu\(\)\)/s)
    expect(await refusal(() => mul(odd, 2))).toBe(message)
    await goesOn(before)
  })

  it('a callback that throws: its words, and only what comes of it is void', async () => {
    const before = mul(early, 7)
    const tapped = jit((x: Tensor<[3]>) =>
      mul(
        tap(x, () => {
          throw new Error('the callback is wrong')
        }),
        2,
      ),
    )
    const y = tapped(early)
    const z = add(y, 1)
    const other = mul(early, 3)
    expect(await refusal(() => y.read())).toContain('the callback is wrong')
    expect(await refusal(() => z.read())).toContain('the callback is wrong')
    expect(await other.read()).toEqual(Float32Array.of(3, 6, 9))
    await goesOn(before)
  })
})

describe('a lost GPU', () => {
  const model = chain(dense(6, 8), relu, dense(8, 3))
  const rule = adam({ learningRate: 1e-2 })
  const start = () => ({ p: model.init(random.key(1)), s: rule.init(model.init(random.key(1))) })
  type Run = ReturnType<typeof start>
  const images = random.normal(random.key(2), [16, 6])
  const labels = random.randomInteger(random.key(3), [16], 0, 3)
  const step = jit(
    ({ p, s }: Run, x: typeof images, y: typeof labels) => {
      const [value, gradient] = valueAndGrad((q: Run['p']) => mean(softmaxCrossEntropy(model(q, x), y)))(p)
      const [next, state] = rule.step(gradient, s, p)
      return { run: { p: next, s: state }, value }
    },
    { donate: [0] },
  )

  async function train(run: Run, on: WebGpuDevice, steps: number): Promise<{ run: Run; losses: number[] }> {
    const [x, y] = to([images, labels] as const, on)
    const losses: number[] = []
    for (let i = 0; i < steps; i++) {
      const result = step(run, x, y)
      run = result.run
      losses.push(await result.value.item())
    }
    return { run, losses }
  }

  it('is told by every look, with the last work; reads that wait are told too', async () => {
    const y = mul(early, 7)
    const waiting = refusal(() => y.read())
    device.destroy()
    expect(await waiting).toMatch(/^webgpu: the GPU is lost after .*mul.*\(destroyed: .*webgpu\(\).*checkpoint/s)
    expect(typeof (await device.lost)).toBe('string')
    for (const action of [
      () => y.read(),
      () => add(early, 1),
      () =>
        compile(
          jit((x: Tensor<[3]>) => add(x, 9)),
          early,
        ),
    ])
      expect(await refusal(action)).toMatch(/^webgpu: the GPU is lost/)
  })

  it('ends loops that run', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const grow = jit((x: Tensor<[3]>) =>
      whileLoop(
        (v: Tensor<[3]>) => less(sum(v), 1e30),
        (v: Tensor<[3]>) => add(v, 1e-3),
        x,
      ),
    )
    const y = grow(early)
    const waiting = refusal(() => y.read())
    await new Promise((resolve) => setTimeout(resolve, 300))
    device.destroy()
    expect(await waiting).toMatch(/^webgpu: the GPU is lost/)
    await new Promise((resolve) => setTimeout(resolve, 50))
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })

  it('training goes on from a checkpoint on another one, to the same losses', async () => {
    const whole = await train(to(start(), device), device, 10)
    const half = await train(to(start(), device), device, 5)
    const checkpoint = await toBytes(half.run)
    device.destroy()
    await device.lost
    expect(await refusal(() => train(half.run, device, 1))).toContain('lost')
    const other = await webgpu()
    const rest = await train(fromBytes(checkpoint, to(start(), other)), other, 5)
    expect([...half.losses, ...rest.losses]).toEqual(whole.losses)
    other.destroy()
  })
})
