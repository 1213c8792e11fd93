/** Training on WebGPU: the same code as on the CPU, the same losses, one submission for a step, flat memory. */

import { cpu, type Device, inspect, jit, mean, random, type Tensor, to, transfer, valueAndGrad } from 'conformable'
import { chain, dense, relu, softmaxCrossEntropy } from 'conformable/layers'
import { adam } from 'conformable/optimisers'
import { describe, expect, it } from 'vitest'
import { gpu } from '../../helpers/webgpu.ts'

const model = chain(dense(20, 32), relu, dense(32, 10))
const start = () => model.init(random.key(1))
type Params = ReturnType<typeof start>
const rule = adam({ learningRate: 1e-2 })
type State = ReturnType<typeof rule.init<Params>>

const loss = (p: Params, x: Tensor<[16, 20]>, y: Tensor<[16], 'int32'>) => mean(softmaxCrossEntropy(model(p, x), y))
const step = (p: Params, s: State, x: Tensor<[16, 20]>, y: Tensor<[16], 'int32'>) => {
  const [value, gradient] = valueAndGrad(loss)(p, x, y)
  const [next, state] = rule.step(gradient, s, p)
  return { p: next, s: state, value }
}

const images = random.normal(random.key(2), [16, 20])
const labels = random.randomInteger(random.key(3), [16], 0, 10)

async function losses(device: Device, steps: number): Promise<number[]> {
  const compiled = jit(step, { donate: [0, 1] })
  let p = to(start(), device)
  let s = to(rule.init(start()), device)
  const [x, y] = to([images, labels] as const, device)
  const values: number[] = []
  for (let i = 0; i < steps; i++) {
    const result = compiled(p, s, x, y)
    ;({ p, s } = result)
    values.push(Number(await result.value.item()))
  }
  return values
}

describe('training', () => {
  it('has the losses of the CPU', async () => {
    const [onCpu, onGpu] = [await losses(cpu(), 20), await losses(await gpu(), 20)]
    expect(onCpu[19]).toBeLessThan(onCpu[0] / 2)
    onGpu.forEach((value, i) => {
      expect(Math.abs(value - onCpu[i])).toBeLessThanOrEqual(1e-4)
    })
  })

  it('shows its shaders, which are named after what they do', async () => {
    const device = await gpu()
    const args = to([start(), rule.init(start()), images, labels] as const, device)
    const { shaders } = inspect(step, ...args)
    expect(shaders).toContain('@compute')
    expect(shaders.match(/^\/\/ .*$/gm)!.join()).toMatch(/dot/)
  })

  it('gives parameters back', async () => {
    const device = await gpu()
    const there = to(start(), device)
    const back = await transfer(there, cpu())
    expect(await back.layer_0.weight.read()).toEqual(await start().layer_0.weight.read())
    expect(String(there.layer_0.bias)).toContain('await x.read()')
  })
})
