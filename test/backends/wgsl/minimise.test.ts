/** Optimisers on WebGPU: loops in loops, flags read now and then, the parameters stay there. */
import { add, at, deviceOfTensor, mul, square, sub, type Tensor, tensor, to } from 'conformable'
import { adam, bfgs, lbfgs, lift, minimise, trustRegion } from 'conformable/optimisers'
import { expect, it } from 'vitest'
import { gpu } from '../../helpers/webgpu.ts'

const rosenbrock = (x: Tensor<readonly [2]>) =>
  add(mul(square(sub(at(x, 1), square(at(x, 0)))), 100), square(sub(1, at(x, 0))))

it.each([
  ['bfgs', () => bfgs()],
  ['lbfgs', () => lbfgs()],
  ['trustRegion', () => trustRegion()],
] as const)('%s solves Rosenbrock as on the CPU', async (_, make) => {
  const device = await gpu()
  const here = await minimise(rosenbrock, tensor([-1.2, 1]), make())
  const there = await minimise(rosenbrock, to(tensor([-1.2, 1]), device), make())
  expect(there.result).toBe(here.result)
  expect(deviceOfTensor(there.parameters)).toBe(device)
  for (const value of await there.parameters.read()) expect(Math.abs(value - 1)).toBeLessThan(1e-4)
})

it('a rule too', async () => {
  const start = to(tensor([-1.2, 1]), await gpu())
  const { iterations, result } = await minimise(rosenbrock, start, lift(adam()), { maxIterations: 20 })
  expect([iterations, result]).toEqual([20, 'maxIterations'])
})
