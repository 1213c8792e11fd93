/** The package in a browser: the same code as in Node on both devices, the same losses, readable results. */
import {
  add,
  compile,
  conv2d,
  cpu,
  type Device,
  fromBytes,
  grad,
  gradAll,
  jit,
  less,
  mean,
  mul,
  random,
  sum,
  type Tensor,
  tanh,
  tensor,
  to,
  toBytes,
  valueAndGrad,
  webgpu,
  whileLoop,
  zeros,
} from 'conformable'
import { chain, dense, relu, softmaxCrossEntropy } from 'conformable/layers'
import { adam } from 'conformable/optimisers'
import { describe, expect, it } from 'vitest'

const model = chain(dense(20, 32), relu, dense(32, 10))
const rule = adam({ learningRate: 1e-2 })
const initial = () => model.init(random.key(1))
type Params = ReturnType<typeof initial>
type State = ReturnType<typeof rule.init<Params>>
const images = random.normal(random.key(2), [16, 20])
const labels = random.randomInteger(random.key(3), [16], 0, 10)

const step = jit(
  (p: Params, s: State, x: typeof images, y: typeof labels) => {
    const [value, gradient] = valueAndGrad((q: Params) => mean(softmaxCrossEntropy(model(q, x), y)))(p)
    const [next, state] = rule.step(gradient, s, p)
    return { p: next, s: state, value }
  },
  { donate: [0, 1] },
)

async function losses(device: Device): Promise<number[]> {
  let [p, s] = to([initial(), rule.init(initial())] as const, device)
  const [x, y] = to([images, labels] as const, device)
  const values: number[] = []
  for (let i = 0; i < 10; i++) {
    const result = step(p, s, x, y)
    p = result.p
    s = result.s
    values.push(Number(await result.value.item()))
  }
  return values
}

describe('in a browser', () => {
  it('derivatives on the CPU', async () => {
    const slope = grad((x: Tensor<[2]>) => sum(tanh(x)))(tensor([1, 2]))
    expect(Array.from(await slope.read()).map((x) => Number(x.toFixed(5)))).toEqual([0.41997, 0.07065])
  })

  it('training on WebGPU has the losses of the CPU', async () => {
    const [onCpu, onGpu] = [await losses(cpu()), await losses(await webgpu())]
    expect(onCpu[9]).toBeLessThan(onCpu[0]!)
    onGpu.forEach((value, i) => {
      expect(Math.abs(value - onCpu[i]!)).toBeLessThanOrEqual(1e-4)
    })
  })

  it('kernels compile ahead, loops end by their data, large branches are left out', async () => {
    const device = await webgpu()
    const f = jit((x: Tensor<[100, 90]>) =>
      whileLoop(
        (v: Tensor<[100, 90]>) => less(mean(v), 0.9),
        (v: Tensor<[100, 90]>) => add(mul(v, 0.98), 0.02),
        x,
      ),
    )
    const x = random.uniform(random.key(5), [100, 90])
    const there = to(x, device)
    await compile(f, there)
    const [expected, elements] = [await f(x).read(), await f(there).read()]
    elements.forEach((element, i) => {
      expect(Math.abs(element - expected[i]!)).toBeLessThanOrEqual(1e-4)
    })
    device.destroy()
  })

  it('memory that is short and a lost GPU are told in sentences; another GPU goes on', async () => {
    const device = await webgpu({ budget: 2 ** 40 })
    const early = to(tensor([1, 2, 3]), device)
    const huge = jit((x: Tensor<[3]>) => mul(zeros([16_384, 16_384, 3]), x))
    await expect(async () => huge(early).read()).rejects.toThrow(/^webgpu: mul: .*(bytes left|binds at most)/)
    expect(await add(early, 1).read()).toEqual(Float32Array.of(2, 3, 4))
    const bytes = await toBytes([early])
    const waiting = mul(early, 2).read()
    device.destroy()
    await expect(waiting).rejects.toThrow(/^webgpu: the GPU is lost/)
    await device.lost
    expect(() => add(early, 1)).toThrow(/^webgpu: the GPU is lost/)
    const [again] = fromBytes(bytes, to([zeros([3])], await webgpu()))
    expect(await add(again!, 1).read()).toEqual(Float32Array.of(2, 3, 4))
  })

  it('gradients of a convolution in tiles', async () => {
    const loss = (x: Tensor<readonly [4, 14, 14, 8]>, w: Tensor<readonly [3, 3, 8, 16]>) =>
      mean(tanh(conv2d(x, w, { padding: 'same' })))
    const args = [random.normal(random.key(4), [4, 14, 14, 8]), random.normal(random.key(5), [3, 3, 8, 16])] as const
    const gradient = jit(gradAll(loss, [0, 1]))
    const expected = gradient(...args)
    for (const [i, result] of gradient(...to(args, await webgpu())).entries()) {
      const [own, others] = [await result.read(), await expected[i]!.read()]
      const worst = own.reduce((most, value, at) => Math.max(most, Math.abs(value - others[at]!)), 0)
      expect(worst).toBeLessThanOrEqual(1e-5)
    }
  })
})
