/** The package in a browser: the same code as in Node on both devices, the same losses, readable results. */
import {
  cpu,
  type Device,
  grad,
  jit,
  mean,
  random,
  sum,
  type Tensor,
  tanh,
  tensor,
  to,
  valueAndGrad,
  webgpu,
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
})
