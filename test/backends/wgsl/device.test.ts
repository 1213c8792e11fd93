/** The GPU as a device: what it refuses and how it says so, memory, loops that end by their data, calls of the host, loss. */
import {
  add,
  cpu,
  type Device,
  deviceOfTensor,
  findWebGpu,
  fromTypedArray,
  grad,
  jit,
  less,
  mul,
  print,
  random,
  scalar,
  sum,
  type Tensor,
  tap,
  tensor,
  to,
  transfer,
  webgpu,
  whileLoop,
} from 'conformable'
import { describe, expect, it } from 'vitest'
import { gpu } from '../../helpers/webgpu.ts'

const thrown = async (action: () => unknown): Promise<string> => {
  try {
    await action()
  } catch (error) {
    return (error as Error).message
  }
  return 'nothing was thrown'
}

const there = async <T>(x: T): Promise<T> => to(x, await gpu())

describe('what it refuses', () => {
  it('reading at once', async () => {
    const x = await there(tensor([1, 2]))
    expect(await thrown(() => x.readSync())).toContain('await x.read()')
    expect(await thrown(() => to(x, cpu()))).toContain('await x.read()')
    expect(await (await transfer(x, cpu())).read()).toEqual(Float32Array.of(1, 2))
  })

  it('float64, at the door', async () => {
    expect(await thrown(() => there(tensor([1], 'float64')))).toContain("convert(x, 'float32')")
  })

  it('operands on two devices', async () => {
    const x = await there(tensor([1]))
    expect(await thrown(() => add(x, tensor([1])))).toMatch(/webgpu.*cpu|cpu.*webgpu/)
    const here = tensor([1])
    const captures = jit((v: Tensor<[1]>) => add(v, here))
    expect(await thrown(() => captures(x))).toMatch(/captures a float32\[1\] tensor on cpu.*on webgpu.*argument/)
  })

  it('a tensor that was donated', async () => {
    const x = await there(tensor([1, 2]))
    const double = jit((v: Tensor<[2]>) => mul(v, 2), { donate: [0] })
    expect(await double(x).read()).toEqual(Float32Array.of(2, 4))
    expect(await thrown(() => double(x))).toContain('donat')
  })

  it('a tensor that was donated to work that still waits, and one that is read first keeps its numbers', async () => {
    const x = await there(tensor([1, 2]))
    const grow = jit(
      (v: Tensor<[2]>) =>
        whileLoop(
          (u: Tensor<[2]>) => less(sum(u), 1000),
          (u: Tensor<[2]>) => mul(u, 2),
          v,
        ),
      { donate: [0] },
    )
    const before = grow(await there(tensor([3, 4]))) // in line from here on
    const seen = x.read()
    const grown = grow(x)
    const others = Array.from({ length: 4 }, (_, i) => add(before, i))
    expect(await thrown(() => add(x, 1))).toContain('donat')
    expect(await seen).toEqual(Float32Array.of(1, 2))
    expect(await grown.read()).toEqual(Float32Array.of(512, 1024))
    expect(await others[3]!.read()).toEqual(Float32Array.of(3 * 256 + 3, 4 * 256 + 3))
  })

  it('a tape that grows', async () => {
    const x = await there(scalar(1.5))
    const f = (v: Tensor<[]>) =>
      whileLoop(
        (u: Tensor<[]>) => less(u, 100),
        (u: Tensor<[]>) => mul(u, u),
        v,
      )
    expect(await thrown(() => grad(f)(x))).toContain('maxSteps')
  })

  it('options that it does not know', async () => {
    expect(await thrown(() => webgpu({ pwer: 'low-power' } as object))).toContain("'pwer'")
  })

  it('more memory than its budget', async () => {
    const small = await webgpu({ portable: true, budget: 1e6 })
    const kept: unknown[] = []
    const message = await thrown(() => {
      for (let i = 0; i < 20; i++) kept.push(to(random.uniform(random.key(i), [100, 250]), small))
    })
    expect(message).toContain('budget')
    small.destroy()
  })
})

describe('what it does', () => {
  it('where there is no driver, a Left says what to install', async () => {
    const found = await findWebGpu({ flags: ['adapter=none of this name'] })
    expect(found._tag).toBe('Left')
    expect(found._tag === 'Left' && found.left.message).toContain('Vulkan')
  })

  it('loops that end by their data', async () => {
    const x = await there(tensor([1, 2]))
    const f = jit((v: Tensor<[2]>) =>
      whileLoop(
        (u: Tensor<[2]>) => less(sum(u), 1e6),
        (u: Tensor<[2]>) => mul(u, 1.1),
        v,
      ),
    )
    const here = await f(tensor([1, 2])).read()
    const result = f(x)
    const after = add(result, 1)
    const values = await result.read()
    values.forEach((value, i) => {
      expect(Math.abs(value / here[i]! - 1)).toBeLessThan(1e-4)
    })
    expect((await after.read())[0]).toBeCloseTo(values[0]! + 1, 0)
  })

  it('calls the host', async () => {
    const seen: string[] = []
    const x = await there(tensor([1, 2]))
    const f = jit((v: Tensor<[2]>) =>
      mul(
        tap(v, (u) => seen.push(String(u))),
        3,
      ),
    )
    expect(await f(x).read()).toEqual(Float32Array.of(3, 6))
    expect(seen).toHaveLength(1)
    expect(print).toBeTypeOf('function')
  })

  it('numbers written down in a function go where its arguments are', async () => {
    const x = await there(tensor([1, 2]))
    const f = (v: Tensor<[2]>) =>
      sum(
        mul(
          v,
          add(add(tensor([3, 4]), random.uniform(random.key(3), [2])), fromTypedArray(Float32Array.of(1, 1), [2])),
        ),
      )
    const slope = await grad(f)(tensor([1, 2])).read()
    expect(await grad(f)(x).read()).toEqual(slope)
    const compiled = jit(grad(f))
    for (let i = 0; i < 3; i++) expect(await compiled(x).read()).toEqual(slope)
  })

  it('the same random numbers as the CPU', async () => {
    const draw = jit((key: ReturnType<typeof random.key>) => random.uniform(key, [50]))
    const here = await draw(random.key(7)).read()
    expect(await draw(await there(random.key(7))).read()).toEqual(here)
  })

  it('gives memory back: 2 000 steps that read nothing, donated', async () => {
    const device: Device & { memory: { live: number } } = await gpu()
    const step = jit((v: Tensor<[1000]>) => add(mul(v, 0.5), 1), { donate: [0] })
    let x = to(random.uniform(random.key(1), [1000]), device)
    x = step(x)
    const before = device.memory.live
    for (let i = 0; i < 2000; i++) x = step(x)
    expect(device.memory.live).toBe(before)
    expect((await x.read())[0]).toBeCloseTo(2, 5)
    expect(deviceOfTensor(x)).toBe(device)
  })

  it('donated tensors, more than a shader can bind', async () => {
    const tensors = () => Array.from({ length: 12 }, (_, i) => random.uniform(random.key(i), [300]))
    const own = (xs: Tensor<[300]>[]) => xs.map((x, i) => add(mul(x, 0.5), i))
    const neighbours = (xs: Tensor<[300]>[]) => xs.map((x, i) => add(mul(x, 0.5), xs[(i + 1) % xs.length]!))
    const sums = (xs: Tensor<[300]>[]) => xs.map((x) => add(x, sum(xs[3]!)))
    for (const f of [own, neighbours, sums]) {
      const step = jit(f, { donate: [0] })
      let [xs, ys] = [tensors(), await there(tensors())]
      for (let i = 0; i < 3; i++) [xs, ys] = [step(xs), step(ys)]
      for (const [i, y] of ys.entries()) {
        const expected = await xs[i]!.read()
        const elements = await y.read()
        elements.forEach((element, j) => {
          expect(Math.abs(element / expected[j]! - 1)).toBeLessThan(1e-5)
        })
      }
    }
  })

  it('its loss can be awaited, and another device goes on', async () => {
    const first = await webgpu({ portable: true })
    const x = to(tensor([1, 2]), first)
    const saved = await transfer(x, cpu())
    first.destroy()
    expect(typeof (await first.lost)).toBe('string')
    expect(await thrown(() => add(x, 1))).toContain('lost')
    const second = await webgpu({ portable: true })
    expect(await add(to(saved, second), 1).read()).toEqual(Float32Array.of(2, 3))
    second.destroy()
  })
})
