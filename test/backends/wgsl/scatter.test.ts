/** `scatterAdd` on WebGPU: the bits of the CPU, whatever the number of entries, and the sums of segments and embeddings. */
import { random, scatterAdd, type Tensor, take, to } from 'conformable'
import { describe, expect, it } from 'vitest'
import { gpu } from '../../helpers/webgpu.ts'

describe('the bits of the CPU', () => {
  it.each([
    [1, 4, 3],
    [63, 5, 9],
    [64, 1, 4],
    [65, 7, 300],
    [257, 3, 20],
    [600, 2, 5],
  ])('%i entries of %i features into %i places', async (entries, features, places) => {
    const at = random.randomInteger(random.key(entries), [entries], -1, places + 1)
    const updates = random.normal(random.key(2), [entries, features])
    const here = await scatterAdd(at, updates, places).read()
    expect(await scatterAdd(...to([at, updates] as const, await gpu()), places).read()).toEqual(here)
  })

  it('all entries in one place', async () => {
    const at = random.randomInteger(random.key(1), [500], 0, 1)
    const updates = random.normal(random.key(2), [500])
    const here = await scatterAdd(at, updates, 3).read()
    expect(await scatterAdd(...to([at, updates] as const, await gpu()), 3).read()).toEqual(here)
  })
})

it('takes back what it gave', async () => {
  const at = to(random.randomInteger(random.key(1), [100], 0, 1000), await gpu())
  const updates: Tensor<readonly [100, 2]> = to(random.normal(random.key(2), [100, 2]), await gpu())
  const table = scatterAdd(at, updates, 1000)
  const once = await take(table, at, 0).read()
  const places = [...(await at.read())]
  const given = await updates.read()
  places.forEach((place, i) => {
    if (places.filter((other) => other === place).length === 1) expect(once[2 * i]).toBe(given[2 * i])
  })
})
