/** Loops on WebGPU: long ones run in chunks whose turns past the end do nothing; results and numbers of turns are those of the CPU. */
import {
  add,
  cond,
  cpu,
  full,
  jit,
  less,
  mean,
  mul,
  random,
  type Scalar,
  scalar,
  scan,
  sub,
  type Tensor,
  tanh,
  to,
  type WebGpuDevice,
  whileLoop,
} from 'conformable'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { globals } from 'webgpu'
import { gpu } from '../../helpers/webgpu.ts'

const { GPUComputePassEncoder, GPUQueue } = globals as unknown as {
  readonly GPUComputePassEncoder: { readonly prototype: GPUComputePassEncoder }
  readonly GPUQueue: { readonly prototype: GPUQueue }
}

interface State {
  readonly x: Tensor<[100, 90]>
  readonly turns: Scalar<'int32'>
}

let device: WebGpuDevice
beforeAll(async () => {
  device = await gpu()
})

const begin = (): State => ({ x: random.uniform(random.key(1), [100, 90]), turns: scalar(0, 'int32') })

/** The same on both devices: the elements to 1e-4, the numbers of turns. */
async function agree(f: (state: State) => State): Promise<number> {
  const compiled = jit(f)
  const [here, there] = [compiled(to(begin(), cpu())), compiled(to(begin(), device))]
  const [expected, elements] = [await here.x.read(), await there.x.read()]
  elements.forEach((element, i) => {
    expect(Math.abs(element - expected[i]!)).toBeLessThanOrEqual(1e-4)
  })
  const turns = await there.turns.item()
  expect(turns).toBe(await here.turns.item())
  return turns
}

const until =
  (end: number) =>
  ({ turns }: State): Scalar<'bool'> =>
    less(turns, end)

const turn = ({ x, turns }: State): State => ({ x: add(mul(x, 0.99), 0.01), turns: add(turns, 1) })

describe('a loop that ends by its data', () => {
  it.each([0, 1, 2, 3, 63, 64, 65, 300])('runs %i turns', async (end) => {
    expect(await agree((state) => whileLoop(until(end), turn, state))).toBe(end)
  })

  it.each([1, 32, 33, 100])('stops at maxSteps %i', async (maxSteps) => {
    expect(await agree((state) => whileLoop(until(10_000), turn, state, { maxSteps }))).toBe(maxSteps)
    expect(await agree((state) => whileLoop(until(20), turn, state, { maxSteps }))).toBe(Math.min(20, maxSteps))
  })

  it('looks at its flag rarely, and large dispatches past the end have no workgroups', async () => {
    const f = jit((state: State) => whileLoop(until(200), turn, state))
    const state = to(begin(), device)
    await f(state).turns.item()
    const [submit, indirect] = [
      vi.spyOn(GPUQueue.prototype, 'submit'),
      vi.spyOn(GPUComputePassEncoder.prototype, 'dispatchWorkgroupsIndirect'),
    ]
    const clock = vi.spyOn(performance, 'now').mockReturnValue(0)
    const { buffers } = device.memory
    expect(await f(state).turns.item()).toBe(200)
    // 1, 2, 4 … turns a chunk where the clock stands still, one chunk too many, and what stands around the loop.
    expect(submit.mock.calls.length).toBeLessThanOrEqual(14)
    expect(indirect.mock.calls.length).toBeGreaterThanOrEqual(200)
    expect(device.memory.buffers - buffers).toBeLessThanOrEqual(2)
    for (const spy of [submit, indirect, clock]) spy.mockRestore()
  })
})

describe('loops and branches inside', () => {
  it('branches of which one is large', async () => {
    const f = (state: State) =>
      whileLoop(
        until(50),
        ({ x, turns }: State) =>
          cond(
            less(mean(x), 0.7),
            ({ x, turns }: State) => ({ x: tanh(add(x, 0.1)), turns: add(turns, 1) }),
            ({ x, turns }: State) => ({ x: mul(x, 0.5), turns: add(turns, 2) }),
            { x, turns },
          ),
        state,
      )
    expect(await agree(f)).toBeGreaterThanOrEqual(50)
  })

  it('a scan in a loop, and a loop in a loop', async () => {
    const scanned = (state: State) =>
      whileLoop(
        until(40),
        ({ x, turns }: State) => {
          const rows = full([5, 90], 0.25)
          const [carry] = scan(
            (c: Tensor<[100, 90]>, row: Tensor<[90]>) => [add(mul(c, 0.9), mul(row, 0.1)), row],
            x,
            rows,
          )
          return { x: carry, turns: add(turns, 1) }
        },
        state,
      )
    expect(await agree(scanned)).toBe(40)
    const nested = (state: State) =>
      whileLoop(
        until(12),
        (outer: State) => {
          const inner = whileLoop(until(5), turn, { x: outer.x, turns: sub(outer.turns, outer.turns) })
          return { x: inner.x, turns: add(outer.turns, 4) }
        },
        state,
      )
    expect(await agree(nested)).toBe(12)
  })
})
