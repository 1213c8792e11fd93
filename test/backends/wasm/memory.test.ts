/** The memory of a device: blocks, growth, residents. */
import { describe, expect, it } from 'vitest'
import { POOL_BYTES } from '../../../src/backends/wasm/code/constant-pool.ts'
import { CallRegion } from '../../../src/backends/wasm/memory/call-region.ts'
import { DeviceMemory } from '../../../src/backends/wasm/memory/memory.ts'
import { Residents } from '../../../src/backends/wasm/memory/residents.ts'
import { Storage } from '../../../src/backends/wasm/memory/storage.ts'
import { copyIn, copyOut } from '../../../src/backends/wasm/memory/transfer.ts'

describe('blocks', () => {
  it('are aligned, apart, and joined again', () => {
    const memory = new DeviceMemory()
    const sizes = [1, 64, 65, 1000, 4096, 7]
    const blocks = sizes.map((bytes) => memory.allocate(bytes))
    blocks.forEach((address, i) => {
      expect(address % 64).toBe(0)
      blocks.forEach((other, k) => {
        if (i !== k) expect(address + sizes[i]! <= other || other + sizes[k]! <= address).toBe(true)
      })
    })
    for (const i of [3, 0, 5, 1, 4, 2]) memory.release(blocks[i]!)
    expect(memory.used).toBe(0)
    const most = memory.size - POOL_BYTES - 4096
    expect(memory.allocate(most)).toBeGreaterThan(0)
    expect(memory.size).toBe(16 * 2 ** 20)
  })

  it('of random sizes never meet, and nothing is lost', () => {
    const memory = new DeviceMemory()
    const live = new Map<number, number>()
    let state = 7
    const next = (limit: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return Math.floor((state / 2 ** 32) * limit)
    }
    for (let step = 0; step < 3000; step++) {
      if (live.size > 40 || (live.size > 0 && next(2) === 0)) {
        const address = [...live.keys()][next(live.size)]!
        memory.release(address)
        live.delete(address)
        continue
      }
      const bytes = next(100_000) + 1
      const address = memory.allocate(bytes)
      for (const [other, size] of live) expect(address + bytes <= other || other + size <= address).toBe(true)
      live.set(address, bytes)
    }
    for (const address of live.keys()) memory.release(address)
    expect(memory.used).toBe(0)
    expect(memory.size).toBe(16 * 2 ** 20)
  })

  it('given back twice are an error', () => {
    const memory = new DeviceMemory()
    const block = memory.allocate(10)
    memory.release(block)
    expect(() => memory.release(block)).toThrow('nothing was allocated')
  })
})

describe('growth', () => {
  it('keeps contents and replaces the views', () => {
    const memory = new DeviceMemory()
    const block = memory.allocate(80)
    memory.float64[block / 8] = 42
    const before = memory.float64
    const far = memory.allocate(64 * 2 ** 20)
    expect(before.length).toBe(0)
    expect(memory.float64[block / 8]).toBe(42)
    memory.float32[far / 4 + 2 ** 24 - 1] = 1
    expect(memory.float32[far / 4 + 2 ** 24 - 1]).toBe(1)
  })

  it('is refused with a sentence', () => {
    expect(() => new DeviceMemory().allocate(2 ** 33)).toThrow(/cpu: no room for 8192 MiB more .* Use smaller batches/)
  })
})

describe('residents', () => {
  const resident = (memory: DeviceMemory, residents: Residents, value: number, data: Float64Array | null = null) => {
    const storage = new Storage('float64', 1000, data)
    const address = residents.allocate(8000)
    copyIn(memory, new Float64Array(1000).fill(value), 'float64', address)
    residents.adopt(storage, address)
    return storage
  }

  it('the one not used for longest moves out, into an array of its own', () => {
    const memory = new DeviceMemory()
    const residents = new Residents(memory, 20_000)
    const [a, b] = [resident(memory, residents, 1), resident(memory, residents, 2)]
    residents.touch(a)
    const c = resident(memory, residents, 3)
    expect([a.address !== 0, b.address, c.address !== 0]).toEqual([true, 0, true])
    expect(b.data![999]).toBe(2)
    expect(copyOut(memory, 'float64', a.address, 1000)[999]).toBe(1)
    expect(residents.bytes).toBe(16_000)
  })

  it('those in use stay, and their own arrays are kept', () => {
    const memory = new DeviceMemory()
    const residents = new Residents(memory, 10_000)
    const own = new Float64Array(1000)
    const a = resident(memory, residents, 1, own)
    a.pins++
    const b = resident(memory, residents, 2)
    expect([a.address !== 0, b.address]).toEqual([true, 0])
    a.pins--
    resident(memory, residents, 3)
    expect([a.address, a.data === own]).toEqual([0, true])
  })

  it('make room when the memory cannot grow', () => {
    const memory = new DeviceMemory()
    const residents = new Residents(memory, 2 ** 31)
    const storage = new Storage('float64', 2 ** 27, new Float64Array(1))
    residents.adopt(storage, residents.allocate(2 ** 30))
    expect(residents.allocate(3.2 * 2 ** 30)).toBeGreaterThan(0)
    expect(storage.address).toBe(0)
  })
})

describe('the region of calls', () => {
  it('grows between calls, and a call inside another one stands above it', () => {
    const memory = new DeviceMemory()
    const region = new CallRegion(memory, new Residents(memory, 2 ** 20))
    const first = region.enter(1024)
    const inner = region.enter(2048)
    const large = region.enter(2 ** 20)
    expect(inner).toBe(first + 1024)
    expect(large < first || large >= first + 2 ** 16).toBe(true)
    region.leave(large, 2 ** 20)
    region.leave(inner, 2048)
    region.leave(first, 1024)
    const next = region.enter(2 ** 20)
    region.leave(next, 2 ** 20)
    expect(region.enter(2 ** 20)).toBe(next)
    expect(memory.used).toBe(2 ** 20)
  })
})
