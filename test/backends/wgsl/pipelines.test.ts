/** How many pipelines programs need: equal layers share theirs, wherever their parameters lie in the flat vector. */
import { grad, jit, mean, random, square, to, webgpu } from 'conformable'
import { chain, dense, gelu, layerNorm, multiHeadAttention, relu, skip } from 'conformable/layers'
import { afterAll, expect, it, vi } from 'vitest'
import { globals } from 'webgpu'

const { GPUDevice } = globals as unknown as { readonly GPUDevice: { readonly prototype: GPUDevice } }
const made = vi.spyOn(GPUDevice.prototype, 'createComputePipeline')
afterAll(() => made.mockRestore())

const x = random.normal(random.key(1), [4, 8, 16])

const layer = () => chain(dense(16, 16), relu)
const layers = () => chain(layer(), layer(), layer(), layer())
const manyLayers = () => chain(layers(), layers(), layers())

const block = () =>
  chain(
    skip(chain(layerNorm(16), multiHeadAttention(16, 2, { causal: true }))),
    skip(chain(layerNorm(16), dense(16, 32), gelu, dense(32, 16))),
  )
const blocks = () => chain(block(), block(), block(), block())
const manyBlocks = () => chain(blocks(), blocks(), blocks())

/** The pipelines of a gradient, on a device that has none yet. */
async function pipelinesOf<P extends object>(params: P, gradient: (p: P, input: typeof x) => P): Promise<number> {
  const device = await webgpu({ portable: true, flags: ['backend=null'] })
  const there = to([params, x] as const, device)
  made.mockClear()
  jit(gradient)(...there)
  device.destroy()
  return made.mock.calls.length
}

const key = random.key(0)
const [fewLayers, allLayers, fewBlocks, allBlocks] = [layers(), manyLayers(), blocks(), manyBlocks()]
const counts = {
  fewLayers: () =>
    pipelinesOf(
      fewLayers.init(key),
      grad((p, input) => mean(square(fewLayers(p, input)))),
    ),
  allLayers: () =>
    pipelinesOf(
      allLayers.init(key),
      grad((p, input) => mean(square(allLayers(p, input)))),
    ),
  fewBlocks: () =>
    pipelinesOf(
      fewBlocks.init(key),
      grad((p, input) => mean(square(fewBlocks(p, input)))),
    ),
  allBlocks: () =>
    pipelinesOf(
      allBlocks.init(key),
      grad((p, input) => mean(square(allBlocks(p, input)))),
    ),
}

it.each([
  ['dense layers', counts.fewLayers, counts.allLayers, 12],
  ['blocks of a transformer', counts.fewBlocks, counts.allBlocks, 40],
] as const)('twelve %s need those of four', async (_, four, twelve, most) => {
  const few = await four()
  expect(few).toBeGreaterThan(4)
  expect(await twelve()).toBe(few)
  expect(few).toBeLessThanOrEqual(most)
})
