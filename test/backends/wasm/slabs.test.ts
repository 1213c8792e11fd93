/** Small results as views of slabs: who shares memory with whom, how much is kept alive, and that nobody outside can see it. */
import { describe, expect, it } from 'vitest'
import { Slabs } from '../../../src/backends/wasm/memory/slabs.ts'
import type { Storage } from '../../../src/backends/wasm/memory/storage.ts'
import { bytesOf, dtypes } from '../../../src/core/dtype.ts'
import type { Concrete } from '../../../src/core/value.ts'
import { add, fromTypedArray, jit, mul, type Tensor, tap } from '../../../src/index.ts'

/** Elements of float32 on both sides of every limit. */
const lengths = [0, 1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 300, 1000, 1023, 1024, 1025, 2048, 4095, 4096, 4097, 20_000]

describe('arrays of slabs', () => {
  it.each(dtypes)('%s: never overlap, are aligned, and begin with zeros', (dtype) => {
    const slabs = new Slabs()
    const arrays = [...lengths, ...lengths, ...lengths].map((length) => slabs.array(dtype, length))
    arrays.forEach((array, i) => {
      expect(array.length).toBe(lengths[i % lengths.length])
      expect(array.byteOffset % bytesOf(dtype)).toBe(0)
      expect(array.every((element) => element === 0)).toBe(true)
      array.fill(i + 1)
    })
    for (const [i, array] of arrays.entries()) expect(array.every((element) => element === i + 1)).toBe(true)
  })

  it('dtypes of different widths share a slab', () => {
    const slabs = new Slabs()
    const arrays = Array.from({ length: 200 }, (_, i) => slabs.array(dtypes[i % dtypes.length]!, 17 + (i % 3)))
    for (const [i, array] of arrays.entries()) array.fill(i)
    for (const [i, array] of arrays.entries()) expect(Array.from(array)).toEqual(new Array(array.length).fill(i))
  })

  it('one that survives alone keeps less than 64 times its bytes, or 8 KiB', () => {
    const slabs = new Slabs()
    for (let bytes = 4; bytes < 20_000; bytes += 4) {
      const { buffer } = slabs.array('float32', bytes / 4)
      expect(buffer.byteLength).toBeLessThanOrEqual(Math.max(8192, 64 * bytes))
    }
  })
})

const vector = (length: number, value = 1) =>
  fromTypedArray(new Float32Array(length).fill(value), [length]) as Tensor<readonly [number]>
const storageOf = (tensor: unknown): Storage => (tensor as Concrete).storage as Storage

describe('results in slabs', () => {
  const step = jit((x: Tensor<readonly [number]>) => ({ next: add(x, 1), twice: mul(x, 2) }))

  it('neighbours share a buffer, and what is read does not', async () => {
    const { next, twice } = step(vector(40))
    expect(storageOf(next).data!.buffer).toBe(storageOf(twice).data!.buffer)
    const [a, b] = [next.readSync(), await twice.read()]
    expect([a.buffer.byteLength, b.buffer.byteLength]).toEqual([160, 160])
    a.fill(99)
    new Float32Array(b.buffer).fill(99)
    expect(Array.from(next.readSync())).toEqual(new Array(40).fill(2))
    expect(Array.from(twice.readSync())).toEqual(new Array(40).fill(2))
  })

  it('a clone of what was read holds nothing else', () => {
    const { next } = step(vector(40))
    expect(structuredClone(next.readSync()).buffer.byteLength).toBe(160)
  })

  it('callbacks get arrays of their own', () => {
    const seen: number[] = []
    const watched = jit((x: Tensor<readonly [number]>) =>
      tap(add(x, 1), (y) => {
        const data = y.readSync()
        seen.push(data.buffer.byteLength)
        data.fill(99)
      }),
    )
    expect(watched(vector(40)).readSync()[0]).toBe(2)
    expect(seen).toEqual([160])
  })

  it('keep their numbers while thousands of later ones come, and when the memory grows', () => {
    const kept = Array.from({ length: 50 }, (_, i) => step(vector(40, i)))
    const big = jit((x: Tensor<readonly [number]>) => add(x, 1))
    for (let i = 0; i < 2000; i++) step(vector(40, -1))
    expect(big(vector(6_000_000)).shape).toEqual([6_000_000])
    expect(step(vector(40, 7)).next.readSync()[39]).toBe(8)
    for (const [i, { next, twice }] of kept.entries()) {
      expect([next.readSync()[39], twice.readSync()[0]]).toEqual([i + 1, 2 * i])
    }
  })

  it('a donated tensor gives its part to the result, and its neighbours stay', () => {
    const f = jit((x: Tensor<readonly [number]>) => add(x, 1), { donate: [0] })
    const { next, twice } = step(vector(40))
    const { data } = storageOf(next)
    const later = f(next)
    expect(storageOf(later).data).toBe(data)
    expect([later.readSync()[0], twice.readSync()[0]]).toEqual([3, 2])
    expect(() => next.readSync()).toThrow('used after donation')
  })
})
