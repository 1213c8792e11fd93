/** `dispose`, `using`, `scope` and `keep` on the GPU, where they free memory at once: loops that never yield stay within their memory. */
import {
  add,
  type Device,
  dispose,
  fromTypedArray,
  jit,
  less,
  mul,
  scope,
  sum,
  type Tensor,
  tensor,
  to,
  valueAndGrad,
  webgpu,
  whileLoop,
} from 'conformable'
import { describe, expect, it } from 'vitest'
import { RandomLives } from '../../helpers/random-lives.ts'
import { lawsOfScopes } from '../../helpers/scopes.ts'
import { gpu } from '../../helpers/webgpu.ts'

type Vector = Tensor<readonly [number]>

lawsOfScopes(gpu)

describe('memory of the GPU', () => {
  const ones = (length: number, device: Device) =>
    to(fromTypedArray(new Float32Array(length).fill(1), [length]) as Vector, device)

  it('stays flat over 10 000 steps with a scope and no read', async () => {
    const device = await webgpu({ portable: true, budget: 2e6 })
    const x = ones(1000, device)
    const step = jit((v: Vector) => ({ next: mul(add(v, x), 0.5), waste: sum(v), more: mul(v, v) }))
    let v = ones(1000, device)
    const turn = () => {
      const before = v
      v = scope(() => step(add(mul(before, 0.5), 0.5)).next)
      dispose(before)
    }
    for (let i = 0; i < 100; i++) turn()
    const { live, kept, buffers } = device.memory
    for (let i = 0; i < 10_000; i++) turn()
    expect(device.memory).toEqual({ live, kept, buffers })
    expect(live + kept).toBeLessThan(100_000)
    expect((await v.read())[999]).toBe(1)
    device.destroy()
  })

  it('a training step in a scope needs no donation', async () => {
    const device = await webgpu({ portable: true, budget: 2e5 })
    const x = ones(5000, device)
    const loss = (w: Vector) => sum(mul(w, mul(x, 0.001)))
    let w = ones(5000, device)
    let total: Tensor<[]> | undefined
    for (let i = 0; i < 50; i++) {
      const old = w
      ;[w, total] = scope(() => {
        const [value, gradient] = valueAndGrad(loss)(old)
        return [add(old, mul(gradient, -1)), value] as const
      })
      dispose(old)
    }
    expect((await w.read())[0]).toBeCloseTo(1 - 50 * 0.001, 4)
    expect(await total!.item()).toBeCloseTo(5000 * 0.001 * (1 - 49 * 0.001), 3)
    device.destroy()
  })

  it.each([1, 2])('random lives, seed %i: nothing is ever read that was not written for it', async (seed) => {
    const lives = new RandomLives(await gpu(), [1, 20, 700, 3000], seed)
    for (let step = 0; step < 300; step++) expect(await lives.step()).toBeNull()
    expect(await lives.end()).toBeNull()
  })

  it('goes back when the work that waits is done, and uploads that wait are not lost', async () => {
    const device = await gpu()
    const x = to(tensor([1, 2]), device)
    const grow = (v: Tensor<readonly [2]>) =>
      whileLoop(
        (u: Tensor<readonly [2]>) => less(sum(u), 1000),
        (u: Tensor<readonly [2]>) => mul(u, 2),
        v,
      )
    const grown = jit(grow)(x) // in line from here on
    const late = to(tensor([5, 6]), device)
    const both = add(grown, late)
    dispose([x, grown, late])
    const others = Array.from({ length: 8 }, (_, i) => to(tensor([i, -i]), device))
    expect(await both.read()).toEqual(Float32Array.of(517, 1030))
    for (const [i, other] of others.entries()) expect(await other.read()).toEqual(Float32Array.of(i, -i))
  })
})
