/**
 * Running sums on WebGPU at every size at which they are shared out in another way: by a thread, by a workgroup tile by tile, by
 * several workgroups in three steps. Compared with the reference; tolerance 1e-5 of the largest element, integers equal.
 */
import { describe, expect, it } from 'vitest'
import type { Ndarray } from '../../../src/core/ndarray.ts'
import type { Value } from '../../../src/core/value.ts'
import { mul, sub } from '../../../src/primitives/elementwise.ts'
import { cumsum } from '../../../src/primitives/reduction.ts'
import { onReference } from '../../helpers/backends.ts'
import { distance, fill } from '../../helpers/golden.ts'
import { array, programOf } from '../../helpers/reference.ts'
import { onWebGpu } from '../../helpers/webgpu.ts'

const noise = (shape: readonly number[], dtype: 'float32' | 'int32'): Ndarray => {
  const numbers = fill(
    shape.reduce((a, b) => a * b, 1),
    3,
    -9,
    9,
  )
  return array([...shape], numbers.map(dtype === 'int32' ? Math.trunc : Math.fround), dtype)
}

async function agree(f: (x: Value) => readonly Value[], input: Ndarray): Promise<void> {
  const program = programOf((x) => [...f(x)], [input])
  const expected = onReference(program, [input])
  const results = await onWebGpu(program, [input])
  results.forEach(({ data }, i) => {
    expect(distance(data, expected[i].data), `result ${i}`).toBeLessThanOrEqual(input.dtype === 'int32' ? 0 : 1e-5)
  })
}

/** Both ways, of an expression that is part of the kernel. */
const both = (axis: number) => (x: Value) => [cumsum(sub(mul(x, x), x), axis), cumsum(x, axis, true)]

describe('along one axis', () => {
  it.each([0, 1, 63, 64, 65, 1023, 1024, 1025, 4096, 4097, 30_000])('%i numbers', (n) =>
    agree(both(0), noise([n], 'float32')),
  )
  it.each([64, 4097])('%i integers', (n) => agree(both(0), noise([n], 'int32')))
  it.each([
    [2, 9],
    [3, 5000],
    [20, 70],
  ])('rows of %i × %i', (rows, columns) => agree(both(1), noise([rows, columns], 'float32')))
  it.each([
    [5000, 3],
    [70, 20],
    [80, 4100],
  ])('columns of %i × %i', (rows, columns) => agree(both(0), noise([rows, columns], 'float32')))
  it('the middle axis', () => agree(both(1), noise([3, 2100, 4], 'float32')))
})

describe('special values', () => {
  it('NaN and infinity reach what comes after them, nothing else', async () => {
    for (const special of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const x = noise([9000], 'float32')
      x.data[5555] = special
      await agree((v) => [cumsum(v, 0)], x)
    }
  })
  it('-0 alone stays -0', async () => {
    const x = array([100], new Array<number>(100).fill(-0), 'float32')
    const program = programOf((v) => [cumsum(v, 0)], [x])
    const [{ data }] = await onWebGpu(program, [x])
    expect([...data].every((each) => Object.is(each, -0))).toBe(true)
  })
})
