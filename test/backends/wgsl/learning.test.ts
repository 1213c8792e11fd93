/** What surrounds training, on WebGPU: batches gathered there, fit, least squares, bounds and constraints, files. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  add,
  at,
  cpu,
  deviceOfTensor,
  exp,
  flat,
  fromSafetensors,
  fromText,
  leavesOf,
  linspace,
  load,
  mean,
  mul,
  random,
  save,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  to,
  toNpy,
  toSafetensors,
  toText,
  type WebGpuDevice,
  zeros,
} from 'conformable'
import {
  accuracy,
  batches,
  chain,
  dense,
  type ParamsOf,
  relu,
  softmaxCrossEntropy,
  splitData,
} from 'conformable/layers'
import {
  adam,
  augmentedLagrangian,
  boundedLbfgs,
  gaussNewton,
  fit as learn,
  leastSquares,
  levenbergMarquardt,
  minimise,
} from 'conformable/optimisers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gpu } from '../../helpers/webgpu.ts'

let device: WebGpuDevice
const folder = mkdtempSync(join(tmpdir(), 'conformable-'))
beforeAll(async () => {
  device = await gpu()
})
afterAll(() => rmSync(folder, { recursive: true }))

const near = (a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number): void => {
  expect(a.length).toBe(b.length)
  for (let i = 0; i < a.length; i++) expect(Math.abs(a[i]! - b[i]!)).toBeLessThanOrEqual(tolerance)
}

const data = () => ({ x: random.normal(random.key(1), [50, 6]), y: random.randomInteger(random.key(2), [50], 0, 3) })

describe('batches of data on the GPU', () => {
  it.each([{ size: 16 }, { size: 16, shuffle: random.key(5) }, { size: 16, dropLast: true }, { size: 50 }])(
    'are those of the CPU, and stay there: %o',
    async (options) => {
      const [here, there] = [[...batches(data(), options)], [...batches(to(data(), device), options)]]
      expect(there.length).toBe(here.length)
      for (const [i, batch] of there.entries()) {
        expect(leavesOf(batch).every((leaf) => deviceOfTensor(leaf) === device)).toBe(true)
        expect(await batch.x.read()).toEqual(await here[i]!.x.read())
        expect(await batch.y.read()).toEqual(await here[i]!.y.read())
      }
    },
  )

  it('in two parts', async () => {
    const [here, there] = [splitData(data(), 0.7, random.key(3)), splitData(to(data(), device), 0.7, random.key(3))]
    expect(there[0].x.shape).toEqual([35, 6])
    expect(await there[1].y.read()).toEqual(await here[1].y.read())
  })
})

describe('fit', () => {
  const model = chain(dense(6, 16), relu, dense(16, 3))
  type P = ParamsOf<typeof model>
  type Batch = { x: Tensor<['batch', 6]>; y: Tensor<['batch'], 'int32'> }
  const loss = (p: P, { x, y }: Batch) => mean(softmaxCrossEntropy(model(p, x), y))
  const metrics = { accuracy: (p: P, { x, y }: Batch) => accuracy(model(p, x), y) }
  const run = (on: typeof device | ReturnType<typeof cpu>, epochs: number, more: object = {}) => {
    const [start, examples] = to([model.init(random.key(4)), data()] as const, on)
    const source = (epoch: number) => batches(examples, { size: 16, shuffle: random.key(epoch) })
    const validation = batches(examples, { size: 20 })
    return learn(loss, start, adam({ learningRate: 1e-2 }), source, { epochs, validation, metrics, ...more })
  }

  it('learns as on the CPU', async () => {
    const [here, there] = [await run(cpu(), 4), await run(device, 4)]
    near(
      there.history.map((epoch) => epoch.loss),
      here.history.map((epoch) => epoch.loss),
      1e-4,
    )
    near(
      there.history.map((epoch) => epoch.validation!.accuracy!),
      here.history.map((epoch) => epoch.validation!.accuracy!),
      1e-6,
    )
    expect(deviceOfTensor(flat(there.params))).toBe(device)
  })

  it('goes on from its checkpoint to the same bits', async () => {
    const checkpoint = join(folder, 'fit.checkpoint')
    const whole = await run(device, 4)
    await run(device, 2, { checkpoint })
    const resumed = await run(device, 4, { checkpoint, resume: true })
    expect(resumed.history.map(({ loss }) => loss)).toEqual(whole.history.map(({ loss }) => loss))
    expect(await flat(resumed.params).read()).toEqual(await flat(whole.params).read())
  })
})

describe('optimisers', () => {
  const times = linspace(0, 2, 12)
  const measured = add(mul(exp(mul(times, -1.3)), 2.5), 0.5)

  it.each([
    ['levenbergMarquardt', levenbergMarquardt],
    ['gaussNewton', gaussNewton],
  ] as const)('leastSquares with %s, and its covariance', async (_, make) => {
    const solve = (on: typeof device | ReturnType<typeof cpu>) => {
      const [t, y, start] = to([times, measured, tensor([2, -1, 0])] as const, on)
      const residuals = (p: Tensor<readonly [3]>) => sub(add(mul(exp(mul(t, at(p, 1))), at(p, 0)), at(p, 2)), y)
      return leastSquares(residuals, start, make())
    }
    const [here, there] = [await solve(cpu()), await solve(device)]
    expect(there.result).toBe(here.result)
    near(await there.parameters.read(), [2.5, -1.3, 0.5], 1e-3)
    expect(deviceOfTensor(there.parameters)).toBe(device)
    expect((await there.covariance.read()).length).toBe(9)
  })

  const bowl = (x: Tensor<readonly [2]>) => sum(square(sub(x, tensor([3, -2]))))

  it('bounds', async () => {
    const bounds = { lower: -1, upper: to(tensor([1, 1]), device) }
    const { parameters, result } = await minimise(bowl, to(tensor([0, 0]), device), boundedLbfgs(), bounds)
    expect(result).toBe('converged')
    near(await parameters.read(), [1, -1], 1e-5)
  })

  it('constraints', async () => {
    const equalities = (x: Tensor<readonly [2]>) => sub(sum(x), 2)
    const { parameters } = await minimise(bowl, to(tensor([0, 0]), device), augmentedLagrangian(), { equalities })
    near(await parameters.read(), [3.5, -1.5], 1e-3)
  })
})

describe('files of tensors on the GPU', () => {
  const model = chain(dense(4, 3))
  const there = () => to({ p: model.init(random.key(1)), keys: random.key(9), epoch: 3 }, device)

  it('checkpoints and texts', async () => {
    const path = join(folder, 'tree.checkpoint')
    const tree = there()
    await save(path, tree)
    for (const loaded of [await load(path, there()), fromText(await toText(tree), there())]) {
      expect(deviceOfTensor(flat(loaded.p))).toBe(device)
      expect(await flat(loaded.p).read()).toEqual(await flat(tree.p).read())
      expect([loaded.epoch, Array.from(await loaded.keys.read())]).toEqual([3, [0, 9]])
    }
  })

  it('safetensors and npy', async () => {
    const { p } = there()
    const loaded = fromSafetensors(await toSafetensors(p), to(model.init(random.key(2)), device))
    expect(await flat(loaded).read()).toEqual(await flat(p).read())
    expect(deviceOfTensor(flat(loaded))).toBe(device)
    expect((await toNpy(to(zeros([2, 2]), device))).length).toBeGreaterThan(16)
  })
})
